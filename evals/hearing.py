"""How well the desk understands what it hears: spoken domain questions, clean and under noise.

Each utterance goes the kiosk's own way: tenths of a second of sound into a ``SpokenTurn`` with the
real recogniser behind its gate, and the words into the receptionist. Sound comes from recordings
(``<id>.wav``) or from a voice command; none is shipped, because none of it is ours to give away.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict

from assistant.answers import Answer
from assistant.desk import Desk
from assistant.hearing.ears import BYTES_PER_SECOND, RATE, Ear
from assistant.hearing.turn import THINKING_SECONDS, Heard, Nothing, SpokenTurn
from evals.scoring import percentile
from evals.slips import with_slips
from evals.sounds import NOISE_DB, Sound, in_a_room, pcm, with_speech_noise
from knowledge.data_files import parse_yaml

# The promise: so much of what was heard this well leads to the right place.
HEARD_WELL = 0.15
RIGHT_SHARE = 0.9
FIRST_ANSWER_MS = 1_500
STEP = BYTES_PER_SECOND // 10
STEP_SECONDS = 0.1
BEFORE_SECONDS = 0.5  # of quiet before the voice: people speak after they see the meter move
Step = Callable[[str], None]
PIECES = Path(__file__).parent / "cases" / "spoken_pieces.yaml"


class Utterance(BaseModel):
    """What a resident says, and the procedures or the outcome that a fair clerk would accept.

    ``parts`` names the pieces of real speech that it is put together from, where it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    say: str
    parts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    outcome: str | None = None


