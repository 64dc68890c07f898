"""Tables, rows and keys that inbox, outbox and lanes share.

Statements that every message needs are written once, with parameters: building one costs more
than running it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, bindparam, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.heard import Heard, Say
from knowledge.database import writing
from knowledge.schema_groups import InboundRow, LaneRow, OutboundRow

INBOUND: Table = InboundRow.__table__  # type: ignore[assignment]
OUTBOUND: Table = OutboundRow.__table__  # type: ignore[assignment]
LANE: Table = LaneRow.__table__  # type: ignore[assignment]
BACKOFF_SECONDS = (2, 5, 15, 60, 180, 600, 1800)


@dataclass(frozen=True, slots=True)
class Lane:
    """A chat that this worker holds."""

    platform: str
    chat_id: str
    held_by: str


@dataclass(frozen=True, slots=True)
class Received:
    """What waits to be answered: one message, or fragments to be read as one."""

    ids: tuple[int, ...]
    parts: tuple[Heard, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits to be sent."""

    id: int
    key: str
    say: Say
    attempts: int


def backoff(attempts: int) -> timedelta:
    """How long to wait after the given number of failures, with a little jitter."""
    seconds = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
    return timedelta(seconds=seconds * (1 + secrets.randbelow(200) / 1000))


@lru_cache(maxsize=32)
def _insert_new(table: Table, dialect: str) -> Any:
    vendor = postgresql if dialect == "postgresql" else sqlite
    return vendor.insert(table).on_conflict_do_nothing()


def insert_new(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless its key is there already; whether it was new."""
    statement = _insert_new(table, connection.dialect.name)
    return connection.execute(statement, values).rowcount == 1


def out_key(key: str, part: int = 0) -> str:
    """The key of one message that answers ``key``."""
    return f"{key}:{part}"


def in_chat(table: Table) -> Any:
    """The rows of one chat; parameters as ``chat`` gives them."""
    return and_(
        table.c.office_id == bindparam("of_office"),
        table.c.platform == bindparam("of_platform"),
        table.c.chat_id == bindparam("of_chat"),
    )


def has_turn(table: Table) -> Any:
    """Waiting rows that are due or were tried; parameter ``now``.

    What was never tried and is not due only waits for its writer to go on: others come first.
    """
    return or_(table.c.due_at <= bindparam("now"), table.c.attempts > 0)


def chat(office_id: str, platform: str, chat_id: str) -> dict[str, Any]:
    """The parameters of ``in_chat``."""
    return {"of_office": office_id, "of_platform": platform, "of_chat": chat_id}


def set_rows(engine: Engine, table: Table, ids: Sequence[int], **values: Any) -> None:
    """Change some rows in a transaction of their own."""
    with writing(engine) as connection:
        connection.execute(update(table).where(table.c.id.in_(ids)).values(**values))


def put_off(
    engine: Engine,
    table: Table,
    ids: Sequence[int],
    *,
    attempts: int,
    why: str,
    now: datetime,
    wait: timedelta | None,
    give_up: bool,
) -> None:
    """Rows that failed: due again later, or dead for a person to see."""
    set_rows(
        engine,
        table,
        ids,
        attempts=attempts,
        error=why[:500],
        status="dead" if give_up else "waiting",
        due_at=now + (wait or backoff(attempts)),
        settled_at=now if give_up else None,
    )
