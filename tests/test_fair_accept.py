"""Workers of one port share its connections, whoever wakes first."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

import pytest

pytest.importorskip("uvloop", reason="Windows has no uvloop; its workers share as they can")

from channels.fair_accept import FairServer, new_loop


class Named(asyncio.Protocol):
    """Says which worker took the connection and keeps it open."""

    def __init__(self, name: bytes) -> None:
        self._name = name

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.WriteTransport, transport).write(self._name)


@asynccontextmanager
async def workers(*names: bytes) -> AsyncIterator[tuple[int, list[FairServer]]]:
    """Servers on one listening socket, as several processes have them; its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    loop = asyncio.get_running_loop()
    made = []
    for name in names:
        made.append(await loop.create_server(partial(Named, name), sock=listener.dup()))
    held: list[FairServer] = [server for server in made if isinstance(server, FairServer)]
    assert len(held) == len(names)
    try:
        yield listener.getsockname()[1], held
    finally:
        for server in held:
            server.close()
            await server.wait_closed()
        for server in held:
            server.sockets[0].close()
        listener.close()


async def connect(port: int) -> tuple[bytes, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    return await reader.readexactly(1), writer


def run(journey: Callable[[], Coroutine[None, None, None]]) -> None:
    loop = new_loop()
    try:
        loop.run_until_complete(journey())
    finally:
        loop.close()


def test_clients_that_come_together_are_shared_evenly() -> None:
    async def journey() -> None:
        async with workers(b"a", b"b") as (port, _):
            held = await asyncio.gather(*(connect(port) for _ in range(16)))
            counts = Counter(name for name, _ in held)
            assert len(counts) == 2 and min(counts.values()) >= 6
            for _, writer in held:
                writer.close()

    run(journey)


def test_who_lost_its_connections_gets_the_next_ones() -> None:
    async def journey() -> None:
        async with workers(b"a", b"b") as (port, _):
            held = await asyncio.gather(*(connect(port) for _ in range(16)))
            for name, writer in held:
                if name == b"a":
                    writer.close()
                    await writer.wait_closed()
            await asyncio.sleep(0)
            fresh = await asyncio.gather(*(connect(port) for _ in range(6)))
            assert Counter(name for name, _ in fresh)[b"a"] >= 5
            for _, writer in (*held, *fresh):
                writer.close()

    run(journey)


def test_who_is_told_to_stop_leaves_the_rest_to_the_others() -> None:
    async def journey() -> None:
        async with workers(b"a", b"b") as (port, (first, _)):
            name, kept = await connect(port)
            first.close()
            await first.wait_closed()
            later = [await connect(port) for _ in range(4)]
            assert {taken for taken, _ in later} == {b"b"}
            assert not kept.is_closing() and name in (b"a", b"b")
            for _, writer in [(name, kept), *later]:
                writer.close()

    run(journey)
