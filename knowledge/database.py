"""Opens the SQL database and brings its tables up to date. SQLite or PostgreSQL, by URL alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pydantic_core
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, TimeoutError

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_SECONDS = 10
POOL_SIZE = 16  # connections kept; as many again may open under load
# The one that was used last comes first: its pages, statements and memory are still at hand.
USED_LAST_FIRST = True
# Any constant: the number of the lock that migrating processes queue for on PostgreSQL.
MIGRATION_LOCK = 7_104_116
# Waiting for a lock longer than a writer ever takes means something is stuck: fail, do not hang.
LOCK_TIMEOUT_SECONDS = 30
# Larger than a page, so that the file has to grow.
_TRIED = (
    "INSERT INTO setting (name, value, updated_at, updated_by) "
    "VALUES ('try_writing', {value}, CURRENT_TIMESTAMP, 'letan')"
)
_UNTRIED = "DELETE FROM setting WHERE name = 'try_writing'"


def json_text(value: object) -> str:
    """What JSON columns hold: as `json.dumps` writes it, without spaces, in a fifth of its time.

    Vietnamese stays readable in the tables, and half as long as escaped.
    """
    return pydantic_core.to_json(value).decode()


class DatabaseUnavailable(RuntimeError):
    """The database did not answer, is locked, full or read-only; the cause is attached."""


class AlreadyThere(DatabaseUnavailable):
    """Another row has the same key; the database is well."""


class NewerDatabase(RuntimeError):
    """The tables were made by a newer program than this one; nothing was read or changed."""


def connect(url: str | URL, *, pool_size: int = POOL_SIZE) -> Engine:
    """An engine for ``sqlite:///path`` or ``postgresql://…`` (through psycopg 3).

    A SQLite file's folder is created. ``pool_size`` is the number of connections kept; as
    many again may open under load. Nothing is opened before first use.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            pool_use_lifo=USED_LAST_FIRST,
            json_serializer=json_text,
        )
    # Every connection to ":memory:" would be a database of its own.
    file = parsed.database or ""
    if parsed.get_backend_name() != "sqlite" or file in {"", ":memory:"}:
        raise ValueError(
            f"database URL {str(parsed)!r} is neither sqlite:///file nor postgresql://"
        )
    Path(file).resolve().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_use_lifo=USED_LAST_FIRST,
        json_serializer=json_text,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi_connection: object, _record: object) -> None:
    # The driver's own transaction handling starts none before SELECT or DDL; _begin_sqlite does.
    dbapi_connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = dbapi_connection.cursor()  # type: ignore[attr-defined]
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a reader that upgrades later fails instead of waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection with one consistent snapshot; raises DatabaseUnavailable when it fails."""
    try:
        with engine.connect() as connection:
            yield connection
    except (DBAPIError, TimeoutError) as error:
        raise unavailable(error) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed or rolled back whole; raises DatabaseUnavailable when it fails."""
    try:
        with engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with connection.begin():
                yield connection
    except (DBAPIError, TimeoutError) as error:
        raise unavailable(error) from error


def try_writing(engine: Engine) -> None:
    """Write a row and take it away again; raises DatabaseUnavailable when that cannot be done.

    A database that is only busy takes writes: nobody waits here for another's transaction.
    """
    try:
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            if engine.dialect.name == "sqlite":
                cursor.execute("PRAGMA busy_timeout = 100")
                try:
                    cursor.execute("BEGIN IMMEDIATE")
                    cursor.execute(_TRIED.format(value="json_quote(hex(zeroblob(8192)))"))
                    cursor.execute(_UNTRIED)
                    cursor.execute("COMMIT")
                finally:
                    if raw.dbapi_connection.in_transaction:  # type: ignore[union-attr]
                        cursor.execute("ROLLBACK")
                    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
            else:
                cursor.execute(_TRIED.format(value="to_jsonb(repeat('0', 8192))"))
                cursor.execute(_UNTRIED)
                raw.commit()
            cursor.close()
        finally:
            raw.close()
    except (engine.dialect.loaded_dbapi.Error, DBAPIError, TimeoutError) as error:
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            return
        raise unavailable(error) from error


def read_value(engine: Engine, statement: str) -> Any:
    """The first value of a constant SELECT, in a tenth of the time ``reading`` takes.

    For what is asked several times in one answer.
    """
    try:
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute(statement)
            row = cursor.fetchone()
            cursor.close()
        finally:
            raw.close()
    except (engine.dialect.loaded_dbapi.Error, DBAPIError, TimeoutError) as error:
        raise unavailable(error) from error
    return row[0] if row else None


def unavailable(error: Exception, *, is_refused: bool = False) -> Exception:
    """What to raise for a database's error; ``is_refused`` where a driver's own says so."""
    cause = getattr(error, "orig", None) or error
    if is_refused or isinstance(error, IntegrityError):
        return AlreadyThere(f"database refused the row: {cause}")
    return DatabaseUnavailable(f"database did not do its work: {cause}")


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest schema; several processes may call this at once.

    One of them works while the others wait; a current database is only read. All or nothing: a
    migration that fails leaves the schema as it was. Raises NewerDatabase for a schema this
    program does not know: it goes forward only.
    """
    if _is_newest(engine):
        return
    # Only here: half of what its import costs would be paid at every start.
    from knowledge import migrating

    with reading(engine) as connection:
        migrating.check(connection)
    if engine.dialect.name == "sqlite":
        _use_wal(engine)
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        migrating.upgrade(connection)


def _is_newest(engine: Engine) -> bool:
    """Whether the schema is the one of the last migration; the files' names tell which that is."""
    newest = max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        held = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return list(held) == [newest.partition("_")[0]]


def _use_wal(engine: Engine) -> None:
    # Kept in the file, so once is enough; it cannot be switched inside a transaction.
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    except Exception as error:
        raise unavailable(error) from error
    finally:
        raw.close()
