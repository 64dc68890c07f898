"""Fee rules handed in for review: kept beside the rules until somebody who may publishes them.

Residents are answered from the rules alone, so nothing here is ever said to anybody
(docs/decisions/0058).
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from knowledge.layers import LocalRule
from knowledge.store import KnowledgeStore
from knowledge.versions import EditConflict, SecondPersonNeeded, StoreError

SETTING = "fee_proposals"
# A ward changes a handful of fees with a resolution; the list is read as a whole.
MOST = 200
CHANGED = (
    "Quy định này vừa được người khác sửa. Chữ anh/chị gõ vẫn còn đây; xem lại rồi lưu lần nữa "
    "để thay."
)


class FeeProposal(BaseModel):
    """A rule as it shall be, or one that shall go; ``base`` is the fingerprint of what it
    replaces, empty for a new one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: LocalRule
    is_removal: bool = False
    base: str = ""
    by: str
    at: AwareDatetime

    @property
    def id(self) -> str:
        """One proposal a rule."""
        return self.rule.id


class FeeProposals(BaseModel):
    """All of an office, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    proposals: Annotated[tuple[FeeProposal, ...], Field(max_length=MOST)] = ()


def fingerprint(value: LocalRule | FeeProposal | None) -> str:
    """What a form carries of what it started from; empty for something new."""
    return hashlib.sha256(value.model_dump_json().encode()).hexdigest()[:16] if value else ""


class FeeDesk:
    """Fee rules of one office on their way: proposed, published by a person who may, given up."""

    def __init__(
        self, store: KnowledgeStore, office_id: str, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._office_id = office_id
        self._clock = clock

    def waiting(self) -> tuple[FeeProposal, ...]:
        """What waits for review, oldest first."""
        return self._read()[1]

    def find(self, rule_id: str) -> FeeProposal | None:
        """The proposal about a rule."""
        return next((one for one in self.waiting() if one.id == rule_id), None)

    def propose(
        self, rule: LocalRule, base: LocalRule | None, *, by: str, seen: str, removal: bool = False
    ) -> FeeProposal:
        """Hand a rule in for review, in place of what was handed in about it before.

        ``seen`` is the fingerprint of the proposal the writer started from, empty for none;
        EditConflict when it is another by now.
        """
        held, waiting = self._read()
        if fingerprint(next((one for one in waiting if one.id == rule.id), None)) != seen:
            raise EditConflict(CHANGED)
        new = FeeProposal(
            rule=rule, is_removal=removal, base=fingerprint(base), by=by, at=self._clock()
        )
        self._put(held, [*(one for one in waiting if one.id != rule.id), new], by)
        return new

    def publish(self, rule_id: str, *, by: str, second_person: bool, seen: str) -> FeeProposal:
        """From the next question on it holds. ``seen`` is what the reviewer read of it.

        SecondPersonNeeded where the office asks for one and ``by`` wrote it; EditConflict when
        it, or the rule it replaces, was changed since.
        """
        proposal = self._get(rule_id)
        if fingerprint(proposal) != seen:
            raise EditConflict("Đề xuất này vừa được sửa; hãy xem lại rồi công bố.")
        if second_person and proposal.by == by:
            raise SecondPersonNeeded("Mức phí này do anh/chị soạn; cần người khác duyệt, công bố.")
        standing = self._rule(rule_id)
        if standing != (None if proposal.is_removal else proposal.rule):
            if fingerprint(standing) != proposal.base:
                raise EditConflict(
                    "Mức đang dùng đã đổi sau khi bản này được soạn. Mở ra xem lại, gửi duyệt lại."
                )
            if proposal.is_removal:
                self._store.drop_rule(rule_id, by=by)
            else:
                self._store.put_rule(proposal.rule, by=by, base=standing)
        # Last: whoever is interrupted before it can simply publish again.
        self.give_up(rule_id, by=by)
        return proposal

    def give_up(self, rule_id: str, *, by: str) -> None:
        """Take a proposal out; the rule, if there is one, stays as it is."""
        held, waiting = self._read()
        self._put(held, [one for one in waiting if one.id != rule_id], by)

    def _get(self, rule_id: str) -> FeeProposal:
        found = self.find(rule_id)
        if found is None:
            raise StoreError("Mức phí này không còn chờ duyệt.")
        return found

    def _rule(self, rule_id: str) -> LocalRule | None:
        rules = self._store.rules(self._office_id)
        return next((rule for rule in rules if rule.id == rule_id), None)

    def _read(self) -> tuple[object, tuple[FeeProposal, ...]]:
        held = self._store.find_setting(self._office_id, SETTING)
        return held, FeeProposals.model_validate({"proposals": held or ()}).proposals

    def _put(self, held: object, proposals: list[FeeProposal], by: str) -> None:
        if len(proposals) > MOST:
            raise StoreError(f"Đã có {MOST} mức phí chờ duyệt; hãy duyệt bớt trước.")
        wanted = [one.model_dump(mode="json") for one in proposals]
        self._store.put_setting(self._office_id, SETTING, wanted, by=by, base=held)
