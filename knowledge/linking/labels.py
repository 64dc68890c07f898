"""What a question can mean, and what people were heard to say for it."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knowledge.linking.classes import PROCEDURE_GROUP

SENDS_AWAY = frozenset({"out_of_scope", "not_found"})  # groups of intents that answer nothing


@dataclass(frozen=True, slots=True)
class Label:
    """What a question can mean: a procedure or an intent; all texts normalised.

    ``qualifiers`` are those its official name states. ``held_as`` are, of an intent that
    sends residents elsewhere, the codes of records that answer it where they are held, and
    ``held_partly`` of those that answer some of it.
    ``replaces`` are older codes of the same matter. ``level`` is how far away a dossier is handed
    in: 0 in the commune, 1 in the province, 2 farther.
    """

    id: str
    names: tuple[str, ...]
    body: str = ""
    popularity: float = 0.0
    is_office: bool = False
    is_commune: bool = False
    is_intent: bool = False
    group: str = PROCEDURE_GROUP
    qualifiers: tuple[str, ...] = ()
    held_as: tuple[str, ...] = ()
    held_partly: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    level: int = 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """A normalised utterance with its label id."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Bodies:
    """The texts of labels in their order, read when asked for; ``mark`` is theirs alone.

    They are most of what a record weighs, and only what indexes them needs them.
    """

    mark: str
    texts: Callable[[], Sequence[str]]

    @classmethod
    def of(cls, labels: Sequence[Label]) -> "Bodies":
        texts = [label.body for label in labels]
        return cls(hashlib.sha256(json.dumps(texts).encode()).hexdigest(), lambda: texts)
