"""Works through inbox and outbox: each chat in order, chats side by side.

One `Lanes` runs in every process that serves chats; the database decides who has which chat.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import anyio
import structlog

from assistant.conversations import Conversations
from assistant.inquiries import Inquiries
from channels.chats import Chats
from channels.clerk_answers import ClerkAnswers
from channels.heard import Heard
from channels.lane_work import LaneWork, Served
from channels.mail_tables import Lane
from channels.mailbox import Mailbox
from channels.queue_news import QueueNews
from channels.threads import Workers
from knowledge.database import DatabaseUnavailable

log = structlog.get_logger()
POLL_SECONDS = 0.25
# No more chats are taken up while so many wait for each thread that answers.
MOST_LOAD = 2.0
A_ROUND = 6
DELIVER_SECONDS = 5.0
PURGE_SECONDS = 6 * 3600


class Lanes:
    """The workers of the chat channels of one process.

    ``workers`` receive and look after the mail; ``attending`` answer, few of them: an answer
    keeps a core busy, and more threads than cores only take turns.
    """

    def __init__(
        self,
        served: Mapping[str, Served],
        mailbox: Mailbox,
        chats: Chats,
        conversations: Conversations,
        inquiries: Inquiries,
        news: QueueNews,
        workers: Workers,
        attending: Workers,
        *,
        size: int,
        keep: timedelta,
    ) -> None:
        self._served = served
        self._mailbox = mailbox
        self._chats = chats
        self._conversations = conversations
        self._answers = ClerkAnswers(served, mailbox, inquiries)
        self._news = news
        self._workers = workers
        self._attending = attending
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
        await self.bring_news()
        while lanes := await self._claim():
            async with anyio.create_task_group() as tasks:
                for lane in lanes:
                    self._running += 1
                    tasks.start_soon(self._work, lane)

    async def _claim(self) -> list[Lane]:
        free = self._size - self._running
        if free <= 0 or self._attending.load > MOST_LOAD:  # another process may be idle
            return []
        platforms, most = list(self._served), min(free, A_ROUND)
        try:
            return await self._workers.run(lambda: self._mailbox.lanes.claim(platforms, most))
        except DatabaseUnavailable:
            log.warning("lanes_wait_for_database")
            return []

    def _wake_up(self) -> None:
        self._wake.set()

    async def _work(self, lane: Lane) -> None:
        """Everything due in one chat. Shielded: a stop lets the message in hand end."""
        work = LaneWork(
            lane, self._served, self._mailbox, self._chats, self._conversations, self._attending,
            self._wake_up,
        )  # fmt: skip
        try:
            with anyio.CancelScope(shield=True):
                await work.run()
        except DatabaseUnavailable:
            log.warning("lane_lost_database", platform=lane.platform)
        finally:
            self._running -= 1
            self._wake.set()

    async def _deliver_clerks_answers(self) -> None:
        while True:
            with suppress(DatabaseUnavailable):
                if await self.bring_clerks_answers() + await self.bring_news():
                    self._wake.set()
            await anyio.sleep(DELIVER_SECONDS)

    async def bring_clerks_answers(self) -> int:
        """Put what clerks answered in the console on its way to the askers; how many."""
        return await self._workers.run(self._answers.bring)

    async def bring_news(self) -> int:
        """Put what happened to queue numbers on its way to who asked after them; how many."""
        return await self._workers.run(self._news.bring)

    async def _purge(self) -> None:
        while True:
            with suppress(DatabaseUnavailable):
                await self._workers.run(lambda: self._mailbox.letters.purge(self._keep))
                await self._workers.run(lambda: self._chats.purge(self._keep))
            await anyio.sleep(PURGE_SECONDS)
