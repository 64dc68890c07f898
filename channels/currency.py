"""Keeps the desks of this process current with what any other process has published.

A question alone would do: it finds that the knowledge has moved, and the next one is answered
from the new state. But the first resident after a quiet hour should not be the one who finds out.
"""

from collections.abc import Sequence

import anyio
import structlog

from assistant.desk import Desk
from channels.threads import Workers
from knowledge.database import DatabaseUnavailable
from knowledge.memory import give_back

log = structlog.get_logger()
EVERY_SECONDS = 0.5


async def follow(desks: Sequence[Desk], workers: Workers) -> None:
    """Take over what is published, soon after it is; runs until cancelled.

    The desks of one deployment share its knowledge: one look for all of them, and one after the
    other, so that a publish for many offices takes one thread and not all.
    """
    library = desks[0].library
    seen: int | None = None
    is_known = True
    while True:
        try:
            revision = await workers.run(library.store.revision)
            if seen is not None and revision != seen:
                for desk in desks:
                    await workers.run(desk.finder.refresh_now)
                await workers.run(library.index.keep_in_step)
                await workers.run(give_back)
            seen = revision
            is_known = True
        except DatabaseUnavailable as problem:  # whoever asks is told; this looks again
            if is_known:  # the log is told once, not twice a second
                log.warning("currency_unknown", problem=str(problem))
            is_known = False
        except Exception:  # the edge of this task: a site that serves the old state still serves
            log.exception("currency_failed")
        await anyio.sleep(EVERY_SECONDS)
