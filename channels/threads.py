"""The one place that moves blocking work (SQL, Chroma, encoding) off the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Generic, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

from knowledge.database import DatabaseUnavailable

T = TypeVar("T")
Asked = TypeVar("Asked")
# What one go takes at most: the first of them waits for the last.
A_GO = 64


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


@dataclass(frozen=True, slots=True)
class _Problem:
    error: Exception


class Together(Generic[Asked, T]):
    """Work that costs little more for many than for one: all that wait get it in one go.

    ``work`` gives a result for each of what it is asked, in the same order. A go begins at once
    when none is under way; who comes meanwhile is in the next one.
    """

    def __init__(self, workers: Workers, work: Callable[[Sequence[Asked]], Sequence[T]]) -> None:
        self._workers = workers
        self._work = work
        self._lock = Lock()  # tests ask from several loops
        self._waiting: list[tuple[Asked, Future[T]]] = []
        self._going: asyncio.Task[None] | None = None

    async def run(self, asked: Asked) -> T:
        """The result for ``asked``; raises what ``work`` raises for it."""
        future: Future[T] = Future()
        with self._lock:
            self._waiting.append((asked, future))
            if self._going is None:
                self._going = asyncio.create_task(self._go_on())
        return await asyncio.wrap_future(future)

    async def _go_on(self) -> None:
        """Go after go until nobody waits; apart from the requests, so that none leads the others.

        Nothing is awaited between an answer and the next look: when the last answer is out, this
        is over too.
        """
        going: list[tuple[Asked, Future[T]]] = []
        try:
            while True:
                with self._lock:
                    going, self._waiting = self._waiting[:A_GO], self._waiting[A_GO:]
                    if not going:
                        self._going = None
                        return
                # who went away meanwhile wants nothing any more
                going = [each for each in going if each[1].set_running_or_notify_cancel()]
                if not going:
                    continue
                ends = await self._workers.run(partial(self._go, [asked for asked, _ in going]))
                for (_, future), end in zip(going, ends, strict=True):
                    if isinstance(end, _Problem):
                        future.set_exception(end.error)
                    else:
                        future.set_result(end)
        except BaseException:  # the process ends: nobody is left waiting for a go that never comes
            with self._lock:
                left, self._waiting, self._going = self._waiting, [], None
            for _, future in (*going, *left):
                if not future.done():
                    future.set_exception(ConnectionAbortedError("the work was given up"))
            raise

    def _go(self, asked: Sequence[Asked]) -> list[T | _Problem]:
        """A result or a problem for each; blocking."""
        try:
            return [*self._work(asked)]
        except DatabaseUnavailable as error:  # for one alone as for all
            return [_Problem(error)] * len(asked)
        except Exception as error:  # what one of them broke is no matter of the others
            if len(asked) == 1:
                return [_Problem(error)]
            return [end for each in asked for end in self._go([each])]
