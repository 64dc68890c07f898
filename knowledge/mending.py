"""Tries again in the background until it works: the one way back for what was found broken."""

import time
from collections.abc import Callable
from threading import Lock, Thread

import structlog

log = structlog.get_logger()
FIRST_SECONDS = 0.5
LONGEST_SECONDS = 5.0  # how long a server may be back before it is noticed


class Mending:
    """Calls ``work`` until it raises nothing; in one thread, however often it is asked for.

    The log has a line when it broke, one with what mending it met first and one when it works
    again, however many ask meanwhile.
    """

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._name = name
        self._work = work
        self._lock = Lock()
        self._runs = False
        self._again = False

    def start(self, problem: Exception) -> None:
        """See to what ``problem`` told of; returns at once."""
        with self._lock:
            self._again = True
            if self._runs:
                return
            self._runs = True
        log.warning(f"{self._name}_broken", problem=str(problem))
        Thread(target=self._until_it_works, name=self._name, daemon=True).start()

    def _until_it_works(self) -> None:
        wait = FIRST_SECONDS
        begun = time.monotonic()
        while True:
            time.sleep(wait)
            self._again = False
            try:
                self._work()
            except Exception as problem:  # the edge of the thread: whatever it is, later is better
                if wait == FIRST_SECONDS:
                    log.warning(f"{self._name}_still_broken", problem=str(problem))
                wait = min(wait * 2, LONGEST_SECONDS)
                continue
            with self._lock:
                if self._again:  # it broke while it was being seen to
                    continue
                self._runs = False
            log.info(f"{self._name}_mended", seconds=round(time.monotonic() - begun, 1))
            return
