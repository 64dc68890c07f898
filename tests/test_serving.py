"""Several workers behind one port: alike, fed by the same database, counted together."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from evals.bench import free_port

pytestmark = pytest.mark.slow
START_SECONDS = 120


@pytest.fixture
def site(own_home: Path) -> Iterator[tuple[httpx.Client, psutil.Process]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "channels", "serve", "--port", str(port), "--workers", "2"],
        env={**os.environ, "LETAN_HOME": str(own_home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
    try:
        _wait(lambda: _is_ready(client))
        _wait(lambda: len(_workers(psutil.Process(process.pid))) == 2)
        yield client, psutil.Process(process.pid)
    finally:
        client.close()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def _wait(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _workers(parent: psutil.Process) -> list[psutil.Process]:
    """The processes that serve; uvicorn's resource tracker is none of them."""
    living = [p for p in parent.children() if p.status() != psutil.STATUS_ZOMBIE]
    return [p for p in living if "spawn_main" in " ".join(p.cmdline())]


def _ask(client: httpx.Client, message: str, conversation: str | None = None) -> dict[str, object]:
    body = {"message": message, "conversation_id": conversation}
    deadline = time.monotonic() + START_SECONDS
    while True:  # a worker that was just killed takes its open connections along
        try:
            answer = client.post("/api/chat", json=body)
        except httpx.TransportError:
            assert time.monotonic() < deadline
            continue
        assert answer.status_code == 200
        found: dict[str, object] = answer.json()
        return found


def test_workers_share_conversations_and_a_killed_one_is_replaced(
    site: tuple[httpx.Client, psutil.Process],
) -> None:
    client, parent = site
    first = _ask(client, "đăng ký khai tử cần giấy tờ gì")
    conversation = str(first["conversation_id"])
    for _ in range(6):  # a new connection each time, so that both workers get some
        with httpx.Client(base_url=client.base_url, timeout=30) as other:
            follow = _ask(other, "nộp ở quầy nào", conversation)
        assert follow["procedure"] == first["procedure"]
    victim = _workers(parent)[0]
    victim.kill()
    assert _ask(client, "hết bao lâu", conversation)["procedure"] == first["procedure"]
    _wait(lambda: len(_workers(parent)) == 2 and victim not in _workers(parent))
    assert _ask(client, "lệ phí bao nhiêu", conversation)["procedure"] == first["procedure"]


def test_figures_are_those_of_all_workers(site: tuple[httpx.Client, psutil.Process]) -> None:
    client, _ = site
    for _ in range(6):
        with httpx.Client(base_url=client.base_url, timeout=30) as other:
            _ask(other, "xin chào")
    counted = 0.0
    for value in re.findall(
        r"^letan_answers_total\{.*\} (\S+)$", client.get("/metrics").text, re.M
    ):
        counted += float(value)
    assert counted == 6


def test_a_start_reads_no_library_that_nothing_uses() -> None:
    code = "import sys, channels.web; print(*({'telegram', 'alembic', 'pypdf'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_command_line_can_still_bound_the_threads_of_matrix_products() -> None:
    """They are counted when numpy is first imported: `letan serve` sets them after its own."""
    code = "import sys, channels.cli; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
