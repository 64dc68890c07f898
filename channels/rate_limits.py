"""Bounds on questions: by address, by conversation, by day; on how many wait at once.

A stream that has begun waits no longer and is counted among the open ones.

Past a bound the client gets 429 or 503 with ``Retry-After`` at once, so that a flood costs
next to nothing and never piles up in front of residents.
"""

import ipaddress
import json
import math
import time
from collections.abc import Callable

import pydantic_core
import structlog
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.door import error
from channels.process_counts import ProcessCounts
from channels.protection_settings import ProtectionSettings
from channels.threads import Workers

log = structlog.get_logger()
QUESTIONS = "/api/chat"  # and what lies below it
STREAMS = f"{QUESTIONS}/stream"
NUMBERS = "/api/queue"
BUSY_SECONDS = 2  # a full queue of 64 is answered in less
THREADS = 4  # that ask a shared storage; apart from those that answer

Refused = Callable[[str], None]


class Occupancy:
    """How many questions of a process wait and how many streams are open, over all offices."""

    def __init__(self) -> None:
        self.inside = 0
        self.open = 0


class RateLimits:
    """ASGI middleware in front of everything that asks the desk a question.

    With a ``shared`` storage, which blocks, all processes that use it count together; one that
    fails leaves each process to count for itself, and nobody unanswered. ``office_id`` keeps the
    shares of offices apart; ``occupancy`` is what they fill together.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: ProtectionSettings,
        refused: Refused | None = None,
        shared: Storage | None = None,
        office_id: str = "",
        occupancy: Occupancy | None = None,
    ) -> None:
        self._app = app
        self._refused = refused or (lambda _: None)
        self._limiter = FixedWindowRateLimiter(ProcessCounts())
        self._shared = FixedWindowRateLimiter(shared) if shared else None
        self._shared_is_away = False
        self._aside = Workers(THREADS)
        self._office_id = office_id
        self._address = _bound(RateLimitItemPerMinute, settings.per_address_a_minute)
        self._conversation = _bound(RateLimitItemPerMinute, settings.per_conversation_a_minute)
        self._day = _bound(RateLimitItemPerDay, settings.answers_a_day)
        self._numbers = (
            _bound(RateLimitItemPerMinute, settings.numbers_a_minute),
            _bound(RateLimitItemPerDay, settings.numbers_a_day),
        )
        self._waiting = settings.waiting
        self._streams = settings.open_streams
        self._now = occupancy or Occupancy()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == NUMBERS and scope["type"] == "http" and scope["method"] == "POST":
            await self._number(scope, receive, send)
            return
        if scope["type"] != "http" or not (path == QUESTIONS or path.startswith(f"{QUESTIONS}/")):
            await self._app(scope, receive, send)
            return
        if not (path == STREAMS or path.startswith(f"{STREAMS}/")):
            await self._question(scope, receive, send)
            return
        if self._streams and self._now.open >= self._streams:
            await self._refuse(503, "busy", BUSY_SECONDS)(scope, receive, send)
            return
        self._now.open += 1
        try:
            await self._question(scope, receive, send)
        finally:
            self._now.open -= 1

    async def _number(self, scope: Scope, receive: Receive, send: Send) -> None:
        for bound in () if _is_of_the_house(_address(scope)) else self._numbers:
            refusal = await self._past(bound, "too_many_numbers", _address(scope))
            if refusal:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _question(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":  # what was answered already costs next to nothing
            await self._app(scope, receive, send)
            return
        refusal = await self._past(self._address, "too_many_address", _address(scope))
        if refusal is None and self._waiting and self._now.inside >= self._waiting:
            refusal = self._refuse(503, "busy", BUSY_SECONDS)
        if refusal:
            await refusal(scope, receive, send)
            return
        waits = True
        self._now.inside += 1

        async def begun(message: Message) -> None:
            nonlocal waits
            if waits:
                waits = False
                self._now.inside -= 1
            await send(message)

        try:
            await self._pass_on(scope, receive, begun)
        finally:
            if waits:
                self._now.inside -= 1

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body (already bounded in size) for the conversation it belongs to."""
        parts: list[Message] = []
        while True:
            message = await receive()
            parts.append(message)
            if message["type"] != "http.request" or not message.get("more_body", False):
                break
        conversation = _conversation_in(b"".join(part.get("body", b"") for part in parts))
        refusal = None
        if conversation:
            refusal = await self._past(self._conversation, "too_many_conversation", conversation)
        refusal = refusal or await self._past(self._day, "too_many_today", "all")
        if refusal:
            await refusal(scope, receive, send)
            return

        async def replay() -> Message:
            return parts.pop(0) if parts else await receive()

        await self._app(scope, replay, send)

    async def _past(self, bound: RateLimitItem | None, code: str, whose: str) -> Response | None:
        """A refusal when ``whose`` share of ``bound`` is used up."""
        if bound is None:
            return None
        of = (self._office_id, code, whose)
        if self._shared is None:
            resets = _resets(self._limiter, bound, of)
        else:
            shared = self._shared
            try:
                resets = await self._aside.run(lambda: _resets(shared, bound, of))
                self._shared_is_away = False
            except StorageError as problem:
                if not self._shared_is_away:  # once, not three times a question
                    log.warning("shared_limits_unavailable", problem=str(problem))
                self._shared_is_away = True
                resets = _resets(self._limiter, bound, of)
        if resets is None:
            return None
        return self._refuse(429, code, max(1, math.ceil(resets - time.time())))

    def _refuse(self, status: int, code: str, seconds: int) -> Response:
        self._refused(code)
        answer = error(status, code)
        answer.headers["Retry-After"] = str(seconds)
        return answer


def _resets(
    limiter: FixedWindowRateLimiter, bound: RateLimitItem, of: tuple[str, ...]
) -> float | None:
    """Count one; when the next window begins, if this one is used up."""
    if limiter.hit(bound, *of):
        return None
    return float(limiter.get_window_stats(bound, *of).reset_time)


def _is_of_the_house(address: str) -> bool:
    """Whether it belongs to this machine or its own network, as the screens of a hall do."""
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:  # no network between: a socket file
        return True


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("unknown",))[0])


def _bound(item: type[RateLimitItem], amount: int) -> RateLimitItem | None:
    return item(amount) if amount > 0 else None


def _conversation_in(body: bytes) -> str | None:
    """The conversation a body names; what is unreadable is for the route to refuse."""
    try:
        said = pydantic_core.from_json(body)
    except ValueError:
        try:  # what the route still reads, in another encoding say, is counted too
            said = json.loads(body)
        except (ValueError, RecursionError):
            return None
    named = said.get("conversation_id") if isinstance(said, dict) else None
    return named if isinstance(named, str) else None
