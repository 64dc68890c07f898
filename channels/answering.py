"""The few threads that answer, and the line before them.

An answer keeps the interpreter busy, so many threads only take turns (`channels.serving.answering`
says how many there are). What waits in line is made ready together with the next message whose turn
it is: that costs less than one by one.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

import structlog

from assistant.receptionist import Ready

T = TypeVar("T")
Prepare = Callable[[Sequence[str]], Sequence[Ready]]
# With more at once little is gained, and the first waits for all of them.
A_GO = 8

log = structlog.get_logger()


@dataclass(eq=False, slots=True)
class _InLine:
    """A message whose turn to be answered comes; ``ready`` is None where preparing it failed."""

    message: str
    prepare: Prepare
    ready: Future[Ready | None] = field(default_factory=Future)
    is_taken: bool = False


class Answering:
    """A bounded set of threads for answers; who comes beyond it waits in line."""

    def __init__(self, size: int) -> None:
        self._threads = ThreadPoolExecutor(size, "answering")
        self._line: dict[_InLine, None] = {}
        self._lock = Lock()

    async def run(self, message: str, prepare: Prepare, answer: Callable[[Ready | None], T]) -> T:
        """The result of ``answer`` for what ``prepare`` made of the message, run in a thread.

        ``answer`` gets None where preparing failed: it fails in its own way then.
        """
        own = _InLine(message, prepare)
        with self._lock:
            self._line[own] = None
        try:
            return await asyncio.wrap_future(self._threads.submit(self._turn_of, own, answer))
        finally:
            with self._lock:
                self._line.pop(own, None)

    def _turn_of(self, own: _InLine, answer: Callable[[Ready | None], T]) -> T:
        """In a thread: prepare it, and what waits, unless somebody has; then answer."""
        with self._lock:
            self._line.pop(own, None)
            waiting = (one for one in self._line if one.prepare == own.prepare)
            going = [] if own.is_taken else [own, *(one for one in waiting if not one.is_taken)]
            going = going[:A_GO]
            for one in going:
                one.is_taken = True
        if going:
            self._prepare(going)
        return answer(own.ready.result())

    def _prepare(self, going: Sequence[_InLine]) -> None:
        try:
            ready: Sequence[Ready | None] = going[0].prepare([one.message for one in going])
        except Exception:  # one of them may have broken it: each is then on its own
            log.exception("preparing_failed", messages=len(going))
            ready = [None] * len(going)
        for one, of_one in zip(going, ready, strict=True):
            one.ready.set_result(of_one)
