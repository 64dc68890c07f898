"""One chat at work: what is due is attended to in a thread, what comes of it is sent from the loop.

A thread takes up everything it can in one go (read, answer, settle, read on) and comes back only
with something to send or to ask the platform: each change between thread and loop costs more
than the reading.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic

import anyio
import structlog

from assistant.conversations import Conversations
from channels.attendant import Attendant, Reaction
from channels.chat_commands import FOR_ADMINS
from channels.chats import Chats
from channels.heard import Heard, Kind, joined
from channels.mail_tables import Lane, Received, Waiting
from channels.mailbox import Mailbox
from channels.sending import Platform, SendFailed
from channels.threads import Workers

log = structlog.get_logger()
TYPING_AFTER_SECONDS = 1.0
# Renewed long before the lease ends; with the send timeout it never runs out.
RENEW_SECONDS = 25.0
SEND_TIMEOUT_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Served:
    """One platform that is served here, with who attends to it."""

    platform: Platform
    attendant: Attendant


@dataclass(frozen=True, slots=True)
class Asking:
    """A message about which the platform must be asked first (who is admin, a pressed button)."""

    received: Received
    heard: Heard


# What to write down about a message that was sent, or was not.
Settle = Callable[[], None]


class LaneLost(Exception):
    """Another worker holds the chat now: leave it alone."""


class LaneWork:
    """Everything due in one held chat.

    ``attending`` are the threads that answer; ``freed`` is called when one has become free.
    """

    def __init__(
        self,
        lane: Lane,
        served: Mapping[str, Served],
        mailbox: Mailbox,
        chats: Chats,
        conversations: Conversations,
        attending: Workers,
        freed: Callable[[], None],
    ) -> None:
        self._lane = lane
        self._served = served[lane.platform]
        self._mailbox = mailbox
        self._chats = chats
        self._conversations = conversations
        self._attending = attending
        self._freed = freed
        self._held_at = monotonic()
        self._answering: Heard | None = None  # set in the thread, looked at from the loop

    async def run(self) -> None:
        """Work until nothing is due, then give the chat back."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._show_typing)
            try:
                due = await self._attending.run(self._advance)
                while due is not None:
                    self._freed()
                    if isinstance(due, Asking):
                        asking = await self._ask_platform(due)
                        due = await self._attending.run(partial(self._answer_and_advance, asking))
                    else:
                        settle = await self._send(due)
                        due = await self._attending.run(partial(self._settle_and_advance, settle))
            except LaneLost:
                log.warning("lane_lost", platform=self._lane.platform)
            tasks.cancel_scope.cancel()

    # -- in a thread ------------------------------------------------------------------------

    def _advance(self) -> Waiting | Asking | None:
        """Attend to what is due until something is to be sent; None when the chat is done."""
        while True:
            if monotonic() - self._held_at > RENEW_SECONDS:
                if not self._mailbox.lanes.renew(self._lane):
                    raise LaneLost
                self._held_at = monotonic()
            due = self._mailbox.next(self._lane)
            if due is None:
                self._mailbox.lanes.release(self._lane)
                return None
            if isinstance(due, Waiting):
                return due
            heard = joined(list(due.parts))
            asks_who = heard.is_group and heard.command in FOR_ADMINS and not heard.is_admin
            if asks_who or heard.kind is Kind.PRESSED:
                return Asking(due, heard)
            self._answer(due, heard)

    def _answer_and_advance(self, asking: Asking) -> Waiting | Asking | None:
        self._answer(asking.received, asking.heard)
        return self._advance()

    def _settle_and_advance(self, settle: Settle) -> Waiting | Asking | None:
        settle()
        return self._advance()

    def _answer(self, received: Received, heard: Heard) -> None:
        def speaks() -> None:
            self._answering = None if heard.is_group else heard

        try:
            reaction = self._served.attendant.attend(
                heard, again=received.attempts > 0, speaks=speaks
            )
            self._keep(received, heard, reaction)
        except Exception as problem:
            # The edge: whatever went wrong, the message stays in the inbox and is tried again.
            platform = self._lane.platform
            log.exception("attending_failed", platform=platform, attempts=received.attempts)
            why = f"{type(problem).__name__}: {problem}"
            if self._mailbox.inbox.put_off(received, why):
                log.error("message_given_up", platform=platform)
        finally:
            self._answering = None

    def _keep(self, received: Received, heard: Heard, reaction: Reaction) -> None:
        """What follows from a message, in one transaction."""
        held: list[str] = []
        with self._mailbox.writing() as connection:
            if reaction.moved_to:
                self._chats.move(connection, heard.platform, heard.chat_id, reaction.moved_to)
                self._mailbox.move(connection, heard.platform, heard.chat_id, reaction.moved_to)
            if reaction.forget:
                held = self._chats.drop(connection, heard.platform, heard.chat_id)
                self._mailbox.drop(connection, heard.platform, heard.chat_id)
            if reaction.answers_off:
                self._mailbox.outbox.cancel_answers(connection, heard, reaction.answers_off)
            if reaction.chat is not None:
                self._chats.record(
                    connection, heard, reaction.chat, reaction.said, reaction.conversation_id
                )
            self._mailbox.settle(connection, received, reaction.why, reaction.says)
        for conversation_id in held:
            self._conversations.forget(conversation_id)

    # -- on the loop ------------------------------------------------------------------------

    async def _show_typing(self) -> None:
        """In private, once for each answer that takes long; it is decided on by then."""
        shown: Heard | None = None
        while True:
            before = self._answering
            await anyio.sleep(TYPING_AFTER_SECONDS)
            if before is not None and before is self._answering and before is not shown:
                shown = before
                await self._served.platform.show_typing(before)

    async def _ask_platform(self, asking: Asking) -> Asking:
        heard = asking.heard
        if heard.kind is Kind.PRESSED:
            await self._served.platform.acknowledge(heard)
            return asking
        is_admin = await self._served.platform.is_admin(heard)
        return replace(asking, heard=replace(heard, is_admin=is_admin))

    async def _send(self, waiting: Waiting) -> Settle:
        """Send one message; what is to be kept of it."""
        try:
            with anyio.fail_after(SEND_TIMEOUT_SECONDS):
                sent_id = await self._served.platform.send(waiting.say)
        except TimeoutError:
            return self._not_sent(waiting, SendFailed("no answer in time", retry_after=0))
        except SendFailed as failed:
            return self._not_sent(waiting, failed)
        except Exception as problem:
            # The edge: one message that breaks its client must not stop the others.
            log.error("sending_failed", platform=self._lane.platform, kind=type(problem).__name__)
            unexpected = SendFailed(f"unexpected {type(problem).__name__}", retry_after=0)
            return self._not_sent(waiting, unexpected)
        return lambda: self._mailbox.outbox.sent(waiting, sent_id)

    def _not_sent(self, waiting: Waiting, failed: SendFailed) -> Settle:
        platform, why = self._lane.platform, str(failed)
        if failed.halts:
            log.error("platform_halted", platform=platform, why=why)
        log.warning("not_sent", platform=platform, why=why)
        outbox = self._mailbox.outbox
        if failed.moved_to:
            return lambda: self._move(failed.moved_to)
        if failed.retry_after:  # it said when: a flood limit or a token to mend is no failure of it
            seconds = failed.retry_after
            return lambda: outbox.wait(waiting, seconds, why)
        return lambda: self._put_off(waiting, why, failed.retry_after)

    def _put_off(self, waiting: Waiting, why: str, retry_after: float | None) -> None:
        if self._mailbox.outbox.not_sent(waiting, why, retry_after):
            log.error("given_up", platform=self._lane.platform, why=why)

    def _move(self, moved_to: str) -> None:
        lane = self._lane
        with self._mailbox.writing() as connection:
            self._chats.move(connection, lane.platform, lane.chat_id, moved_to)
            self._mailbox.move(connection, lane.platform, lane.chat_id, moved_to)
