"""Whether a message is somebody's question at all, or keys pressed at random."""

import re
from functools import lru_cache
from pathlib import Path

from knowledge.data_files import parse_yaml
from knowledge.vietnamese import fold, tokens

FILE = Path(__file__).parent / "data" / "plausible.yaml"
# A Vietnamese syllable without its tones: an onset, one to three vowels, a coda.
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ph|th|tr|ch|gh|gi|kh|qu|[bcdghklmnpqrstvx])?"
    r"(?:uye|uya|uyu|oai|oay|oeo|uay|uoi|uou|ieu|yeu|ia|ie|iu|ya|ye|ua|ue|ui|uo|uu|uy|oa|oe|oi|oo"
    r"|ai|ao|au|ay|eo|eu|[aeiouy])"
    r"(?:ng|nh|ch|[cmnpt])?"
)
MIN_WORDS = 2
MIN_SHARE = 0.5


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    return frozenset(parse_yaml(FILE.read_text("utf-8"))["english"])


def is_plausible(text: str) -> bool:
    """Whether at least half of two or more words could be Vietnamese or plain English."""
    words = [word for word in tokens(fold(text)) if word.isalpha()]
    if len(words) < MIN_WORDS or len(set(words)) < MIN_WORDS:
        return False
    known = sum(bool(_SYLLABLE.fullmatch(word)) or word in _english() for word in words)
    return known >= MIN_SHARE * len(words)
