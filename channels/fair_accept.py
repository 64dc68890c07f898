"""An event loop for workers that share a port: who holds fewer connections takes the next one.

Of a plain loop's workers the first to wake takes every connection that waits: sixteen clients
that come together may all stay with one worker, while the core of the other one idles.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvloop

# A worker reaches for a connection this much later for each one it holds. Twenty steps are more
# than two wakings of a busy machine lie apart, and still take 250 connections a second.
STEP_SECONDS = 0.0002
MOST_STEPS = 20
FULL_SECONDS = 1.0  # out of file handles: one may be free by then

Protocols = Callable[[], asyncio.BaseProtocol]


def new_loop() -> asyncio.AbstractEventLoop:
    """What uvicorn starts a worker's event loop with."""
    return FairLoop()


class FairServer:
    """What uvicorn asks of a server, on a listening socket that other processes accept from too."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, protocols: Protocols, listener: socket.socket
    ) -> None:
        self.sockets = (listener,)
        self._loop = loop
        self._protocols = protocols
        self._listener = listener
        self._held: set[asyncio.BaseTransport] = set()
        self._accepting = loop.create_task(self._accept())

    def close(self) -> None:
        """Accept no more; who is connected stays so."""
        self._accepting.cancel()

    async def wait_closed(self) -> None:
        """Return once nothing is accepted any more."""
        await asyncio.gather(self._accepting, return_exceptions=True)

    async def _accept(self) -> None:
        while True:
            await self._somebody_waits()
            self._held = {transport for transport in self._held if not transport.is_closing()}
            await asyncio.sleep(min(len(self._held), MOST_STEPS) * STEP_SECONDS)
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):  # another worker was quicker
                continue
            except OSError:
                await asyncio.sleep(FULL_SECONDS)
                continue
            connection.setblocking(False)
            try:
                transport, _ = await self._loop.connect_accepted_socket(self._protocols, connection)
            except OSError:  # gone already
                connection.close()
                continue
            self._held.add(transport)

    async def _somebody_waits(self) -> None:
        waits = self._loop.create_future()
        handle = self._listener.fileno()
        self._loop.add_reader(handle, _tell, waits)
        try:
            await waits
        finally:
            self._loop.remove_reader(handle)


def _tell(waits: asyncio.Future[None]) -> None:
    if not waits.done():
        waits.set_result(None)


class FairLoop(uvloop.Loop):
    """uvloop, whose servers on a given socket share it fairly with those of other processes."""

    async def create_server(self, protocol_factory: Protocols, *args: Any, **options: Any) -> Any:
        """A server as uvloop makes it; a fair one where a socket is given."""
        listener = options.get("sock")
        if listener is None or options.get("ssl"):
            return await super().create_server(protocol_factory, *args, **options)
        listener.setblocking(False)
        listener.listen(options.get("backlog", 100))
        return FairServer(self, protocol_factory, listener)
