"""The one place that moves blocking work (SQL, Chroma, encoding) off the event loop."""

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

T = TypeVar("T")


class Workers:
    """A bounded set of threads; callers beyond it wait their turn."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._limiter: CapacityLimiter | None = None

    @property
    def load(self) -> float:
        """How many callers are being worked for or wait their turn, as a share of the threads."""
        if self._limiter is None:
            return 0.0
        now = self._limiter.statistics()
        return (now.borrowed_tokens + now.tasks_waiting) / self._size

    async def run(self, work: Callable[[], T]) -> T:
        """The result of ``work``, run in a thread."""
        if self._limiter is None:  # a limiter belongs to the loop that first uses it
            self._limiter = CapacityLimiter(self._size)
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)
