"""Takes what a question asks of a record off it: "thời hạn giải quyết", "cần giấy tờ gì".

Every procedure may be asked so; which one is meant stands in the other words.
"""

import re
from functools import lru_cache
from pathlib import Path

from knowledge.linking.topics import read_cues
from knowledge.vietnamese import fold, normalise

FILE = Path(__file__).parent.parent / "data" / "asking_phrases.txt"
GAP = ""  # where a phrase was taken out: the words beside it were no neighbours


@lru_cache(maxsize=1)
def _asking() -> re.Pattern[str]:
    """Phrases that ask for a part of a record, without marks, longest first."""
    lines = FILE.read_text("utf-8").splitlines()
    formal = (fold(normalise(line)) for line in lines if line and line[0] != "#")
    cues = sorted({*read_cues(), *formal}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, cues))})\b")


@lru_cache(maxsize=64)  # one question is asked for its matter twice
def _matter(normalised: str) -> tuple[str, ...]:
    """The words without marks, `GAP` for each phrase that asks for a part of a record."""
    kept = _asking().sub(" | ", fold(normalised)).split()
    return tuple(GAP if word == "|" else word for word in kept)


def without_asking(normalised: str) -> str:
    """The question without marks and without what it asks of the record; may be empty."""
    return " ".join(filter(None, _matter(normalised)))


def matter_words(normalised: str) -> list[str]:
    """The words of the matter without marks, in order, `GAP` between those that did not meet.

    All words where nothing else would be left.
    """
    words = _matter(normalised)
    return list(words) if any(words) else fold(normalised).split()
