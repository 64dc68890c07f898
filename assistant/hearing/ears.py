"""The port of speech recognition: what a recogniser is asked, and how one is chosen by settings.

Sound is 16-bit mono PCM at 16 kHz everywhere. It lives in memory while one turn lasts and is
written nowhere.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol

from assistant.hearing.settings import HearingSettings

RATE = 16_000
BYTES_PER_SECOND = RATE * 2


class EarUnavailable(RuntimeError):
    """The chosen recogniser is not installed, or did not load; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a recogniser made of the sound, and how much of it is likely right (0 to 1)."""

    text: str
    confidence: float


class Listening(Protocol):
    """One stretch of speech on its way to words."""

    def accept(self, pcm: bytes) -> str:
        """Take more sound; the words so far, or "" where the recogniser waits for the end."""
        ...

    def finish(self) -> Words:
        """All words, once the speech is over."""
        ...


class Ear(Protocol):
    """A loaded recogniser; safe between threads, one ``Listening`` for each speaker."""

    name: str
    languages: frozenset[str]

    def listen(self, language: str) -> Listening: ...


def load_ear(settings: HearingSettings) -> Ear | None:
    """The recogniser of ``settings.engine``; None where none is wanted or "auto" finds none.

    Raises EarUnavailable when the engine named by name is not there.
    """
    match settings.engine:
        case "auto":
            if find_spec("vietasr") is None:
                return None
            return _viet_asr()
        case "viet-asr":
            return _viet_asr()
        case "whisper":
            from assistant.hearing.whisper import load_whisper

            return load_whisper(settings.whisper_model)
        case _:  # the browser's own recogniser hears by itself; "off" hears nothing
            return None


def heard_languages(settings: HearingSettings) -> frozenset[str]:
    """The languages that ``load_ear`` would bring, told without loading anything."""
    match settings.engine:
        case "viet-asr":
            return frozenset({"vi"})
        case "auto":
            return frozenset({"vi"} if find_spec("vietasr") else ())
        case "whisper":
            return frozenset({"vi", "en"})
        case _:
            return frozenset()


def _viet_asr() -> Ear:
    from assistant.hearing.viet_asr import VietAsr

    return VietAsr()
