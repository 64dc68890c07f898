"""One real desk of the sample office for all tests, and nothing that leaves this machine."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import missing
from fastapi.testclient import TestClient
from records import Clock
from sqlalchemy import select

from assistant.answers import Answer
from assistant.desk import Desk, build_desk, open_library
from channels.protection_settings import ProtectionSettings
from channels.web import create_app
from evals.large_shape import PartMissing, postgres
from knowledge.database import reading, writing
from knowledge.schema import Base
from knowledge.settings import KnowledgeSettings, LetanSettings

HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", None}

# All tests of a run share one address and one day.
UNBOUND = ProtectionSettings(
    per_address_a_minute=0,
    per_conversation_a_minute=0,
    answers_a_day=0,
    waiting=0,
    open_streams=0,
    numbers_a_minute=0,
    numbers_a_day=0,
)
EMBEDDED = KnowledgeSettings(database_url="", chroma_server="", embedding_model="")


def _stay_on_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    host: Any = None
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    if host not in HERE and host not in {b"localhost", b"127.0.0.1"}:
        raise RuntimeError(f"a test reached for the network: {host!r}")


sys.addaudithook(_stay_on_this_machine)


def desk_at(home: Path, clock: Callable[[], Any]) -> Desk:
    """The desk of a home, with settings that no `.env` and no environment changes."""
    return build_desk(
        LetanSettings(home=home, office="hoa-sen"),
        EMBEDDED,
        clock=clock,
    )


@pytest.fixture(scope="session")
def shared_clock() -> Clock:
    """The clock of the shared desk; who moves it puts it back."""
    return Clock()


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory, shared_clock: Clock) -> tuple[Path, Path]:
    """A home for the shared desk, and an untouched copy of it as it was prepared."""
    home = tmp_path_factory.mktemp("office") / "home"
    library = open_library(LetanSettings(home=home), EMBEDDED, shared_clock)
    library.index.update()
    library.engine.dispose()
    # A desk keeps its views beside the index: without them each copy takes seconds to start.
    # Ending it folds the write-ahead log into the file that is copied.
    desk_at(home, shared_clock).library.engine.dispose()
    return home, shutil.copytree(home, home.with_name("pristine"))


@pytest.fixture(scope="session")
def desk(homes: tuple[Path, Path], shared_clock: Clock) -> Desk:
    """The sample office, built once; nobody changes its knowledge."""
    return desk_at(homes[0], shared_clock)


@pytest.fixture
def own_home(homes: tuple[Path, Path], tmp_path: Path) -> Path:
    """A home of the test's own, prepared already."""
    return shutil.copytree(homes[1], tmp_path / "home")


@pytest.fixture
def own_desk(own_home: Path) -> Iterator[Desk]:
    """A desk whose knowledge the test may change."""
    desk = desk_at(own_home, Clock())
    yield desk
    desk.library.engine.dispose()


@pytest.fixture(scope="session")
def chat_desk(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk for the chat channels, built once; ``ward`` empties it for each test."""
    home = tmp_path_factory.mktemp("chats") / "home"
    return desk_at(shutil.copytree(homes[1], home), Clock())


@pytest.fixture
def ward(chat_desk: Desk) -> Desk:
    """The sample ward with empty chats, conversations and inquiries, on the usual morning."""
    chat_desk.clock.moment = Clock().moment  # type: ignore[attr-defined]
    tables = Base.metadata.sorted_tables
    with writing(chat_desk.library.engine) as connection:
        for table in reversed(tables):
            if table.name.startswith("channel_") or table.name in {
                "inquiry",
                "turn",
                "conversation",
            }:
                connection.execute(table.delete())
    return chat_desk


@pytest.fixture(scope="session")
def client(desk: Desk) -> Iterator[TestClient]:
    """The web door of the shared desk."""
    app = create_app(desk, protection=UNBOUND)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def ask(desk: Desk) -> Callable[..., Answer]:
    """One message to the shared desk."""
    return desk.receptionist.reply


@pytest.fixture
def rows() -> Callable[[Desk, type[Base]], list[dict[str, Any]]]:
    """Everything a table holds, as it is stored."""

    def read(desk: Desk, table: type[Base]) -> list[dict[str, Any]]:
        with reading(desk.library.engine) as connection:
            found = connection.execute(select(table.__table__))
            return [dict(row._mapping) for row in found]

    return read


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a PostgreSQL of the module's own."""
    try:
        with postgres() as address:
            yield address
    except PartMissing as problem:
        missing(str(problem))
