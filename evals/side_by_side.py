"""The desk and what is usually built, asked the same questions over HTTP in the same run."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from evals.bench import (
    CLIENTS,
    WARMING,
    Step,
    crowds,
    echoing,
    listening,
    memory_mib,
    serving,
    warm_up,
)
from evals.cases import LinkCase, link_cases
from evals.linking import SILENT
from evals.tutorial import E5, cache_folder, has_sentence_transformers
from knowledge.embedding import SHIPPED

DESK = "Lễ Tân"
ECHO = "FastAPI gửi lại"
EMBEDDING_SECONDS = 7200  # a transformer embeds some records a second, on two busy cores


@dataclass(frozen=True, slots=True)
class Rival:
    """One way that is usually built: of which kind, by which model, where its vectors stay."""

    name: str
    kind: str
    model: str = ""
    kept: Path | None = None


def usual(tutorial: str | None) -> list[Rival]:
    """The rivals: the tutorial with its own model, with our encoder, and words alone.

    ``tutorial`` is the model a tutorial takes, None where it cannot be had.
    """
    found = []
    if tutorial:
        is_made_here = Path(tutorial) == cache_folder() / E5
        kept = cache_folder() / "vectors" if is_made_here else None
        name = f"LangChain + Chroma + {Path(tutorial).name}"
        found.append(Rival(name, "chroma", tutorial, kept))
    if has_sentence_transformers():
        found.append(Rival("LangChain + Chroma + bộ mã của Lễ Tân", "chroma", str(SHIPPED)))
    return [*found, Rival("BM25 trên tên thủ tục", "bm25")]


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
    """One system: speed by number of clients, MiB, how often it is right, seconds to its start."""

    name: str
    by_clients: list[dict[str, Any]]
    memory_mib: float
    accuracy: Accuracy | None
    start_seconds: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    home: Path,
    environment: Mapping[str, str],
    *,
    rivals: Sequence[Rival],
    step: Step,
    clients: Sequence[int] = CLIENTS,
    only: int | None = None,
    workers: int = 1,
    with_portal: bool = False,
    left_out: Callable[[str, str], None] = lambda name, why: None,
) -> list[Side]:
    """Every system over the records of ``home``, one process each; ``only`` so many cases.

    ``with_portal`` asks what fits a home that holds the national records too; ``left_out`` is told
    which rival could not be measured, and why. With ``workers`` the
    desk and the echo are measured once more with that many processes each: what a machine of as
    many cores gives, beside its own floor.
    """
    cases = link_cases(with_portal=with_portal)[:only]
    questions = list(dict.fromkeys(case.question for case in cases))
    sides = []
    with serving(environment) as (address, start, pid):
        step(f"So sánh: {DESK}")
        right = partial(judge, address, cases, read_desk)
        sides.append(side(DESK, address, pid, questions, clients, right, step, start))
    if workers > 1:
        with serving(environment, workers) as (address, start, pid):
            name = in_processes(DESK, workers)
            step(f"So sánh: {name}")
            sides.append(side(name, address, pid, questions, clients, None, step, start))
    for one in rivals:
        step(f"So sánh: {one.name} (nhúng hồ sơ nếu chưa)")
        begun = time.perf_counter()
        try:
            with rival(one, home, environment) as (address, pid):
                start = time.perf_counter() - begun
                right = partial(judge, address, cases, read_rival)
                sides.append(side(one.name, address, pid, questions, clients, right, step, start))
        except (RuntimeError, httpx.HTTPError) as problem:
            left_out(one.name, str(problem))
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
    judged: Callable[[], Accuracy] | None,
    step: Step,
    start_seconds: float | None = None,
) -> Side:
    """The speed of one running system, asked what it was not asked before; then how right it is."""
    warm_up(address, questions[:WARMING])
    by_clients = crowds(address, questions[WARMING:] or questions, step, clients)
    memory = memory_mib(pid) if pid else 0.0
    return Side(name, by_clients, memory, judged() if judged else None, start_seconds)


Read = Callable[[dict[str, Any]], tuple[list[str], bool]]


def read_desk(said: dict[str, Any]) -> tuple[list[str], bool]:
    """The codes of the desk's answer, best first, and whether it stated one procedure's facts."""
    named = [said["procedure"]["code"]] if said["procedure"] else []
    named += [also["procedure"]["code"] for also in said.get("also", []) if also["procedure"]]
    offered = [choice["code"] for choice in said["choices"] if choice.get("code")]
    return [*named, *offered], said["outcome"] == "answered" and bool(named)


def read_rival(said: dict[str, Any]) -> tuple[list[str], bool]:
    """The codes of a rival's records, best first, and whether it gave any."""
    return said["codes"], bool(said["codes"])


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
def rival(one: Rival, home: Path, environment: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """A rival as a process of its own; its address and number."""
    with listening(
        lambda port: [
            sys.executable, "-m", "evals.rivals", one.kind, str(port), str(home), one.model,
            str(one.kept or ""),
        ],
        as_usual(environment),
        EMBEDDING_SECONDS,
    ) as (address, pid):  # fmt: skip
        yield address, pid


def as_usual(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what `letan` sets for itself: libraries choose their threads."""
    own = {name: value for name, value in environment.items() if name != "OPENBLAS_NUM_THREADS"}
    return own | {"TRANSFORMERS_VERBOSITY": "error", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}


def table(sides: Sequence[Side]) -> list[dict[str, Any]]:
    """One row for each system, at 16 clients or the most that were measured."""
    rows = []
    for one in sides:
        at = next((c for c in one.by_clients if c["clients"] == 16), one.by_clients[-1])
        right = one.accuracy
        rows.append(
            {
                "name": one.name, "per_second": at["per_second"], "p95_ms": at["p95_ms"],
                "memory_mib": one.memory_mib or None, "start_seconds": one.start_seconds,
                "first": right and right.first, "offered": right and right.offered,
                "answered_wrongly": right and right.answered_wrongly,
            }
        )  # fmt: skip
    return rows
