"""A long run: many thousand questions, with memory and waiting times after each portion.

``python -m evals.soak HOME [REQUESTS]`` runs it alone on a home that is filled; prints JSON.
"""

import itertools
import json
import math
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from evals.bench import UNBOUND, Step, memory_mib, serving
from evals.cases import LinkCase, read_cases
from evals.load import press

PORTION = 2_000
CLIENTS = 16
# The first portions fill caches and pools; growth is what comes after them.
SETTLED_SHARE = 0.25
FLAT_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Soak:
    """``memory_mib``, ``p50_ms`` and ``p95_ms`` are lists, one figure for each portion.

    ``started_mib`` is the memory before the first question, ``grew_by`` the share by which it grew
    from settled to the end, ``slower_by`` the same of the median answer: how long the third of
    the portions at the end took, against that after the first ones.
    """

    requests: int
    errors: int
    per_second: float
    started_mib: float
    memory_mib: list[float]
    p50_ms: list[float]
    p95_ms: list[float]
    grew_by: float
    slower_by: float

    @property
    def holds(self) -> bool:
        """No error, and flat memory."""
        return not self.errors and self.grew_by <= FLAT_SHARE

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "holds": self.holds}


def soak(
    environment: Mapping[str, str], requests: int, step: Step, most_seconds: float = math.inf
) -> Soak:
    """Ask ``requests`` questions of one server on the home of ``environment``.

    Past ``most_seconds`` no further portion begins; the figures are of what was asked.
    """
    ends, asked = time.monotonic() + most_seconds, 0
    questions = itertools.cycle([case.question for case in read_cases(LinkCase, "linking")])
    memory: list[float] = []
    p50: list[float] = []
    p95: list[float] = []
    errors, seconds = 0, 0.0
    with serving({**environment} | UNBOUND) as (address, _, pid):
        started = memory_mib(pid)
        for done in range(0, requests, PORTION):
            if done and time.monotonic() > ends:
                break
            count = min(PORTION, requests - done)
            bodies = [json.dumps({"message": next(questions)}) for _ in range(count)]
            load = press(address, "/api/chat", bodies, CLIENTS)
            asked += count
            errors += load.errors
            seconds += load.seconds
            p50.append(round(load.p50_ms, 1))
            p95.append(round(load.p95_ms, 1))
            memory.append(round(memory_mib(pid), 1))
            step(f"Chạy dài: {done + count}/{requests} câu, {memory[-1]:.0f} MiB, p50 {p50[-1]} ms")
    settled = int(len(memory) * SETTLED_SHARE)
    third = max(1, len(p50) // 3)
    return Soak(
        asked, errors, round((asked - errors) / seconds, 1), round(started, 1), memory, p50, p95,
        round(memory[-1] / memory[settled] - 1, 4),
        round(median(p50[-third:]) / median(p50[settled:][:third]) - 1, 4),
    )  # fmt: skip


def _tell(step: str) -> None:
    sys.stderr.write(f"{step}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    count = int(sys.argv[2]) if sys.argv[2:] else 60_000
    found = soak({**os.environ, "LETAN_HOME": sys.argv[1]}, count, _tell)
    sys.stdout.write(json.dumps(found.to_json()) + "\n")
