"""A desk of its own for each evaluation, so that nothing of an office's state plays a part."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.desk import Desk, build_desk
from assistant.model.settings import ModelSettings
from knowledge.offices import HANOI
from knowledge.settings import KnowledgeSettings, LetanSettings

# A working morning: answers about opening hours do not depend on when the evaluation runs.
MOMENT = datetime(2026, 11, 24, 9, 0, tzinfo=HANOI)


@dataclass
class Clock:
    """The time of an evaluation; it moves only when a case says that time has passed."""

    moment: datetime = MOMENT

    def __call__(self) -> datetime:
        return self.moment


@contextmanager
def fresh_desk(
    home: Path | None = None,
    model: ModelSettings | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Iterator[Desk]:
    """The sample office in a temporary home, or the desk of an existing one.

    No language model plays a part unless one is given, whatever the environment says.
    """
    model = model or ModelSettings(model="")
    clock = clock or Clock()
    if home is not None:
        yield build_desk(LetanSettings(home=home), KnowledgeSettings(), clock=clock, model=model)
        return
    with TemporaryDirectory(prefix="letan-eval-", ignore_cleanup_errors=True) as folder:
        yield build_desk(
            LetanSettings(home=Path(folder)), KnowledgeSettings(), clock=clock, model=model
        )
