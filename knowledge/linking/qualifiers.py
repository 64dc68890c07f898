"""What sets variants of one procedure apart: a foreign element, a border area, a level, an army.

National records come in variants that differ by a few words of a long name ("… có yếu
tố nước ngoài", "… thực hiện tại cấp trung ương"). A resident who does not say
the qualifier rarely means that variant, and one who says it rarely means the plain one.
The words are data, `knowledge/data/qualifiers.yaml`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from knowledge.linking.known import Known
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


def _known(phrases: Mapping[str, Iterable[str]]) -> Known:
    """Each phrase with its marks and without any: "đổi" is not "đối", but "doi" may be it."""
    written = [(normalise(way), key) for key, ways in phrases.items() for way in ways]
    return Known((*written, *((fold(way), key) for way, key in written)))


@lru_cache(maxsize=1)
def _ways() -> tuple[Known, Known, Known]:
    """What names state, what questions tell, and what a sector has."""
    table = {key: Qualifier.model_validate(row) for key, row in read_yaml(FILE).items()}
    return (
        _known({key: row.named for key, row in table.items()}),
        _known({key: (*row.named, *row.said) for key, row in table.items()}),
        _known({key: row.sectors for key, row in table.items()}),
    )


def stated(name: str, sector: str = "") -> frozenset[str]:
    """The qualifiers that a normalised official name states, and those of its sector."""
    named, _, sectors = _ways()
    return named.within(name) | sectors.within(sector)


def told(question: str) -> frozenset[str]:
    """The qualifiers that a normalised question tells."""
    return _ways()[1].within(question)


class Unlike:
    """How far what a question tells is from what each of many records states."""

    def __init__(self, records: Sequence[Collection[str]]) -> None:
        self._column = {key: at for at, key in enumerate(sorted(set().union(*records)))}
        self._stated = np.zeros((len(records), len(self._column)), np.bool_)
        for row, stated in zip(self._stated, records, strict=True):
            row[[self._column[key] for key in stated]] = True
        self._counts = self._stated.sum(axis=1)

    def of(self, said: frozenset[str], records: NDArray[np.int64]) -> NDArray[np.float32]:
        """Halves of what each record states and nobody said, and the reverse; (2, records)."""
        known = [self._column[key] for key in said if key in self._column]
        both = self._stated[records[:, None], known].sum(axis=1) if known else 0
        unsaid = self._counts[records] - both
        lacking = np.broadcast_to(len(said) - both, unsaid.shape)
        return np.asarray([unsaid, lacking], np.float32) * np.float32(0.5)
