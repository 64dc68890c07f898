"""A long measurement in parts: each part's figures are kept as soon as they are there.

What fails, or would last longer than the time that is left, is named in the report; an hour of
measuring is not lost because a package for one part of it is missing.
"""

import subprocess
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import structlog

log = structlog.get_logger()
Figures = dict[str, Any]
# What measuring meets that says nothing of the other parts.
FAULTS = (RuntimeError, OSError, ImportError, httpx.HTTPError, subprocess.SubprocessError)


class Parts:
    """Runs the parts of one measurement within ``minutes``.

    ``figures`` grows with each part, and ``saved`` is called with them; what was left out stands
    there as ``left_out``, each with its reason.
    """

    def __init__(self, figures: Figures, minutes: float, saved: Callable[[Figures], None]) -> None:
        self.figures = figures
        self._ends = time.monotonic() + 60 * minutes
        self._saved = saved
        figures["left_out"] = []

    @property
    def seconds_left(self) -> float:
        return self._ends - time.monotonic()

    def run(self, name: str, work: Callable[[], Mapping[str, Any]], seconds: float = 0) -> None:
        """One part, which is expected to take ``seconds``."""
        left = self.seconds_left
        if left <= seconds:
            need = f"cần khoảng {seconds / 60:.0f} phút, " if seconds else ""
            self.left_out(name, f"hết giờ ({need}còn {max(left, 0) / 60:.0f} phút)")
        else:
            try:
                self.figures |= work()
            except FAULTS as problem:
                log.warning("part_failed", part=name, problem=str(problem))
                self.left_out(name, str(problem)[:300])
        self._saved(self.figures)

    def left_out(self, name: str, why: str) -> None:
        """Name what is not measured, and why."""
        self.figures["left_out"].append({"part": name, "why": why})
