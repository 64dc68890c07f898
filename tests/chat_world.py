"""A ward with its chat channels against fake servers; a test is one coroutine."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import fake_telegram
import fake_zalo_bot
import fake_zalo_oa
import httpx
from browser import serving
from fastapi import FastAPI
from pydantic import SecretStr

from assistant.desk import Desk
from channels.chat_hub import ChatHub, ChatSettings
from channels.group_settings import GroupSettings
from channels.hooks import hook_routes
from channels.telegram_settings import TelegramSettings
from channels.threads import Workers
from channels.zalo_settings import ZaloBotSettings, ZaloOaSettings

QUIET: dict[str, Any] = {"_env_file": None}


def settings(
    telegram: str = "", zalo_bot: str = "", zalo_oa: str = "", **groups: Any
) -> ChatSettings:
    """Settings for the platforms whose fake's address is given."""
    return ChatSettings(
        groups=GroupSettings(**QUIET, **groups),
        telegram=TelegramSettings(
            **QUIET,
            token=SecretStr(fake_telegram.TOKEN if telegram else ""),
            webhook_secret=SecretStr(fake_telegram.SECRET),
            api_url=telegram,
        ),
        zalo_bot=ZaloBotSettings(
            **QUIET,
            token=SecretStr(fake_zalo_bot.TOKEN if zalo_bot else ""),
            webhook_secret=SecretStr(fake_zalo_bot.SECRET),
            api_url=zalo_bot,
        ),
        zalo_oa=ZaloOaSettings(
            **QUIET,
            app_id=fake_zalo_oa.APP_ID if zalo_oa else "",
            app_secret=SecretStr(fake_zalo_oa.APP_SECRET),
            oa_secret=SecretStr(fake_zalo_oa.OA_SECRET),
            api_url=zalo_oa,
            oauth_url=zalo_oa,
        ),
    )


class World:
    """The hub and a client of its webhooks."""

    def __init__(self, hub: ChatHub, client: httpx.AsyncClient) -> None:
        self.hub = hub
        self.client = client

    async def telegram(self, *updates: dict[str, Any]) -> None:
        """Deliver updates one after the other and do what is due after each."""
        for update in updates:
            response = await self.client.post(
                "/hooks/telegram",
                json=update,
                headers={"X-Telegram-Bot-Api-Secret-Token": fake_telegram.SECRET},
            )
            assert response.status_code == 200
            await self.hub.lanes.drain()

    async def zalo_bot(self, *events: dict[str, Any]) -> None:
        for event in events:
            response = await self.client.post(
                "/hooks/zalo-bot",
                json=event,
                headers={"X-Bot-Api-Secret-Token": fake_zalo_bot.SECRET},
            )
            assert response.status_code == 200
            await self.hub.lanes.drain()

    async def zalo_oa(self, *raws: bytes) -> None:
        for raw in raws:
            response = await self.client.post(
                "/hooks/zalo-oa",
                content=raw,
                headers={"X-ZEvent-Signature": fake_zalo_oa.sign(raw)},
            )
            assert response.status_code == 200
            await self.hub.lanes.drain()


@asynccontextmanager
async def open_world(desk: Desk, chat_settings: ChatSettings) -> AsyncIterator[World]:
    hub = ChatHub(desk, chat_settings, Workers(4))
    problems = await hub.log_in()
    assert not problems, problems
    app = FastAPI()
    app.include_router(hook_routes(hub))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ward") as client:
        yield World(hub, client)
    await hub.stop()


def play(desk: Desk, scene: Callable[[World], Awaitable[None]], fake: Any, **groups: Any) -> None:
    """Run one scene against one fake server."""
    name = {
        fake_telegram.FakeTelegram: "telegram",
        fake_zalo_bot.FakeZaloBot: "zalo_bot",
        fake_zalo_oa.FakeZaloOa: "zalo_oa",
    }[type(fake)]

    async def run(address: str) -> None:
        async with open_world(desk, settings(**{name: address}, **groups)) as world:
            await scene(world)

    with serving(fake.app) as address:
        anyio.run(run, address)
