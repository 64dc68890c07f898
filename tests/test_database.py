"""The database: opened by URL, migrated by several processes at once, honest when it fails."""

import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from browser import need
from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import StatementError

from knowledge import database
from knowledge.database import (
    DatabaseUnavailable,
    NewerDatabase,
    connect,
    migrate,
    read_value,
    reading,
    writing,
)
from knowledge.schema import AuditRow, ConversationRow, OfficeRow, TurnRow
from knowledge.tables import Base

AT = datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=7)))


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'deep' / 'letan.db'}"


def test_connecting_makes_the_folder_and_migrating_makes_every_table(tmp_path: Path) -> None:
    engine = connect(url(tmp_path))
    migrate(engine)
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())


def test_the_migrations_lead_exactly_to_the_declared_tables(tmp_path: Path) -> None:
    engine = connect(url(tmp_path))
    migrate(engine)
    with warnings.catch_warnings(), engine.connect() as connection:
        # SQLite cannot reflect the three unique indexes over expressions; store tests hold them.
        warnings.simplefilter("ignore")
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_sqlite_is_opened_for_many_readers_and_one_patient_writer(tmp_path: Path) -> None:
    engine = connect(url(tmp_path))
    migrate(engine)
    assert read_value(engine, "PRAGMA journal_mode") == "wal"
    assert read_value(engine, "PRAGMA foreign_keys") == 1
    assert read_value(engine, "PRAGMA busy_timeout") == 10_000
    assert read_value(engine, "PRAGMA synchronous") == 1


def test_several_processes_may_migrate_the_same_new_database_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from knowledge.database import connect, migrate; migrate(connect(sys.argv[1]))"
    )
    command = [sys.executable, "-c", code, url(tmp_path)]
    root = Path(database.__file__).parents[1]
    processes = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE) for _ in range(3)]
    assert [(p.wait(), p.communicate()[1]) for p in processes] == [(0, b"")] * 3
    assert read_value(connect(url(tmp_path)), "SELECT count(*) FROM revision") == 1


def test_a_failing_migration_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "migrations"
    (broken / "versions").mkdir(parents=True)
    (broken / "env.py").write_text((database.MIGRATIONS / "env.py").read_text())
    (broken / "versions" / "0001_broken.py").write_text(
        "from alembic import op\nrevision, down_revision = '0001', None\n"
        "def upgrade():\n    op.execute('CREATE TABLE half (id int)')\n    op.execute('nonsense')\n"
    )
    monkeypatch.setattr(database, "MIGRATIONS", broken)
    engine = connect(url(tmp_path))
    with pytest.raises(DatabaseUnavailable, match="nonsense"):
        migrate(engine)
    assert inspect(engine).get_table_names() == []


def test_a_current_database_is_not_written_to(tmp_path: Path) -> None:
    engine = connect(url(tmp_path))
    migrate(engine)
    with writing(engine):  # somebody else holds the write lock
        migrate(connect(url(tmp_path)))


def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    engine = connect(url(tmp_path))
    migrate(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase, match="9999"):
        migrate(engine)
    assert read_value(engine, "SELECT version_num FROM alembic_version") == "9999"


@pytest.mark.parametrize("bad", ["sqlite://", "sqlite:///:memory:", "mysql://x/y"])
def test_a_database_that_cannot_be_shared_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="neither sqlite:///file nor postgresql://"):
        connect(bad)


def test_a_password_in_a_refused_url_is_not_repeated() -> None:
    with pytest.raises(ValueError) as refused:
        connect("mysql://letan:bimat@host/db")
    assert "bimat" not in str(refused.value)


def test_a_postgresql_url_is_served_by_psycopg_3() -> None:
    need("psycopg", "postgres")
    assert connect("postgresql://letan@localhost/letan").dialect.driver == "psycopg"
    assert connect("postgres://letan@localhost/letan").dialect.driver == "psycopg"


def test_what_a_database_refuses_is_reported_under_one_name(tmp_path: Path) -> None:
    engine = connect(url(tmp_path))
    with pytest.raises(DatabaseUnavailable, match="no such table"), reading(engine) as connection:
        connection.execute(select(OfficeRow.id))
    with pytest.raises(DatabaseUnavailable, match="no such table"):
        read_value(engine, "SELECT value FROM revision")
    file = tmp_path / "not-a-folder"
    file.write_text("x")
    with pytest.raises(FileExistsError):
        connect(f"sqlite:///{file}/letan.db")


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    engine = connect(url(tmp_path))
    migrate(engine)
    with pytest.raises(RuntimeError), writing(engine) as connection:
        connection.execute(insert(OfficeRow).values(office("hoa-sen")))
        raise RuntimeError("power cut")
    assert read_value(engine, "SELECT count(*) FROM office") == 0


def test_times_keep_their_moment_and_naive_ones_are_refused(tmp_path: Path) -> None:
    engine = connect(url(tmp_path))
    migrate(engine)
    with writing(engine) as connection:
        connection.execute(insert(OfficeRow).values(office("hoa-sen")))
    with reading(engine) as connection:
        stored = connection.scalar(select(OfficeRow.updated_at))
    assert stored == AT and stored is not None and stored.tzinfo is UTC
    with pytest.raises(StatementError), writing(engine) as connection:
        connection.execute(
            insert(OfficeRow).values(office("khac") | {"updated_at": datetime(2026, 1, 1)})
        )


def test_forgetting_a_conversation_forgets_its_turns(tmp_path: Path) -> None:
    engine = connect(url(tmp_path))
    migrate(engine)
    with writing(engine) as connection:
        connection.execute(insert(OfficeRow).values(office("hoa-sen")))
        talk = {"id": "c1", "office_id": "hoa-sen", "channel": "web", "state": {}}
        connection.execute(insert(ConversationRow).values(**talk, created_at=AT, updated_at=AT))
        turn = {"id": "t1", "conversation_id": "c1", "office_id": "hoa-sen", "seq": 1, "answer": {}}
        turn |= {"asked_masked": "?", "outcome": "answered", "topics": [], "created_at": AT}
        connection.execute(insert(TurnRow).values(turn))
    with writing(engine) as connection:
        connection.execute(ConversationRow.__table__.delete())
    assert read_value(engine, "SELECT count(*) FROM turn") == 0


def test_the_audit_log_can_be_added_to_but_not_changed(tmp_path: Path) -> None:
    engine = connect(url(tmp_path))
    migrate(engine)
    with writing(engine) as connection:
        line = {"at": AT, "by": "a", "action": "publish", "subject": "procedure:1.001193"}
        connection.execute(insert(AuditRow).values(line))
    for statement in ("UPDATE audit_log SET by = 'b'", "DELETE FROM audit_log"):
        with pytest.raises(DatabaseUnavailable, match="append-only"), writing(engine) as connection:
            connection.exec_driver_sql(statement)
    assert read_value(engine, "SELECT by FROM audit_log") == "a"


def office(office_id: str) -> dict[str, object]:
    return {
        "id": office_id,
        "kind": "ward",
        "name": "phường Thử",
        "province": "Hà Nội",
        "record": {},
        "updated_at": AT,
        "updated_by": "test",
    }


def test_the_newest_migration_is_the_one_with_the_last_name() -> None:
    scripts = ScriptDirectory(str(database.MIGRATIONS))
    last = max(file.name for file in (database.MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert scripts.get_heads() == [last.partition("_")[0]]
