"""What a chat platform is to the rest: a name, a way to send, and failures with a next step."""

from dataclasses import dataclass
from typing import Protocol

from channels.heard import Heard, Say


class SendFailed(Exception):
    """A message did not reach the platform, or may not have.

    ``retry_after`` seconds when trying again makes sense, None when it never will.
    ``moved_to`` names the new id of a chat that moved; ``gone`` tells that the chat is closed
    to us (removed from the group, blocked by the person). ``halts`` tells that nothing can be
    sent until somebody mends it (token, quota), so it deserves an alarm. ``code`` is the
    platform's own number where it has one.
    """

    def __init__(
        self,
        why: str,
        *,
        retry_after: float | None = None,
        moved_to: str = "",
        gone: bool = False,
        halts: bool = False,
        code: int = 0,
    ) -> None:
        super().__init__(why)
        self.retry_after = retry_after
        self.moved_to = moved_to
        self.gone = gone
        self.halts = halts
        self.code = code


@dataclass(frozen=True, slots=True)
class Traits:
    """What a platform can do, and how its bot is called there.

    ``limit`` is the longest message in UTF-16 units; ``link`` opens a private chat with the
    bot about one procedure (``{start}`` stands for what to start with), empty where there is
    none. ``private_buttons``: choices are numbered, in private they are buttons as well.
    """

    platform: str
    channel: str
    limit: int
    has_buttons: bool
    threads: bool
    link: str = ""
    call: str = ""
    private_buttons: bool = False


class Platform(Protocol):
    """One chat platform, ready to send."""

    @property
    def traits(self) -> Traits: ...

    async def send(self, say: Say) -> str:
        """Send one message; the platform's id for it. Raises SendFailed."""
        ...

    async def show_typing(self, heard: Heard) -> None:
        """Best effort, private chats only; never raises."""
        ...

    async def acknowledge(self, heard: Heard) -> None:
        """Tell a pressed button that it was heard; never raises."""
        ...

    async def is_admin(self, heard: Heard) -> bool:
        """Whether the person runs the group; False when that cannot be learned."""
        ...
