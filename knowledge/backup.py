"""Saves the database of a running deployment to one file, and brings it back into an empty place.

SQLite through its own online backup, PostgreSQL table by table inside one snapshot; both see
one moment, while residents go on asking. The index is derived and is not saved: the next start
builds it.
"""

import hashlib
import json
import sqlite3
import warnings
import zipfile
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, Table, exists, inspect, select
from sqlalchemy.exc import SAWarning

from knowledge.database import NewerDatabase, reading, writing
from knowledge.migrating import must_know, upgrade

MANIFEST = "manifest.json"
SQLITE_FILE = "letan.sqlite"
PAGES_AT_ONCE = 1000  # a writer gets its turn between two portions


class BackupRefused(RuntimeError):
    """The backup cannot be made or restored as asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: ``files`` maps each part to its SHA-256."""

    kind: str
    revision: str
    made_at: str
    files: dict[str, str]


def backup(engine: Engine, target: Path, made_at: datetime) -> Manifest:
    """Write everything the database holds to ``target``, a zip file that appears only whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with TemporaryDirectory(dir=target.parent, prefix=".letan-backup-") as folder:
        kind = engine.dialect.name
        save = _save_sqlite if kind == "sqlite" else _save_postgres
        revision = save(engine, Path(folder))
        files = sorted(path for path in Path(folder).iterdir() if path.is_file())
        manifest = Manifest(
            kind, revision, made_at.isoformat(), {path.name: _digest(path) for path in files}
        )
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
            for path in files:
                archive.write(path, path.name)
    part.replace(target)
    return manifest


def restore(engine: Engine, source: Path) -> Manifest:
    """Bring a backup back; raises BackupRefused unless the place is empty and the file whole."""
    with TemporaryDirectory(prefix="letan-restore-") as folder:
        manifest = _unpack(source, Path(folder))
        if manifest.kind != engine.dialect.name:
            raise BackupRefused(
                f"{source} was made from {manifest.kind}, the database here is "
                f"{engine.dialect.name}; set KNOWLEDGE_DATABASE_URL to the same kind"
            )
        try:
            must_know(manifest.revision)
        except NewerDatabase as newer:
            raise BackupRefused(f"{source}: {newer}") from newer
        _must_be_empty(engine)
        if manifest.kind == "sqlite":
            _load_sqlite(engine, Path(folder) / SQLITE_FILE)
        else:
            _load_postgres(engine, Path(folder), manifest.revision)
    return manifest


def _unpack(source: Path, folder: Path) -> Manifest:
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = Manifest(**json.loads(archive.read(MANIFEST)))
            for name, digest in manifest.files.items():
                if Path(name).name != name:
                    raise BackupRefused(f"{source} holds a part named {name!r}")
                archive.extract(name, folder)
                if _digest(folder / name) != digest:
                    raise BackupRefused(f"{source} is damaged: {name} is not what was saved")
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise BackupRefused(f"{source} is not a whole backup of letan: {error}") from error
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _must_be_empty(engine: Engine) -> None:
    with reading(engine) as connection:
        held = inspect(connection).get_table_names()
    if held:
        raise BackupRefused(
            f"the database {engine.url.render_as_string()} holds {len(held)} tables already; "
            "restore into an empty one (another LETAN_HOME or another database)"
        )


def _tables(engine: Engine) -> list[Table]:
    """Every table in the order in which rows may be put in."""
    found = MetaData()
    with reading(engine) as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # indexes over expressions; rows need none
        found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _revision(connection: Connection) -> str:
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        raise BackupRefused("the database has no schema yet; there is nothing to save")
    return str(found)


def _save_sqlite(engine: Engine, folder: Path) -> str:
    raw = engine.raw_connection()
    try:
        with closing(sqlite3.connect(folder / SQLITE_FILE)) as copy:
            raw.driver_connection.backup(copy, pages=PAGES_AT_ONCE)  # type: ignore[union-attr]
            rows = copy.execute("SELECT version_num FROM alembic_version").fetchall()
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise BackupRefused(f"the database could not be saved: {error}") from error
    finally:
        raw.close()
    if not rows:
        raise BackupRefused("the database has no schema yet; there is nothing to save")
    return str(rows[0][0])


def _load_sqlite(engine: Engine, file: Path) -> None:
    with closing(sqlite3.connect(file)) as saved:
        if (found := saved.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise BackupRefused(f"the saved database is damaged: {found}")
        raw = engine.raw_connection()
        try:
            raw.driver_connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[union-attr]
            saved.backup(raw.driver_connection)  # type: ignore[arg-type]
        finally:
            raw.close()
    engine.dispose()


def _save_postgres(engine: Engine, folder: Path) -> str:
    tables = _tables(engine)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        revision = _revision(connection)
        for at, table in enumerate(tables):
            copying = f"COPY {_named(connection, table)} ({_columns(connection, table)}) TO STDOUT"
            with (
                (folder / f"{at:03}-{table.name}.copy").open("wb") as file,
                _cursor(connection) as cursor,
                cursor.copy(copying) as copy,
            ):
                for block in copy:
                    file.write(block)
    return revision


def _load_postgres(engine: Engine, folder: Path, revision: str) -> None:
    with writing(engine) as connection:
        upgrade(connection, revision)
    tables = {table.name: table for table in _tables(engine)}
    with writing(engine) as connection:
        for table in reversed(tables.values()):  # what migrations put in comes back saved
            if connection.execute(select(exists().select_from(table))).scalar():
                connection.execute(table.delete())
        for file in sorted(folder.glob("*.copy")):
            table = tables[file.stem.split("-", 1)[1]]
            copying = f"COPY {_named(connection, table)} ({_columns(connection, table)}) FROM STDIN"
            with (
                _cursor(connection) as cursor,
                cursor.copy(copying) as copy,
                file.open("rb") as saved,
            ):
                while block := saved.read(1 << 16):
                    copy.write(block)
            _count_on(connection, table)


def _count_on(connection: Connection, table: Table) -> None:
    """Let a numbered column go on after its highest number."""
    name = _named(connection, table)
    for column in table.primary_key.columns:
        if column.type.python_type is not int:
            continue
        serial = f"pg_get_serial_sequence('{name}', '{column.name}')"
        connection.exec_driver_sql(
            f'SELECT setval({serial}, (SELECT max("{column.name}") FROM {name})) '
            f"WHERE {serial} IS NOT NULL AND EXISTS (SELECT 1 FROM {name})"
        )


def _cursor(connection: Connection) -> Any:
    """A cursor of psycopg itself, for COPY; closed by ``with``."""
    return connection.connection.cursor()


def _named(connection: Connection, table: Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)


def _columns(connection: Connection, table: Table) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return ", ".join(quote(column.name) for column in table.columns)
