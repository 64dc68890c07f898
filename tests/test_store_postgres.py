"""The same store on a real PostgreSQL, started for these tests and thrown away."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from browser import need
from records import Clock

from assistant.answers import Answer, Outcome
from assistant.conversations import Conversations, State
from knowledge import backup, database, sample
from knowledge.database import (
    AlreadyThere,
    DatabaseUnavailable,
    connect,
    migrate,
    read_value,
    writing,
)
from knowledge.procedures import Body, Procedure, Source
from knowledge.store import KnowledgeStore
from knowledge.versions import EditConflict, Status

need("psycopg", "postgres")

CODE = "1.001193"


@pytest.fixture(scope="module")
def store(url: str) -> Iterator[KnowledgeStore]:
    code = (
        "import sys; from knowledge.database import connect, migrate; migrate(connect(sys.argv[1]))"
    )
    root = Path(database.__file__).parents[1]
    command = [sys.executable, "-c", code, url]
    processes = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE) for _ in range(2)]
    assert [(p.wait(), p.communicate()[1]) for p in processes] == [(0, b"")] * 2
    engine = connect(url)
    migrate(engine)
    yield KnowledgeStore(engine)
    engine.dispose()


def record(name: str, **more: object) -> Procedure:
    fields = {"code": CODE, "name": name, "sector": "Hộ tịch", "receiving_body": Body.COMMUNE}
    source = Source(name="thử", as_of=date(2026, 11, 1))
    return Procedure.model_validate({**fields, "receiving": "xã", "source": source, **more})


def test_the_sample_office_is_prepared_once(store: KnowledgeStore) -> None:
    assert sample.prepare(store)
    assert not sample.prepare(store)
    view = store.find_view(CODE, sample.SAMPLE_OFFICE)
    assert view is not None and view.counter is not None
    assert store.find_known_code("2.001009") is not None
    assert len(store.utterances(sample.SAMPLE_OFFICE)) > 1000


def test_threads_publish_one_after_another(store: KnowledgeStore) -> None:
    start = store.publish(record("bắt đầu"), by="a")
    together = Barrier(4)

    def publish(who: int) -> list[int]:
        together.wait()
        return [store.publish(record(f"{who}-{n}"), by="a") for n in range(6)]

    with ThreadPoolExecutor(4) as pool:
        versions = [v for done in pool.map(publish, range(4)) for v in done]
    assert sorted(versions) == list(range(start + 1, start + 25))
    live = [v.version for v in store.history(CODE) if v.status is Status.LIVE]
    assert live == [start + 24]


def test_a_draft_is_published_and_rolled_back(store: KnowledgeStore) -> None:
    before = store.publish(record("trước"), by="a")
    revision = store.revision()
    draft = store.save_draft(record("nháp"), by="lan", base_version=before)
    store.submit(CODE, draft, by="lan")
    store.publish_draft(CODE, draft, by="hoa", second_person=True)
    assert store.find_live_versions()[CODE] == draft
    assert store.get_version(CODE, store.rollback(CODE, before, by="hoa")).name == "trước"
    assert store.revision() > revision


def test_the_database_holds_its_own_rules(store: KnowledgeStore, url: str) -> None:
    store.publish(record("sống"), by="a")
    engine = connect(url)
    refused = {
        "UPDATE audit_log SET action = 'x'": "append-only",
        "TRUNCATE audit_log": "append-only",
        "UPDATE procedure_version SET status = 'live' WHERE status = 'retired'": "unique",
    }
    for statement, why in refused.items():
        with pytest.raises(DatabaseUnavailable, match=why), writing(engine) as connection:
            connection.exec_driver_sql(statement)
    assert read_value(engine, "SELECT count(*) FROM revision") == 1
    engine.dispose()


def test_a_backup_is_restored_into_an_empty_database(
    url: str, store: KnowledgeStore, tmp_path: Path
) -> None:
    store.put_setting(None, "before.backup", {"tiếng": "Việt"}, by="letan")
    saved, own = tmp_path / "office.zip", connect(url)
    backup.backup(own, saved, Clock()())
    with pytest.raises(backup.BackupRefused, match="empty"):
        backup.restore(own, saved)
    with own.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE DATABASE restored")
    own.dispose()
    other = connect(url.replace("/postgres?", "/restored?"))
    backup.restore(other, saved)
    migrate(other)
    copy = KnowledgeStore(other, Clock())
    assert copy.find_setting(None, "before.backup") == {"tiếng": "Việt"}
    assert copy.find_live_versions() == store.find_live_versions()
    assert [entry.subject for entry in copy.audit()] == [entry.subject for entry in store.audit()]
    put = copy.put_setting(None, "after.restore", 1, by="letan")  # numbered rows go on counting
    assert put and copy.find_setting(None, "after.restore") == 1
    other.dispose()


def test_of_two_editors_who_save_at_once_one_is_told(store: KnowledgeStore) -> None:
    published = store.publish(record("Hai người sửa"), by="lan")
    together = Barrier(2)

    def save(by: str) -> str:
        together.wait()
        try:
            store.save_draft(record(f"Của {by}"), by=by, base_version=published, seen=published)
        except EditConflict as problem:
            return str(problem)
        return ""

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(save, ("minh", "hoa")))
    assert said[0] == "" and f"vừa lưu bản {published + 1}" in said[1]


def test_turns_are_stored_whole_and_once(store: KnowledgeStore, url: str) -> None:
    sample.prepare(store)
    engine, clock = connect(url), Clock()
    talks = Conversations(engine, sample.SAMPLE_OFFICE, clock)
    answer = Answer(Outcome.ANSWERED, "Dạ, 100% miễn phí ạ.", topics=("fee",), probability=0.25)
    state = State(code=CODE, topics=("fee",))
    first = talks.record(talks.start("web"), "hỏi %s phí", answer, state, seconds=0.5)
    held = talks.get(first.conversation_id)
    assert (held.state, held.updated_at) == (state, clock())
    again = talks.record(held, "hỏi nữa", answer, State())
    assert talks.turns(first.conversation_id) == [
        {"asked": "hỏi %s phí", "answer": first.to_json()},
        {"asked": "hỏi nữa", "answer": again.to_json()},
    ]
    assert talks.get(first.conversation_id).state == State()
    with pytest.raises(AlreadyThere):
        talks.record(held, "lần nữa", answer, state, again.turn_id)
    assert talks.get(first.conversation_id).state == State()  # rolled back with its turn
    assert read_value(engine, "SELECT sum(seq) FROM turn WHERE topics = '[\"fee\"]'") == 3
    engine.dispose()
