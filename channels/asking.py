"""Whether a message asks something, only opens a talk, or only says thanks.

Cheap tests on folded words, from `data/asking.yaml`. They never make the desk speak alone:
in a group a procedure has to be meant as well.
"""

import re
from functools import lru_cache
from pathlib import Path

from knowledge.data_files import parse_yaml
from knowledge.vietnamese import fold, normalise

FILE = Path(__file__).parent / "data" / "asking.yaml"
# "cho em hỏi chút ạ" opens; with more words than this it says what about.
OPENER_WORDS = 7
# Whom a message calls stands at its beginning.
CALLED_WITHIN = 5


@lru_cache(maxsize=1)
def _phrases() -> dict[str, frozenset[str]]:
    content: dict[str, list[str]] = parse_yaml(FILE.read_text("utf-8"))
    return {name: frozenset(map(str, phrases)) for name, phrases in content.items()}


def _words(text: str) -> list[str]:
    # As typed, and normalised: teencode ("j", "dc") is spelt out there.
    return re.findall(r"\w+", fold(normalise(text)))


def _holds(words: list[str], name: str) -> bool:
    said = f" {' '.join(words)} "
    return any(f" {phrase} " in said for phrase in _phrases()[name])


def is_question(text: str) -> bool:
    """Whether somebody is asking: a question word or mark, and no tale or announcement."""
    words = _words(text)
    if not words or _holds(words, "telling"):
        return False
    return text.rstrip().endswith("?") or _holds(words, "questions")


def calls_somebody(text: str) -> bool:
    """Whether a message begins by calling one person ("bác Tư ơi", "chị Loan ơi cho em hỏi").

    The office, everybody and the desk itself are nobody in particular.
    """
    words = _words(text)[:CALLED_WITHIN]
    for at, word in enumerate(words):
        if word == "oi" and at:
            last, two = words[at - 1], " ".join(words[max(0, at - 2) : at])
            return not {last, two} & (_phrases()["everybody"] | _phrases()["kin"])
    return False


def is_opener(text: str) -> bool:
    """Whether a message only calls ("chào ad", "cho em hỏi chút ạ"); the question follows."""
    words = _words(text)
    if len(words) > OPENER_WORDS:
        return False
    return not words or _only(words, "openers")


def is_thanks(text: str) -> bool:
    """Whether a message is nothing but thanks or agreement."""
    words = _words(text)
    return not words or _only(words, "thanks")


def _only(words: list[str], name: str) -> bool:
    """Whether phrases of the list and polite particles are all there is, one phrase at least."""
    phrases = _phrases()[name]
    polite = _phrases()["polite"]
    at, found = 0, False
    while at < len(words):
        for size in (4, 3, 2, 1):
            piece = " ".join(words[at : at + size])
            if piece in phrases:
                found = True
            elif piece not in polite:
                continue
            at += min(size, len(words) - at)
            break
        else:
            return False
    return found
