"""Imports into a real SQLite store: reported, repeatable, interruptible, never over the staff."""

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest

from ingest import importing
from ingest.importing import ImportReport, Progress, import_file, source_hash
from ingest.portal import to_procedure
from knowledge.database import connect, migrate
from knowledge.procedures import FeeStatus, Procedure
from knowledge.store import KnowledgeStore
from knowledge.versions import Status

SAMPLE = Path(__file__).parent / "data" / "portal" / "sample.jsonl"
REAL = Path(__file__).parent.parent.parent / "shared/data/portal/procedures_2026.jsonl.gz"


@pytest.fixture
def store(tmp_path: Path) -> KnowledgeStore:
    engine = connect(f"sqlite:///{tmp_path / 'letan.sqlite'}")
    migrate(engine)
    return KnowledgeStore(engine)


def records(count: int, **changes: Any) -> list[dict[str, Any]]:
    lines = SAMPLE.read_text("utf-8").splitlines()
    first = json.loads(lines[0])
    return [{**first, "code": f"9.{number:06}", **changes} for number in range(1, count + 1)]


def written(path: Path, content: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in content), "utf-8")
    return path


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return (
        report.new,
        report.changed,
        report.unchanged,
        report.held_for_review,
        len(report.rejected),
    )


def find(store: KnowledgeStore, code: str) -> Procedure:
    (version,) = [v.version for v in store.history(code) if v.status is Status.LIVE]
    return store.get_version(code, version)


def test_records_are_stored_and_bad_ones_reported(store: KnowledgeStore) -> None:
    report = import_file(SAMPLE, store)
    assert counts(report) == (3, 0, 0, 0, 3)
    assert [(r.line, r.code) for r in report.rejected] == [(3, None), (5, "9.000004"), (6, "abc")]
    assert "JSON" in report.rejected[0].why
    assert "thiếu tên" in report.rejected[1].why
    assert "mã thủ tục" in report.rejected[2].why
    assert find(store, "9.000003").fees[0].status is FeeStatus.SET_BY_PROVINCE
    assert report.touched


def test_a_second_run_changes_nothing(store: KnowledgeStore) -> None:
    import_file(SAMPLE, store)
    revision = store.revision()
    report = import_file(SAMPLE, store)
    assert counts(report) == (0, 0, 3, 0, 3)
    assert not report.touched
    assert store.revision() == revision


def test_a_second_run_converts_nothing_again(
    store: KnowledgeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.jsonl", records(5))
    import_file(path, store)
    monkeypatch.setattr(importing, "to_procedure", None)
    assert counts(import_file(path, store)) == (0, 0, 5, 0, 0)


def test_a_changed_record_becomes_the_next_version(store: KnowledgeStore, tmp_path: Path) -> None:
    import_file(written(tmp_path / "a.jsonl", records(2)), store)
    later = records(1, name="Thủ tục đăng ký nuôi mèo và chó", data_date="2026-08")
    report = import_file(written(tmp_path / "b.jsonl", later), store)
    assert counts(report) == (0, 1, 0, 0, 0)
    assert find(store, "9.000001").name == "Thủ tục đăng ký nuôi mèo và chó"


def test_an_older_text_does_not_replace_a_younger_one(
    store: KnowledgeStore, tmp_path: Path
) -> None:
    import_file(written(tmp_path / "a.jsonl", records(1, data_date="2026-08-06")), store)
    old = records(1, name="Thủ tục nuôi mèo cũ", data_date="2026-07")
    report = import_file(written(tmp_path / "b.jsonl", old), store)
    assert counts(report) == (0, 0, 0, 0, 1)
    assert "cũ hơn" in report.rejected[0].why
    assert find(store, "9.000001").name == "Thủ tục đăng ký nuôi mèo"


def test_a_record_of_the_staff_is_never_overwritten(store: KnowledgeStore, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", records(2))
    own = to_procedure(records(1)[0]).model_copy(
        update={"origin": "office", "name": "Đăng ký nuôi mèo (bản của phường)", "verified": True}
    )
    store.publish(own, by="cán bộ")
    report = import_file(path, store)
    assert counts(report) == (1, 0, 0, 1, 0)
    assert find(store, "9.000001").name == "Đăng ký nuôi mèo (bản của phường)"
    assert [v.status for v in store.history("9.000001")] == [Status.DRAFT, Status.LIVE]


def test_the_same_text_is_held_for_review_only_once(store: KnowledgeStore, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", records(1))
    own = to_procedure(records(1)[0]).model_copy(
        update={"origin": "office", "name": "Đăng ký nuôi mèo (bản của phường)"}
    )
    store.publish(own, by="cán bộ")
    import_file(path, store)
    assert counts(import_file(path, store)) == (0, 0, 1, 0, 0)
    assert len(store.history("9.000001")) == 2
    newer = written(tmp_path / "b.jsonl", records(1, result="Thẻ nuôi mèo", data_date="2026-08"))
    assert counts(import_file(newer, store)) == (0, 0, 0, 1, 0)


def test_a_code_twice_in_a_file_counts_once_and_is_told(
    store: KnowledgeStore, tmp_path: Path
) -> None:
    twice = [*records(1), *records(1, name="Thủ tục nuôi mèo khác")]
    path = written(tmp_path / "a.jsonl", twice)
    report = import_file(path, store)
    assert counts(report) == (1, 0, 0, 0, 1)
    assert "dòng 1" in report.rejected[0].why
    again = import_file(path, store)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)
    assert find(store, "9.000001").name == "Thủ tục đăng ký nuôi mèo"


def test_an_interrupted_import_keeps_whole_batches_and_can_be_repeated(
    store: KnowledgeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 4)
    path = written(tmp_path / "a.jsonl", records(10))

    def stop_after_six(progress: Progress) -> None:
        if progress.done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(path, store, on_progress=stop_after_six)
    assert len(store.find_live_versions()) == 4
    assert counts(import_file(path, store)) == (6, 0, 4, 0, 0)
    assert len(store.find_live_versions()) == 10


def test_a_file_cut_short_gives_what_is_whole(store: KnowledgeStore, tmp_path: Path) -> None:
    content = "".join(json.dumps(record) + "\n" for record in records(400)).encode()
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(content)[:-400])
    report = import_file(path, store)
    assert report.new
    assert len(report.rejected) == 1
    assert len(store.find_live_versions()) == report.new


def test_progress_grows_to_the_end(store: KnowledgeStore, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", records(30))
    heard: list[Progress] = []
    import_file(path, store, on_progress=heard.append)
    assert [progress.done for progress in heard] == [*range(1, 31), 30]
    fractions = [progress.fraction or 0 for progress in heard]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_an_empty_file_is_an_empty_report(store: KnowledgeStore, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", [])
    assert counts(import_file(path, store)) == (0, 0, 0, 0, 0)


def test_a_better_conversion_is_a_reason_to_convert_again(monkeypatch: pytest.MonkeyPatch) -> None:
    record = records(1)[0]
    before = source_hash(record)
    assert before == source_hash(dict(reversed(record.items())))
    monkeypatch.setattr(importing, "CONVERSION", importing.CONVERSION + 1)
    assert source_hash(record) != before


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason=f"the portal's real file is not at {REAL}")
def test_the_whole_portal_is_imported_and_known_again_at_once(store: KnowledgeStore) -> None:
    first = import_file(REAL, store)
    assert counts(first) == (2842, 0, 0, 0, 2)
    started = time.perf_counter()
    assert counts(import_file(REAL, store)) == (0, 0, 2842, 0, 2)
    assert time.perf_counter() - started < first.seconds / 3
