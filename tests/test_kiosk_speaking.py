"""The server's voice: a command, each sentence made once, the fixed ones before they are asked."""

import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import desk_at
from fastapi.testclient import TestClient
from records import Clock
from test_kiosk_self_test import door_with
from typer.testing import CliRunner

from assistant.desk import Desk
from assistant.speaking.settings import VoiceSettings
from assistant.speaking.voice import Voice, VoiceUnavailable
from channels.cli import app
from channels.kiosk.sentences import Rehearsal, fixed_sentences, lobby_sentences

# A stand-in for Piper: notes what it is given; its WAV does not know how long it is.
VOICE = """
import struct, sys
text = sys.stdin.buffer.read().decode().strip()
with open(sys.argv[1], "a", encoding="utf-8") as notes:
    notes.write(text + "\\n")
if "hỏng" in text:
    sys.exit("no breath")
sound = b"\\1\\0" * 800
sys.stdout.buffer.write(
    b"RIFF\\xff\\xff\\xff\\xffWAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16)
    + b"data\\xff\\xff\\xff\\xff" + sound
)
"""


class Singer:
    """A voice command, and what it was given to read."""

    def __init__(self, folder: Path) -> None:
        script = folder / "voice.py"
        script.write_text(VOICE, "utf-8")
        self.notes = folder / "notes"
        words = (sys.executable, str(script), str(self.notes))
        self.command = " ".join(shlex.quote(word) for word in words)

    @property
    def read(self) -> list[str]:
        return self.notes.read_text("utf-8").splitlines() if self.notes.exists() else []


@pytest.fixture
def singer(tmp_path: Path) -> Singer:
    return Singer(tmp_path)


@pytest.fixture(scope="module")
def lobby(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(shutil.copytree(homes[1], tmp_path_factory.mktemp("voice") / "home"), Clock())


@pytest.fixture
def door(lobby: Desk, singer: Singer, tmp_path: Path) -> Iterator[TestClient]:
    with door_with(
        lobby, ASSISTANT_VOICE_COMMAND=singer.command, LETAN_HOME=str(tmp_path / "home")
    ) as door:
        yield door


def test_a_sentence_is_made_once_and_its_sound_knows_its_length(
    singer: Singer, tmp_path: Path
) -> None:
    voice = Voice(VoiceSettings(command=singer.command), tmp_path / "cache")
    sound = voice.speak("Xin chào.", "vi")
    assert sound[:4] == b"RIFF" and int.from_bytes(sound[4:8], "little") == len(sound) - 8
    assert voice.speak("Xin chào.", "vi") == sound
    assert singer.read == ["Xin chào."]
    with pytest.raises(VoiceUnavailable, match="no breath"):
        voice.speak("Câu này hỏng.", "vi")


def test_old_sounds_make_room_and_the_ones_said_lately_stay(singer: Singer, tmp_path: Path) -> None:
    voice = Voice(VoiceSettings(command=singer.command, keep=3), tmp_path / "cache")
    for text in ("Một.", "Hai.", "Ba.", "Một.", "Bốn."):
        voice.speak(text, "vi")
    assert len(list((tmp_path / "cache").glob("*.wav"))) == 3
    voice.speak("Một.", "vi")
    assert singer.read == ["Một.", "Hai.", "Ba.", "Bốn."]


def test_fixed_sentences_are_read_before_anybody_asks(
    door: TestClient, singer: Singer, lobby: Desk
) -> None:
    fixed = list(dict.fromkeys(fixed_sentences(lobby, "vi")))
    door.get("/kiosk")  # the page has them read where the start of the server did not
    patience = time.monotonic() + 60
    while len(singer.read) < len(fixed) and time.monotonic() < patience:
        time.sleep(0.05)
    assert singer.read == fixed
    asked = "Anh/chị có thuộc diện ưu tiên không ạ?"
    spoken = door.post("/api/kiosk/speech", json={"text": asked})
    assert spoken.status_code == 200 and spoken.headers["content-type"] == "audio/wav"
    for sentence in fixed:
        assert door.post("/api/kiosk/speech", json={"text": sentence}).status_code == 200
    assert singer.read == fixed  # not one of them was made again


def test_no_fixed_sentence_is_longer_than_a_listener_follows(lobby: Desk) -> None:
    assert set(lobby_sentences()["vi"]) == set(lobby_sentences()["en"])
    for language in ("vi", "en"):
        for sentence in fixed_sentences(lobby, language):
            assert len(sentence.split()) <= 20, sentence
            assert language == "en" or not set(sentence) & set("/()0123456789"), sentence


def test_a_voice_that_fails_is_asked_no_more_and_the_server_starts_all_the_same(
    lobby: Desk, tmp_path: Path
) -> None:
    told: list[str] = []
    voice = Voice(VoiceSettings(command="/no/such/voice"), tmp_path / "cache")
    assert Rehearsal(lobby, voice)(told.append) == 0
    assert len(told) == 1
    assert Rehearsal(lobby, Voice(VoiceSettings(), tmp_path / "cache"))() == 0
    with door_with(lobby, ASSISTANT_VOICE_COMMAND="/no/such/voice") as door:
        assert door.post("/api/kiosk/speech", json={"text": "Xin chào."}).status_code == 503


def test_numbers_are_spelt_out_for_the_voice(door: TestClient, singer: Singer) -> None:
    door.post("/api/kiosk/speech", json={"text": "Còn 3 người trước, chờ chừng 15 phút."})
    # the fixed sentences are read at the same time
    assert "Còn ba người trước, chờ chừng mười lăm phút." in singer.read


def test_the_command_reads_them_and_says_how_many(
    homes: tuple[Path, Path], singer: Singer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = shutil.copytree(homes[1], tmp_path / "home")
    monkeypatch.setenv("LETAN_HOME", str(home))
    monkeypatch.setenv("ASSISTANT_VOICE_COMMAND", singer.command)
    result = CliRunner().invoke(app, ["voice", "render"])
    assert result.exit_code == 0, result.output
    assert f"Đã đọc sẵn {len(singer.read)} câu." in result.output
    assert len(list((home / "cache" / "voice").glob("*.wav"))) == len(singer.read) > 15
    monkeypatch.setenv("ASSISTANT_VOICE_COMMAND", "")
    assert CliRunner().invoke(app, ["voice", "render"]).exit_code == 2
