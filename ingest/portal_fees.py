"""Turns the portal's fee column into fees, without ever reading a 0 as "free".

What the 2,844 records of July 2026 show about zero:
the page prints "Miễn phí" by itself whenever the number field holds 0. Where a
bracket follows, it usually contradicts the word (a provincial council decides,
a tariff, a circular); six records carry the bare word on one channel and a real
amount on another. So the rule is:

- a bracket that says so in words ("Miễn lệ phí", "Không thu phí", "Không") is FREE;
- a bare "Miễn phí" on every channel is FREE (said by the portal only, flagged for
  review) unless the record itself speaks of paying: a step "nộp lệ phí", or a
  circular on fees among its legal basis; then it is not published, or set by the
  province when the circular says the provincial council decides;
- "Phí : 0 Đồng" is a number, not words: not published.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingest.portal_clauses import joined, note_of
from ingest.portal_rows import Row
from ingest.portal_tariff import row_fees
from ingest.portal_text import bracket, capitalised
from knowledge.procedures import Channel, Fee, FeeStatus

BARE_NOTE = "Cổng ghi “Miễn phí”, không kèm giải thích"
BARE_BUT_PAID = (
    "Cổng ghi “Miễn phí” vì ô số tiền để trống, nhưng thủ tục có nhắc việc nộp phí "
    "hoặc dẫn văn bản về phí; hỏi lại nơi nhận hồ sơ"
)
BARE_BUT_PROVINCE = (
    "Cổng ghi “Miễn phí” vì ô số tiền để trống, nhưng thủ tục có bước nộp lệ phí "
    "và dẫn văn bản về lệ phí do HĐND cấp tỉnh quyết định"
)
_ONLY_COPIES = re.compile(r"^\W*phí cấp bản sao\b[^;]*$", re.IGNORECASE)
_PAYING = re.compile(
    r"(?<!không phải )(?<!đã )(?<!việc )(?<!chưa )\b(?:nộp|tạm thu|thu)\s+(?:đủ\s+"
    r"|các\s+|khoản\s+|tiền\s+)*(?:phí|lệ phí)\b",
    re.IGNORECASE,
)
_FEE_LAW = re.compile(
    r"mức thu|biểu mức|mức phí|quy định (?:về )?(?:phí|lệ phí)|về phí(?: và|,) lệ phí"
    r"|quản lý lệ phí",
    re.IGNORECASE,
)
_PROVINCE_LAW = re.compile(
    r"lệ phí thuộc thẩm quyền quyết định của hội đồng nhân dân", re.IGNORECASE
)


@dataclass(frozen=True)
class PaymentEvidence:
    """What the rest of a record says about paying, read before a bare "Miễn phí" is believed."""

    steps_mention_paying: bool = False
    law_on_fees: bool = False
    law_leaves_it_to_province: bool = False

    @property
    def any(self) -> bool:
        return self.steps_mention_paying or self.law_on_fees


@dataclass(frozen=True)
class FeeReading:
    """The fees of a record and whether a person should look at them again."""

    fees: tuple[Fee, ...]
    doubtful: bool = False


def evidence_of_payment(steps: str, law: str) -> PaymentEvidence:
    """Whether a record's steps or legal basis speak of a fee."""
    return PaymentEvidence(
        bool(_PAYING.search(steps)), bool(_FEE_LAW.search(law)), bool(_PROVINCE_LAW.search(law))
    )


