"""Questions that one answer may serve, together; the oldest leads each group."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.inquiries import Inquiry
from assistant.privacy import without_placeholders
from knowledge.linking.alike import Alike

# From these probabilities on (`letan eval alike`): questions are shown as one group, where half
# of what asks the same in other words belongs and 4 in 1,000 unrelated pairs do; and the answer
# is ticked for a question without the clerk's doing, which must not send a wrong answer out.
TOGETHER = 0.3
TICKED = 0.5


@dataclass(frozen=True, slots=True)
class Member:
    """An inquiry of a group, and whether it is so like the leader that it is ticked."""

    inquiry: Inquiry
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Inquiries that ask about alike, oldest first."""

    members: tuple[Member, ...]

    @property
    def first(self) -> Inquiry:
        return self.members[0].inquiry


def grouped(inquiries: Sequence[Inquiry], alike: Alike) -> list[Group]:
    """Each inquiry joins the group whose leader it is most like; the order of age stays."""
    read = alike.read([without_placeholders(i.question) or i.question for i in inquiries])
    leaders: list[int] = []
    groups: list[list[Member]] = []
    for at, inquiry in enumerate(inquiries):
        near = [alike.probability(read[leader], read[at]) for leader in leaders]
        best = max(range(len(near)), key=near.__getitem__, default=-1)
        if near and near[best] >= TOGETHER:
            groups[best].append(Member(inquiry, near[best] >= TICKED))
        else:
            leaders.append(at)
            groups.append([Member(inquiry, True)])
    return [Group(tuple(members)) for members in groups]
