"""Replays the day of the group through the real channel: webhook, inbox, gate, desk, sending.

Nothing is stood in for but the platform's own server; the clock is the script's.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import anyio
import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from assistant.desk import Desk
from channels.chat_hub import ChatHub, ChatSettings
from channels.chats import SAID, TALK, Chat
from channels.gate import Mode, Room
from channels.group_settings import GroupSettings
from channels.hooks import hook_routes
from channels.mail_tables import OUTBOUND
from channels.telegram_settings import TelegramSettings
from channels.threads import Workers
from channels.zalo_settings import ZaloBotSettings, ZaloOaSettings
from evals.desk import MOMENT, fresh_desk
from evals.fakes import telegram_server, zalo_bot_server, zalo_oa_server
from evals.fakes.serving import serving
from evals.group_day import GroupMessage, GroupRun, Spoken
from evals.group_worlds import Call, Context, Telegram, World, ZaloBot, ZaloOa
from knowledge.database import reading

# Longer than fragments are waited for: at the end nothing is left to come.
AFTERWARDS = timedelta(minutes=2)
FIRST_PERSON = 900_100_000
Progress = Callable[[int, int], None]
# Each day is a file of cases: another neighbourhood, other people, other words.
DAYS = {"1": "groups", "2": "groups_second"}


@dataclass
class MovingClock:
    """A clock that stands where the script is."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment


def worlds(messages: Sequence[GroupMessage]) -> list[World]:
    """The day as each platform brings it."""
    names = sorted({m.who for m in messages})
    people = {name: FIRST_PERSON + i for i, name in enumerate(names)}
    return [Telegram(people), Telegram(people, privacy=True), ZaloBot(people), ZaloOa(people)]


def each_day(messages: Sequence[GroupMessage], only: str, step: Progress) -> Iterator[GroupRun]:
    """The day in each world, or on one platform, each with a sample office of its own."""
    for world in worlds(messages):
        if only in ("", world.platform, world.title):
            clock = MovingClock(MOMENT)
            with fresh_desk(clock=clock) as desk:
                yield replay(desk, clock, world, messages, step)


def replay(
    desk: Desk, clock: MovingClock, world: World, messages: Sequence[GroupMessage], step: Progress
) -> GroupRun:
    """The day in one world. ``clock`` must be the one the desk was built with."""
    with serving(world.fake.app) as address:
        settings = chat_settings(world.platform, address)
        return anyio.run(_replay, _Day(desk, clock, world, messages, step), settings)


def chat_settings(platform: str, address: str) -> ChatSettings:
    """Settings of one platform whose stand-in is at ``address``; limits of real time are off."""
    plain: dict[str, Any] = {"_env_file": None}
    return ChatSettings(
        groups=GroupSettings(**plain),
        telegram=TelegramSettings(
            **plain,
            token=SecretStr(telegram_server.TOKEN if platform == "telegram" else ""),
            webhook_secret=SecretStr(telegram_server.SECRET),
            api_url=address,
            messages_a_second=0,
            group_messages_a_minute=0,
        ),
        zalo_bot=ZaloBotSettings(
            **plain,
            token=SecretStr(zalo_bot_server.TOKEN if platform == "zalo-bot" else ""),
            webhook_secret=SecretStr(zalo_bot_server.SECRET),
            api_url=address,
        ),
        zalo_oa=ZaloOaSettings(
            **plain,
            app_id=zalo_oa_server.APP_ID if platform == "zalo-oa" else "",
            app_secret=SecretStr(zalo_oa_server.APP_SECRET),
            oa_secret=SecretStr(zalo_oa_server.OA_SECRET),
            api_url=address,
            oauth_url=address,
        ),
    )


@dataclass
class _Day:
    desk: Desk
    clock: MovingClock
    world: World
    messages: Sequence[GroupMessage]
    step: Progress
    calls: dict[str, Call] = field(default_factory=dict)
    offered: dict[str, tuple[str, ...]] = field(default_factory=dict)


@asynccontextmanager
async def _open(day: _Day, settings: ChatSettings) -> AsyncIterator[tuple[ChatHub, Any]]:
    hub = ChatHub(day.desk, settings, Workers(4))
    if day.world.platform == "zalo-oa":
        first = {"access_token": "AT0", "refresh_token": "RT0", "expires_in": "90000"}
        hub.oa_tokens.store(first)
    problems = await hub.log_in()
    if problems:
        raise RuntimeError("; ".join(problems))
    app = FastAPI()
    app.include_router(hook_routes(hub))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ward") as client:
        yield hub, client
    await hub.stop()


