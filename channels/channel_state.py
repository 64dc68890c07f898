"""How each chat platform of an office stands: what was heard and sent last, what waits, why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select

from channels.chat_hub import ChatSettings
from channels.mail_tables import INBOUND, OUTBOUND
from channels.telegram_settings import PLATFORM as TELEGRAM
from channels.zalo_bot_reading import PLATFORM as ZALO_BOT
from channels.zalo_oa_reading import PLATFORM as ZALO_OA
from channels.zalo_oa_tokens import Tokens, find_tokens
from knowledge.database import reading

NAMES = {TELEGRAM: "Telegram", ZALO_BOT: "Zalo Bot", ZALO_OA: "Zalo Official Account"}
WAITING, DEAD, SENT = "waiting", "dead", "sent"


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One platform. ``failing`` is why what waits could not be sent or answered yet.

    ``link`` is what is stored of an Official Account's access, None where there is none.
    """

    platform: str
    name: str
    is_set_up: bool
    to_answer: int
    to_send: int
    dead: int
    waits_since: datetime | None
    failing: str
    last_heard: datetime | None
    last_sent: datetime | None
    link: Tokens | None


def set_up(settings: ChatSettings) -> dict[str, bool]:
    """Which platforms have what it takes to log in."""
    return {
        TELEGRAM: bool(settings.telegram.token.get_secret_value()),
        ZALO_BOT: bool(settings.zalo_bot.token.get_secret_value()),
        ZALO_OA: bool(settings.zalo_oa.app_id),
    }


def channel_states(engine: Engine, office_id: str, settings: ChatSettings) -> list[ChannelState]:
    """Every platform, also one that is not set up. Blocking."""
    link = find_tokens(engine, office_id)
    with reading(engine) as connection:
        return [
            _state(connection, office_id, platform, is_set_up, link)
            for platform, is_set_up in set_up(settings).items()
        ]


def find_last_heard(engine: Engine, office_id: str, platform: str) -> datetime | None:
    """When the platform last brought a message; None when it never did, or long ago."""
    newest = select(func.max(INBOUND.c.received_at)).where(
        INBOUND.c.office_id == office_id, INBOUND.c.platform == platform
    )
    with reading(engine) as connection:
        last: datetime | None = connection.scalar(newest)
        return last


def _state(
    connection: Connection, office_id: str, platform: str, is_set_up: bool, link: Tokens | None
) -> ChannelState:
    heard = _figures(connection, INBOUND, INBOUND.c.received_at, office_id, platform)
    said = _figures(connection, OUTBOUND, OUTBOUND.c.created_at, office_id, platform)
    waits = [rows[WAITING].first for rows in (heard, said) if WAITING in rows]
    none = _Figures(0, None, None, None)
    return ChannelState(
        platform,
        NAMES[platform],
        is_set_up,
        to_answer=heard.get(WAITING, none).count,
        to_send=said.get(WAITING, none).count,
        dead=heard.get(DEAD, none).count + said.get(DEAD, none).count,
        waits_since=min(waits) if waits else None,
        failing=_failing(connection, office_id, platform),
        last_heard=max((row.last for row in heard.values()), default=None),
        last_sent=said.get(SENT, none).settled,
        link=link if platform == ZALO_OA else None,
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    count: int
    first: Any
    last: Any
    settled: datetime | None


def _figures(
    connection: Connection, table: Table, came: Any, office_id: str, platform: str
) -> dict[str, _Figures]:
    """For each status: how many rows, when the first and the last came, the last settled."""
    query = (
        select(
            table.c.status, func.count(), func.min(came), func.max(came),
            func.max(table.c.settled_at),
        )
        .where(table.c.office_id == office_id, table.c.platform == platform)
        .group_by(table.c.status)
    )  # fmt: skip
    return {row[0]: _Figures(*row[1:]) for row in connection.execute(query)}


def _failing(connection: Connection, office_id: str, platform: str) -> str:
    """The last error of what still waits; empty when nothing failed."""
    for table in (OUTBOUND, INBOUND):
        query = (
            select(table.c.error)
            .where(
                table.c.office_id == office_id, table.c.platform == platform,
                table.c.status == WAITING, table.c.error.is_not(None),
            )
            .order_by(table.c.id.desc())
            .limit(1)
        )  # fmt: skip
        if error := connection.scalar(query):
            return str(error)
    return ""
