"""The voice is fetched once, by hash; what is wrong or half is not kept."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.speaking.fetching import FILES, HOME, VoiceFile, VoiceNotFetched, fetch_voice
from channels.cli import app

VOICE = b"a voice " * 20_000
CARD = b"{}"


def a_file(name: str, content: bytes) -> VoiceFile:
    return VoiceFile(name, len(content), sha256(content).hexdigest())


WANTED = (a_file("voice.onnx.json", CARD), a_file("voice.onnx", VOICE))


@contextmanager
def a_mirror(**contents: bytes) -> Iterator[tuple[str, list[str]]]:
    """A server with some files; it breaks off in the middle where a file ends in "half"."""
    asked: list[str] = []

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rsplit("/", 1)[1]
            asked.append(name)
            if name not in contents:
                return self.send_error(404)
            self.send_response(200)
            self.send_header("Content-Length", str(len(contents[name])))
            self.end_headers()
            sent = contents[name]
            self.wfile.write(sent[: len(sent) // 2] if sent.endswith(b"half") else sent)
            return None

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/voices", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_voice_is_fetched_once_and_kept(tmp_path: Path) -> None:
    seen: list[int] = []
    with a_mirror(**{"voice.onnx": VOICE, "voice.onnx.json": CARD}) as (home, asked):
        model = fetch_voice(tmp_path / "voices", home, WANTED, seen.append)
        assert model.read_bytes() == VOICE and sum(seen) == len(VOICE) + len(CARD)
        fetch_voice(tmp_path / "voices", home, WANTED)
        assert asked == ["voice.onnx.json", "voice.onnx"]
        model.write_bytes(b"broken")  # a file that was harmed is fetched again
        assert fetch_voice(tmp_path / "voices", home, WANTED).read_bytes() == VOICE
    assert sorted(p.name for p in (tmp_path / "voices").iterdir()) == [
        "voice.onnx", "voice.onnx.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sent", [b"another" + VOICE[7:], VOICE + b"more", VOICE[:-1], VOICE + b"half"]
)
def test_another_voice_or_half_of_one_is_refused_and_not_kept(tmp_path: Path, sent: bytes) -> None:
    with (
        a_mirror(**{"voice.onnx": sent, "voice.onnx.json": CARD}) as (home, _),
        pytest.raises(VoiceNotFetched),
    ):
        fetch_voice(tmp_path, home, WANTED)
    assert [p.name for p in tmp_path.iterdir()] == ["voice.onnx.json"]


def test_without_internet_the_command_says_what_to_do_instead(tmp_path: Path) -> None:
    nowhere = ["voice", "fetch", "--into", str(tmp_path), "--from", "http://127.0.0.1:9/x"]
    result = CliRunner().invoke(app, nowhere)
    assert result.exit_code == 1
    assert "Chưa tải được" in result.output and "không có internet" in result.output
    assert list(tmp_path.iterdir()) == []
    with a_mirror() as (home, _):
        result = CliRunner().invoke(app, [*nowhere[:-1], home])
    assert result.exit_code == 1 and "404" in result.output


def test_the_command_prints_the_line_for_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.speaking.fetching.FILES", WANTED)
    with a_mirror(**{"voice.onnx": VOICE, "voice.onnx.json": CARD}) as (home, _):
        result = CliRunner().invoke(
            app, ["voice", "fetch", "--into", str(tmp_path), "--from", home]
        )
    assert result.exit_code == 0
    assert f'ASSISTANT_VOICE_COMMAND="piper --model {tmp_path}/voice.onnx' in result.output


def test_what_is_fetched_is_pinned_to_one_revision() -> None:
    assert "/resolve/main/" not in HOME
    assert [len(file.sha256) for file in FILES] == [64, 64]
    assert FILES[-1].name.endswith(".onnx") and FILES[-1].bytes == 63_201_294
