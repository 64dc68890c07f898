"""What the applications of one process share, however many offices it serves."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi.templating import Jinja2Templates

from assistant.desk import Desk
from channels.answering import Answering
from channels.door import HERE
from channels.metrics import Metrics
from channels.rate_limits import Occupancy
from channels.settings import ChannelSettings
from channels.storage import Storage
from channels.threads import Workers

ANSWER_THREADS = 2  # one goes on in Python while the other multiplies, or waits for the database


@dataclass(frozen=True, slots=True)
class Shared:
    """Threads, templates, figures, how many are inside, the database; nothing of any office.

    ``answering`` are the threads for answers, ``workers`` those for other blocking work.
    """

    workers: Workers
    answering: Answering
    templates: Jinja2Templates
    metrics: Metrics
    occupancy: Occupancy
    storage: Storage

    @classmethod
    def of(cls, desks: Sequence[Desk], settings: ChannelSettings) -> "Shared":
        """For the applications of ``desks``."""
        storage = Storage(desks[0].library.engine)
        return cls(
            Workers(settings.work_threads),
            Answering(settings.answer_threads or ANSWER_THREADS),
            Jinja2Templates(HERE / "templates"),
            Metrics(desks, storage),
            Occupancy(),
            storage,
        )
