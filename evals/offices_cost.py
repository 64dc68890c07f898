"""What one more office costs a process, and one more turn the database: for sizing a province.

``python -m evals.offices_cost [OFFICES]`` on a home of its own; prints JSON.
"""

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from evals.bench import memory_mib
from evals.cases import LinkCase, read_cases

TURNS = 300


def measure(home: Path, offices: int) -> dict[str, Any]:
    """MiB and seconds for each office beyond the first, bytes for each turn."""
    _apart(_serve_all, home, 0)  # fills and indexes the home
    one, one_seconds = _apart(_serve_all, home, 0)  # a process each: memory is not given back
    many, many_seconds = _apart(_serve_all, home, offices)
    turn = _apart(_ask, home, TURNS)
    return {
        "offices": offices, "one_office_mib": round(one, 1),
        "mib_each": round((many - one) / offices, 2),
        "start_seconds": round(one_seconds, 2),
        "seconds_each": round((many_seconds - one_seconds) / offices, 3),
        "turns": TURNS, "bytes_a_turn": round(turn),
        "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _apart(work: Callable[[Path, int], Any], home: Path, number: int) -> Any:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, home, number).result()


def _serve_all(home: Path, more: int) -> tuple[float, float]:
    """MiB and seconds of a site of the sample office and ``more`` like it."""
    from assistant.desk import build_desks, open_store
    from channels.offices import create_site
    from knowledge.settings import KnowledgeSettings, LetanSettings

    knowledge = KnowledgeSettings(database_url="", chroma_server="")
    only = LetanSettings(home=home)
    _, store = open_store(only, knowledge)
    sample = store.office(only.office)
    for number in range(more):
        named = {"id": f"thu-{number}", "name": f"phường Thử {number}"}
        store.put_office(sample.model_copy(update=named), by="bench")
    begun = perf_counter()
    # held until it is measured
    site = create_site(build_desks(only.model_copy(update={"offices": "*"}), knowledge))
    seconds, held = perf_counter() - begun, memory_mib(os.getpid())
    del site
    return held, seconds


def _ask(home: Path, turns: int) -> float:
    """Bytes that the database grows by with each turn."""
    from assistant.desk import build_desk
    from knowledge.settings import KnowledgeSettings, LetanSettings

    settings = LetanSettings(home=home)
    desk = build_desk(settings, KnowledgeSettings(database_url="", chroma_server=""))
    questions = [case.question for case in read_cases(LinkCase, "linking")][:turns]
    desk.library.engine.dispose()  # folds the write-ahead log in
    before = (home / "letan.db").stat().st_size
    for question in questions:
        desk.receptionist.reply(question)
    desk.library.engine.dispose()
    return ((home / "letan.db").stat().st_size - before) / len(questions)


if __name__ == "__main__":
    with TemporaryDirectory(prefix="letan-offices-", ignore_cleanup_errors=True) as folder:
        count = int(sys.argv[1]) if sys.argv[1:] else 20
        sys.stdout.write(json.dumps(measure(Path(folder) / "home", count)) + "\n")
