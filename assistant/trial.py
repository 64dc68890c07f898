"""A question that was tried out: its answer, and everything the desk weighed on the way."""

from dataclasses import dataclass

from assistant.answers import Answer
from assistant.decide import Thresholds
from assistant.dialogue.turn import Turn
from assistant.privacy import Masked


@dataclass(frozen=True, slots=True)
class Trial:
    """``step`` is the name of the step that answered (`STEPS`); the turn's linking has the
    nearest known phrase of each candidate."""

    masked: Masked
    turn: Turn
    step: str
    answer: Answer
    thresholds: Thresholds
