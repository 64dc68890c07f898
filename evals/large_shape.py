"""The parts of the large shape as real processes: PostgreSQL and a Chroma server, for once.

Only settings tell the desk of them (`environment`): the code is the same on one PC.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from evals.bench import (
    UNBOUND,
    WARMING,
    Step,
    crowds,
    free_port,
    letan,
    memory_mib,
    serving,
    warm_up,
)
from evals.cases import LinkCase, read_cases

START_SECONDS = 60
START_LONG_SECONDS = 900
SEEN_SECONDS = 6
# Chroma's own command, whether or not its script is on the path.
RUN_CHROMA = (
    "import sys; from chromadb.cli.cli import app; sys.argv = ['chroma', *sys.argv[1:]]; app()"
)


class PartMissing(RuntimeError):
    """A part is not installed on this machine."""


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL of its own, reached through a socket; gives the URL of an empty database."""
    binaries = find_binaries()
    if binaries is None:
        raise PartMissing("PostgreSQL is not installed on this machine")
    # Directly below the system's folder: the server does not run as root, and the path of a
    # socket is at most 107 bytes long.
    folder = Path(tempfile.mkdtemp(prefix="letan-pg-"))
    user = None
    if Path("/proc/self").stat().st_uid == 0:
        user = "nobody"
        shutil.chown(folder, user)
    data = folder / "data"
    init: list[str | Path] = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "letan",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "-N",
    ]
    subprocess.run([*init, "--locale=C"], user=user, check=True, capture_output=True, cwd="/")
    options = f"-c listen_addresses= -k {folder} -c fsync=off -c max_connections=200"
    control: list[str | Path] = [binaries / "pg_ctl", "-D", data, "-w"]
    start = [*control, "-o", options, "-l", folder / "log", "start"]
    subprocess.run(start, user=user, check=True, capture_output=True, cwd="/")
    try:
        yield f"postgresql://letan@/postgres?host={folder}"
    finally:
        stop = [*control, "-m", "immediate", "stop"]
        subprocess.run(stop, user=user, check=True, capture_output=True, cwd="/")
        shutil.rmtree(folder)


def find_binaries() -> Path | None:
    """The folder of PostgreSQL's programs, the newest where there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


class ChromaServer:
    """`chroma run` over one folder and one port; it can be killed and started again."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.place = f"127.0.0.1:{port}"
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-c", RUN_CHROMA, "run", "--path", str(self.folder),
             "--host", "127.0.0.1", "--port", str(self._port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        ends = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"chroma did not start on {self.place}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, as when a machine loses its power."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(timeout=20)
            self._process = None

    def wipe(self) -> None:
        """Lose everything it held."""
        shutil.rmtree(self.folder)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://{self.place}/api/v2/heartbeat", timeout=1).is_success
        except httpx.TransportError:
            return False


@contextmanager
def chroma_server(folder: Path, port: int) -> Iterator[ChromaServer]:
    """A running Chroma server."""
    server = ChromaServer(folder, port)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def environment(database_url: str, chroma: str) -> Mapping[str, str]:
    """What has to be set for the desk to use both."""
    return {
        "KNOWLEDGE_DATABASE_URL": database_url,
        "KNOWLEDGE_CHROMA_SERVER": chroma,
        "CHANNELS_PROTECTION_LIMITS_STORAGE": "database",
    }


def measure(home: Path, portal: Path | None, workers: int, step: Step) -> dict[str, Any]:
    """The speed of ``workers`` over both parts, and how soon they all see what is published.

    Raises PartMissing where PostgreSQL is not installed.
    """
    with postgres() as url, chroma_server(home / "chroma", free_port()) as chroma:
        own = {**os.environ, **environment(url, chroma.place), "LETAN_HOME": str(home)} | UNBOUND
        if portal:
            step("Bản lớn: nhập dữ liệu cổng quốc gia vào PostgreSQL")
            done = letan("ingest", str(portal), "--json", environment=own)
            _, problems = done.communicate()
            if done.returncode:
                raise RuntimeError(f"letan ingest failed: {problems[-2000:]}")
        step(f"Bản lớn: khởi động {workers} tiến trình")
        with serving(own, workers, start_seconds=START_LONG_SECONDS) as (address, start, pid):
            questions = [case.question for case in read_cases(LinkCase, "linking")]
            asked = list(dict.fromkeys(questions))
            warm_up(address, asked[:WARMING])
            by_clients = crowds(address, asked[WARMING:] or asked, step)
            step("Bản lớn: công bố và chờ mọi tiến trình thấy")
            return {
                "workers": workers, "start_seconds": round(start, 1), "by_clients": by_clients,
                "memory_mib": round(memory_mib(pid), 1),
                "publish_seen_seconds": round(_publish(url, address), 2),
            }  # fmt: skip


def _publish(url: str, address: str) -> float:
    """Seconds after which no connection was answered from the version before."""
    from knowledge.database import connect
    from knowledge.store import KnowledgeStore

    engine = connect(url)
    store = KnowledgeStore(engine)
    record, _ = next(iter(store.live_procedures()))
    name = f"{record.name} (bản mới)"
    changed = record.model_copy(update={"name": name, "short_name": None})
    store.publish(changed, by="bench")
    begun = last_old = time.perf_counter()
    while time.perf_counter() < begun + SEEN_SECONDS:
        body = {"message": f"{record.code} cần giấy tờ gì"}
        said = httpx.post(f"{address}/api/chat", json=body, timeout=60).json()
        if not said["procedure"] or said["procedure"]["name"] != name:
            last_old = time.perf_counter()
    engine.dispose()
    return last_old - begun
