"""One finding of `letan doctor`."""

from dataclasses import dataclass


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
