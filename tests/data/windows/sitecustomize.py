"""Takes away from our own packages what Python has on Linux and lacks on Windows.

On the search path of a process this is loaded before anything else, in its children too. Other
packages keep everything: theirs is the code of this system, and they have another on Windows.
"""

import builtins
import sys
import types
from typing import Any

OURS = {"assistant", "knowledge", "ingest", "channels", "evals"}
MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
NAMES = {
    "os": {
        "chown", "chroot", "confstr", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid",
        "getgid", "getloadavg", "getpgid", "getpgrp", "getuid", "killpg", "mkfifo", "nice",
        "posix_fadvise", "pread", "preadv", "pwrite", "register_at_fork", "sched_getaffinity",
        "sched_setaffinity", "sendfile", "setpgid", "setsid", "statvfs", "sysconf", "uname",
        "wait", "waitid",
    },
    "signal": {"SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm",
               "pthread_kill", "setitimer"},
    "socket": {"AF_UNIX", "SO_REUSEPORT", "socketpair_unix"},
    "asyncio": {"open_unix_connection", "start_unix_server", "get_child_watcher"},
}  # fmt: skip


class Partial(types.ModuleType):
    """A module without some of its names."""

    def __init__(self, whole: types.ModuleType) -> None:
        super().__init__(whole.__name__)
        self.__dict__["_whole"] = whole

    def __getattr__(self, name: str) -> Any:
        if name in NAMES[self.__name__]:
            raise AttributeError(f"module {self.__name__!r} has no {name!r} on Windows")
        return getattr(self._whole, name)


_import = builtins.__import__


def on_windows(name: str, *args: Any, **options: Any) -> types.ModuleType:
    module = _import(name, *args, **options)
    where = args[0] if args else options.get("globals")
    if ((where or {}).get("__package__") or "").split(".")[0] not in OURS:
        return module
    if name.split(".")[0] in MODULES:
        raise ModuleNotFoundError(f"No module named {name!r} on Windows", name=name)
    return Partial(module) if module.__name__ in NAMES else module


builtins.__import__ = on_windows
sys.modules["uvloop"] = None  # type: ignore[assignment]
