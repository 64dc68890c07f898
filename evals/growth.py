"""How the desk grows with what it knows: memory, size, build time and latency by passages.

Records beyond those of the portal are copies of them under codes and names of their own: as long,
as varied in their sections, and as alike as the records of many provinces would be.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from evals.bench import UNBOUND, Step, memory_mib, peak_mib, serving
from evals.cases import LinkCase, read_cases
from evals.load import press
from knowledge.passages import split
from knowledge.procedures import Procedure

SIZES = (1_000, 10_000, 100_000)
ASKED = 300
AT_ONCE = 1000  # records published in one transaction
PROGRESS, TOLD_EVERY = "progress: ", 10_000
# Two syllables of each name: 900 places that exist nowhere, so that names differ by words.
SYLLABLES = (
    "Lạc", "Mộc", "Thanh", "Vĩnh", "Hạnh", "Khê", "Đoài", "Bích", "Tường", "Quế",
    "Sơn", "Giang", "Phúc", "Lâm", "Ngọc", "Trà", "Yên", "Hải", "Đông", "Xuân",
    "Cẩm", "Kim", "Long", "Tân", "Mai", "Thạch", "Bình", "Phong", "Linh", "Châu",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """The desk at one size; seconds, milliseconds, MiB. The machine's load is in the report.

    ``build_peak_mib`` is the most that building the index took, ``first_peak_mib`` the most of the
    first start, which makes what is kept for later ones; ``started_mib`` is a later start before
    anybody asked, ``memory_mib`` after the questions.
    """

    passages: int
    procedures: int
    publish_seconds: float
    index_seconds: float
    index_mib: float
    database_mib: float
    first_start_seconds: float
    start_seconds: float
    build_peak_mib: float
    first_peak_mib: float
    started_mib: float
    memory_mib: float
    p50_ms: float
    p95_ms: float
    errors: int

    def to_json(self) -> dict[str, Any]:
        return {k: round(v, 2) if isinstance(v, float) else v for k, v in asdict(self).items()}


def copies(records: Sequence[Procedure], start: int = 0) -> Iterator[Procedure]:
    """Endless records, each like one of ``records`` under a code and a name of its own."""
    number = start
    while True:
        record = records[number % len(records)]
        round_ = number // len(records)
        first, second = divmod(round_ * 37 + number, len(SYLLABLES) ** 2)[1], round_
        place = f"{SYLLABLES[first // len(SYLLABLES)]} {SYLLABLES[first % len(SYLLABLES)]}"
        suffix = f" tại {place} {second}"
        yield record.model_copy(
            update={
                "code": f"9.{number:06}", "name": record.name + suffix, "origin": "portal",
                "short_name": record.short_name and record.short_name + suffix,
                "aliases": tuple(alias + suffix for alias in record.aliases),
            }
        )  # fmt: skip
        number += 1


def enough(records: Sequence[Procedure], passages: int) -> Iterator[Procedure]:
    """Records until they have ``passages`` passages, those given first."""
    count = 0
    for record in _first_then_copies(records):
        if count >= passages:
            return
        count += len(split(record, 1))
        yield record


def _first_then_copies(records: Sequence[Procedure]) -> Iterator[Procedure]:
    yield from records
    yield from copies(records)


def grow(
    source: Path, environment: Mapping[str, str], sizes: Sequence[int], step: Step
) -> list[Size]:
    """A desk of each size, made from the records of the home ``source``, and measured."""
    found = []
    for passages in sizes:
        step(f"{passages} đoạn trích: nhập và dựng chỉ mục")
        with TemporaryDirectory(prefix="letan-grow-", ignore_cleanup_errors=True) as folder:
            found.append(_measure(Path(folder), source, environment, passages, step))
    return found


def _measure(
    home: Path, source: Path, environment: Mapping[str, str], passages: int, step: Step
) -> Size:
    figures = _built(home, source, environment, passages, step)
    own = {**environment, "LETAN_HOME": str(home)} | UNBOUND
    step(f"{passages} đoạn trích: khởi động, hỏi")
    with serving(own, start_seconds=max(1800, passages / 50)) as (_, first, pid):
        first_peak = peak_mib(pid)
    with serving(own, start_seconds=max(600, passages / 100)) as (address, start, pid):
        started = memory_mib(pid)
        questions = [case.question for case in read_cases(LinkCase, "linking")][:ASKED]
        bodies = [json.dumps({"message": question}) for question in dict.fromkeys(questions)]
        press(address, "/api/chat", bodies[:40], 1)
        load = press(address, "/api/chat", bodies, 1)
        memory = memory_mib(pid)
        held = httpx.get(f"{address}/readyz", timeout=30).json()["procedures"]
    return Size(
        figures["passages"], held, figures["publish_seconds"], figures["index_seconds"],
        _mib(home / "index"), _mib(home, "letan.db*"), first, start,
        figures["peak_mib"], first_peak, started, memory,
        load.p50_ms, load.p95_ms, load.errors,
    )  # fmt: skip


def _built(
    home: Path, source: Path, environment: Mapping[str, str], passages: int, step: Step
) -> dict[str, Any]:
    """What building in a process of its own gave; its progress is told as it comes."""
    said = []
    with subprocess.Popen(
        [sys.executable, "-m", "evals.growth", str(home), str(source), str(passages)],
        env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as building:  # fmt: skip
        assert building.stderr and building.stdout
        for line in building.stderr:
            if line.startswith(PROGRESS):
                step(f"{passages} đoạn trích: {line.removeprefix(PROGRESS).strip()}")
            else:
                said.append(line)
        content = building.stdout.read()
    if building.returncode:
        raise RuntimeError(f"building {passages} passages failed: {''.join(said)[-2000:]}")
    figures: dict[str, Any] = json.loads(content)
    return figures


def likely_seconds(measured: Sequence[Mapping[str, Any]], passages: int) -> float:
    """How long a size will take, from the largest that was measured; 0 when none was."""
    if not measured:
        return 0
    last = measured[-1]
    parts = ("publish_seconds", "index_seconds", "first_start_seconds")
    return float(sum(last[part] for part in parts) / last["passages"] * passages)


def _mib(folder: Path, pattern: str = "**/*") -> float:
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file()) / 2**20


def build(
    home: Path, source: Path, passages: int, progress: Callable[[str, int, int], None] | None = None
) -> dict[str, Any]:
    """Publish records until there are ``passages`` passages, and index them; seconds of each."""
    from assistant.desk import open_library, open_store
    from knowledge.settings import KnowledgeSettings, LetanSettings

    knowledge = KnowledgeSettings(database_url="", chroma_server="")
    _, there = open_store(LetanSettings(home=source), knowledge)
    records = [procedure for procedure, _ in there.live_procedures()]
    library = open_library(LetanSettings(home=home), knowledge)
    own = {procedure.code for procedure, _ in library.store.live_procedures()}
    begun = time.perf_counter()
    waiting = [record for record in enough(records, passages) if record.code not in own]
    for first in range(0, len(waiting), AT_ONCE):
        if progress:
            progress("ghi hồ sơ", first, len(waiting))
        library.store.publish_many(waiting[first : first + AT_ONCE], by="bench")
    published = time.perf_counter() - begun
    report = library.index.update(progress and partial(progress, "dựng chỉ mục"))
    return {
        "passages": report.passages, "procedures": report.procedures,
        "publish_seconds": round(published, 2), "index_seconds": round(report.seconds, 2),
        "peak_mib": peak_mib(os.getpid()),
    }  # fmt: skip


def _tell(what: str, done: int, total: int) -> None:
    if done // TOLD_EVERY != (done - AT_ONCE) // TOLD_EVERY:
        sys.stderr.write(f"{PROGRESS}{what} {done}/{total}\n")
        sys.stderr.flush()


if __name__ == "__main__":
    found = build(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), _tell)
    sys.stdout.write(json.dumps(found))
