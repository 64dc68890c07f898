"""A long run: many thousand questions, with the memory of the server after each portion."""

import itertools
import json
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
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
    """``memory_mib`` after each portion; ``grew_by`` is the share from settled to the end."""

    requests: int
    errors: int
    per_second: float
    p95_ms: float
    memory_mib: list[float]
    grew_by: float

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
    errors, seconds, slowest = 0, 0.0, 0.0
    with serving({**environment} | UNBOUND) as (address, _, pid):
        for done in range(0, requests, PORTION):
            if done and time.monotonic() > ends:
                break
            count = min(PORTION, requests - done)
            bodies = [json.dumps({"message": next(questions)}) for _ in range(count)]
            load = press(address, "/api/chat", bodies, CLIENTS)
            asked += count
            errors += load.errors
            seconds += load.seconds
            slowest = max(slowest, load.p95_ms)
            memory.append(round(memory_mib(pid), 1))
            step(f"Chạy dài: {done + count}/{requests} câu, {memory[-1]:.0f} MiB")
    settled = memory[int(len(memory) * SETTLED_SHARE)]
    return Soak(
        asked, errors, round((asked - errors) / seconds, 1), round(slowest, 1), memory,
        round(memory[-1] / settled - 1, 4),
    )  # fmt: skip
