"""Vietnamese as residents type and say it, brought to one written form.

``clean`` keeps the words and removes what is invisible; ``normalise`` writes
them in one way (NFC, lower case, one tone placement, abbreviations, teencode,
regional words and speech slips spelled out from data tables, any country beside a
person as "nước ngoài"); ``fold`` drops
the tones, so that "khai sinh" and "khai sinh" without marks meet.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from knowledge.data_files import parse_yaml

TABLES = Path(__file__).parent / "data" / "vietnamese"
FOREIGNERS = TABLES.with_name("foreigners.yaml")
_TOKEN = re.compile(r"\d+(?:[.,/]\d+)*|[^\W\d_]+")

# Old placement puts the mark on the second vowel of an open "oa oe uy" (hoà, thuỷ);
# new placement on the first (hòa, thủy). Only at the end of a syllable; "quý" keeps its mark, and
# so does a vowel with a hat or a bow (luật, huệ, hoặc), which stands after the dot below it.
_MARKS = "\u0300\u0301\u0303\u0309\u0323"
_OLD_PLACEMENT = re.compile(rf"(?<![qQ])([oOuU])([aAeEyY])([{_MARKS}])(?![\u0300-\u036f]|[^\W\d_])")

# The same in composed letters. Few texts hold any.
_MAY_BE_OLD = re.compile("[oOuU][àáãảạÀÁÃẢẠèéẽẻẹÈÉẼẺẸỳýỹỷỵỲÝỸỶỴ]")
# Every letter that only Vietnamese words with marks have: found in nearly every message.
_MARKED = re.compile("[àáãảạâăèéẽẻẹêìíĩỉịòóõỏọôơùúũủụưỳýỹỷỵđĐÀÁÂĂÊÔƠƯ\u1ea0-\u1ef9]")

_LEADING_ZERO = re.compile(r"(?<![\w.,/:-])0(?=[1-9](?![\w.,/:-]))")  # "mức độ 02" is "mức độ 2"


def clean(text: str) -> str:
    """The text in NFC without invisible, control or direction characters, spaces collapsed.

    Emoji stay; what hides inside words (zero-width joiners, soft hyphens, tag
    characters) goes, because masking and safety read the cleaned text.
    """
    composed = unicodedata.normalize("NFC", text)
    if composed.isprintable():  # nearly always: the one look that C takes finds nothing to remove
        return " ".join(composed.split())
    kept = (
        " " if char.isspace() else char
        for char in composed
        if char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join("".join(kept).split())


def place_tones(text: str) -> str:
    """The text with tone marks in the new placement (hoà → hòa, thuỷ → thủy)."""
    composed = unicodedata.normalize("NFC", text)
    if not _MAY_BE_OLD.search(composed):
        return composed
    decomposed = unicodedata.normalize("NFD", composed)
    moved = _OLD_PLACEMENT.sub(r"\1\3\2", decomposed)
    return unicodedata.normalize("NFC", moved)


@lru_cache(maxsize=65536)
def _fold_word(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.replace("đ", "d").replace("Đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


@lru_cache(maxsize=2048)  # one answer asks for the same few texts again and again
def fold(text: str) -> str:
    """The text in lower case without tones and diacritics; đ becomes d."""
    return " ".join(_fold_word(word) for word in text.split())


def tokens(text: str) -> list[str]:
    """Words (syllables) and numbers of a text, lower-case, in order."""
    return _TOKEN.findall(text.lower())


def has_tones(text: str) -> bool:
    """Whether the text carries any Vietnamese mark at all."""
    if _MARKED.search(text):
        return True
    return not text.isascii() and any(_fold_word(word) != word.lower() for word in text.split())


class Spelling:
    """Spells out what people shorten or slur, by longest match over data tables.

    Each table maps written words to meant words; a longer entry wins over a
    shorter one, so "chi phí" can protect itself from the regional "chi" → "gì".
    """

    def __init__(self, tables: Iterable[Mapping[str, str]]) -> None:
        self._phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
        for table in tables:
            for written, meant in table.items():
                key = tuple(tokens(place_tones(str(written))))
                if key:
                    self._phrases[key] = tuple(tokens(place_tones(str(meant))))
        lengths: dict[str, set[int]] = {}
        for key in self._phrases:
            lengths.setdefault(key[0], set()).add(len(key))
        # Of the entries that begin with a word, how long they are, longest first.
        self._lengths = {word: sorted(held, reverse=True) for word, held in lengths.items()}

    def expand(self, words: list[str]) -> list[str]:
        """The words with every known short or slurred form replaced."""
        out: list[str] = []
        at = 0
        while at < len(words):
            for length in self._lengths.get(words[at], ()):
                meant = self._phrases.get(tuple(words[at : at + length]))
                if meant is not None:
                    out.extend(meant)
                    at += length
                    break
            else:
                out.append(words[at])
                at += 1
        return out


def read_table(path: Path) -> dict[str, str]:
    """One spelling table: a YAML mapping of written form to meant form."""
    content = parse_yaml(path.read_text("utf-8")) or {}
    return {str(written): str(meant) for written, meant in content.items()}


@lru_cache(maxsize=1)
def shipped_spelling() -> Spelling:
    """The spelling tables that come with the package, read once."""
    return Spelling(read_table(path) for path in sorted(TABLES.glob("*.yaml")))


class Foreigners:
    """Reads a country beside a word for a person as "foreign": "vợ Lào", "quốc tịch Đức".

    Which country it is decides nothing at the desk; that it is one, does.
    """

    def __init__(self, table: Mapping[str, Sequence[str]]) -> None:
        def ways(name: str) -> list[str]:
            return [" ".join(tokens(place_tones(word))) for word in table[name]]

        def any_of(words: Iterable[str]) -> str:
            return "|".join(map(re.escape, sorted(set(words), key=len, reverse=True)))

        people, belonging, countries = ways("people"), ways("belonging"), ways("countries")
        unmarked = [word for word in countries if word not in ways("marked")]
        elsewhere = ways("elsewhere")
        self._marked = self._pattern(any_of, people, belonging, countries, elsewhere)
        self._unmarked = self._pattern(
            any_of, *(list(map(fold, words)) for words in (people, belonging, unmarked, elsewhere))
        )

    @staticmethod
    def _pattern(
        any_of: Callable[[Iterable[str]], str],
        people: Sequence[str],
        belonging: Sequence[str],
        countries: Sequence[str],
        elsewhere: Sequence[str],
    ) -> re.Pattern[str]:
        return re.compile(
            rf"\b(?:(?P<person>{any_of(people)})|(?P<belonging>{any_of(belonging)})) "
            rf"(?!(?:{any_of(elsewhere)})\b)(?:{any_of(countries)})\b"
        )

    def read(self, normalised: str) -> str:
        """The words with each such country replaced; unchanged where none is named."""
        pattern = self._marked if has_tones(normalised) else self._unmarked
        return pattern.sub(_as_foreign, normalised)


def _as_foreign(found: re.Match[str]) -> str:
    if found["person"]:
        return f"{found['person']} người nước ngoài"
    return f"{found['belonging'].removesuffix(' nước').removesuffix(' nuoc')} nước ngoài"


@lru_cache(maxsize=1)
def shipped_foreigners() -> Foreigners:
    """The table of countries that comes with the package, read once."""
    return Foreigners(parse_yaml(FOREIGNERS.read_text("utf-8")))


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """The text as lower-case words in one spelling, ready for matching and encoding."""
    text = clean(text)
    if "0" in text:
        text = _LEADING_ZERO.sub("", text)
    words = tokens(place_tones(text))
    return shipped_foreigners().read(" ".join(shipped_spelling().expand(words)))
