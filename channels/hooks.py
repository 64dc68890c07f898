"""The webhooks of Telegram and Zalo: checked, stored, and only then "200".

Order of the tests: is the platform set up, is the secret right (the body is not looked at
before), is it JSON for us. An authentic call that we cannot use gets 200, or the platform would
repeat it for hours; a database that does not answer gets 503, so that it does.
"""

import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import structlog
from fastapi import APIRouter, Request, Response

from channels import zalo_bot_reading, zalo_oa_reading
from channels.chat_hub import ChatHub, ChatSettings
from channels.door import Door
from channels.heard import Heard
from knowledge.database import DatabaseUnavailable

log = structlog.get_logger()
TELEGRAM_SECRET = "X-Telegram-Bot-Api-Secret-Token"
ZALO_SECRET = "X-Bot-Api-Secret-Token"
ZALO_SIGNATURE = "X-ZEvent-Signature"
ZALO_TIME = "X-ZEvent-Timestamp"


def chat_hooks(door: Door) -> APIRouter:
    """`/hooks/telegram`, `/hooks/zalo-bot`, `/hooks/zalo-oa`, with their workers."""
    return hook_routes(ChatHub(door.desk, ChatSettings(), door.workers))


def hook_routes(hub: ChatHub) -> APIRouter:
    """The webhooks of one hub; its workers live as long as the application."""

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        if not hub.is_used:
            yield
            return
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hub.run)
            yield
            tasks.cancel_scope.cancel()
        await hub.stop()

    routes = APIRouter(lifespan=lifespan, include_in_schema=False)
    settings = hub.settings

    async def keep(read: Callable[[dict[str, Any]], Heard | None], raw: bytes) -> Response:
        try:
            body = json.loads(raw)
            heard = read(body) if isinstance(body, dict) else None
        except Exception:  # a body of a shape nobody foresaw must not be repeated for hours
            log.exception("hook_not_understood")
            return Response(status_code=200)
        if heard is None:
            return Response(status_code=200)
        try:
            await hub.lanes.receive(heard)
        except DatabaseUnavailable:
            log.warning("hook_not_stored", platform=heard.platform)
            return Response(status_code=503)
        return Response(status_code=200)

    @routes.post("/hooks/telegram")
    async def telegram(request: Request) -> Response:
        secret = settings.telegram.webhook_secret.get_secret_value()
        if hub.telegram is None or not secret:
            return Response(status_code=404)
        if not _same(request.headers.get(TELEGRAM_SECRET, ""), secret):
            return Response(status_code=403)
        platform = hub.telegram
        if not platform.is_started:  # who we are decides what is for us: come again in a minute
            return Response(status_code=503)
        from channels import telegram_reading  # heavy, and already read where Telegram is set up

        return await keep(
            lambda body: telegram_reading.read(body, platform.me), await request.body()
        )

    @routes.post("/hooks/zalo-bot")
    async def zalo_bot(request: Request) -> Response:
        secret = settings.zalo_bot.webhook_secret.get_secret_value()
        if hub.zalo_bot is None or not secret:
            return Response(status_code=404)
        if not _same(request.headers.get(ZALO_SECRET, ""), secret):
            # setWebhook's own test call carries no secret; Zalo saves the address all the same.
            return Response(status_code=403)
        platform = hub.zalo_bot
        return await keep(
            lambda body: zalo_bot_reading.read(body, platform.names), await request.body()
        )

    @routes.post("/hooks/zalo-oa")
    async def zalo_oa(request: Request) -> Response:
        oa = settings.zalo_oa
        if hub.zalo_oa is None or not oa.oa_secret.get_secret_value():
            return Response(status_code=404)
        raw = await request.body()
        stamps = (_timestamp(raw), request.headers.get(ZALO_TIME, ""))
        signed = zalo_oa_reading.is_signed(
            raw,
            request.headers.get(ZALO_SIGNATURE, ""),
            oa.app_id,
            oa.oa_secret.get_secret_value(),
            tuple(stamp for stamp in stamps if stamp),
        )
        if not signed:
            log.warning("zalo_oa_signature_differs", enforced=oa.signature == "enforce")
            if oa.signature == "enforce":
                return Response(status_code=403)
        platform = hub.zalo_oa
        return await keep(lambda body: zalo_oa_reading.read(body, platform.name), raw)

    return routes


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())


def _timestamp(raw: bytes) -> str:
    """The time a body states, empty when it states none; part of what is signed."""
    try:
        body = json.loads(raw)
    except ValueError:
        return ""
    return str(body.get("timestamp") or "") if isinstance(body, dict) else ""
