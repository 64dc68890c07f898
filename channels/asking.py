"""Whether a message asks something, only opens a talk, or only says thanks.

Cheap tests on folded words, from `data/asking.yaml`. They never make the desk speak alone:
in a group a procedure has to be meant as well.
"""

import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from knowledge.data_files import parse_yaml
from knowledge.vietnamese import clean, fold, has_tones, normalise, place_tones

FILE = Path(__file__).parent / "data" / "asking.yaml"
# "cho em hỏi chút ạ" opens; with more words than this it says what about.
OPENER_WORDS = 7
# "nhà em muốn xây thêm cái kho": longer, and it asks or tells enough.
TELLING_WORDS = 10
SITUATION_WITHIN = 5
# Whom a message calls stands at its beginning.
CALLED_WITHIN = 5
# "mấy giờ vậy chị Bích ạ": particles after the name; before it at least the question.
TRAILING = frozenset(
    {"a", "ah", "vay", "the", "nhi", "ha", "oi", "nha", "nhe", "nhen", "hen", "ta"}
)
NAMED_AFTER = 4


@lru_cache(maxsize=1)
def _phrases() -> dict[str, frozenset[str]]:
    content: dict[str, list[str]] = parse_yaml(FILE.read_text("utf-8"))
    return {name: frozenset(map(str, phrases)) for name, phrases in content.items()}


@lru_cache(maxsize=1)
def _forms_of_address() -> frozenset[str]:
    """ "Anh", "chị", "cô"… without their marks: alone they call nobody in particular."""
    return frozenset(map(fold, _phrases()["addressed"]))


def _words(text: str) -> list[str]:
    # Normalised: teencode ("j", "dc") is spelt out there. A word whose marks say that it is
    # another one ("hồi xưa" beside "hỏi") stays out.
    strangers = _phrases()["toned_otherwise"]
    said = re.findall(r"\w+", normalise(text))
    return [fold(word) for word in said if word.lower() not in strangers]


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
            return not {last, two} & (_phrases()["everybody"] | _forms_of_address())
    return False


def asks_the_way(text: str) -> bool:
    """Whether a question is about how something is done, what it takes, or whether it may be."""
    return _holds(_words(text), "ways")


def names_office(text: str) -> bool:
    """Whether the office is spoken of, so that "how long is it open" means the office."""
    return _holds(_words(text), "office")


def speaks_of_somebody(text: str) -> bool:
    """Whether one person is named ("mấy giờ vậy chị Bích?"), to whom or of whom it is then said.

    "Anh Lập" with its capital anywhere, "chị bích" without one at the end; typed without marks
    "chi" may be anything, so nothing is told.
    """
    people, relations = _phrases()["addressed"], _phrases()["relations"] | _forms_of_address()
    said = [place_tones(word) for word in re.findall(r"\w+", clean(text))]
    pairs = [
        (first.lower() in people, second[:1].isupper() and not second.isupper(), fold(second))
        for first, second in pairwise(said)
    ]
    if any(calls and named and name not in relations for calls, named, name in pairs):
        return True
    while said and fold(said[-1]) in TRAILING:
        said.pop()
    if len(said) < NAMED_AFTER or not has_tones(text):
        return False
    return said[-2].lower() in people and fold(said[-1]) not in relations


def is_opener(text: str) -> bool:
    """Whether a message only calls ("chào ad", "cho em hỏi chút ạ"); the question follows."""
    words = _words(text)
    if len(words) > OPENER_WORDS:
        return False
    return not words or _only(words, "openers")


def tells_first(text: str) -> bool:
    """Whether a message tells of somebody ("con em mới sinh") and the question may follow.

    "đăng ký khai sinh" alone is no tale: people ask like that as well.
    """
    words = _words(text)
    while words and words[0] in _phrases()["polite"] - _phrases()["subjects"]:
        words.pop(0)
    if not 2 <= len(words) <= TELLING_WORDS or is_question(text):
        return False
    begins = {words[0], " ".join(words[:2])} & _phrases()["subjects"]
    return bool(begins) and _holds(words[1:SITUATION_WITHIN], "situations")


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
