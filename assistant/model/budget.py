"""How many tokens a day may still be spent; counted in this process, from midnight."""

from collections.abc import Callable
from datetime import date, datetime
from threading import Lock

BELIEVED = 4  # times what was reserved


class TokenBudget:
    """Tokens of one day. A call reserves before it is made and settles when it is known."""

    def __init__(self, daily_tokens: int, clock: Callable[[], datetime]) -> None:
        self._daily = daily_tokens
        self._clock = clock
        self._day: date | None = None
        self._spent = 0
        self._lock = Lock()

    def reserve(self, tokens: int) -> bool:
        """Set tokens aside; False when today's are spent."""
        with self._lock:
            today = self._clock().date()
            if today != self._day:
                self._day, self._spent = today, 0
            if self._daily and self._spent + tokens > self._daily:
                return False
            self._spent += tokens
            return True

    def settle(self, reserved: int, used: int) -> None:
        """Replace a reservation by what was used.

        A count of 0 is no count, so the reservation stays; one beyond belief is capped, so
        that a broken server cannot spend the day with one reply.
        """
        if used:
            with self._lock:
                self._spent = max(0, self._spent - reserved + min(used, BELIEVED * reserved))

    @property
    def spent(self) -> int:
        return self._spent
