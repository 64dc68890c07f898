"""Tells chats that asked after a queue number when its turn nears, and when it is called.

Zalo's window is no matter here: whoever asked today wrote today. What the platform refuses all the
same ends in the dead letters like any other message.
"""

from collections.abc import Callable, Mapping

from assistant.queue_numbers import News
from assistant.queue_rules import find_group
from assistant.queue_store import Queue
from channels.chat_sentences import tell
from channels.heard import Say
from channels.lane_work import Served
from channels.mailbox import Mailbox
from knowledge.offices import Office


class QueueNews:
    """The way from the counters' calls to the chats. Blocking."""

    def __init__(
        self,
        served: Mapping[str, Served],
        mailbox: Mailbox,
        queue: Queue,
        office: Callable[[], Office],
    ) -> None:
        self._served = served
        self._mailbox = mailbox
        self._queue = queue
        self._office = office

    def bring(self) -> int:
        """Put what is new on its way; how many messages."""
        count = 0
        for news in self._queue.news():
            if news.platform not in self._served:
                continue
            # The key names what is told: a crash before the mark writes the same row again.
            what = "called" if news.is_called else "near"
            with self._mailbox.writing() as connection:
                self._mailbox.outbox.post(
                    connection,
                    news.platform,
                    f"queue:{news.number.id}:{what}:{news.chat_id}",
                    [Say(news.chat_id, self._text(news))],
                )
            self._queue.told(news)
            count += 1
        return count

    def _text(self, news: News) -> str:
        number = news.number
        if news.is_called:
            return tell("queue_called", label=number.label, counter=number.counter)
        ahead = f"còn {news.ahead} người trước" if news.ahead else "anh/chị là người tiếp theo"
        group = find_group(self._office(), number.waits_at)
        counters = ", ".join(counter.number for counter in group.counters) if group else ""
        where = f"quầy {counters}" if counters else "quầy"
        return tell("queue_near", label=number.label, ahead=ahead, counters=where)
