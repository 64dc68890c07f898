"""A circuit breaker: after a few failures in a row the model rests, then one call tries again.

Our own forty lines: the libraries (pybreaker, purgatory) add listeners, storages and a wrapping
style of call, and none lets a call end without counting, which a full queue must.
"""

from collections.abc import Callable
from threading import Lock


class Breaker:
    """Safe between threads. ``clock`` gives seconds that never go back."""

    def __init__(
        self, clock: Callable[[], float], *, failures: int = 3, rest_seconds: float = 30
    ) -> None:
        self._clock = clock
        self._allowed = failures
        self._rest_seconds = rest_seconds
        self._failed = 0
        self._resting_until = 0.0
        self._trying = False
        self._lock = Lock()

    def may_try(self) -> bool:
        """Whether a call may be made now; after a rest only one at a time, until one succeeds."""
        with self._lock:
            if self._failed < self._allowed:
                return True
            if self._trying or self._clock() < self._resting_until:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failed, self._trying = 0, False

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            self._trying = False
            self._resting_until = self._clock() + self._rest_seconds
