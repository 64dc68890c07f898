"""Events of a life that need several procedures, recognised from how people tell them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.bereavement import tells_a_death
from knowledge.data_files import parse_yaml
from knowledge.vietnamese import fold, has_tones, normalise

DEATH = "death"  # people tell it in too many ways for a list: see `tells_a_death`
FILE = Path(__file__).parent / "data" / "life_events.yaml"


@dataclass(frozen=True, slots=True)
class EventStep:
    """One matter of an event; ``condition`` says who needs it, None for everybody."""

    code: str
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """An event with its matters in the order of doing; ``bundle`` does several online in one go."""

    id: str
    label: str
    says: tuple[str, ...]
    names: tuple[str, ...]
    steps: tuple[EventStep, ...]
    mood: str | None = None
    bundle: str | None = None
    also_see: str | None = None


@lru_cache(maxsize=1)
def shipped_events() -> tuple[tuple[str, ...], tuple[LifeEvent, ...]]:
    """How people ask about an event as a whole, and the events."""
    raw = parse_yaml(FILE.read_text("utf-8"))
    events = tuple(
        LifeEvent(
            row["id"],
            row["label"],
            _phrases(row["says"]),
            _phrases(row["names"]),
            tuple(EventStep(step["code"], step.get("if")) for step in row["steps"]),
            row.get("mood"),
            row.get("bundle"),
            row.get("also_see"),
        )
        for row in raw["events"]
    )
    return _phrases(raw["asks"]), events


def find_event(text: str) -> LifeEvent | None:
    """The event a message tells while asking what has to be done; None for a single matter."""
    said, marked = normalise(text), has_tones(text)
    said = said if marked else fold(said)

    def has(phrases: tuple[str, ...]) -> bool:
        return _any_of(phrases, marked).search(said) is not None

    asks, events = shipped_events()
    if not has(asks):
        return None
    dead = tells_a_death(said)
    return next(
        (e for e in events if (has(e.says) or (dead and e.id == DEATH)) and not has(e.names)), None
    )


@lru_cache(maxsize=256)  # all there are, with marks and without
def _any_of(phrases: tuple[str, ...], marked: bool) -> re.Pattern[str]:
    """One pattern for these phrases as whole words; it is found nowhere when there are none."""
    written = (phrase if marked else fold(phrase) for phrase in phrases)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, written))})\b" if phrases else r"(?!)")


def _phrases(phrases: list[str]) -> tuple[str, ...]:
    return tuple(normalise(phrase) for phrase in phrases)
