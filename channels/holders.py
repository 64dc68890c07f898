"""The name under which a process holds chats, and whether the holder of a name is surely gone.

A killed process cannot give its chats back. Where it ran on this machine and its process number
is free or somebody else's, its chats are taken over at once instead of after their lease.
"""

import hashlib
import os
import secrets
import socket
from functools import lru_cache
from pathlib import Path

import psutil


@lru_cache(maxsize=1)
def _machine() -> str:
    """This machine, this boot of it and this container: where process numbers mean the same."""
    parts = [socket.gethostname()]
    for place in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        path = Path(place)
        if path.is_symlink():
            parts.append(str(path.readlink()))
        elif path.exists():
            parts.append(path.read_text("ascii").strip())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]


def _started(pid: int) -> int:
    return int(psutil.Process(pid).create_time())


def holder_name() -> str:
    """A name for one worker of this process, at most 40 characters."""
    pid = os.getpid()
    return f"{_machine()}:{pid}:{_started(pid)}:{secrets.token_hex(3)}"


def is_gone(holder: str) -> bool:
    """Whether the process behind a name has surely ended; False when that cannot be known."""
    machine, _, rest = holder.partition(":")
    pid, _, rest = rest.partition(":")
    started = rest.partition(":")[0]
    if machine != _machine() or not pid.isdigit() or not started.isdigit():
        return False
    try:
        return _started(int(pid)) != int(started)
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
