"""The evaluation of hearing: what it counts, what it makes, and the desk against slips."""

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from test_kiosk_hearing import ScriptedEar, a_voice
from typer.testing import CliRunner

from assistant.desk import Desk
from channels.cli import app
from evals.cases import read_cases
from evals.desk import fresh_desk
from evals.hearing import (
    RIGHT_SHARE,
    Utterance,
    figures,
    hear_all,
    holds,
    leads_right,
    read_cuts,
    read_slips,
    report,
    word_errors,
)
from evals.slips import misheard, with_slips
from evals.sounds import (
    NoSound,
    Pieces,
    Recordings,
    Sound,
    at_rate,
    pcm,
    read_wav,
    with_speech_noise,
)

CASES = read_cases(Utterance, "hearing")


@pytest.fixture(scope="module")
def sample() -> Iterator[Desk]:
    with fresh_desk() as desk:
        yield desk


def a_wav(sound: Sound, rate: int, channels: int = 1) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm(np.repeat(sound, channels)))
    return content.getvalue()


def test_there_are_sixty_utterances_and_more_each_with_a_place_to_lead_to() -> None:
    assert len({case.id for case in CASES}) == len({case.say for case in CASES}) == len(CASES)
    assert len(CASES) >= 60
    assert all(bool(case.codes) != bool(case.outcome) for case in CASES)


def test_word_errors_count_wrong_missing_and_added_words() -> None:
    assert word_errors("làm giấy khai sinh", "làm giấy khai sinh") == 0
    assert word_errors("làm giấy khai sinh", "làm dấy khai sinh") == 0.25
    assert word_errors("làm giấy khai sinh", "giấy khai") == 0.5
    assert word_errors("khai sinh", "khai sinh khai sinh") == 1.0


def test_slips_sound_like_the_word_and_never_pass_the_word_error_asked_for() -> None:
    assert "chú" in misheard("trú") and "xinh" in misheard("sinh") and "sin" in misheard("sinh")
    assert "tữ" in misheard("tử")
    sentence = "đăng ký tạm trú cho người thuê nhà"
    made = list(with_slips(sentence, 0.15))
    assert made and sentence not in made
    assert all(0 < word_errors(sentence, text) <= 0.15 for text in made)
    assert list(with_slips("xin chào", 0.15)) == []


def test_what_is_heard_nearly_right_leads_to_the_right_procedure_or_choice(sample: Desk) -> None:
    """Every utterance with each word misheard in turn, up to 15 % of its words."""
    verdicts = read_slips(sample, CASES)
    found = figures(verdicts)
    print(found)  # noqa: T201
    assert found["heard_well"] == len(verdicts) > 400
    wrong = [f"{v.id} {v.heard} → {v.led_to}" for v in verdicts if not v.is_right]
    assert found["right_of_heard_well"] >= RIGHT_SHARE, "\n".join(wrong)


def test_as_they_are_said_all_utterances_lead_where_they_should(sample: Desk) -> None:
    wrong = [
        case.say
        for case in CASES
        if not leads_right(sample.receptionist.reply(case.say, None, "kiosk"), case)
    ]
    assert wrong == []


def test_a_spoken_question_is_timed_from_its_end_and_counted_by_what_was_heard(
    sample: Desk, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.wav").write_bytes(a_wav(a_voice(1.7), 16_000))
    spoken = [
        Utterance(id="a", say="làm giấy khai sinh", codes=("1.001193",)),
        Utterance(id="b", say="đăng ký kết hôn ở đâu", codes=("1.000894",)),
    ]
    verdicts = hear_all(sample, ScriptedEar(), Recordings(tmp_path), spoken, lambda _: None)
    found = report(verdicts)
    assert [v.is_right for v in verdicts] == [True, True, False, False]
    assert found["together"]["heard_well"] == 2  # the other question was heard as this one
    assert found["together"]["right_of_heard_well"] == 1.0
    assert found["together"]["wrong_and_not_shown_first"] == 2
    assert found["clean"]["wait_median_ms"] >= 500  # the pause that ends a turn is in it
    assert not holds(report([]))


def test_sound_of_another_rate_and_two_channels_becomes_the_recognisers() -> None:
    tone = 8000 * np.sin(2 * np.pi * 300 * np.arange(22_050) / 22_050)
    read = read_wav(a_wav(tone, 22_050, channels=2))
    assert len(read) == 16_000
    assert np.abs(np.fft.rfft(read)).argmax() == 300
    assert len(at_rate(tone, 22_050)) == 16_000
    with pytest.raises(NoSound):
        read_wav(b"RIFF nonsense")


def test_noise_is_as_quiet_as_it_was_asked_to_be() -> None:
    sound = a_voice(2)
    noise = with_speech_noise(sound, 10) - sound
    loud = np.abs(sound) > 0.05 * np.abs(sound).max()
    ratio = 10 * np.log10((sound[loud] ** 2).mean() / (noise**2).mean())
    assert abs(ratio - 10) < 0.1


def test_without_a_voice_the_command_says_how_to_give_it_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ASSISTANT_VOICE_COMMAND", raising=False)
    result = CliRunner().invoke(app, ["eval", "hearing"])
    assert result.exit_code == 2 and "--clips" in result.output


def test_questions_of_pieces_use_pieces_that_are_there_and_say_what_they_are_made_of() -> None:
    cuts, cases = read_cuts(), read_cases(Utterance, "hearing_pieces")
    assert len({case.say for case in cases}) == len(cases) >= 60
    for case in cases:
        assert case.say == " ".join(case.parts) and set(case.parts) <= set(cuts)


def test_pieces_of_recordings_become_one_sound_without_clicks() -> None:
    whole = a_voice(2.0)
    pieces = Pieces({"Bình.wav": whole}, {"con": ("Bình", 0.0, 0.2), "nuôi": ("Bình", 0.5, 0.8)})
    sound = pieces.say(Utterance(id="p", say="con nuôi", parts=("con", "nuôi"), codes=("1",)))
    assert abs(len(sound) / 16_000 - (0.2 + 0.3 + 2 * 0.03)) < 0.01
    assert np.abs(sound[:2]).max() < 1 and np.abs(sound[3_190:3_210]).max() < 200
    with pytest.raises(NoSound, match="Bình"):
        Pieces({}, pieces.cuts).say(Utterance(id="p", say="con", parts=("con",), codes=("1",)))
