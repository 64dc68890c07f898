"""Hears with faster-whisper, the alternative: several languages, slower, and less sure.

Whisper invents sentences on silence, and with a prompt it invents the prompt's. So it gets no
prompt, no text from before, and only the stretch that the gate found to be speech.
"""

from math import exp
from typing import Any

import numpy as np

from assistant.hearing.ears import EarUnavailable, Words

# Above this the model itself says that nobody spoke.
NO_SPEECH = 0.6


def load_whisper(model: str) -> "Whisper":
    """The model in a folder or of a name; raises EarUnavailable without package or model."""
    try:
        from faster_whisper import WhisperModel
    except ImportError as problem:
        raise EarUnavailable("faster-whisper is not there: pip install faster-whisper") from problem
    try:
        return Whisper(WhisperModel(model or "base", device="cpu", compute_type="int8"))
    except (OSError, RuntimeError, ValueError) as problem:
        raise EarUnavailable(f"faster-whisper has no model {model or 'base'!r}") from problem


class Whisper:
    """One loaded model."""

    name = "whisper"
    languages = frozenset({"vi", "en"})

    def __init__(self, model: Any) -> None:
        self._model = model

    def listen(self, language: str) -> "WhisperListening":
        return WhisperListening(self._model, language)


class WhisperListening:
    """Collects one utterance and recognises it whole at its end."""

    def __init__(self, model: Any, language: str) -> None:
        self._model, self._language = model, language
        self._sound = bytearray()

    def accept(self, pcm: bytes) -> str:
        self._sound += pcm
        return ""

    def finish(self) -> Words:
        sound = np.frombuffer(bytes(self._sound), np.int16).astype(np.float32) / 32768
        segments, _ = self._model.transcribe(
            sound,
            language=self._language,
            initial_prompt=None,
            condition_on_previous_text=False,
            vad_filter=True,
            temperature=0.0,
        )
        spoken = [segment for segment in segments if segment.no_speech_prob < NO_SPEECH]
        if not spoken:
            return Words("", 0.0)
        text = " ".join(segment.text.strip() for segment in spoken)
        return Words(text, min(exp(segment.avg_logprob) for segment in spoken))
