"""Prepared changes: what SQLAlchemy would store, in one transaction."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from records import an_office
from sqlalchemy import Engine, bindparam, insert, select, update

from knowledge.database import (
    AlreadyThere,
    DatabaseUnavailable,
    connect,
    json_text,
    migrate,
    read_value,
    reading,
    writing,
)
from knowledge.prepared import Prepared, write
from knowledge.schema import ConversationRow
from knowledge.store import KnowledgeStore

AT = datetime(2026, 11, 23, 9, 30, 15, 123456, tzinfo=timezone(timedelta(hours=7)))
ROW = {"id": "c1", "office_id": "phuong-thu", "channel": "web", "created_at": AT, "updated_at": AT}
STATE = {"code": "1.000001", "chữ": ["Việt", None, 0.5]}
COLUMNS = (*ROW, "state")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = connect(f"sqlite:///{tmp_path / 'letan.db'}")
    migrate(engine)
    KnowledgeStore(engine).put_office(an_office(id="phuong-thu"), by="thử")
    return engine


def test_a_prepared_insert_stores_what_sqlalchemy_stores(engine: Engine) -> None:
    prepared = Prepared(insert(ConversationRow), engine.dialect, COLUMNS)
    write(engine, [(prepared, {**ROW, "state": json_text(STATE)})])
    with writing(engine) as connection:
        connection.execute(insert(ConversationRow).values({**ROW, "id": "c2", "state": STATE}))
    raw = "SELECT state || created_at || updated_at || channel FROM conversation WHERE id = "
    assert read_value(engine, raw + "'c1'") == read_value(engine, raw + "'c2'")
    with reading(engine) as connection:
        row = connection.execute(select(ConversationRow).where(ConversationRow.id == "c1")).one()
    assert (row.state, row.created_at) == (STATE, AT) and row.created_at.tzinfo is UTC


def test_values_of_the_statement_itself_stay_beside_the_given_ones(engine: Engine) -> None:
    start = Prepared(insert(ConversationRow).values(channel="kiosk"), engine.dialect, COLUMNS[:2])
    assert sorted(start.parameters({"id": "c1", "office_id": "a"})) == ["a", "c1", "kiosk"]
    move = Prepared(
        update(ConversationRow).where(ConversationRow.id == bindparam("which")).values(channel="x"),
        engine.dialect,
    )
    assert list(move.parameters({"which": "c1"})) == ["x", "c1"]
    with pytest.raises(KeyError):
        move.parameters({})


def test_changes_that_fail_half_way_leave_nothing_and_let_others_write(engine: Engine) -> None:
    prepared = Prepared(insert(ConversationRow), engine.dialect, COLUMNS)
    good = {**ROW, "state": "{}"}
    with pytest.raises(AlreadyThere):
        write(engine, [(prepared, good), (prepared, good)])
    with pytest.raises(AlreadyThere, match="FOREIGN KEY"):
        write(engine, [(prepared, {**good, "office_id": "khác"})])
    assert read_value(engine, "SELECT count(*) FROM conversation") == 0
    write(engine, [(prepared, good)])  # on the same connection of the pool
    assert read_value(engine, "SELECT count(*) FROM conversation") == 1


def test_a_database_that_takes_no_writes_is_said_to_be_away(engine: Engine) -> None:
    prepared = Prepared(insert(ConversationRow), engine.dialect, COLUMNS)
    away = connect(engine.url)
    raw = away.raw_connection()
    raw.cursor().execute("PRAGMA query_only = ON")
    raw.close()  # the only connection of the pool, so the one `write` gets
    with pytest.raises(DatabaseUnavailable, match="readonly") as problem:
        write(away, [(prepared, {**ROW, "state": "{}"})])
    assert not isinstance(problem.value, AlreadyThere)
    assert read_value(engine, "SELECT count(*) FROM conversation") == 0
