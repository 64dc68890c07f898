"""What a resident takes for granted (free, an amount, days, a paper), held against the record.

A premise is never agreed with from politeness: the record decides, and says so first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant import wording
from assistant.address import Address
from assistant.cues import cues, find_cue
from assistant.papers import Mention, mentions, status_of
from assistant.replies import say
from assistant.wording import lower_first
from knowledge.procedures import FeeStatus, Procedure, TimeUnit, Topic
from knowledge.vietnamese import fold, normalise

_AMOUNT = re.compile(
    r"\b(\d{1,3}(?:[.,]\d{3})+|\d+)\s*(nghìn|ngàn|nghin|ngan|k|đồng|dong|đ|vnd|triệu|trieu|củ)\b"
)
_DAYS = re.compile(
    r"(?<!quá )(?<!trong )(?<!sau )(?<!trước )(?<!hơn )\b(\d{1,3}) "
    r"(ngày làm việc|ngày|hôm|bữa|tuần|tháng|ngay|tuan|thang)\b(?! tuổi| tuoi)"
)
# "Ở 3 hôm có phải khai báo không" asks openly; "có phải mất 3 hôm không" takes it for granted.
_OPEN = re.compile(r"\bcó phải (?!là\b|\d|mất\b|hết\b|tốn\b|chờ\b|đợi\b|đóng\b|nộp\b|miễn\b)")
_SCALE = {"nghìn": 1000, "ngàn": 1000, "nghin": 1000, "ngan": 1000, "k": 1000}
_MILLIONS = {"triệu", "trieu", "củ"}


@dataclass(frozen=True, slots=True)
class Premises:
    """What one message takes for granted; ``rest`` is the message without it."""

    free: bool
    amounts_vnd: tuple[int, ...]
    days: tuple[tuple[int, str], ...]
    papers: tuple[Mention, ...]
    rest: str

    @property
    def topics(self) -> tuple[Topic, ...]:
        """What has to be shown to settle them."""
        told = {
            Topic.PAPERS: bool(self.papers),
            Topic.FEE: self.free or bool(self.amounts_vnd),
            Topic.TIME: bool(self.days),
        }
        return tuple(topic for topic, is_told in told.items() if is_told)


def assumes_district(text: str) -> bool:
    """Whether a message sends itself to the district level, which is no more."""
    return find_cue("district", text) is not None


def asks_what_is_missing(text: str) -> tuple[Mention, ...]:
    """The papers somebody has, when the message asks what is still missing; else nothing."""
    return tuple(mentions(text)) if find_cue("checklist", text) else ()


def find_premises(text: str) -> Premises | None:
    """What a message takes for granted, None when it asks openly."""
    said = normalise(text)
    asserts = find_cue("asserts", _OPEN.sub(" ", text.lower())) is not None
    free = asserts and find_cue("free", text) is not None
    amounts = tuple(_vnd(*found) for found in _AMOUNT.findall(text.lower())) if asserts else ()
    days = tuple((int(n), unit) for n, unit in _DAYS.findall(said)) if asserts else ()
    needs = find_cue("needs", text)
    papers: tuple[Mention, ...] = ()
    if needs and (asserts or re.search(r"\b(?:không|khong|chưa|à|hả)(?: ạ| em| cháu| cô)?$", said)):
        before = len(said[: needs.start()].split())
        papers = tuple(m for m in mentions(text) if m.at >= before)
    if not (free or amounts or days or papers):
        return None
    return Premises(free, amounts, days, papers, without_premises(text, papers))


def without_premises(text: str, papers: Sequence[Mention]) -> str:
    """The message without the papers it names and the words of supposing."""
    rest = f" {normalise(text)} "
    for phrase in [m.words for m in papers]:
        rest = rest.replace(f" {phrase} ", " ")
    rest = _DAYS.sub(" ", _AMOUNT.sub(" ", rest))
    for name in ("asserts", "free", "checklist", "needs"):
        for phrase in cues()[name]:
            rest = rest.replace(f" {phrase} ", " ")
    return " ".join(rest.split())


def _vnd(number: str, unit: str) -> int:
    value = int(re.sub(r"[.,]", "", number))
    return value * (1_000_000 if unit in _MILLIONS else _SCALE.get(unit, 1))


def settle(premises: Premises, procedure: Procedure, address: Address) -> tuple[str, ...]:
    """One sentence for each premise: right, wrong, or not in the record."""
    lines: list[str] = []
    if premises.free:
        lines.append(_free(procedure, address))
    lines += [_amount(value, procedure, address) for value in premises.amounts_vnd]
    lines += [_days(count, unit, procedure, address) for count, unit in premises.days]
    lines += [line for m in premises.papers if (line := _paper(m, procedure, address))]
    return tuple(lines)


def _free(procedure: Procedure, address: Address) -> str:
    statuses = {fee.status for fee in procedure.fees}
    if statuses == {FeeStatus.FREE}:
        return say("premise_free_right", address)
    if FeeStatus.FREE in statuses:
        return say("premise_free_partly", address)
    if FeeStatus.FIXED in statuses:
        return say("premise_free_wrong", address)
    return say("premise_unknown_fee", address)


def _amount(asserted: int, procedure: Procedure, address: Address) -> str:
    amounts = {fee.amount_vnd for fee in procedure.fees if fee.status is FeeStatus.FIXED}
    if asserted in amounts:
        return say("premise_right", address)
    if amounts or any(fee.status is FeeStatus.FREE for fee in procedure.fees):
        return say("premise_amount_wrong", address, asserted=wording.money(asserted))
    return say("premise_unknown_fee", address)


def _days(count: int, unit: str, procedure: Procedure, address: Address) -> str:
    if not any(entry.amount or entry.unit is TimeUnit.SAME_DAY for entry in procedure.times):
        return say("premise_unknown_time", address)
    if any(_is_time(count, unit, entry.amount, entry.unit) for entry in procedure.times):
        return say("premise_right", address)
    return say("premise_time_wrong", address, asserted=f"{count} {unit}")


def _is_time(count: int, said: str, amount: int | None, unit: TimeUnit) -> bool:
    word = fold(said)
    if amount is None:
        return unit is TimeUnit.SAME_DAY and count == 1 and word.startswith("ngay")
    if word == "tuan":
        return (amount, unit) in {(count * 7, TimeUnit.DAY), (count * 5, TimeUnit.WORKING_DAY)}
    if word == "thang":
        return (amount, unit) in {(count, TimeUnit.MONTH), (count * 30, TimeUnit.DAY)}
    return amount == count and unit in {TimeUnit.DAY, TimeUnit.WORKING_DAY}


def _paper(mention: Mention, procedure: Procedure, address: Address) -> str | None:
    status = status_of(mention.paper, procedure)
    name = lower_first(procedure.title)
    if status.not_needed:
        rule = status.not_needed.rule.rstrip(".")
        return say("paper_not_needed", address, procedure=name, paper=mention.words, rule=rule)
    if status.document is None:
        if not procedure.documents:  # an empty list rules nothing out
            return None
        return say("paper_not_listed", address, paper=mention.words)
    document = status.document
    if status.need == "needed":
        return say("paper_needed", address, procedure=name, paper=document.name)
    when = document.when or f"cần nếu {lower_first(wording.case_labels(procedure, document.cases))}"
    when = when.rstrip(".")
    return say("paper_sometimes", address, procedure=name, paper=document.name, when=when)
