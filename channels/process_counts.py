"""Where one process counts for itself.

The limits library's own storage in memory starts a thread for every counted call that walks over
all it holds: a tenth of an answer's time, and what answers waits for it. Here ended windows are
forgotten once a minute, by whoever counts then.
"""

import time
from threading import Lock

from limits.storage import Storage

CLEAN_SECONDS = 60


class ProcessCounts(Storage):
    """Counts of fixed windows in this process's memory."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._windows: dict[str, tuple[int, float]] = {}  # the count, when it ends
        self._lock = Lock()
        self._clean_at = time.time() + CLEAN_SECONDS

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """The count of a window, itself included; a window that has ended begins anew."""
        now = time.time()
        with self._lock:
            if now >= self._clean_at:
                self._windows = {k: held for k, held in self._windows.items() if held[1] > now}
                self._clean_at = now + CLEAN_SECONDS
            count, ends = self._windows.get(key, (0, 0.0))
            if ends <= now:
                count, ends = 0, now + expiry
            self._windows[key] = (count + amount, ends)
            return count + amount

    def get(self, key: str) -> int:
        """The count of a window that has not ended."""
        count, ends = self._windows.get(key, (0, 0.0))
        return count if ends > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When a window ends, in seconds since the epoch."""
        return self._windows.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """Whether it counts at all."""
        return True

    def reset(self) -> int:
        """Forget every window; how many."""
        with self._lock:
            count = len(self._windows)
            self._windows = {}
            return count

    def clear(self, key: str) -> None:
        """Forget one window."""
        with self._lock:
            self._windows.pop(key, None)