def read_fees(rows: Sequence[Row], evidence: PaymentEvidence, as_of: date) -> FeeReading:
    """Fees of all rows, one entry where every channel says the same, else one per channel."""
    read: list[tuple[Channel | None, Fee]] = []
    doubtful = False
    bare: list[Row] = []
    for row in rows:
        if _is_bare(row):
            bare.append(row)
            continue
        fees, unsure = row_fees(row, as_of)
        doubtful |= unsure
        read.extend((row.channel, fee) for fee in fees)
    informed = any(fee.status is not FeeStatus.UNPUBLISHED or fee.note for _, fee in read)
    others_free = all(fee.status is FeeStatus.FREE for _, fee in read)
    copies = next((inside for row in bare if _ONLY_COPIES.match(inside := _inside(row))), "")
    for row in bare:
        read.append(
            (row.channel, _bare_fee(copies, evidence, contradicted=informed and not others_free))
        )
    doubtful |= bool(bare)
    channels = {row.channel for row in rows}
    fees = _merge_channels(_fold_dollars(_drop_silent(read)), channels)
    return FeeReading(tuple(fees) or (Fee(status=FeeStatus.UNPUBLISHED),), doubtful)


def _is_bare(row: Row) -> bool:
    if row.fee.partition("(")[0].strip().lower() != "miễn phí" or row.fee_note:
        return False
    inside = _inside(row)
    # "(a)", "(ii)", "()" are list marks; the fee for extra copies is not the procedure's own.
    return (len(inside.strip("() ")) <= 3 and not inside[:1].isdigit()) or bool(
        _ONLY_COPIES.match(inside)
    )


def _inside(row: Row) -> str:
    return bracket("(" + row.fee.partition("(")[2])[0] if "(" in row.fee else ""


def _bare_fee(copies: str, evidence: PaymentEvidence, *, contradicted: bool) -> Fee:
    extra = f". {capitalised(copies)}" if copies else ""
    if evidence.steps_mention_paying and evidence.law_leaves_it_to_province:
        return Fee(status=FeeStatus.SET_BY_PROVINCE, note=note_of(BARE_BUT_PROVINCE + extra))
    if evidence.any or contradicted:
        return Fee(status=FeeStatus.UNPUBLISHED, note=note_of(BARE_BUT_PAID + extra))
    return Fee(status=FeeStatus.FREE, amount_vnd=0, note=note_of(BARE_NOTE + extra))


def _drop_silent(read: Sequence[tuple[Channel | None, Fee]]) -> list[tuple[Channel | None, Fee]]:
    """Without rows that say nothing where another row of the same channel says something."""
    speaking = {
        channel for channel, fee in read if fee.status is not FeeStatus.UNPUBLISHED or fee.note
    }
    silent = Fee(status=FeeStatus.UNPUBLISHED)
    return [(channel, fee) for channel, fee in read if fee != silent or channel not in speaking]


def _fold_dollars(read: Sequence[tuple[Channel | None, Fee]]) -> list[tuple[Channel | None, Fee]]:
    """A fee in USD (embassies) becomes a note of the channel's fee in đồng, if it has one."""
    dollars = [
        (c, f) for c, f in read if f.status is FeeStatus.UNPUBLISHED and f.note and "USD" in f.note
    ]
    kept = [pair for pair in read if pair not in dollars]
    for channel, fee in dollars:
        place = next((i for i, (c, f) in enumerate(kept) if c == channel and f.amount_vnd), None)
        if place is None:
            kept.append((channel, fee))
        else:
            held = kept[place][1]
            kept[place] = (
                channel,
                held.model_copy(update={"note": note_of(joined(held.note or "", fee.note or ""))}),
            )
    return kept


def _merge_channels(
    read: Sequence[tuple[Channel | None, Fee]], channels: set[Channel | None]
) -> list[Fee]:
    """One entry for what all channels share, in the order of first appearance."""
    by_fee: dict[Fee, list[Channel | None]] = {}
    for channel, fee in read:
        by_fee.setdefault(fee, [])
        if channel not in by_fee[fee]:
            by_fee[fee].append(channel)
    merged: list[Fee] = []
    for fee, where in by_fee.items():
        everywhere = None in where or set(where) == channels
        merged += (
            [fee]
            if everywhere
            else [fee.model_copy(update={"channel": channel}) for channel in where]
        )
    return merged