class Mouth(Protocol):
    """Says a sentence: sound at 16 kHz, in 16-bit steps."""

    def say(self, utterance: Utterance) -> Sound: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one utterance. ``wait_ms``: end of speech to the answer; None: no answer."""

    id: str
    noise_db: float | None
    said: str
    heard: str
    wer: float
    is_sure: bool
    is_right: bool
    wait_ms: float | None
    led_to: str


def read_cuts() -> dict[str, tuple[str, float, float]]:
    """Where each piece of real speech is cut from: recording, begin and end in seconds."""
    table = parse_yaml(PIECES.read_text("utf-8"))
    return {name: (str(begins), float(a), float(b)) for name, (begins, a, b) in table.items()}


def word_errors(said: str, heard: str) -> float:
    """Wrong, missing and added words as a share of the words said."""
    right, words = said.split(), heard.split()
    row = list(range(len(words) + 1))
    for i, wanted in enumerate(right, 1):
        corner, row[0] = row[0], i
        for j, word in enumerate(words, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (wanted != word))
    return row[-1] / len(right) if right else float(bool(words))


def leads_right(answer: Answer, wanted: Utterance) -> bool:
    """Whether the answer is about an accepted procedure, or offers one to choose."""
    if wanted.outcome:
        return answer.outcome.value == wanted.outcome
    offered = {choice.code for choice in answer.choices}
    if answer.procedure:
        offered.add(answer.procedure.code)
    return bool(offered & set(wanted.codes))


def listen(ear: Ear, sound: Sound) -> tuple[Heard | Nothing, float]:
    """What one turn hears, and the seconds from the end of ``sound`` until it is known.

    Sound arrives in real time, the work takes the time it takes here: a tenth of a second is
    taken up when it is there and what was before it is done.
    """
    turn = SpokenTurn(ear, "vi")
    everything = pcm(in_a_room(sound, BEFORE_SECONDS, THINKING_SECONDS + 1.0))
    clock = 0.0
    for number, start in enumerate(range(0, len(everything), STEP), 1):
        clock = max(clock, number * STEP_SECONDS)
        begun = time.perf_counter()
        turn.accept(everything[start : start + STEP])
        is_over = turn.is_over
        clock += time.perf_counter() - begun
        if is_over:
            break
    begun = time.perf_counter()
    result = turn.finish()
    clock += time.perf_counter() - begun
    return result, clock - (BEFORE_SECONDS + len(sound) / RATE)


def hear_one(desk: Desk, ear: Ear, utterance: Utterance, sound: Sound, db: float | None) -> Verdict:
    """One utterance from sound to answer."""
    result, late = listen(ear, sound)
    if isinstance(result, Nothing):
        return Verdict(
            utterance.id, db, utterance.say, "", 1.0, False, False, None, result.value
        )  # fmt: skip
    begun = time.perf_counter()
    answer = desk.receptionist.reply(result.text, None, "kiosk")
    late += time.perf_counter() - begun
    return Verdict(
        utterance.id, db, utterance.say, result.text, word_errors(utterance.say, result.text),
        result.is_sure, leads_right(answer, utterance), late * 1000, _led_to(answer),
    )  # fmt: skip


def hear_all(
    desk: Desk, ear: Ear, mouth: Mouth, utterances: Sequence[Utterance], step: Step
) -> list[Verdict]:
    """Every utterance clean and under noise."""
    desk.receptionist.reply("xin chào", None, "kiosk")  # what is loaded once is loaded
    verdicts = []
    for number, utterance in enumerate(utterances, 1):
        step(f"{number}/{len(utterances)} {utterance.say}")
        sound = mouth.say(utterance)
        verdicts.append(hear_one(desk, ear, utterance, sound, None))
        noisy = with_speech_noise(sound, NOISE_DB)
        verdicts.append(hear_one(desk, ear, utterance, noisy, NOISE_DB))
    return verdicts


def read_slips(desk: Desk, utterances: Sequence[Utterance]) -> list[Verdict]:
    """Every utterance with each of its words misheard in turn, as far as that is heard well."""
    return [
        _read(desk, utterance, text)
        for utterance in utterances
        for text in with_slips(utterance.say, HEARD_WELL)
    ]


def _read(desk: Desk, utterance: Utterance, text: str) -> Verdict:
    begun = time.perf_counter()
    answer = desk.receptionist.reply(text, None, "kiosk")
    return Verdict(
        utterance.id, None, utterance.say, text, word_errors(utterance.say, text), True,
        leads_right(answer, utterance), (time.perf_counter() - begun) * 1000, _led_to(answer),
    )  # fmt: skip


def figures(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Counts and shares of one condition; a share of nothing is None."""
    answered = [v for v in verdicts if v.wait_ms is not None]
    well = [v for v in answered if v.wer <= HEARD_WELL]
    waits = [v.wait_ms for v in answered if v.wait_ms is not None]
    unsure = [v for v in answered if not v.is_sure]
    return {
        "utterances": len(verdicts),
        "nothing_heard": len(verdicts) - len(answered),
        "wer_mean": _round(float(np.mean([v.wer for v in verdicts])) if verdicts else None),
        "heard_well": len(well),
        "right_of_heard_well": _round(_share(well)),
        "right_of_all": _round(_share(verdicts)),
        "shown_first": len(unsure),
        "wrong_and_not_shown_first": sum(v.is_sure and not v.is_right for v in answered),
        "wait_median_ms": round(median(waits)) if waits else None,
        "wait_p90_ms": round(percentile(waits, 0.9)) if waits else None,
    }


def report(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Figures of each condition, and of both together."""
    return {
        "clean": figures([v for v in verdicts if v.noise_db is None]),
        f"noise_{NOISE_DB:.0f}_db": figures([v for v in verdicts if v.noise_db is not None]),
        "together": figures(verdicts),
    }


def rows(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """The verdicts as they are written down."""
    return [asdict(v) for v in verdicts]


def holds(all_figures: dict[str, Any]) -> bool:
    """Whether what was heard well led right often and soon enough; False where nothing was."""
    together = all_figures["together"]
    right, wait = together["right_of_heard_well"], together["wait_median_ms"]
    return right is not None and right >= RIGHT_SHARE and wait <= FIRST_ANSWER_MS


def _led_to(answer: Answer) -> str:
    return answer.procedure.name if answer.procedure else answer.outcome.value


def _share(verdicts: Sequence[Verdict]) -> float | None:
    return sum(v.is_right for v in verdicts) / len(verdicts) if verdicts else None


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
