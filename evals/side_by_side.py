"""The desk and what is usually built, asked the same questions over HTTP in the same run."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from evals.bench import CLIENTS, Step, crowds, echoing, listening, memory_mib, serving
from evals.cases import LinkCase, link_cases
from evals.linking import SILENT

DESK = "Lễ Tân"
RIVALS = {
    "chroma": "LangChain + Chroma + sentence-transformers",
    "bm25": "BM25 trên tên thủ tục",
}
ECHO = "FastAPI gửi lại"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Shares of the cases: right first, right among what was offered, answered though it must not.

    What is offered is at most four: the desk's answer and its choices, a rival's four records.
    """

    cases: int
    first: float
    offered: float
    silent_cases: int
    answered_wrongly: float


@dataclass(frozen=True, slots=True)
class Side:
    """One system: figures by number of clients, MiB, and how often it is right."""

    name: str
    by_clients: list[dict[str, Any]]
    memory_mib: float
    accuracy: Accuracy | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    home: Path,
    environment: Mapping[str, str],
    *,
    model: str,
    step: Step,
    clients: Sequence[int] = CLIENTS,
    only: int | None = None,
    workers: int = 1,
    with_portal: bool = False,
) -> list[Side]:
    """Every system over the records of ``home``, one process each; ``only`` so many cases.

    ``with_portal`` asks what fits a home that holds the national records too. With ``workers`` the
    desk and the echo are measured once more with that many processes each: what a machine of as
    many cores gives, beside its own floor.
    """
    cases = link_cases(with_portal=with_portal)[:only]
    questions = list(dict.fromkeys(case.question for case in cases))
    sides = []
    with serving(environment) as (address, _, pid):
        step(f"So sánh: {DESK}")
        right = judge(address, cases, read_desk)
        sides.append(side(DESK, address, pid, questions, clients, right, step))
    if workers > 1:
        with serving(environment, workers) as (address, _, pid):
            name = in_processes(DESK, workers)
            step(f"So sánh: {name}")
            crowds(address, questions[:20], lambda _: None)  # every worker has answered once
            sides.append(side(name, address, pid, questions, clients, None, step))
    for kind, name in RIVALS.items():
        step(f"So sánh: {name}")
        with rival(kind, home, environment, model) as (address, pid):
            right = judge(address, cases, lambda said: (said["codes"], bool(said["codes"])))
            sides.append(side(name, address, pid, questions, clients, right, step))
    for processes in sorted({1, workers}):
        with echoing(processes) as address:
            name = in_processes(ECHO, processes)
            step(f"So sánh: {name}")
            sides.append(side(name, address, None, questions, clients, None, step))
    return sides


def in_processes(name: str, workers: int) -> str:
    """A system's name, with its number of processes where it is not one."""
    return name if workers == 1 else f"{name}, {workers} tiến trình"


def side(
    name: str,
    address: str,
    pid: int | None,
    questions: Sequence[str],
    clients: Sequence[int],
    accuracy: Accuracy | None,
    step: Step,
) -> Side:
    """The speed of one running system."""
    by_clients = crowds(address, questions, step, clients)
    return Side(name, by_clients, memory_mib(pid) if pid else 0.0, accuracy)


Read = Callable[[dict[str, Any]], tuple[list[str], bool]]


def read_desk(said: dict[str, Any]) -> tuple[list[str], bool]:
    """The codes of the desk's answer, best first, and whether it stated one procedure's facts."""
    named = [said["procedure"]["code"]] if said["procedure"] else []
    named += [also["procedure"]["code"] for also in said.get("also", []) if also["procedure"]]
    offered = [choice["code"] for choice in said["choices"] if choice.get("code")]
    return [*named, *offered], said["outcome"] == "answered" and bool(named)


def judge(address: str, cases: Sequence[LinkCase], read: Read) -> Accuracy:
    """How often a running system is right, each case as a first message."""
    first = offered = wrongly = asked = silent = 0
    with httpx.Client(base_url=address, timeout=60) as client:
        for case in cases:
            said = client.post("/api/chat", json={"message": case.question}).json()
            codes, answered = read(said)
            if case.codes:
                asked += 1
                first += bool(codes) and codes[0] in case.codes
                offered += bool(set(codes[:4]) & set(case.codes))
            elif case.kind in SILENT:
                silent += 1
                wrongly += answered
    return Accuracy(
        asked, first / max(asked, 1), offered / max(asked, 1), silent, wrongly / max(silent, 1)
    )


@contextmanager
def rival(
    kind: str, home: Path, environment: Mapping[str, str], model: str
) -> Iterator[tuple[str, int]]:
    """A rival as a process of its own; its address and number."""
    more = [model] if model else []
    with listening(
        lambda port: [sys.executable, "-m", "evals.rivals", kind, str(port), str(home), *more],
        environment,
    ) as (address, pid):
        yield address, pid


def table(sides: Sequence[Side]) -> list[dict[str, Any]]:
    """One row for each system, at 16 clients or the most that were measured."""
    rows = []
    for one in sides:
        at = next((c for c in one.by_clients if c["clients"] == 16), one.by_clients[-1])
        right = one.accuracy
        rows.append(
            {
                "name": one.name, "per_second": at["per_second"], "p95_ms": at["p95_ms"],
                "memory_mib": one.memory_mib or None,
                "first": right and right.first, "offered": right and right.offered,
                "answered_wrongly": right and right.answered_wrongly,
            }
        )  # fmt: skip
    return rows
