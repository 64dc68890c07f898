"""Where bounds are counted for several processes together: the deployment's database, or Redis."""

import time
from datetime import UTC, datetime
from hashlib import blake2b

from limits.errors import ConfigurationError
from limits.storage import Storage, storage_from_string
from sqlalchemy import DateTime, Engine, bindparam, delete, select, text, update

from knowledge.database import DatabaseUnavailable, reading, writing
from knowledge.schema_limits import RateLimitRow

DATABASE = "database"
CLEAN_EVERY = 500
# One statement, so that two processes never count the same number; alike on both databases.
_INCREASE = text(
    "INSERT INTO rate_limit (key, amount, ends_at) VALUES (:key, :by, :ends) "
    "ON CONFLICT (key) DO UPDATE SET "
    "amount = CASE WHEN rate_limit.ends_at <= :now THEN :by ELSE rate_limit.amount + :by END, "
    "ends_at = CASE WHEN rate_limit.ends_at <= :now THEN :ends ELSE rate_limit.ends_at END "
    "RETURNING amount"
).bindparams(bindparam("now", type_=DateTime(timezone=True)),
             bindparam("ends", type_=DateTime(timezone=True)))  # fmt: skip


class BadStorage(ValueError):
    """The setting names no storage; the message says which there are."""


def open_storage(named: str, engine: Engine) -> Storage | None:
    """The storage a setting names; None where each process counts for itself."""
    if not named:
        return None
    if named == DATABASE:
        return DatabaseStorage(engine)
    try:
        storage = storage_from_string(named, wrap_exceptions=True)
    except ConfigurationError as error:  # the package is missing, or no such scheme
        raise BadStorage(
            f"CHANNELS_PROTECTION_LIMITS_STORAGE={named!r}: dùng database, redis://…, "
            f"memcached://…, hoặc bỏ trống ({error})"
        ) from error
    if not isinstance(storage, Storage):
        raise BadStorage(f"CHANNELS_PROTECTION_LIMITS_STORAGE={named!r} không dùng được ở đây")
    return storage


class DatabaseStorage(Storage):
    """Counts in the table `rate_limit`; raises limits' StorageError when it cannot."""

    STORAGE_SCHEME = None

    def __init__(self, engine: Engine) -> None:
        super().__init__(wrap_exceptions=True)
        self._engine = engine
        self._count = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        return DatabaseUnavailable

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """The count of a window, itself included; a window that has ended begins anew."""
        now = time.time()
        given = {
            "key": _digest(key), "by": amount, "now": _at(now), "ends": _at(now + expiry),
        }  # fmt: skip
        self._count += 1
        with writing(self._engine) as connection:
            if self._count % CLEAN_EVERY == 0:
                connection.execute(delete(RateLimitRow).where(RateLimitRow.ends_at <= _at(now)))
            return int(connection.execute(_INCREASE, given).scalar_one())

    def get(self, key: str) -> int:
        """The count of a window that has not ended."""
        query = select(RateLimitRow.amount).where(
            RateLimitRow.key == _digest(key), RateLimitRow.ends_at > _at(time.time())
        )
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar() or 0)

    def get_expiry(self, key: str) -> float:
        """When a window ends, in seconds since the epoch."""
        query = select(RateLimitRow.ends_at).where(RateLimitRow.key == _digest(key))
        with reading(self._engine) as connection:
            ends = connection.execute(query).scalar()
        return ends.timestamp() if ends else time.time()

    def check(self) -> bool:
        """Whether it counts at all."""
        self.get("")
        return True

    def reset(self) -> int | None:
        """Forget every window; how many."""
        with writing(self._engine) as connection:
            return int(connection.execute(delete(RateLimitRow)).rowcount)

    def clear(self, key: str) -> None:
        """Forget one window."""
        change = update(RateLimitRow).where(RateLimitRow.key == _digest(key)).values(amount=0)
        with writing(self._engine) as connection:
            connection.execute(change)


def _digest(key: str) -> str:
    return blake2b(key.encode(), digest_size=24).hexdigest()


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
