"""What a process that opens a foreign file may use, and its end with all it has started.

POSIX gives both to the kernel. Windows has neither `resource` nor process groups: there the
process looks at its own memory, and its family is found through psutil.
"""

import os
import signal
import threading
import time

LOOKS_EVERY_SECONDS = 0.2
# What a process that was ended by force reports: the signal, or what psutil gives on Windows.
ENDED = {-getattr(signal, "SIGKILL", 9), int(signal.SIGTERM)}


def bound_memory(most_bytes: int) -> None:
    """From here on this process has at most ``most_bytes``, or it ends."""
    try:
        import resource
    except ImportError:
        threading.Thread(target=_watch, args=[most_bytes], daemon=True).start()
        return
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))


def _watch(most_bytes: int) -> None:
    import psutil

    process = psutil.Process()
    while process.memory_info().rss < most_bytes:
        time.sleep(LOOKS_EVERY_SECONDS)
    end_own_family()


def end_family(leader: int) -> None:
    """End a process started with ``start_new_session`` and everything it has started."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(leader, signal.SIGKILL)
        except ProcessLookupError:
            return
        return
    import psutil

    try:
        process = psutil.Process(leader)
        family = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue


def end_own_family() -> None:
    """End this process and everything it has started."""
    end_family(0 if hasattr(os, "killpg") else os.getpid())
