"""Transactions, the revision and what is kept in memory as long as the revision stays."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from threading import Lock
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, select, update

from knowledge import audit
from knowledge.audit import AuditEntry, Change
from knowledge.database import read_value, reading, writing
from knowledge.offices import HANOI
from knowledge.schema import RevisionRow

T = TypeVar("T")

# A full import holds some 3,000 procedures of which a ward is asked a few hundred; a view of
# the sample office takes 24 kB, so this is some 24 MB at most.
CACHE_SIZE = 1024
# date.toordinal() fits until the year 2870; the revision keeps the day in this many low bits.
DAY_BITS = 20


def now() -> datetime:
    """The present in Hà Nội, the default clock of the store."""
    return datetime.now(HANOI)


_steady: ContextVar[tuple["Ledger", int] | None] = ContextVar("steady", default=None)


class Ledger:
    """One deployment's database with its clock; every change is a transaction with a log line."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = now) -> None:
        self._engine = engine
        self._clock = clock
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def today(self) -> date:
        """The present day in Hà Nội."""
        return self._clock().astimezone(HANOI).date()

    def revision(self) -> int:
        """A number that grows with every change of knowledge, and at midnight.

        At midnight because versions, rules and fees begin and end by date: whoever keeps
        something derived from the store may keep it as long as this number stays.
        """
        if (held := _steady.get()) is not None and held[0] is self:
            return held[1]
        value = read_value(self._engine, "SELECT value FROM revision")
        return int(value or 0) << DAY_BITS | self.today().toordinal()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Within it the revision is read once, in this thread: one answer, one state of knowledge.

        Asking the database six times an answer costs as much as finding the procedure's name.
        """
        token = _steady.set((self, self.revision()))
        try:
            yield
        finally:
            _steady.reset(token)

    def audit(
        self,
        *,
        subject: str | None = None,
        office_id: str | None = None,
        limit: int = 100,
        **narrowed: Any,
    ) -> Sequence[AuditEntry]:
        """The newest audit lines first; subjects are "procedure:<code>", "office:<id>" …

        What else narrows them is said at ``audit.read``.
        """
        with reading(self._engine) as connection:
            return audit.read(
                connection, subject=subject, office_id=office_id, limit=limit, **narrowed
            )

    @contextmanager
    def _changing(self) -> Iterator[tuple[Connection, Callable[[], None]]]:
        """One write transaction that holds the revision row, and what raises the revision.

        Holding the row makes changes queue behind each other on PostgreSQL as they do on SQLite.
        """
        with writing(self._engine) as connection:
            connection.execute(select(RevisionRow.value).with_for_update())

            def bump() -> None:
                connection.execute(update(RevisionRow).values(value=RevisionRow.value + 1))

            yield connection, bump

    def _change(self, by: str, note: str | None = None, office_id: str | None = None) -> Change:
        return Change(by=by, at=self._clock(), today=self.today(), office_id=office_id, note=note)

    def _cached(self, key: tuple[Hashable, ...], read: Callable[[], T]) -> T:
        # The revision is read before the rest, so what is kept is never older than its key says.
        key = (self.revision(), *key)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast(T, self._kept[key])
        value = read()
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > CACHE_SIZE:
                self._kept.popitem(last=False)
        return value
