"""Hears Vietnamese with viet-asr: weights inside the package, nothing leaves the machine.

The package is an alpha (0.1.0.dev11); its metadata says Apache-2.0, its training data is not
documented. Words come out in lower case, without punctuation, numbers spelt out.
"""

from difflib import SequenceMatcher
from typing import Any

from assistant.hearing.ears import RATE, EarUnavailable, Words

# The model cuts the sound into pieces of its own; a second session hears the same sound cut
# elsewhere. Where both say the same, the words are right; the model itself tells no confidence.
SHIFT = bytes(int(RATE * 0.6) * 2)
# Without some silence after it the last word is often lost.
TAIL = bytes(int(RATE * 0.3) * 2)


class VietAsr:
    """One loaded model; every speaker gets a session of their own."""

    name = "viet-asr"
    languages = frozenset({"vi"})

    def __init__(self) -> None:
        try:
            import vietasr
        except (ImportError, OSError) as problem:  # OSError: the native library does not load
            raise EarUnavailable('viet-asr is not there: pip install "letan[speech]"') from problem
        try:
            self._pipeline: Any = vietasr.Pipeline.new().add("vietasr").build()
        except RuntimeError as problem:
            raise EarUnavailable(f"viet-asr did not load its model: {problem}") from problem

    def listen(self, language: str) -> "VietAsrListening":
        return VietAsrListening(
            self._pipeline.stream(float(RATE)), self._pipeline.stream(float(RATE))
        )


class VietAsrListening:
    """Two streaming sessions: most of the work is done while the person still speaks."""

    def __init__(self, first: Any, second: Any) -> None:
        self._sessions = (first, second)
        second.accept(SHIFT)

    def accept(self, pcm: bytes) -> str:
        for session in self._sessions:
            session.accept(pcm)
        return str(self._sessions[0].partial().text)

    def finish(self) -> Words:
        said = []
        for session in self._sessions:
            session.accept(TAIL)
            said.append(str(session.final().text).split())
            session.close()
        first, second = said
        same = SequenceMatcher(a=first, b=second, autojunk=False).ratio() if first else 0.0
        return Words(" ".join(first), same)
