"""One spoken turn: sound goes in, and what was said comes out, or that nothing was said."""

from dataclasses import dataclass
from enum import StrEnum

from assistant.hearing.ears import BYTES_PER_SECOND, Ear, Listening
from assistant.hearing.gate import SpeechGate

LONGEST_SECONDS = 15.0
# Between two words of a sentence real speakers pause for 0.44 s at most (eleven recordings).
PAUSE_SECONDS = 0.7
# Where a sentence cannot end people are looking for their words: "tôi muốn … làm giấy khai sinh".
THINKING_SECONDS = 1.5
# A recogniser that tells nothing before the end cannot tell whether the sentence is over.
UNTOLD_SECONDS = 1.0
UNFINISHED = frozenset(
    {"thì", "là", "mà", "và", "với", "hoặc", "hay", "cho", "của", "để", "do", "vì", "nếu", "khi"}
    | {"muốn", "cần", "xin", "những", "các", "theo", "từ", "tại", "dạ", "thưa", "ờ", "ừm", "à"}
)
# What lies before the first voiced sound: "x", "th", "kh" have no voice.
LEAD_SECONDS = 0.4
# Below this share of words agreed on, one word in five is wrong and people should look first.
SURE = 0.8
# In seconds of voice alone: faster than anybody speaks, or slower than anybody listens; then words
# were made up or lost.
MOST_WORDS_A_SECOND, LEAST_WORDS_A_SECOND = 12.0, 0.8


class Nothing(StrEnum):
    """Why a turn brought no words."""

    SILENCE = "silence"
    NOISE = "noise"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said. ``is_sure`` False: the person should look at it before it acts."""

    text: str
    is_sure: bool


class SpokenTurn:
    """The sound of one person from the tap to the end of the sentence. Blocking; one thread."""

    def __init__(self, ear: Ear, language: str) -> None:
        self._gate = SpeechGate()
        self._listening: Listening = ear.listen(language)
        self._sound = bytearray()
        self._given = 0
        self._words = ""

    def accept(self, pcm: bytes) -> str:
        """Take more sound; the words so far. Sound past the longest turn is dropped."""
        room = int(LONGEST_SECONDS * BYTES_PER_SECOND) - len(self._sound)
        pcm = pcm[: max(0, room) & ~1]
        self._sound += pcm
        self._gate.accept(pcm)
        began = self._gate.began_at()
        if began is None:  # no recogniser hears anything before a voice was heard
            return ""
        if not self._given:
            self._given = int(max(0.0, began - LEAD_SECONDS) * BYTES_PER_SECOND) & ~1
        fresh, self._given = bytes(self._sound[self._given :]), len(self._sound)
        if fresh:
            self._words = self._listening.accept(fresh)
        return self._words

    @property
    def is_over(self) -> bool:
        """Whether the speaker has finished, or the time is up."""
        if len(self._sound) >= int(LONGEST_SECONDS * BYTES_PER_SECOND):
            return True
        return self._gate.is_speech() and self._gate.silent_for() >= self._patience

    @property
    def _patience(self) -> float:
        """How long a silence ends the turn, by what was said before it."""
        if not self._words:
            return UNTOLD_SECONDS
        return THINKING_SECONDS if self._words.split()[-1] in UNFINISHED else PAUSE_SECONDS

    def finish(self) -> Heard | Nothing:
        """What was said; the sound is gone afterwards."""
        spoke = self._gate.is_speech() and self._given > 0
        self._sound.clear()
        if not spoke:
            return Nothing.NOISE if self._gate.is_loud() else Nothing.SILENCE
        words = self._listening.finish()
        said = words.text.split()
        if not said:
            return Nothing.UNCLEAR
        is_sure = (
            words.confidence >= SURE
            and LEAST_WORDS_A_SECOND <= len(said) / self._gate.voiced_seconds <= MOST_WORDS_A_SECOND
        )
        return Heard(" ".join(said), is_sure)
