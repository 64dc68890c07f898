"""Many hands at once: threads and processes publish, readers never see half of it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier, Event

import pytest
from sqlalchemy import insert

from knowledge import database
from knowledge.database import DatabaseUnavailable, connect, migrate, writing
from knowledge.procedures import Body, Procedure, Source
from knowledge.schema import ProcedureVersion
from knowledge.store import KnowledgeStore
from knowledge.version_rows import new_row
from knowledge.versions import EditConflict, Outcome, Status

CODE = "1.001193"
SOURCE = Source(name="thử", as_of=date(2026, 11, 1))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'letan.db'}"


@pytest.fixture
def store(url: str) -> KnowledgeStore:
    engine = connect(url)
    migrate(engine)
    return KnowledgeStore(engine)


def record(name: str, code: str = CODE) -> Procedure:
    fields = {"code": code, "name": name, "sector": "Hộ tịch", "receiving_body": Body.COMMUNE}
    return Procedure.model_validate({**fields, "receiving": "xã", "source": SOURCE})


def test_threads_that_publish_the_same_code_get_a_version_each(store: KnowledgeStore) -> None:
    together = Barrier(6)

    def publish(who: int) -> list[int]:
        together.wait()
        return [store.publish(record(f"{who}-{n}"), by=f"cán bộ {who}") for n in range(8)]

    with ThreadPoolExecutor(6) as pool:
        versions = [v for done in pool.map(publish, range(6)) for v in done]
    assert sorted(versions) == list(range(1, 49))
    history = store.history(CODE)
    assert [v.version for v in history if v.status is Status.LIVE] == [48]
    assert len(store.audit(limit=1000)) == 48


def test_the_same_import_run_twice_at_once_stores_every_record_once(store: KnowledgeStore) -> None:
    records = [record(f"Thủ tục {n}", f"1.{n:06d}") for n in range(300)]
    together = Barrier(2)

    def run(_: int) -> set[Outcome]:
        together.wait()
        return {p.outcome for p in store.publish_many(records, by="import")}

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(run, range(2)))
    assert sorted(outcomes, key=str) == [{Outcome.NEW}, {Outcome.UNCHANGED}]
    assert set(store.find_live_versions().values()) == {1}


def test_readers_see_old_or_new_but_always_an_answer(store: KnowledgeStore) -> None:
    store.publish(record("0"), by="a")
    done = Event()

    def read() -> list[str]:
        seen = []
        while not done.is_set():
            [summary] = store.live_summaries(None)
            seen.append(summary.name)
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for n in range(1, 40):
            store.publish(record(str(n)), by="a")
        done.set()
        for reader in readers:
            numbers = [int(name) for name in reader.result()]
            assert numbers == sorted(numbers)


def test_the_revision_never_lags_behind_what_is_read(store: KnowledgeStore) -> None:
    store.publish(record("0"), by="a")
    done = Event()

    def read() -> dict[int, set[int]]:
        seen: dict[int, set[int]] = {}
        while not done.is_set():
            before = store.revision()
            version = store.find_live_versions()[CODE]
            if store.revision() == before:
                seen.setdefault(before, set()).add(version)
        return seen

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        for n in range(1, 40):
            store.publish(record(str(n)), by="a")
        done.set()
        assert all(len(versions) == 1 for versions in reader.result().values())


def test_processes_publish_side_by_side(store: KnowledgeStore, url: str) -> None:
    code = """
import sys
from datetime import date
from knowledge.database import connect
from knowledge.procedures import Procedure
from knowledge.store import KnowledgeStore
store = KnowledgeStore(connect(sys.argv[1]))
for n in range(15):
    store.publish(Procedure(code="1.001193", name=sys.argv[2] + str(n), sector="x",
        receiving_body="commune", receiving="x", source={"name": "x", "as_of": date(2026, 1, 1)}),
        by=sys.argv[2])
"""
    root = Path(database.__file__).parents[1]
    processes = [
        subprocess.Popen([sys.executable, "-c", code, url, who], cwd=root, stderr=subprocess.PIPE)
        for who in ("lan", "hoa")
    ]
    assert [(p.wait(), p.communicate()[1]) for p in processes] == [(0, b"")] * 2
    assert [v.version for v in store.history(CODE)] == list(range(30, 0, -1))


def test_the_database_itself_refuses_a_second_live_version(store: KnowledgeStore) -> None:
    store.publish(record("một"), by="a")
    change = store._change("b")
    row = new_row(
        record("hai"), change, version=2, status=Status.LIVE, source_hash=None, base_version=1
    )
    with (
        pytest.raises(DatabaseUnavailable, match="UNIQUE"),
        writing(connect(str(store._engine.url))) as connection,
    ):
        connection.execute(insert(ProcedureVersion), [row])


def test_of_two_editors_who_save_at_once_one_is_told_and_nothing_is_overwritten(
    store: KnowledgeStore,
) -> None:
    for round_ in range(8):
        code = f"1.{round_:06d}"
        store.publish(record("Thủ tục", code), by="lan")
        together = Barrier(2)

        def save(by: str, code: str = code, together: Barrier = together) -> str:
            together.wait()
            try:
                changed = record(f"Của {by}", code)
                store.save_draft(changed, by=by, base_version=1, seen=1)
            except EditConflict as problem:
                return str(problem)
            return ""

        with ThreadPoolExecutor(2) as pool:
            said = sorted(pool.map(save, ("minh", "hoa")))
        assert said[0] == "" and "vừa lưu bản 2" in said[1]
        assert [v.version for v in store.history(code)] == [2, 1]
