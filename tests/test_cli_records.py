"""What an office hands on as files reads back as the same records."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from channels.cli import app
from knowledge.database import connect
from knowledge.faq import FaqStatus, FaqText
from knowledge.sample import read_procedures
from knowledge.settings import KnowledgeSettings
from knowledge.store import KnowledgeStore
from knowledge.versions import Status, to_record

CODE = "2.000815"


def test_exported_procedures_read_back_unchanged(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LETAN_HOME", str(own_home))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["export", str(tmp_path / "kho")])
    assert done.exit_code == 0, done.output
    exported = {p.code: to_record(p) for p in read_procedures(tmp_path / "kho")}
    assert exported == {p.code: to_record(p) for p in read_procedures()}


@pytest.fixture
def run(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`letan` on a home of the test's own."""
    monkeypatch.setenv("LETAN_HOME", str(own_home))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


@pytest.fixture
def store(own_home: Path) -> Iterator[KnowledgeStore]:
    engine = connect(KnowledgeSettings(_env_file=None).database_at(own_home))
    yield KnowledgeStore(engine)
    engine.dispose()


def counts(done: Result) -> dict[str, object]:
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_what_was_exported_and_changed_comes_in_as_drafts_and_only_once(
    run: Callable[..., Result], store: KnowledgeStore, tmp_path: Path
) -> None:
    folder = tmp_path / "kho"
    entry = store.add_faq(
        "hoa-sen", FaqText(question="Có máy rút tiền không?", answer="Dạ, có."), by="lan"
    )
    store.publish_faq("hoa-sen", entry.id, version=1, by="hoa")
    run("export", str(folder))
    same = counts(run("import-records", str(folder), "--json"))
    total = len(list(folder.glob("*.yaml"))) + 1
    assert same["unchanged"] == total and same["drafts"] == 0
    path = folder / f"{CODE}.yaml"
    kept = path.read_text("utf-8")
    for summary in ("Sửa lần một.", "Sửa lần hai."):
        record = yaml.safe_load(kept) | {"summary": summary}
        path.write_text(yaml.safe_dump(record, allow_unicode=True), "utf-8")
        (folder / "faq" / "entries.yaml").write_text(
            f"- question: Có máy phô tô không?\n  answer: '{summary}'\n", "utf-8"
        )
        first = counts(run("import-records", str(folder), "--by", "minh", "--json"))
        assert (first["drafts"], first["faq_drafts"]) == (1, 1)
        again = counts(run("import-records", str(folder), "--by", "minh", "--json"))
        assert (again["drafts"], again["faq_drafts"]) == (0, 0)
    (draft,) = store.versions_in(Status.DRAFT)
    assert draft.code == CODE and draft.created_by == "minh"
    assert store.get_version(CODE, draft.version).summary == "Sửa lần hai."
    published = counts(run("import-records", str(folder), "--publish", "--json"))
    assert (published["published"], published["faq_published"]) == (1, 1)
    assert store.versions_in(Status.DRAFT) == []
    view = store.find_view(CODE, "hoa-sen")
    assert view is not None and view.procedure.summary == "Sửa lần hai."
    assert {e.question for e in store.published_faq("hoa-sen")} >= {"Có máy phô tô không?"}


def test_every_mistake_is_named_by_file_and_field_and_nothing_comes_in(
    run: Callable[..., Result], store: KnowledgeStore, tmp_path: Path
) -> None:
    folder = tmp_path / "kho"
    run("export", str(folder))
    path = folder / f"{CODE}.yaml"
    record = yaml.safe_load(path.read_text("utf-8"))
    record["fees"][0]["amount_vnd"] = "tám nghìn"
    record["nmae"] = "x"
    path.write_text(yaml.safe_dump(record, allow_unicode=True), "utf-8")
    (folder / "1.999999.yaml").write_text("code: 1.000001\nname: [", "utf-8")
    others = sorted(p for p in folder.glob("*.yaml") if p.stem not in (CODE, "1.999999"))
    others[0].rename(folder / "9.999999.yaml")
    (folder / "faq").mkdir()
    (folder / "faq" / "entries.yaml").write_text("- question: ''\n  answer: Có.\n", "utf-8")
    before = store.revision()
    refused = run("import-records", str(folder), "--publish")
    assert refused.exit_code == 1
    for line in (
        f"{CODE}.yaml: fees.1.amount_vnd: phải là số nguyên",
        f"{CODE}.yaml: nmae: không có trường nào tên như vậy",
        "1.999999.yaml: dòng",
        "9.999999.yaml: code: là",
        "entries.yaml: 1.question: không được để trống",
    ):
        assert line in refused.stderr, refused.stderr
    assert store.revision() == before
    missing = run("import-records", str(tmp_path / "đâu"))
    assert missing.exit_code == 1 and "không có thư mục này" in missing.stderr


def test_a_neighbours_number_is_masked_and_waits_for_a_person(
    run: Callable[..., Result], store: KnowledgeStore, tmp_path: Path
) -> None:
    (tmp_path / "kho" / "faq").mkdir(parents=True)
    (tmp_path / "kho" / "faq" / "entries.yaml").write_text(
        "- question: Gọi số nào?\n  answer: Gọi 0987 654 321 ạ.\n", "utf-8"
    )
    done = counts(run("import-records", str(tmp_path / "kho"), "--publish", "--json"))
    assert done["faq_published"] == 0 and len(done["held"]) == 1  # type: ignore[arg-type]
    (entry,) = store.faq_entries("hoa-sen", FaqStatus.DRAFT)
    assert entry.answer == "Gọi [số điện thoại] ạ."


def test_files_of_procedures_gone_since_are_named_and_pruned_when_asked(
    run: Callable[..., Result], store: KnowledgeStore, tmp_path: Path
) -> None:
    folder = tmp_path / "kho"
    run("export", str(folder))
    (folder / "README.md").write_text("ghi chú", "utf-8")
    store.retire(CODE, by="hoa", reason="thử")
    assert f"{CODE}.yaml" in run("export", str(folder)).stderr
    assert (folder / f"{CODE}.yaml").exists()
    run("export", str(folder), "--prune")
    assert not (folder / f"{CODE}.yaml").exists() and (folder / "README.md").exists()
