"""An HTTP transport that reads no more than it was told, for no longer than it was told."""

from collections.abc import Iterator
from time import monotonic

import httpx


class TooMuch(httpx.TransportError):
    """The reply is larger than allowed, or compressed although we asked for plain bytes."""


class LimitedTransport(httpx.BaseTransport):
    """Wraps a transport: at most ``max_bytes`` of body within ``seconds`` after the request.

    A client's own timeout starts again with every packet, so a server that sends a byte now
    and then would hold a thread for ever.
    """

    def __init__(self, inner: httpx.BaseTransport, max_bytes: int, seconds: float) -> None:
        self._inner = inner
        self._max_bytes = max_bytes
        self._seconds = seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["accept-encoding"] = "identity"
        until = monotonic() + self._seconds
        response = self._inner.handle_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            response.close()
            raise TooMuch("compressed reply", request=request)
        assert isinstance(response.stream, httpx.SyncByteStream)
        stream = _Limited(response.stream, self._max_bytes, until, request)
        return httpx.Response(response.status_code, headers=response.headers, stream=stream)

    def close(self) -> None:
        self._inner.close()


class _Limited(httpx.SyncByteStream):
    def __init__(
        self, inner: httpx.SyncByteStream, left: int, until: float, request: httpx.Request
    ) -> None:
        self._inner = inner
        self._left = left
        self._until = until
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        for part in self._inner:
            self._left -= len(part)
            if self._left < 0:
                raise TooMuch("reply beyond the limit", request=self._request)
            if monotonic() > self._until:
                raise httpx.ReadTimeout("reply too slow", request=self._request)
            yield part

    def close(self) -> None:
        self._inner.close()
