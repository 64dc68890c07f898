"""Works through inbox and outbox: each chat in order, chats side by side.

One `Lanes` runs in every process that serves chats; the database decides who has which chat.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import anyio
import anyio.from_thread
import structlog

from assistant.conversations import Conversations
from assistant.inquiries import Inquiries
from channels.attendant import Attendant, Reaction
from channels.chat_commands import FOR_ADMINS
from channels.chat_sentences import tell
from channels.chats import Chats
from channels.heard import Heard, Kind, Say, joined
from channels.mail_tables import Lane, Received, Waiting
from channels.mailbox import Mailbox
from channels.sending import Platform, SendFailed
from channels.splitting import split
from channels.threads import Workers
from knowledge.database import DatabaseUnavailable

log = structlog.get_logger()
POLL_SECONDS = 1.0
DELIVER_SECONDS = 5.0
TYPING_AFTER_SECONDS = 1.0
PURGE_SECONDS = 6 * 3600
# A lane is renewed after so many steps; with LEASE and the send timeout it never runs out.
STEPS_PER_LEASE = 5
SEND_TIMEOUT_SECONDS = 40.0
# Two clerks' answers a breath per chat is enough; the rest comes with the next round.
MANY = 50


@dataclass(frozen=True, slots=True)
class Served:
    """One platform that is served here, with who attends to it."""

    platform: Platform
    attendant: Attendant


class Lanes:
    """The workers of the chat channels of one process."""

    def __init__(
        self,
        served: Mapping[str, Served],
        mailbox: Mailbox,
        chats: Chats,
        conversations: Conversations,
        inquiries: Inquiries,
        workers: Workers,
        *,
        size: int,
        keep: Any,
    ) -> None:
        self._served = served
        self._mailbox = mailbox
        self._chats = chats
        self._conversations = conversations
        self._inquiries = inquiries
        self._workers = workers
        self._size = size
        self._keep = keep
        self._running = 0
        self._wake = anyio.Event()

    @property
    def served(self) -> Mapping[str, Served]:
        return self._served

    async def receive(self, heard: Heard) -> bool:
        """Keep what was heard and wake the workers; False when it came before.

        Raises DatabaseUnavailable: the caller must not tell the platform "received" then.
        """
        new = await self._workers.run(lambda: self._mailbox.inbox.put(heard))
        if new:
            self._wake.set()
        return new

    async def run(self) -> None:
        """Work until cancelled; a message in hand is finished first."""
        with suppress(DatabaseUnavailable):
            await self._workers.run(self._mailbox.lanes.take_over)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._deliver_clerks_answers)
            tasks.start_soon(self._purge)
            while True:
                self._wake = anyio.Event()
                lanes = await self._claim()
                for lane in lanes:
                    self._running += 1
                    tasks.start_soon(self._work, lane)
                if not lanes or self._running >= self._size:
                    with anyio.move_on_after(POLL_SECONDS):
                        await self._wake.wait()

    async def drain(self) -> None:
        """Do everything that is due now, then return; for tests and one-off commands."""
        await self.bring_clerks_answers()
        while lanes := await self._claim():
            async with anyio.create_task_group() as tasks:
                for lane in lanes:
                    self._running += 1
                    tasks.start_soon(self._work, lane)

    async def _claim(self) -> list[Lane]:
        free = self._size - self._running
        if free <= 0:
            return []
        platforms = list(self._served)
        try:
            return await self._workers.run(lambda: self._mailbox.lanes.claim(platforms, free))
        except DatabaseUnavailable:
            log.warning("lanes_wait_for_database")
            return []

    # -- one chat ---------------------------------------------------------------------------

    async def _work(self, lane: Lane) -> None:
        """Everything due in one chat. Shielded: a stop lets the message in hand end."""
        try:
            with anyio.CancelScope(shield=True):
                steps = 0
                while await self._step(lane):
                    steps += 1
                    if steps % STEPS_PER_LEASE == 0 and not await self._workers.run(
                        lambda: self._mailbox.lanes.renew(lane)
                    ):
                        return
                await self._workers.run(lambda: self._mailbox.lanes.release(lane))
        except DatabaseUnavailable:
            log.warning("lane_lost_database", platform=lane.platform)
        finally:
            self._running -= 1
            self._wake.set()

    async def _step(self, lane: Lane) -> bool:
        """Send one message or attend to one; whether there was anything due."""
        due = await self._workers.run(lambda: self._mailbox.next(lane))
        if due is None:
            return False
        if isinstance(due, Waiting):
            await self._send(lane, due)
        else:
            await self._attend(lane, due)
        return True

    async def _attend(self, lane: Lane, received: Received) -> None:
        served = self._served[lane.platform]
        heard = joined(list(received.parts))
        try:
            if heard.is_group and heard.command in FOR_ADMINS and not heard.is_admin:
                heard = replace(heard, is_admin=await served.platform.is_admin(heard))
            if heard.kind is Kind.PRESSED:
                await served.platform.acknowledge(heard)
            reaction = await self._react(served, heard, again=received.attempts > 0)
            await self._workers.run(lambda: self._settle(received, heard, reaction))
        except Exception as problem:
            # The edge: whatever went wrong, the message stays in the inbox and is tried again.
            log.exception("attending_failed", platform=lane.platform, attempts=received.attempts)
            why = f"{type(problem).__name__}: {problem}"
            given_up = await self._workers.run(lambda: self._mailbox.inbox.put_off(received, why))
            if given_up:
                log.error("message_given_up", platform=lane.platform)

    async def _react(self, served: Served, heard: Heard, *, again: bool) -> Reaction:
        """The reaction; shows "typing" in private when an answer is decided on and takes long."""
        decided = anyio.Event()

        def speaks() -> None:
            anyio.from_thread.run_sync(decided.set)

        async def typing() -> None:
            await decided.wait()
            await anyio.sleep(TYPING_AFTER_SECONDS)
            await served.platform.show_typing(heard)

        async with anyio.create_task_group() as tasks:
            if not heard.is_group:
                tasks.start_soon(typing)
            reaction = await self._workers.run(
                lambda: served.attendant.attend(heard, again=again, speaks=speaks)
            )
            tasks.cancel_scope.cancel()
        return reaction

    def _settle(self, received: Received, heard: Heard, reaction: Reaction) -> None:
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

    # -- sending ----------------------------------------------------------------------------

    async def _send(self, lane: Lane, waiting: Waiting) -> None:
        platform = self._served[lane.platform].platform
        try:
            with anyio.fail_after(SEND_TIMEOUT_SECONDS):
                sent_id = await platform.send(waiting.say)
        except TimeoutError:
            await self._not_sent(lane, waiting, SendFailed("no answer in time", retry_after=0))
        except SendFailed as failed:
            await self._not_sent(lane, waiting, failed)
        except Exception as problem:
            # The edge: one message that breaks its client must not stop the others.
            log.error("sending_failed", platform=lane.platform, kind=type(problem).__name__)
            unexpected = SendFailed(f"unexpected {type(problem).__name__}", retry_after=0)
            await self._not_sent(lane, waiting, unexpected)
        else:
            await self._workers.run(lambda: self._mailbox.outbox.sent(waiting, sent_id))

    async def _not_sent(self, lane: Lane, waiting: Waiting, failed: SendFailed) -> None:
        why = str(failed)
        if failed.halts:
            log.error("platform_halted", platform=lane.platform, why=why)
        if failed.moved_to:
            moved_to = failed.moved_to
            await self._workers.run(lambda: self._move(lane, moved_to))
            return
        given_up = False
        if failed.retry_after:  # it said when: a flood limit or a token to mend is no failure of it
            seconds = failed.retry_after
            await self._workers.run(lambda: self._mailbox.outbox.wait(waiting, seconds, why))
        else:
            given_up = await self._workers.run(
                lambda: self._mailbox.outbox.not_sent(waiting, why, failed.retry_after)
            )
        log.warning("not_sent", platform=lane.platform, why=why, given_up=given_up)

    def _move(self, lane: Lane, moved_to: str) -> None:
        with self._mailbox.writing() as connection:
            self._chats.move(connection, lane.platform, lane.chat_id, moved_to)
            self._mailbox.move(connection, lane.platform, lane.chat_id, moved_to)

    # -- clerks' answers --------------------------------------------------------------------

    async def _deliver_clerks_answers(self) -> None:
        while True:
            with suppress(DatabaseUnavailable):
                if await self.bring_clerks_answers():
                    self._wake.set()
            await anyio.sleep(DELIVER_SECONDS)

    async def bring_clerks_answers(self) -> int:
        """Put what clerks answered in the console on its way to the askers; how many."""
        return await self._workers.run(self._bring)

    def _bring(self) -> int:
        count = 0
        for channel in {served.platform.traits.channel for served in self._served.values()}:
            for inquiry in self._inquiries.undelivered(channel)[:MANY]:
                address = inquiry.address or {}
                served = self._served.get(address.get("platform", ""))
                if served is None or not inquiry.answer:
                    continue
                traits = served.platform.traits
                text = tell("clerk_answered", code=inquiry.code, answer=inquiry.answer)
                says = [
                    Say(
                        chat_id=address["chat"],
                        text=piece,
                        is_group=bool(address.get("group")),
                        reply_to=address.get("message", "") if i == 0 else "",
                        topic_id=address.get("topic", ""),
                    )
                    for i, piece in enumerate(split(text, traits.limit))
                ]
                # The key is the inquiry's: a crash before the mark writes the same rows again.
                with self._mailbox.writing() as connection:
                    self._mailbox.outbox.post(
                        connection, traits.platform, f"inquiry:{inquiry.code}", says
                    )
                self._inquiries.mark_delivered(inquiry.code)
                count += 1
        return count

    async def _purge(self) -> None:
        while True:
            with suppress(DatabaseUnavailable):
                await self._workers.run(lambda: self._mailbox.letters.purge(self._keep))
                await self._workers.run(lambda: self._chats.purge(self._keep))
            await anyio.sleep(PURGE_SECONDS)
