"""Opens Chroma's client of a server, which by itself waits for ever, with an end to waiting."""

from typing import Any

import chromadb
import httpx
from chromadb.api import ClientAPI
from chromadb.config import Settings

# An answer is 10 ms away; a server that hangs must not hold a resident, nor the thread.
QUERY_SECONDS = 1.5
# Two thousand passages are written in a second or two; a busy server is not a dead one.
WORK_SECONDS = 60.0


def open_server(host: str, port: int, *, has_tls: bool, settings: Settings) -> ClientAPI:
    """The client of a server that answers now; raises httpx's errors where none does."""
    scheme = "https" if has_tls else "http"
    asked = httpx.get(f"{scheme}://{host}:{port}/api/v2/heartbeat", timeout=QUERY_SECONDS)
    asked.raise_for_status()
    client = chromadb.HttpClient(host=host, port=port, ssl=has_tls, settings=settings)
    # chromadb has no setting for it, and refuses a client of another class than its own.
    server: Any = client._server  # type: ignore[attr-defined]
    server._session.event_hooks = {"request": [_hurry]}
    return client


def _hurry(request: httpx.Request) -> None:
    seconds = QUERY_SECONDS if request.url.path.endswith("/query") else WORK_SECONDS
    request.extensions["timeout"] = httpx.Timeout(seconds, connect=QUERY_SECONDS).as_dict()
