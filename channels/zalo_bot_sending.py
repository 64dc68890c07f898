"""The Zalo Bot Platform through httpx: calls, long polling, every refusal with a next step."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import httpx

from channels.heard import Heard, Say
from channels.sending import SendFailed, Traits
from channels.zalo_bot_reading import PLATFORM
from channels.zalo_settings import ZaloBotSettings

LIMIT = 2000
TIMEOUT_SECONDS = 25.0
HALTED_SECONDS = 300.0
EMPTY_POLL = 408
# 403 is documented as "Internal server error".
PASSING = frozenset({403, 408, 500, 502, 503, 504})
# A consumed update may be given again by every next poll: never ask faster than this.
POLL_FLOOR_SECONDS = 1.0
POLL_MARGIN_SECONDS = 10.0


class ZaloBotPlatform:
    """Calls the platform; the token is part of the address, so no error repeats an address."""

    def __init__(self, settings: ZaloBotSettings) -> None:
        self._path = f"/bot{settings.token.get_secret_value()}"
        self._client = httpx.AsyncClient(
            base_url=settings.api_url.rstrip("/"), timeout=TIMEOUT_SECONDS
        )
        self.names: tuple[str, ...] = ()

    async def start(self) -> dict[str, Any]:
        """Learn the bot's names; raises SendFailed when the token is wrong."""
        account: dict[str, Any] = await self.call("getMe") or {}
        names = (account.get("display_name"), account.get("account_name"))
        self.names = tuple(str(name) for name in names if name)
        return account

    async def stop(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @property
    def traits(self) -> Traits:
        name = self.names[0] if self.names else "Bot"
        return Traits(PLATFORM, "zalo", LIMIT, has_buttons=False, threads=False, call=f"@{name}")

    async def call(self, method: str, **body: Any) -> Any:
        """The result of one method; raises SendFailed. An HTTP 200 may carry a refusal."""
        try:
            response = await self._client.post(f"{self._path}/{method}", json=body)
        except httpx.HTTPError as error:
            raise SendFailed(f"Zalo not reached: {type(error).__name__}", retry_after=0) from None
        try:
            envelope = response.json()
        except ValueError:
            envelope = {}
        if response.status_code == 200 and envelope.get("ok") is True:
            return envelope.get("result")
        code = envelope.get("error_code") or envelope.get("errorCode") or response.status_code
        raise refusal(int(code), str(envelope.get("description") or ""), method)

    async def send(self, say: Say) -> str:
        """Send one message of at most 2000 characters; its id."""
        result = await self.call("sendMessage", chat_id=say.chat_id, text=say.text)
        return str((result or {}).get("message_id") or "")

    async def show_typing(self, heard: Heard) -> None:
        """Best effort."""
        with suppress(SendFailed):
            await self.call("sendChatAction", chat_id=heard.chat_id, action="typing")

    async def acknowledge(self, heard: Heard) -> None:
        """There are no buttons."""

    async def is_admin(self, heard: Heard) -> bool:
        """The platform does not tell; clerks are recognised by their account instead."""
        return False

    async def poll(
        self,
        take: Callable[[dict[str, Any]], Awaitable[bool]],
        complain: Callable[[str], None],
        *,
        timeout_seconds: int = 30,
        floor_seconds: float = POLL_FLOOR_SECONDS,
    ) -> None:
        """Long polling until cancelled. ``take`` keeps one event and tells whether it is new.

        There is no acknowledgement: a repeat is slowed down, a new one is followed at once.
        """
        failures = 0
        while True:
            new = False
            try:
                result = await self._get_updates(timeout_seconds)
                failures = 0
                if result:
                    new = await take(result)
            except SendFailed as failed:
                if failed.halts:
                    raise
                failures += 1
                complain(str(failed))
                await asyncio.sleep(min(30.0, 2.0 ** min(failures, 5)))
            if not new:
                await asyncio.sleep(floor_seconds)

    async def _get_updates(self, timeout_seconds: int) -> dict[str, Any] | None:
        """One event, None for an empty poll (408, as status or in the body)."""
        try:
            response = await self._client.post(
                f"{self._path}/getUpdates",
                json={"timeout": timeout_seconds},
                timeout=timeout_seconds + POLL_MARGIN_SECONDS,
            )
        except httpx.HTTPError as error:
            raise SendFailed(f"Zalo not reached: {type(error).__name__}", retry_after=0) from None
        try:
            envelope = response.json()
        except ValueError:
            envelope = {}
        code = envelope.get("error_code") or response.status_code
        if EMPTY_POLL in (code, response.status_code):
            return None
        if response.status_code == 200 and envelope.get("ok") is True:
            result = envelope.get("result")
            if isinstance(result, list):
                result = result[0] if result else None
            return result if isinstance(result, dict) else None
        raise refusal(int(code), str(envelope.get("description") or ""), "getUpdates")


def refusal(code: int, description: str, method: str) -> SendFailed:
    """What a refusal of the platform means for the message."""
    why = f"Zalo {method}: {code} {description}".strip()
    if code == 401:
        return SendFailed(why, retry_after=HALTED_SECONDS, halts=True)
    if code == 429:  # the month's quota, without a time after which it would help to try
        return SendFailed(why, halts=True)
    if code in PASSING:
        return SendFailed(why, retry_after=0)
    return SendFailed(why)
