"""Takes greetings, pleas and thanks off a question: they say nothing of the matter.

However polite, a question is the same question; what nobody ever wrote around it must not make
it look unknown.
"""

import re
from functools import lru_cache
from pathlib import Path

from knowledge.vietnamese import fold, normalise

FILE = Path(__file__).parent.parent / "data" / "courtesies.txt"
PERSON = "person"  # in place of {p}
# Words people call themselves and others by, as `normalise` writes them.
PERSONS = (
    "em", "tôi", "mình", "tớ", "cháu", "con", "anh", "chị", "cô", "chú", "bác", "ông", "bà", "dì",
    "cậu", "mợ", "thím", "bạn", "chúng tôi", "chúng em", "tụi em", "tui", "anh chị", "các bác",
)  # fmt: skip
# Said at the end of a part of a sentence; with their marks only, for "nha" may be "nhà".
PARTICLES = ("ạ", "dạ", "nhé", "nhỉ", "hen", "nghen", "vâng")


@lru_cache(maxsize=1)
def _phrases() -> re.Pattern[str]:
    """Every phrase of the table without marks, as half of all questions are typed."""
    persons = "|".join(sorted({fold(normalise(p)) for p in PERSONS}, key=len, reverse=True))
    lines = [line for line in FILE.read_text("utf-8").splitlines() if line and line[0] != "#"]
    written = {fold(normalise(line.replace("{p}", PERSON))) for line in lines}
    longest_first = sorted(written, key=len, reverse=True)
    forms = "|".join(re.escape(w).replace(PERSON, f"(?:{persons})") for w in longest_first)
    return re.compile(rf"(?<!\w)(?:{forms})(?!\w)")


def without_courtesies(normalised: str) -> str:
    """A normalised question without its courtesies; empty when it is nothing else."""
    words = normalised.split()
    folded = " ".join(map(fold, words))
    kept = [word not in PARTICLES for word in words]
    for found in _phrases().finditer(folded):
        first = folded.count(" ", 0, found.start())
        for at in range(first, first + found[0].count(" ") + 1):
            kept[at] = False
    return " ".join(word for word, stays in zip(words, kept, strict=True) if stays)
