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
    """``named``: how official names state it; ``said``: how residents do besides."""

    named: tuple[Text, ...] = Field(min_length=1)
    said: tuple[Text, ...] = ()


@lru_cache(maxsize=1)
def _phrases() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    table = {key: Qualifier.model_validate(row) for key, row in read_yaml(FILE).items()}
    named = {key: _folded(row.named) for key, row in table.items()}
    said = {key: _folded((*row.named, *row.said)) for key, row in table.items()}
    return named, said


def _folded(phrases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f" {fold(normalise(phrase))} " for phrase in phrases)


def stated(name: str) -> frozenset[str]:
    """The qualifiers that a normalised official name states."""
    return _within(name, _phrases()[0])


def told(question: str) -> frozenset[str]:
    """The qualifiers that a normalised question tells."""
    return _within(question, _phrases()[1])


def _within(text: str, phrases: dict[str, tuple[str, ...]]) -> frozenset[str]:
    padded = f" {fold(text)} "
    return frozenset(key for key, ways in phrases.items() if any(way in padded for way in ways))
