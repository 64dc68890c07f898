"""Hears Vietnamese with viet-asr: weights inside the package, nothing leaves the machine.

The package is an alpha (0.1.0.dev11); its metadata says Apache-2.0, its training data is not
documented. Words come out in lower case, without punctuation, numbers spelt out.
"""

from difflib import SequenceMatcher
from typing import Any

import numpy as np

from assistant.hearing.ears import RATE, EarUnavailable, Words

# The model cuts the sound into pieces of its own; a second session hears the same sound cut
# elsewhere. Where both say the same, the words are right; the model itself tells no confidence.
SHIFT = bytes(int(RATE * 0.6) * 2)
# Without some silence after it the last word is often lost. A turn that ended by itself brought
# its own; working through more of it would only keep the resident waiting.
TAIL = bytes(int(RATE * 0.3) * 2)
QUIET = 0.1  # of the loudest sound heard


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
        self._loudest, self._end = 0, b""
        second.accept(SHIFT)

    def accept(self, pcm: bytes) -> str:
        for session in self._sessions:
            session.accept(pcm)
        self._loudest = max(self._loudest, _peak(pcm))
        self._end = (self._end + pcm)[-len(TAIL) :]
        return str(self._sessions[0].partial().text)

    def finish(self) -> Words:
        said = []
        has_tail = len(self._end) == len(TAIL) and _peak(self._end) < QUIET * self._loudest
        for session in self._sessions:
            if not has_tail:
                session.accept(TAIL)
            said.append(str(session.final().text).split())
            session.close()
        first, second = said
        same = SequenceMatcher(a=first, b=second, autojunk=False).ratio() if first else 0.0
        return Words(" ".join(first), same)


def _peak(pcm: bytes) -> int:
    return int(np.abs(np.frombuffer(pcm, "<i2").astype(np.int32)).max(initial=0))
