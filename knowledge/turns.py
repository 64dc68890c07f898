"""Takes turns between all processes of a deployment: by the database, or by a file on one PC."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Engine

# Any constant: the number of the lock that processes which change the index queue for.
INDEX_LOCK = 7_104_117

Turn = Callable[[], AbstractContextManager[object]]


def turns_by(engine: Engine, folder: Path) -> Turn:
    """Whoever enters waits for whoever is inside; a process that dies leaves.

    PostgreSQL knows every machine of the deployment. SQLite is one machine, and a file in
    ``folder`` does.
    """
    if engine.dialect.name == "postgresql":
        return partial(_by_database, engine)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "update.lock")
    return lambda: lock


@contextmanager
def _by_database(engine: Engine) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({INDEX_LOCK})")
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({INDEX_LOCK})")
