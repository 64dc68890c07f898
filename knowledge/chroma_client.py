"""Opens Chroma: embedded in a folder, or a server that may be away for a while.

A desk starts and answers without its vectors: what cannot be reached is left alone until
somebody (`knowledge.mending`) has found that it answers again, so that no resident waits for it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import chromadb
import httpx
from chromadb.api import ClientAPI
from chromadb.config import Settings
from chromadb.errors import ChromaError

DEFAULT_PORT = 8000


class VectorsUnavailable(RuntimeError):
    """Chroma does not answer; the desk then finds by words alone."""


class Chroma:
    """The Chroma of a deployment, opened when first needed. Safe between threads."""

    def __init__(self, make: Callable[[], ClientAPI]) -> None:
        self._make = make
        self._lock = Lock()
        self._client: ClientAPI | None = None
        self._told: Callable[[Exception], None] | None = None
        self.is_away = False

    def on_failure(self, told: Callable[[Exception], None]) -> None:
        """Call ``told`` with what a question met; it says `is_back` when one is answered again."""
        self._told = told

    def client(self) -> ClientAPI:
        """The open client; raises VectorsUnavailable."""
        with self._lock:
            if self._client is None:
                with faults("opening", ValueError):  # so it says that nobody listens
                    self._client = self._make()
            return self._client

    def failed(self, problem: Exception) -> None:
        """A question was not answered: none is asked until somebody found it well again."""
        if self._told:
            self.is_away = True
            self._told(problem)

    def is_back(self) -> None:
        """Questions may be asked again."""
        self.is_away = False


def open_chroma(folder: Path, server: str | None = None) -> Chroma:
    """An embedded Chroma in ``folder``, or the server at "host:port" when one is named."""
    settings = Settings(anonymized_telemetry=False)
    if not server:
        return Chroma(lambda: _embedded(folder, settings))
    scheme, _, place = server.rpartition("://")
    host, _, port = place.partition(":")

    def over_http() -> ClientAPI:
        from knowledge.chroma_server import open_server

        has_tls = scheme == "https"
        return open_server(host, int(port or DEFAULT_PORT), has_tls=has_tls, settings=settings)

    return Chroma(over_http)


def _embedded(folder: Path, settings: Settings) -> ClientAPI:
    folder.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(path=os.fspath(folder), settings=settings)


@contextmanager
def faults(what: str, *more: type[Exception]) -> Iterator[None]:
    """Turns what chromadb and its transport raise into VectorsUnavailable."""
    try:
        yield
    except Exception as error:
        # a bare Exception is chromadb's word for an answer that it cannot read
        ours = isinstance(error, (ChromaError, httpx.HTTPError, *more)) or type(error) is Exception
        if not ours:
            raise
        raise VectorsUnavailable(f"Chroma failed at {what}: {error}") from error
