"""What is felt is said, once: sympathy when somebody has died."""

from collections.abc import Sequence

from assistant.bereavement import tells_a_death
from assistant.dialogue.turn import Turn
from assistant.replies import say

# Procedures that somebody's death begins.
AFTER_A_DEATH = frozenset(
    {
        "1.000656", "2.002913", "1.014028", "1.001731", "1.010824", "2.002307", "2.002308",
        "1.001766", "1.000419", "1.004827", "1.003197", "1.013274",
    }
)  # fmt: skip


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
