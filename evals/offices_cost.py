"""What one more office costs a process, and one more turn the database: for sizing a province.

``python -m evals.offices_cost [OFFICES] [HOME]`` on a home of its own, or a copy of ``HOME``;
prints JSON. An office costs most when somebody first asks it, so each is asked.
"""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import httpx

from evals.bench import memory_mib
from evals.cases import LinkCase, read_cases

TURNS = 300
OWN = 3  # offices that get a phrase of their own


def measure(home: Path, offices: int) -> dict[str, Any]:
    """MiB and seconds for each office beyond the first, bytes for each turn."""
    _apart(_serve_all, home, 0)  # fills and indexes the home
    one = _apart(_serve_all, home, 0)  # a process each: memory is not given back
    many = _apart(_serve_all, home, offices)
    _apart(_add_own, home, min(OWN, offices))
    _apart(_serve_all, home, offices)  # makes what is kept of their views
    own = _apart(_serve_all, home, offices)
    turn = _apart(_ask, home, TURNS)
    return {
        "offices": offices, "one_office_mib": round(one.started_mib, 1),
        "mib_each": round((many.started_mib - one.started_mib) / offices, 2),
        "asked_mib_each": round((many.asked_mib - one.asked_mib) / offices, 2),
        "own_phrases_mib_each": round(
            (own.asked_mib - many.asked_mib) / min(OWN, offices), 1
        ),
        "start_seconds": round(one.start_seconds, 2),
        "seconds_each": round((many.start_seconds - one.start_seconds) / offices, 4),
        "first_question_seconds": round((many.ask_seconds - one.ask_seconds) / offices, 3),
        "turns": TURNS, "bytes_a_turn": round(turn),
        "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _apart(work: Callable[[Path, int], Any], home: Path, number: int) -> Any:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, home, number).result()


@dataclass(frozen=True, slots=True)
class Served:
    """A site after its start, and after every office was asked; processor seconds of each."""

    started_mib: float
    start_seconds: float
    asked_mib: float
    ask_seconds: float


def _serve_all(home: Path, more: int) -> Served:
    """A site of the sample office and ``more`` like it."""
    from assistant.desk import build_desks, open_store
    from channels.offices import create_site
    from knowledge.settings import KnowledgeSettings, LetanSettings

    knowledge = KnowledgeSettings(database_url="", chroma_server="")
    only = LetanSettings(home=home)
    _, store = open_store(only, knowledge)
    sample = store.office(only.office)
    offices = [f"thu-{number}" for number in range(more)]
    for office_id in offices:
        named = {"id": office_id, "name": f"phường {office_id}"}
        store.put_office(sample.model_copy(update=named), by="bench")
    begun = process_time()
    site = create_site(build_desks(only.model_copy(update={"offices": "*"}), knowledge))
    started, seconds = memory_mib(os.getpid()), process_time() - begun
    asyncio.run(
        _ask_each(site, [only.office])
    )  # what the first question of all costs is no office's
    begun = process_time()
    asyncio.run(_ask_each(site, [only.office, *offices]))
    return Served(started, seconds, memory_mib(os.getpid()), process_time() - begun)


def _add_own(home: Path, offices: int) -> None:
    """Give offices a phrase of their own each, so that they hold what no other does."""
    from assistant.desk import open_store
    from knowledge.settings import KnowledgeSettings, LetanSettings
    from knowledge.utterances import Utterance

    knowledge = KnowledgeSettings(database_url="", chroma_server="")
    _, store = open_store(LetanSettings(home=home), knowledge)
    code = min(store.find_live_versions())
    for number in range(offices):
        office_id = f"thu-{number}"
        said = Utterance(text=f"việc quen gọi ở {office_id}", code=code, office_id=office_id)
        store.put_utterances([said], by="bench")


async def _ask_each(site: Any, offices: Sequence[str]) -> None:
    """A resident opens the page of each office and asks it something."""
    transport = httpx.ASGITransport(app=site)
    async with httpx.AsyncClient(transport=transport, base_url="http://letan") as client:
        for office_id in offices:
            below = f"/o/{office_id}" if len(offices) > 1 else ""
            (await client.get(f"{below}/")).raise_for_status()
            asked = {"message": "làm giấy khai sinh cho con cần giấy tờ gì"}
            (await client.post(f"{below}/api/chat", json=asked)).raise_for_status()


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
        own = Path(folder) / "home"
        if sys.argv[2:]:
            shutil.copytree(sys.argv[2], own)
        sys.stdout.write(json.dumps(measure(own, count)) + "\n")
