"""Whether the database takes what is written, looked at now and then."""

from threading import Lock
from time import monotonic

from sqlalchemy import Engine

from knowledge.database import DatabaseUnavailable, try_writing

LOOKS_EVERY_SECONDS = 5


class Storage:
    """The database as somebody who writes finds it. Safe between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._looked_at: float | None = None
        self.takes_writes = True

    def look(self) -> None:
        """Try it, if that was not done just now; blocks."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._looked_at and monotonic() - self._looked_at < LOOKS_EVERY_SECONDS:
                return
            try:
                try_writing(self._engine)
                self.takes_writes = True
            except DatabaseUnavailable:
                self.takes_writes = False
            self._looked_at = monotonic()
        finally:
            self._lock.release()