async def _replay(day: _Day, settings: ChatSettings) -> GroupRun:
    world = day.world
    start = day.clock.moment
    async with _open(day, settings) as (hub, client):
        room = Room(mode=Mode.QUESTIONS)
        hub.chats.put(Chat(world.platform, world.group, True, room=room, greeted=True))
        for who in sorted({m.who for m in day.messages if m.is_clerk}):
            hub.chats.add_clerk(world.platform, world.person(who), who)
        for i, message in enumerate(day.messages):
            day.clock.moment = datetime.combine(start.date(), message.at, start.tzinfo)
            await hub.lanes.drain()  # what waited for more words until now
            await _deliver(day, hub, client, message)
            day.step(i + 1, len(day.messages))
        day.clock.moment += AFTERWARDS
        await hub.lanes.drain()
    kept = sum(len(_sent(day, call.key)) for call in day.calls.values())
    return GroupRun(
        world.title,
        tuple(day.messages),
        frozenset(day.calls),
        {message_id: list(_spoken(day, call.key)) for message_id, call in day.calls.items()},
        len(world.fake.sent) - kept,
    )


async def _deliver(
    day: _Day, hub: ChatHub, client: httpx.AsyncClient, message: GroupMessage
) -> None:
    call = day.world.call(message, day.clock.moment, _context(day, message))
    if call is None:
        return
    day.calls[message.id] = call
    answer = await client.post(call.path, content=call.content, headers=call.headers)
    if answer.status_code != 200:
        raise RuntimeError(f"{call.path} answers {answer.status_code} to {message.id}")
    await hub.lanes.drain()
    day.offered[call.key] = _offered(day, message)


def _offered(day: _Day, message: GroupMessage) -> tuple[str, ...]:
    """The procedures this person may choose from right now."""
    query = select(TALK.c.conversation_id).where(
        TALK.c.platform == day.world.platform, TALK.c.person_id == day.world.person(message.who)
    )
    with reading(day.desk.library.engine) as connection:
        talk = connection.scalar(query)
    choices = day.desk.conversations.get(talk).state.choices if talk else ()
    return tuple(choice.code for choice in choices if choice.code)


def _context(day: _Day, message: GroupMessage) -> Context:
    """What a message replies to; a reply to the desk finds its answer, if it gave one."""
    if message.bot_re and (call := day.calls.get(message.bot_re)):
        for sent_id in _sent(day, call.key):
            return Context(bot_id=sent_id, bot_text=day.world.text_of(sent_id))
    if message.re and (call := day.calls.get(message.re)):
        before = next(m for m in day.messages if m.id == message.re)
        return Context(re_id=call.message_id, re_text=before.text, re_who=before.who)
    return Context()


def _sent(day: _Day, key: str) -> list[str]:
    query = (
        select(OUTBOUND.c.sent_id)
        .where(
            OUTBOUND.c.platform == day.world.platform,
            OUTBOUND.c.status == "sent",
            OUTBOUND.c.key.startswith(f"{key}:", autoescape=True),
        )
        .order_by(OUTBOUND.c.id)
    )
    with reading(day.desk.library.engine) as connection:
        return [str(sent_id) for sent_id in connection.scalars(query)]


def _spoken(day: _Day, key: str) -> Iterator[Spoken]:
    """Everything said about one message: one answer, however many pieces it was sent in."""
    ids = _sent(day, key)
    if not ids:
        return
    text = "\n".join(day.world.text_of(sent_id) for sent_id in ids)
    query = select(SAID.c.about, SAID.c.outcome).where(
        SAID.c.platform == day.world.platform, SAID.c.out_key == f"{key}:0"
    )
    with reading(day.desk.library.engine) as connection:
        rows = connection.execute(query).all()
    if not rows:
        yield Spoken((), "unnamed", text)
    for about, outcome in rows:
        codes = tuple(code for code in about.split(":")[0].split("+") if code)
        offers: tuple[str, ...] = ()
        if outcome == "repeated":
            offers = _named(day, text)
        elif outcome == "clarifying":
            offers = day.offered.get(key, ())
        yield Spoken(codes, outcome, text, offers)


def _named(day: _Day, text: str) -> tuple[str, ...]:
    """The procedures a pointer names."""
    summaries = day.desk.library.store.live_summaries(day.desk.office_id)
    return tuple(s.code for s in summaries if s.title in text)
