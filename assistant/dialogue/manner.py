"""What is felt is said, once: sympathy when somebody has died."""

import re
from collections.abc import Sequence

from assistant.dialogue.turn import Turn
from assistant.replies import say
from knowledge.vietnamese import fold

# Procedures that somebody's death begins.
AFTER_A_DEATH = frozenset(
    {
        "1.000656", "2.002913", "1.014028", "1.001731", "1.010824", "2.002307", "2.002308",
        "1.001766", "1.000419", "1.004827", "1.003197", "1.013274",
    }
)  # fmt: skip
_SOMEBODY = (
    "bo|ba|cha|thay|tia|me|ma|u|ong|ba noi|ba ngoai|ong noi|ong ngoai|cu|vo|chong|con|anh|chi|em|"
    "chu|bac|co|di|cau|nguoi nha|nguoi than|bo em|me em"
)
_DIED = re.compile(
    rf"\b(?:{_SOMEBODY})(?: \w+){{0,3}} (?:moi |vua |da )?(?:mat|qua doi|tu tran|chet)\b"
    r"(?! (?:bao|may|giay|the|tien|nhieu|phi|gi|can|so|cccd|ngay|thoi|bang|bien|xe|vi|lau))"
)


def tells_a_death(text: str) -> bool:
    """Whether a message says that somebody close has died."""
    return bool(_DIED.search(fold(text)))


def with_condolence(
    turn: Turn, code: str | None, lead: Sequence[str]
) -> tuple[tuple[str, ...], bool]:
    """``lead`` with sympathy before it where it is due, and whether it was said.

    Due when a death is told and the matter follows from it, once in a conversation.
    """
    due = code in AFTER_A_DEATH and tells_a_death(turn.question.normalised)
    if not due or turn.state.condoled:
        return tuple(lead), False
    return (say("condolence", turn.address), *lead), True
