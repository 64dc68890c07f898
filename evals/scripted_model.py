"""A strict OpenAI-compatible server with scripted replies, for tests and for `letan eval lying`.

It refuses what the real API refuses, in its words, and answers nothing that was not scripted.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KNOWN = {
    "model", "messages", "temperature", "max_tokens", "max_completion_tokens", "stream", "n",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scripted:
    """One reply: ``text`` as a chat completion, or a raw ``body``; ``held`` waits for release."""

    text: str = ""
    status: int = 200
    body: bytes | None = None
    held: bool = False
    repeated: int = 1
    usage: Any = None


Script = Callable[[dict[str, Any]], Scripted]


@dataclass
class Scripting:
    """The running server: where it is, what it was asked, and how to let held replies go."""

    address: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)


def problem_of(path: str, key: str, body: Any) -> tuple[int, str] | None:
    """What the real API would say against a request, None when it takes it."""
    if path != "/v1/chat/completions":
        return 404, f"Unknown request URL: POST {path}."
    if not key.startswith("Bearer ") or len(key) <= len("Bearer "):
        return 401, "You didn't provide an API key."
    if not isinstance(body, dict):
        return 400, "We could not parse the JSON body of your request."
    if strange := set(body) - KNOWN:
        return 400, f"Unrecognized request argument supplied: {sorted(strange)[0]}"
    if not isinstance(body.get("model"), str) or not body["model"]:
        return 400, "you must provide a model parameter"
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return 400, "[] is too short - 'messages'"
    for message in messages:
        if set(message) != {"role", "content"} or message["role"] not in ("system", "user"):
            return 400, "Invalid value: 'messages'."
        if not isinstance(message["content"], str) or not message["content"].strip():
            return 400, "Invalid value for 'content': expected a string."
    for name in ("max_tokens", "max_completion_tokens"):
        if name in body and not (isinstance(body[name], int) and body[name] > 0):
            return 400, f"Invalid '{name}': integer below minimum value."
    if not 0 <= body.get("temperature", 0) <= 2:
        return 400, "Invalid 'temperature': decimal above maximum value."
    return None


@contextmanager
def serving_script(script: Script) -> Iterator[Scripting]:
    """Serve ``script`` on a free port of this machine; ``address`` ends in ``/v1``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            try:
                body = json.loads(raw)
            except ValueError:
                body = None
            problem = problem_of(self.path, self.headers.get("authorization", ""), body)
            if problem:
                state.refused.append(problem[1])
                self._send(problem[0], _json({"error": {"message": problem[1]}}), 1)
                return
            state.requests.append(body)
            reply = script(body)
            if reply.held:
                state.release.wait(30)
            self._send(reply.status, _completion(body["model"], reply), reply.repeated)

        def _send(self, status: int, body: bytes, repeated: int) -> None:
            try:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body) * repeated))
                self.end_headers()
                for _ in range(repeated):
                    self.wfile.write(body)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state = Scripting(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.release.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def _completion(model: str, reply: Scripted) -> bytes:
    if reply.body is not None:
        return reply.body
    return _json(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": model,
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": reply.text},
                    "finish_reason": "stop",
                }
            ],
            "usage": reply.usage
            or {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
        }
    )


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
