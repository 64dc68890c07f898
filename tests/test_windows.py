"""The ward's PC runs Windows: none of what only Linux has is needed, and old code pages bear us.

There is no Windows here. Real processes run without the modules and names that Python lacks
there (`tests/data/windows`), and print into a code page that has no Vietnamese.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from evals.bench import serving

ROOT = Path(__file__).parent.parent
BIRTH = "1.001193"
READ = """
import sys
from pathlib import Path
from ingest import bounds, reading
from ingest.settings import IngestSettings
print(reading.read(Path(sys.argv[1]), IngestSettings(), None).model_dump_json())
"""
ENDLESS = "import time\ntime.sleep(600)"
FAMILY = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {ENDLESS!r}])
print(child.pid, flush=True)
child.wait()
"""


@pytest.fixture
def pc(own_home: Path) -> dict[str, str]:
    """The environment of a process on such a PC."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(own_home),
        "LETAN_HOME": str(own_home),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "data" / "windows"), str(ROOT)]),
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "cp1252",
        "PYTHONWARNINGS": "error::EncodingWarning",
        "PYTHONWARNDEFAULTENCODING": "1",
        "CHANNELS_PROTECTION_WAITING": "0",
    }


def run(*command: str | Path, env: dict[str, str]) -> str:
    """What it printed, which has to be UTF-8 whatever the code page."""
    done = subprocess.run(
        [sys.executable, *map(str, command)], env=env, capture_output=True, timeout=300, cwd="/"
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-3000:]
    return done.stdout.decode("utf-8")


def test_what_is_printed_into_a_file_of_an_old_code_page_keeps_its_letters(
    pc: dict[str, str],
) -> None:
    assert "cán bộ" in run("-m", "channels", "user", "--help", env=pc)


@pytest.mark.slow
def test_the_command_line_answers(pc: dict[str, str]) -> None:
    said = run("-m", "channels", "ask", "--json", f"{BIRTH} cần giấy tờ gì", env=pc)
    answer = json.loads(said)
    assert answer["procedure"]["code"] == BIRTH
    assert "Tờ khai đăng ký khai sinh" in answer["text"]


@pytest.mark.slow
def test_the_desk_starts_answers_and_shows_its_console(pc: dict[str, str]) -> None:
    with serving(pc, workers=1) as (address, _, _):
        asked = httpx.post(f"{address}/api/chat", json={"message": f"{BIRTH} lệ phí"}, timeout=60)
        assert asked.json()["outcome"] == "answered"
        assert "Đăng nhập" in httpx.get(f"{address}/staff/login").text


def test_a_file_is_read_in_a_process_of_its_own(pc: dict[str, str], tmp_path: Path) -> None:
    page = tmp_path / "Thông báo số 1.md"
    page.write_text("# Lịch chợ phiên\n\nChợ họp ngày mồng một.\n", "utf-8")
    assert "mồng một" in run("-c", READ, page, env=pc | {"PYTHONIOENCODING": "utf-8"})


def test_a_process_that_reads_too_long_ends_with_all_it_has_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ingest import bounds

    leader = subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True)
    assert leader.stdout
    child = psutil.Process(int(leader.stdout.readline()))
    monkeypatch.delattr("os.killpg")
    bounds.end_family(leader.pid)
    assert leader.wait(timeout=20) in bounds.ENDED
    leader.stdout.close()
    psutil.wait_procs([child], timeout=20)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    bounds.end_family(leader.pid)  # gone already


def test_a_process_past_its_memory_ends(pc: dict[str, str]) -> None:
    """The bound looks at the process itself where the system keeps none."""
    greedy = (
        "import ingest.bounds as b, time\n"
        "b.bound_memory(200 * 1024 * 1024)\n"
        "held = bytearray(b'x' * (300 * 1024 * 1024))\n"
        "time.sleep(60)\n"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", greedy], env=pc, timeout=60, start_new_session=True, check=False
    )
    assert done.returncode != 0 and time.monotonic() - started < 50
