"""The wheel: everything the desk needs is inside, and it answers from any directory."""

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("assistant", "knowledge", "ingest", "channels", "evals")
BIRTH = "1.001193"


def run(*command: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=600, **options
    )  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, built from a copy so that nothing is left in it."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "letan"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    run(
        sys.executable, "-m", "pip", "wheel", source, "--no-deps", "--no-build-isolation",
        "--wheel-dir", place, "--quiet", "--disable-pip-version-check",
    )  # fmt: skip
    (built,) = place.glob("letan-*.whl")
    return built


@pytest.fixture(scope="module")
def inside(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def data_files() -> Iterator[str]:
    """Every file beside the code that is not code, notes for writers of cases aside."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*"):
            is_note = package == "evals" and path.suffix == ".md"
            if path.is_file() and path.suffix not in (".py", ".pyc") and not is_note:
                yield path.relative_to(ROOT).as_posix()


def test_every_data_file_of_every_package_is_in_the_wheel(inside: set[str]) -> None:
    missing = {name for name in data_files() if name not in inside}
    assert not missing, sorted(missing)[:20]


@pytest.mark.parametrize(
    "name",
    [
        f"knowledge/data/procedures/ho_tich/{BIRTH}.yaml",
        "knowledge/data/office/hoa-sen.yaml",
        "knowledge/data/model/model.safetensors",
        "knowledge/data/model/tokenizer.json",
        "knowledge/data/linking/ranker.npz",
        "knowledge/data/linking/topics.npz",
        "knowledge/migrations/env.py",
        "assistant/data/replies.yaml",
        "assistant/data/thresholds.yaml",
        "channels/static/chat.js",
        "channels/templates/chat.html",
        "evals/cases/linking.jsonl",
    ],
)
def test_what_the_desk_cannot_do_without_is_named_here_too(inside: set[str], name: str) -> None:
    assert name in inside


def test_every_module_is_in_the_wheel_and_no_test(inside: set[str]) -> None:
    modules = {
        path.relative_to(ROOT).as_posix() for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }  # fmt: skip
    assert modules <= inside
    tops = {name.split("/")[0] for name in inside if ".dist-info" not in name}
    assert tops == set(PACKAGES)


def test_the_wheel_brings_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (entry,) = (n for n in archive.namelist() if n.endswith("entry_points.txt"))
        assert "letan = channels.cli:main" in archive.read(entry).decode()


@pytest.mark.slow
def test_the_wheel_in_a_clean_environment_answers_from_any_directory(
    wheel: Path, tmp_path: Path
) -> None:
    """Dependencies come from this environment, so that no test needs the package registry."""
    clean = tmp_path / "venv"
    venv.create(clean, with_pip=False)
    (site,) = clean.glob("lib/python*/site-packages")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel)
    # The dependencies are those of this environment, without its link to this source tree.
    ours = [Path(path) for path in sys.path if path.endswith("site-packages")]
    for folder in ours:
        for entry in folder.iterdir():
            if not entry.name.startswith(("letan", "__editable__")) and entry.suffix != ".pth":
                link = site / entry.name
                if not link.exists():
                    link.symlink_to(entry)
    elsewhere = tmp_path / "xa lắm"
    elsewhere.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    python = clean / "bin" / "python"
    where = run(python, "-c", "import knowledge; print(knowledge.__path__[0])",
                cwd=elsewhere, env=environment)  # fmt: skip
    assert where.stdout.strip().startswith(str(site))
    asked = run(python, "-m", "channels", "ask", "--json", f"{BIRTH} cần giấy tờ gì",
                cwd=elsewhere, env=environment)  # fmt: skip
    answer = json.loads(asked.stdout)
    assert (answer["outcome"], answer["procedure"]["code"]) == ("answered", BIRTH)
    assert (elsewhere / "var" / "letan.db").is_file()
