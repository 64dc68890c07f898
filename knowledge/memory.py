"""Gives memory back that a start or a rebuild needed for a moment.

glibc keeps what was freed for the next time. After the index of 100,000 passages is opened that
is 160 MB of a server which never needs as much again.
"""

import ctypes
import sys
from contextlib import suppress


def give_back() -> None:
    """Let the system have freed memory again; nothing happens where the C library cannot."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # musl has none
            ctypes.CDLL(None).malloc_trim(0)
