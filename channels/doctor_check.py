"""One finding of `letan doctor`."""

from dataclasses import dataclass

NOT_SET = "chưa nối"
TIMEOUT_SECONDS = 15.0


class Unreachable(Exception):
    """The platform did not answer."""


@dataclass(frozen=True)
class Check:
    """What was looked at, whether it is well, and what to do where it is not.

    A check that is not ``needed`` concerns an optional part and does not fail the command.
    """

    name: str
    ok: bool
    found: str = ""
    to_do: str = ""
    needed: bool = True


def unreachable(name: str, platform: str) -> Check:
    """What is said where ``platform`` did not answer."""
    return Check(
        name, False, f"không tới được {platform}", "xem máy có ra mạng được không, tường lửa"
    )
