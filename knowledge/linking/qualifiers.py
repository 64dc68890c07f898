"""What sets variants of one procedure apart: a foreign element, a border area, a level, an army.

National records come in variants that differ by a few words of a long name ("… có yếu
tố nước ngoài", "… thực hiện tại cấp trung ương"). A resident who does not say
the qualifier rarely means that variant, and one who says it rarely means the plain one.
The words are data, `knowledge/data/qualifiers.yaml`.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import Field

from knowledge.procedures import Text, Value
from knowledge.sample import read_yaml
from knowledge.vietnamese import fold, normalise

FILE = Path(__file__).parent.parent / "data" / "qualifiers.yaml"


class Qualifier(Value):
    """``named``: how official names state it; ``said``: how residents do besides.

    Every record of one of the ``sectors`` has it.
    """

    named: tuple[Text, ...] = Field(min_length=1)
    said: tuple[Text, ...] = ()
    sectors: tuple[Text, ...] = ()


Ways = dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def _phrases() -> tuple[Ways, Ways, Ways]:
    table = {key: Qualifier.model_validate(row) for key, row in read_yaml(FILE).items()}
    named = {key: _ways(row.named) for key, row in table.items()}
    said = {key: _ways((*row.named, *row.said)) for key, row in table.items()}
    return named, said, {key: _ways(row.sectors) for key, row in table.items()}


def _ways(phrases: tuple[str, ...]) -> frozenset[str]:
    """Each phrase with its marks and without any: "đổi" is not "đối", but "doi" may be it."""
    written = [normalise(phrase) for phrase in phrases]
    return frozenset(way for phrase in written for way in (phrase, fold(phrase)))


def stated(name: str, sector: str = "") -> frozenset[str]:
    """The qualifiers that a normalised official name states, and those of its sector."""
    named, _, sectors = _phrases()
    return _within(name, named) | _within(sector, sectors)


def told(question: str) -> frozenset[str]:
    """The qualifiers that a normalised question tells."""
    return _within(question, _phrases()[1])


def _within(text: str, phrases: Ways) -> frozenset[str]:
    """The keys one of whose ways stands in the text, looked up among all its runs of words.

    Looking for each of some two hundred ways in every question takes ten times as long.
    """
    words = text.split()
    runs = {
        " ".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, min(start + _longest(), len(words)) + 1)
    }
    return frozenset(key for key, ways in phrases.items() if not ways.isdisjoint(runs))


@lru_cache(maxsize=1)
def _longest() -> int:
    """The words of the longest way."""
    return max(len(way.split()) for table in _phrases() for ways in table.values() for way in ways)
