"""What a question is about, without the words of asking and of courtesy around it."""

import re
from functools import lru_cache
from pathlib import Path

from knowledge.linking.asking import without_asking
from knowledge.linking.courtesies import without_courtesies
from knowledge.vietnamese import fold

GENERIC = Path(__file__).parent.parent / "data" / "generic_words.txt"
LEAST_LEFT = 2  # words of a matter, without which a greeting is a greeting
# Where nothing is asked with it ("mất bao lâu"), it is what happened: "mất giấy khai sinh".
LOST = re.compile(r"\bmat\b(?! (?:phi|le phi|tien|bao|may|nhieu|lau|gi|ngay|thoi|them|cong)\b)")


@lru_cache(maxsize=1)
def generic_words() -> frozenset[str]:
    """Words of asking that name no procedure ("thủ tục", "cần", "gì"), without marks."""
    lines = (line for line in GENERIC.read_text("utf-8").splitlines() if line and line[0] != "#")
    return frozenset(fold(word) for line in lines for word in line.split())


def core(normalised: str) -> str:
    """What is left of a question without the words of asking, without marks."""
    return " ".join(word for word in fold(normalised).split() if word not in generic_words())


def matter(normalised: str) -> str:
    """The core of a question without what it asks of the record."""
    about = core(without_asking(normalised))
    return f"{about} mat" if LOST.search(fold(normalised)) else about


def heard(normalised: str) -> str:
    """A question without its courtesies, unless they are all that was meant."""
    rest = without_courtesies(normalised)
    return rest if len(core(rest).split()) >= LEAST_LEFT else normalised
