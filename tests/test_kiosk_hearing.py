"""Hearing: noises bring nothing, real speech brings its words, and nothing goes round the gate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import spoken
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from assistant.desk import Desk
from assistant.hearing.ears import (
    BYTES_PER_SECOND,
    Ear,
    EarUnavailable,
    Words,
    heard_languages,
    load_ear,
)
from assistant.hearing.gate import SpeechGate
from assistant.hearing.settings import HearingSettings
from assistant.hearing.turn import LONGEST_SECONDS, Heard, Nothing, SpokenTurn
from assistant.hearing.whisper import Whisper
from channels.kiosk.hearing import Ears, hearing_routes

CHUNK = BYTES_PER_SECOND // 10
NOISES: dict[str, Callable[[float], spoken.Sound]] = {
    "room": spoken.a_room,
    "hiss": spoken.hiss,
    "tone": spoken.tone,
    "beeps": spoken.beeps,
    "hum": spoken.hum,
    "clicks": spoken.clicks,
}


@dataclass
class ScriptedEar:
    """Says what it is told to say, and records what it was given."""

    text: str = "làm giấy khai sinh"
    confidence: float = 1.0
    partial: str = "làm"
    name: str = "scripted"
    languages: frozenset[str] = frozenset({"vi"})
    heard: bytes = b""

    def listen(self, language: str) -> "ScriptedEar":
        return self

    def accept(self, pcm: bytes) -> str:
        self.heard += pcm
        return self.partial

    def finish(self) -> Words:
        return Words(self.text, self.confidence)


def a_voice(count: float) -> spoken.Sound:
    """Something that rises and falls like a voice: a moving pitch with its overtones."""
    at = spoken.seconds(count)
    pitch = 180 + 40 * np.sin(2 * np.pi * 2.5 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / spoken.RATE
    loud = np.maximum(0, np.sin(2 * np.pi * 2 * at)) ** 0.5
    return 4000 * loud * sum(np.sin(n * phase) / n for n in range(1, 8))


def hear(ear: Ear, sound: spoken.Sound) -> Heard | Nothing:
    turn = SpokenTurn(ear, "vi")
    everything = spoken.pcm(sound)
    for start in range(0, len(everything), CHUNK):
        turn.accept(everything[start : start + CHUNK])
        if turn.is_over:
            break
    return turn.finish()


@pytest.fixture(scope="module")
def viet_asr() -> Ear:
    try:
        ear = load_ear(HearingSettings(engine="viet-asr"))
    except EarUnavailable:
        spoken.missing("viet-asr is not installed")
        raise
    assert ear
    return ear


@pytest.mark.parametrize("noise", NOISES)
def test_noise_never_reaches_a_recogniser_that_would_make_words_of_it(noise: str) -> None:
    eager = ScriptedEar()
    assert isinstance(hear(eager, NOISES[noise](3)), Nothing)
    assert eager.heard == b""


def test_silence_is_told_from_noise() -> None:
    assert hear(ScriptedEar(), np.zeros(48_000)) is Nothing.SILENCE
    assert hear(ScriptedEar(), spoken.hiss(2)) is Nothing.NOISE


def test_a_turn_ends_by_itself_after_a_pause_and_at_the_latest_after_fifteen_seconds() -> None:
    turn = SpokenTurn(ScriptedEar(), "vi")
    everything = spoken.pcm(spoken.in_a_room(a_voice(2), after=3))
    taken = 0
    while not turn.is_over:
        turn.accept(everything[taken : taken + CHUNK])
        taken += CHUNK
    assert 2.5 < taken / BYTES_PER_SECOND < 4.2
    assert turn.finish() == Heard("làm giấy khai sinh", True)

    ear = ScriptedEar()
    endless = SpokenTurn(ear, "vi")
    voice = spoken.pcm(a_voice(20))
    for start in range(0, len(voice), CHUNK):
        endless.accept(voice[start : start + CHUNK])
    assert endless.is_over
    assert len(ear.heard) <= LONGEST_SECONDS * BYTES_PER_SECOND


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("làm giấy khai sinh", 0.7), ("tôi muốn", 1.5), ("nhận con nuôi thì", 1.5), ("", 1.0)],
)
def test_who_looks_for_a_word_is_waited_for(words: str, seconds: float) -> None:
    """A sentence that cannot end here is not over; one that can is answered without delay."""
    spoke, quiet = a_voice(1.0), spoken.a_room(3)
    everything = spoken.pcm(np.concatenate([spoken.a_room(0.5), spoke, quiet]))
    turn = SpokenTurn(ScriptedEar(text=words, partial=words), "vi")
    taken = 0
    while not turn.is_over:
        turn.accept(everything[taken : taken + CHUNK])
        taken += CHUNK
    end_of_voice = 1.5
    assert abs(taken / BYTES_PER_SECOND - end_of_voice - seconds) < 0.3


def test_words_the_recogniser_is_unsure_of_or_too_many_for_the_time_are_shown_first() -> None:
    sound = spoken.in_a_room(a_voice(2))
    assert hear(ScriptedEar(confidence=0.5), sound) == Heard("làm giấy khai sinh", False)
    babble = ScriptedEar(text="một hai ba bốn năm " * 10)
    heard = hear(babble, sound)
    assert isinstance(heard, Heard) and not heard.is_sure


def test_a_voice_under_noise_is_still_a_voice() -> None:
    gate = SpeechGate()
    gate.accept(spoken.pcm(spoken.with_noise(spoken.in_a_room(a_voice(2)), 10)))
    assert gate.is_speech()


def test_whisper_gets_no_prompt_and_only_what_the_gate_let_through() -> None:
    asked: list[dict[str, object]] = []

    def transcribe(sound: object, **options: object) -> tuple[list[SimpleNamespace], None]:
        asked.append(options)
        return [
            SimpleNamespace(text=" làm giấy khai sinh ", no_speech_prob=0.1, avg_logprob=-0.1),
            SimpleNamespace(text="Cảm ơn đã xem video", no_speech_prob=0.9, avg_logprob=-0.1),
        ], None

    ear = Whisper(SimpleNamespace(transcribe=transcribe))
    assert isinstance(hear(ear, np.zeros(48_000)), Nothing) and asked == []
    assert hear(ear, spoken.in_a_room(a_voice(2))) == Heard("làm giấy khai sinh", True)
    assert asked[0]["initial_prompt"] is None and not asked[0]["condition_on_previous_text"]


def test_the_recogniser_is_chosen_by_settings_and_the_browsers_never_by_itself() -> None:
    assert load_ear(HearingSettings(engine="off")) is None
    assert load_ear(HearingSettings(engine="browser")) is None
    assert heard_languages(HearingSettings(engine="browser")) == frozenset()
    assert heard_languages(HearingSettings(engine="whisper")) == {"vi", "en"}


@pytest.mark.parametrize("name", ["Bình", "Ly", "Ngọc", "Tuyên", "Vĩnh", "Đoan"])
def test_no_speaker_is_cut_off_at_a_pause_within_the_sentence(viet_asr: Ear, name: str) -> None:
    """Six people, north and south, to the last tenth of a second of what they said."""
    sound = spoken.clip(name)
    turn = SpokenTurn(viet_asr, "vi")
    everything = spoken.pcm(spoken.in_a_room(sound, after=3))
    taken = 0
    while not turn.is_over:
        turn.accept(everything[taken : taken + CHUNK])
        taken += CHUNK
    loud = np.flatnonzero(np.abs(sound) > 0.1 * np.abs(sound).max())
    assert taken / BYTES_PER_SECOND > 0.5 + loud[-1] / spoken.RATE


def test_real_speech_is_recognised_and_noise_over_it_makes_it_unsure_or_right(
    viet_asr: Ear,
) -> None:
    heard = hear(viet_asr, spoken.in_a_room(spoken.clip("Đoan")))
    assert isinstance(heard, Heard) and heard.is_sure
    assert heard.text.startswith("nuôi con theo phong cách")
    assert heard.text.endswith("cho cả các bậc cha mẹ")
    noisy = hear(viet_asr, spoken.in_a_room(spoken.with_noise(spoken.clip("Tuyên"), 5)))
    assert isinstance(noisy, Nothing) or not noisy.is_sure


@pytest.mark.parametrize("noise", NOISES)
def test_the_real_recogniser_makes_nothing_of_noise(viet_asr: Ear, noise: str) -> None:
    assert isinstance(hear(viet_asr, NOISES[noise](3)), Nothing)


# -- over the web socket ---------------------------------------------------------------------


@pytest.fixture
def ears() -> Ears:
    ears = Ears(HearingSettings(engine="off", speakers=1))
    ears._ear, ears._is_loaded = ScriptedEar(), True
    return ears


@pytest.fixture
def door(ears: Ears) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(hearing_routes(ears))
    with TestClient(app) as client:
        yield client


def test_sound_goes_in_and_words_come_back(door: TestClient) -> None:
    everything = spoken.pcm(spoken.in_a_room(a_voice(2)))
    with door.websocket_connect("/api/kiosk/hear") as socket:
        for start in range(0, len(everything), CHUNK):
            socket.send_bytes(everything[start : start + CHUNK])
        assert socket.receive_json() == {"words": "làm"}
        assert socket.receive_json() == {"heard": "làm giấy khai sinh", "sure": True}


def test_stop_ends_the_turn_and_silence_is_named(door: TestClient) -> None:
    with door.websocket_connect("/api/kiosk/hear") as socket:
        socket.send_bytes(bytes(CHUNK))
        socket.send_text("stop")
        assert socket.receive_json() == {"nothing": "silence"}


def test_a_language_nobody_hears_another_page_a_crowd_and_a_flood_are_turned_away(
    door: TestClient,
) -> None:
    with door.websocket_connect("/api/kiosk/hear?lang=en") as socket:
        assert socket.receive_json() == {"problem": "unavailable"}
    foreign = {"origin": "https://elsewhere.example"}
    with (
        door.websocket_connect("/api/kiosk/hear", headers=foreign) as socket,
        pytest.raises(WebSocketDisconnect),
    ):
        socket.receive_json()
    with (
        door.websocket_connect("/api/kiosk/hear"),
        door.websocket_connect("/api/kiosk/hear") as second,
    ):
        assert second.receive_json() == {"problem": "busy"}
    with (
        door.websocket_connect("/api/kiosk/hear") as socket,
        pytest.raises(WebSocketDisconnect),
    ):
        socket.send_bytes(bytes(3 * BYTES_PER_SECOND))
        socket.receive_json()


def test_nothing_that_was_said_is_written_anywhere(
    door: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with door.websocket_connect("/api/kiosk/hear") as socket:
        socket.send_bytes(spoken.pcm(a_voice(1)))
        socket.send_text("stop")
        while "words" in socket.receive_json():
            pass
    assert list(tmp_path.iterdir()) == []


def test_slips_of_hearing_still_find_the_procedure(desk: Desk) -> None:
    answer = desk.receptionist.reply("đăng ký tạm chú cần giấy tờ gì", None, "kiosk")
    assert answer.procedure and "tạm trú" in answer.procedure.name.lower()


def test_a_recogniser_that_is_not_there_says_what_to_install() -> None:
    with pytest.raises(EarUnavailable, match="faster-whisper"):
        load_ear(HearingSettings(engine="whisper", whisper_model="/no/such/model"))
