"""Statements compiled once and given to the driver as they are: for what every answer writes.

SQLAlchemy goes through a dozen layers for a statement. In a loop that is quick; between two
questions the processor's caches have lost all of it, and it costs more than the database's work.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Dialect, Engine
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.sql.expression import UpdateBase

from knowledge.database import unavailable


class Prepared:
    """A change in the SQL of one kind of database.

    Values for JSON columns are JSON text: who has it already need not make it again.
    """

    def __init__(
        self, statement: UpdateBase, dialect: Dialect, columns: Collection[str] = ()
    ) -> None:
        """``columns`` get a value each, beside what ``statement`` says itself."""
        compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
        self.sql = compiled.string
        self._order: Sequence[str] | None = compiled.positiontup if compiled.positional else None
        binds = [(name, bind) for bind, name in compiled.bind_names.items()]
        self._constants = {name: bind.value for name, bind in binds if not bind.required}
        types = {name: bind.type.dialect_impl(dialect) for name, bind in binds if bind.required}
        self._to_driver = [
            (name, process)
            for name, kind in types.items()
            if not isinstance(kind, JSON) and (process := kind.bind_processor(dialect))
        ]

    def parameters(self, values: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        """``values`` as the driver takes them; a KeyError where one is missing."""
        ready = {**self._constants, **values}
        for name, process in self._to_driver:
            ready[name] = process(ready[name])
        return ready if self._order is None else [ready[name] for name in self._order]


Change = tuple[Prepared, Mapping[str, Any]]  # with its values


def write(engine: Engine, changes: Sequence[Change]) -> None:
    """Make the changes in one transaction, committed or rolled back whole, as `writing` does.

    Raises DatabaseUnavailable when it fails. Other writers wait for nothing but the database's
    own work.
    """
    ready = [(prepared.sql, prepared.parameters(values)) for prepared, values in changes]
    driver = engine.dialect.loaded_dbapi
    try:
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            if engine.dialect.name == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
            for sql, parameters in ready:
                cursor.execute(sql, parameters)
            raw.commit()
            cursor.close()
        finally:
            raw.close()  # back into the pool, which rolls back what is not committed
    except (driver.Error, DBAPIError, TimeoutError) as error:
        raise unavailable(error, is_refused=isinstance(error, driver.IntegrityError)) from error
