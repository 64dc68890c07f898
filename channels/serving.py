"""Runs the site with uvicorn: in this process, or as several alike workers that share one port."""

import gc
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.types import ASGIApp

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from channels.settings import ChannelSettings

GRACE_SECONDS = 20  # what is being answered when the process is told to stop gets its answer
START_SECONDS = 60  # a worker that takes longer to say that it lives is started anew

FAIR_LOOP = "channels.fair_accept:new_loop"  # Windows has no uvloop: its workers take their chance

Served = tuple[str, str, int]  # an office's id and name, and how many procedures it holds


def build_site() -> ASGIApp:
    """The application of every office named in the settings; what a worker starts."""
    site, _ = _opened(alone=False)
    return site


def run(host: str, port: int, workers: int, told: Callable[[list[Served]], None]) -> None:
    """Serve until told to stop. ``told`` is called once, with every office that is served.

    With several workers the index is prepared once before they start; they only read it.
    """
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "log_level": "warning",
        "access_log": False,
        "proxy_headers": False,  # the application believes the proxies of its settings
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }
    if workers == 1:
        site, offices = _opened()
        told(offices)
        uvicorn.run(site, **options)
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as preparing:
        told(preparing.submit(_prepare).result())
    from channels.metrics import SHARED_FOLDER

    with tempfile.TemporaryDirectory(prefix="letan-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[SHARED_FOLDER] = folder
        uvicorn.run(
            "channels.serving:build_site",
            factory=True,
            workers=workers,
            loop=FAIR_LOOP if find_spec("uvloop") else "auto",
            timeout_worker_healthcheck=START_SECONDS,
            **options,
        )


def _prepare() -> list[Served]:
    return _opened()[1]


def answering(settings: "ChannelSettings", engine: "Engine", *, alone: bool) -> "ChannelSettings":
    """The settings, with how many threads answer in this process.

    Where processes share the cores, a second thread only takes turns with the first and spoils the
    core's cache, unless that one waits for a database server.
    """
    if alone or settings.answer_threads or engine.dialect.name != "sqlite":
        return settings
    return settings.model_copy(update={"answer_threads": 1})


def _opened(*, alone: bool = True) -> tuple[ASGIApp, list[Served]]:
    """The site, and its offices; what is built at the start is never looked at for garbage again.

    Hundreds of thousands of small objects live as long as the process: going over them, those
    of the imports too, costs a fifth of a start, and a tenth of a second whenever it falls into
    an answer.
    """
    gc.disable()
    from assistant.desk import build_desks
    from channels.offices import create_site
    from channels.settings import ChannelSettings
    from knowledge.memory import give_back

    desks = build_desks()
    site = create_site(desks, answering(ChannelSettings(), desks[0].library.engine, alone=alone))
    offices = [
        (
            desk.office_id,
            desk.library.store.office(desk.office_id).name,
            len(desk.library.store.find_live_versions(desk.office_id)),
        )
        for desk in desks
    ]
    gc.freeze()
    gc.enable()
    give_back()
    return site, offices
