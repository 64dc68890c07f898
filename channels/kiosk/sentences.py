"""The sentences of the lobby's screen, and those of them that a voice can read beforehand."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from threading import Lock

import structlog

from assistant.desk import Desk
from assistant.language import ENGLISH, VIETNAMESE, glossary
from assistant.replies import say
from assistant.speaking.voice import Voice, VoiceUnavailable
from assistant.speech import to_speech
from channels.door import HERE
from channels.kiosk.self_test import SENTENCE
from knowledge.data_files import parse_yaml

log = structlog.get_logger()
FILE = HERE / "data" / "lobby_sentences.yaml"
OPEN = "{0}"
_SENTENCE = re.compile(r"(?<=[.!?]) +")


@lru_cache(maxsize=1)
def lobby_sentences() -> dict[str, dict[str, str]]:
    """The sentences by language and name; ``{0}`` is filled by the page."""
    table: dict[str, dict[str, str]] = parse_yaml(FILE.read_text("utf-8"))
    return table


def disclosure_of(office_name: str, language: str) -> str:
    """What the machine says it is."""
    if language == ENGLISH:
        return glossary().replies["disclosure"].format(office=office_name)
    return say("disclosure", office=office_name)


def spoken(text: str, language: str) -> str:
    """A text as the voice gets it; the same text again changes nothing."""
    return text if language == ENGLISH else to_speech(text) or text


def fixed_sentences(desk: Desk, language: str) -> Iterator[str]:
    """What the screen of this office says in the same words every time, a sentence each.

    The page asks for sound by the sentence, so these are the very texts it asks for.
    """
    office = desk.library.store.office(desk.office_id)
    texts = [disclosure_of(office.name, language), *lobby_sentences()[language].values()]
    if language == VIETNAMESE:
        texts.append(SENTENCE)
    for text in texts:
        if OPEN not in text:
            yield from _SENTENCE.split(spoken(text, language))


class Rehearsal:
    """Reads the fixed sentences once a process, so that nobody in the hall waits for them."""

    def __init__(self, desk: Desk, voice: Voice) -> None:
        self._desk, self._voice = desk, voice
        self._lock, self._is_over, self._is_stopped = Lock(), False, False

    def stop(self) -> None:
        """The process ends: nothing more is read."""
        self._is_stopped = True

    def __call__(self, tell: Callable[[str], None] = lambda sentence: None) -> int:
        """How many sentences are there to be played at once; blocking, minutes on a slow machine.

        ``tell`` hears each before it is read. A voice that fails is asked no more: the page finds
        out by itself and uses the browser's.
        """
        with self._lock:
            if self._is_over:
                return 0
            self._is_over = True
        ready = 0
        for language in (VIETNAMESE, ENGLISH):
            if not self._voice.has(language):
                continue
            try:
                for sentence in dict.fromkeys(fixed_sentences(self._desk, language)):
                    if self._is_stopped:
                        return ready
                    tell(sentence)
                    self._voice.speak(sentence, language)
                    ready += 1
            except VoiceUnavailable as problem:
                log.warning("voice_rehearsal_failed", language=language, problem=str(problem))
        return ready
