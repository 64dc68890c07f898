"""Prometheus figures of one web process: what was answered, how fast, what waits, what was refused.

Numbers only: no text, no address, no conversation is ever a label.
"""

import hmac
import os
import time
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.answers import Answer
from assistant.conversations import Conversation
from assistant.desk import Desk
from channels.door import Door, error
from channels.rate_limits import QUESTIONS
from channels.storage import Storage
from knowledge.database import DatabaseUnavailable

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where the workers of one site add up their figures
LOOPBACK = frozenset({"127.0.0.1", "::1"})
# What proxies add to a request they pass on.
PROXIED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """The figures of one process over all its offices, in a registry of their own."""

    def __init__(self, desks: Sequence[Desk], storage: Storage) -> None:
        self._desks = desks
        self._storage = storage
        self.registry = CollectorRegistry()
        self.answers = Counter(
            "letan_answers", "Answers by outcome and channel.", ["outcome", "channel"],
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "letan_request_seconds", "Time to answer a question over HTTP.", ["status"],
            registry=self.registry, buckets=BUCKETS,
        )  # fmt: skip
        self.refused = Counter(
            "letan_refused", "Questions refused by a bound.", ["reason"], registry=self.registry
        )
        self.waiting = Gauge(
            "letan_inquiries_waiting", "Questions that wait for a clerk.", registry=self.registry,
            multiprocess_mode="mostrecent",
        )  # fmt: skip
        self.database = Gauge(
            "letan_database_up", "1 while the database answers.", registry=self.registry,
            multiprocess_mode="mostrecent",
        )  # fmt: skip
        self.writes = Gauge(
            "letan_database_takes_writes", "0 while the disk is full or the database read-only.",
            registry=self.registry, multiprocess_mode="min",
        )  # fmt: skip

    def recorded(self, conversation: Conversation, answer: Answer) -> None:
        """Count an answer that was stored, whichever channel it came through."""
        self.answers.labels(answer.outcome.value, conversation.channel).inc()

    def look(self) -> None:
        """Read what is not counted as it happens; blocks."""
        try:
            self.waiting.set(sum(len(desk.inquiries.waiting()) for desk in self._desks))
            self.database.set(1)
        except DatabaseUnavailable:
            self.database.set(0)
        self._storage.look()
        self.writes.set(self._storage.takes_writes)


class Timed:
    """ASGI middleware that times questions."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(QUESTIONS):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        counted = False

        def count(status: int) -> None:
            nonlocal counted
            if not counted:
                counted = True
                took = time.perf_counter() - started
                self._metrics.seconds.labels(str(status)).observe(took)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":  # a stream stays open after its answer
                count(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            count(500)


def _everyone(metrics: Metrics) -> CollectorRegistry:
    """The figures of this process, or of all workers of the site together."""
    if SHARED_FOLDER not in os.environ:
        return metrics.registry
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def metrics_routes(
    door: Door, metrics: Metrics, *, public: bool = False, token: str = ""
) -> APIRouter:
    """`GET /metrics`: for this machine alone, for who has the ``token``, or ``public``.

    What came through a proxy is not of this machine, whatever address it shows.
    """
    routes = APIRouter()

    def is_allowed(request: Request) -> bool:
        if public:
            return True
        if token:
            given = request.headers.get("authorization", "")
            return hmac.compare_digest(given.encode("latin-1"), f"Bearer {token}".encode())
        if any(name in request.headers for name in PROXIED):
            return False
        return request.client is not None and request.client.host in LOOPBACK

    @routes.get("/metrics", include_in_schema=False)
    async def figures(request: Request) -> Response:
        if not is_allowed(request):
            return error(404, "http_404")
        await door.workers.run(metrics.look)
        return Response(generate_latest(_everyone(metrics)), media_type=CONTENT_TYPE_LATEST)

    return routes
