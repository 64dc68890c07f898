"""The arrows of the layout point one way."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("assistant", "knowledge", "ingest", "channels", "evals")
MAY_IMPORT = {
    "knowledge": set(),
    "ingest": {"knowledge"},
    "assistant": {"knowledge"},
    "channels": {"assistant", "knowledge", "ingest"},
    "evals": {"assistant", "knowledge"},
}
# The command line starts everything, so it alone also reaches evals.
EXCEPTIONS = {
    "channels/cli_eval.py": {"evals"},
    "channels/cli_ingest.py": {"evals"},
    "channels/cli_bench.py": {"evals"},
    "channels/cli_talk.py": {"evals"},
    "channels/cli_reported.py": {"evals"},
    "channels/cli_groups.py": {"evals"},
    "channels/cli_hearing.py": {"evals"},
    "channels/cli_kiosk.py": {"evals"},
    "channels/cli_streams.py": {"evals"},
    # How well files are read is measured on the readers themselves.
    "evals/ingesting.py": {"ingest"},
    "evals/ingest_speed.py": {"ingest"},
    # What is printed in an old font is printed by the table it is read with.
    "evals/unseen_layouts.py": {"ingest"},
    "evals/fresh_layouts.py": {"ingest"},
    "evals/office_layouts.py": {"ingest"},
    # Orders hidden in files go the way files go.
    "evals/injection.py": {"ingest"},
    # How a group is attended, and how fast, is measured on the channel itself.
    "evals/group_replay.py": {"channels"},
    # What an office costs includes its pages.
    "evals/offices_cost.py": {"channels"},
}


def imported_packages(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found & set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_its_arrow_allows(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        allowed = MAY_IMPORT[package] | {package} | EXCEPTIONS.get(name, set())
        assert imported_packages(path) <= allowed, name


def test_vendor_types_stop_at_their_module() -> None:
    """Chroma and LangChain's store are known to one module, FastAPI to channels."""
    owners = {
        # evals/baselines.py builds what others ship, with the vendors' own parts
        "chromadb": {
            "knowledge/chroma_client.py",
            "knowledge/chroma_server.py",
            "knowledge/vectors.py",
            "evals/baselines.py",
            "evals/large_shape.py",  # starts its server as a process
        },
        "langchain_chroma": {"knowledge/passage_store.py", "evals/baselines.py"},
        "bm25s": {"knowledge/words.py", "evals/baselines.py"},
        "langchain.chat_models": {"assistant/model/chat.py"},
        "openai": {"assistant/model/chat.py"},
    }
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            source = path.read_text("utf-8")
            for vendor, allowed in owners.items():
                if f"import {vendor}" in source or f"from {vendor}" in source:
                    assert name in allowed, f"{name} imports {vendor}"


def test_no_module_is_named_after_a_dependency_or_a_dustbin() -> None:
    forbidden = {
        "utils", "helpers", "common", "base", "manager", "service",
        "telegram", "logging", "json", "http", "fastapi", "chroma", "langchain",
    }  # fmt: skip
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            assert path.stem not in forbidden, path
