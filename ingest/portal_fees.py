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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ingest.portal_money import Amount, Period, amounts_in, in_words, per_of, period_in
from ingest.portal_rows import Row
from ingest.portal_text import bracket, capitalised, capped, sentences, without_bullet
from knowledge.procedures import Channel, Fee, FeeStatus

NOTE_LIMIT = 500

_PROVINCE = re.compile(
    r"(?:hội đồng nhân dân|hđnd|(?:ủy|uỷ) ban nhân dân (?:cấp )?tỉnh|ubnd (?:cấp )?tỉnh|chính quyền địa phương)", re.IGNORECASE
)
_FREE_IN_WORDS = re.compile(
    r"^(?:\W*(?:phí|lệ phí|phí, lệ phí)\s*:)?\W*(?:không|không có|không mất phí|không thu (?:phí|lệ phí)(?!.*\b(?:khi|trường hợp|đối với|cho)\b).*"
    r"|miễn (?:phí|lệ phí)(?:\s*\((?:thông tư|nghị định|theo)[^)]*\))?(?:[.;]\s*(?!.*\d{1,3}[.,]\d{3}).*)?)\W*$",
    re.IGNORECASE | re.DOTALL,
)
_NOT_SET = re.compile(r"(?:không|chưa)(?: có| được)? quy định|không có thông tin", re.IGNORECASE)
_ONLY_COPIES = re.compile(r"^\W*phí cấp bản sao\b[^;]*$", re.IGNORECASE)
_OTHER_FEE = re.compile(r"công bố nội dung|cấp bản sao", re.IGNORECASE)
_EXEMPT = re.compile(r"^\W*(?:miễn|không thu|phí cấp bản sao)", re.IGNORECASE)
_LABEL_END = re.compile(r"\s*(?:[:(–-]|\b(?:là|thu|mức thu|nộp))$", re.IGNORECASE)
_WRAPPED = re.compile(r"^\W*(?:lệ phí|phí)\s*:\s*[\d.,]*\s*đồng\s*\(", re.IGNORECASE)
_HALVED = re.compile(r"(?:bằng|giảm) 50\s*%", re.IGNORECASE)
_ONLINE_ONLY = re.compile(r"trực tuy[eế]n|qua mạng", re.IGNORECASE)
_NUMBER = re.compile(r"^(?P<number>\d[\d,.]*)\s*(?P<currency>Việt Nam Đồng|VNĐ|VND|USD)\s*(?P<rest>.*)$", re.DOTALL)
_EXPORT = re.compile(r"(?:^|(?<=[;\n]))\s*(?:phí|lệ phí)\s*:\s*", re.IGNORECASE)
_EXPORT_VALUE = re.compile(
    r"^(?P<value>.*?)\s*(?P<currency>Đồng|VNĐ|VND|USD)\s*(?P<rest>\(.*)?$", re.DOTALL | re.IGNORECASE
)
_ATTACHMENT = re.compile(r"File đính kèm:\s*\S+")

ZERO_NOTE = "Cổng ghi số 0, không ghi bằng chữ là miễn phí; hỏi lại nơi nhận hồ sơ"
BARE_NOTE = "Cổng ghi “Miễn phí”, không kèm giải thích"
BARE_BUT_PAID = "Cổng ghi “Miễn phí” vì ô số tiền để trống, nhưng thủ tục có nhắc việc nộp phí hoặc dẫn văn bản về phí; hỏi lại nơi nhận hồ sơ"
BARE_BUT_PROVINCE = "Cổng ghi “Miễn phí” vì ô số tiền để trống, nhưng thủ tục có bước nộp lệ phí và dẫn văn bản về lệ phí do HĐND cấp tỉnh quyết định"


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


_PAYING = re.compile(
    r"(?<!không phải )(?<!đã )(?<!việc )(?<!chưa )\b(?:nộp|tạm thu|thu)\s+(?:đủ\s+|các\s+|khoản\s+|tiền\s+)*(?:phí|lệ phí)\b", re.IGNORECASE
)
_FEE_LAW = re.compile(r"mức thu|biểu mức|mức phí|quy định (?:về )?(?:phí|lệ phí)|về phí(?: và|,) lệ phí|quản lý lệ phí", re.IGNORECASE)
_PROVINCE_LAW = re.compile(r"lệ phí thuộc thẩm quyền quyết định của hội đồng nhân dân", re.IGNORECASE)


def evidence_of_payment(steps: str, law: str) -> PaymentEvidence:
    """Whether a record's steps or legal basis speak of a fee."""
    return PaymentEvidence(bool(_PAYING.search(steps)), bool(_FEE_LAW.search(law)), bool(_PROVINCE_LAW.search(law)))


def read_fees(rows: Sequence[Row], evidence: PaymentEvidence, as_of: date) -> FeeReading:
    """Fees of all rows, one entry where every channel says the same, else one per channel."""
    read: list[tuple[Channel | None, Fee]] = []
    doubtful = False
    bare: list[Row] = []
    for row in rows:
        if _is_bare(row):
            bare.append(row)
            continue
        fees, unsure = _row_fees(row, as_of)
        doubtful |= unsure
        read.extend((row.channel, fee) for fee in fees)
    informed = any(fee.status is not FeeStatus.UNPUBLISHED or fee.note for _, fee in read)
    others_free = all(fee.status is FeeStatus.FREE for _, fee in read)
    copies = next((inside for row in bare if _ONLY_COPIES.match(inside := _inside(row))), "")
    for row in bare:
        read.append((row.channel, _bare_fee(copies, evidence, contradicted=informed and not others_free)))
    doubtful |= bool(bare)
    channels = {row.channel for row in rows}
    fees = _merge_channels(_fold_dollars(_drop_silent(read)), channels)
    return FeeReading(tuple(fees) or (Fee(status=FeeStatus.UNPUBLISHED),), doubtful)


def _is_bare(row: Row) -> bool:
    if row.fee.partition("(")[0].strip().lower() != "miễn phí" or row.fee_note:
        return False
    inside = _inside(row)
    # "(a)", "(ii)", "()" are list marks; the fee for extra copies says nothing about the procedure itself.
    return len(inside.strip("() ")) <= 3 and not inside[:1].isdigit() or bool(_ONLY_COPIES.match(inside))


def _inside(row: Row) -> str:
    return bracket("(" + row.fee.partition("(")[2])[0] if "(" in row.fee else ""


def _bare_fee(copies: str, evidence: PaymentEvidence, *, contradicted: bool) -> Fee:
    extra = f". {capitalised(copies)}" if copies else ""
    if evidence.steps_mention_paying and evidence.law_leaves_it_to_province:
        return Fee(status=FeeStatus.SET_BY_PROVINCE, note=_note(BARE_BUT_PROVINCE + extra))
    if evidence.any or contradicted:
        return Fee(status=FeeStatus.UNPUBLISHED, note=_note(BARE_BUT_PAID + extra))
    return Fee(status=FeeStatus.FREE, amount_vnd=0, note=_note(BARE_NOTE + extra))


def _row_fees(row: Row, as_of: date) -> tuple[list[Fee], bool]:
    if row.glued:
        note = f"Cổng ghi dính thời hạn với số tiền ({row.glued}), không tách được. {row.fee_note}"
        return [Fee(status=FeeStatus.UNPUBLISHED, note=_note(note))], True
    text = row.fee
    if number := _NUMBER.match(text):
        inside, after = bracket(number["rest"]) if number["rest"].startswith("(") else ("", number["rest"])
        if wrapped := _WRAPPED.match(inside):
            inside, more = bracket(inside[wrapped.end() - 1 :])
            after = _joined(more, after)
        return _numbered(number["number"], number["currency"], _joined(inside, after, row.fee_note), as_of)
    if text.lower().startswith("miễn phí"):
        inside, after = bracket(text[8:].lstrip()) if "(" in text else (text[8:], "")
        return _unnumbered(_joined(inside, after, row.fee_note), as_of, words_given=True)
    if _EXPORT.match(text):
        return _export_fees(text, row.fee_note, as_of)
    rest = re.sub(r"^không có thông tin\s*(?:\([^)]{0,3}\))?", "", text, flags=re.IGNORECASE)
    return _unnumbered(_joined(rest, row.fee_note), as_of, words_given=False)


def _export_fees(text: str, note: str, as_of: date) -> tuple[list[Fee], bool]:
    """Lines such as "Phí : 50.000 Đồng (ghi chú)" of the portal's document export."""
    fees: list[Fee] = []
    doubtful = False
    for line in filter(str.strip, _EXPORT.split(text)):
        line = _ATTACHMENT.sub("", line).strip(" ;\n")
        match = _EXPORT_VALUE.match(line)
        value, currency, rest = (match["value"], match["currency"], match["rest"] or "") if match else (line, "", "")
        words = _joined(bracket(rest)[0] if rest else "", note)
        if value.strip().lower() == "không":
            fees.append(Fee(status=FeeStatus.FREE, amount_vnd=0, note=_note(words)))
            continue
        if re.fullmatch(r"[\d.,]+", value.strip()):
            some, unsure = _numbered(value.strip().replace(".", ",") if currency.upper() != "USD" else value.strip(), currency, words, as_of)
        else:
            some, unsure = _unnumbered(_joined(value if value.strip(" o") else "", words), as_of, words_given=False)
        fees += some
        doubtful |= unsure
    return fees, doubtful


def _numbered(number: str, currency: str, words: str, as_of: date) -> tuple[list[Fee], bool]:
    """A fee whose number field is filled; the words beside it may correct its scale or refuse it."""
    per = per_of(words) or per_of("/" + match[1] if (match := re.match(r"(?:đồng|đông|đ)\s*/\s*(.*)", words, re.DOTALL)) else "")
    if currency.upper() == "USD" or re.search(rf"(?<!\d){re.escape(number)}\s*USD", words, re.IGNORECASE):
        return [Fee(status=FeeStatus.UNPUBLISHED, per=per, note=_note(_dollars(number, per, words)))], False
    vnd = int(re.sub(r"[.,]", "", number) or 0)
    if not vnd:
        return _unnumbered(words, as_of, words_given=False, zero=True)
    if _PROVINCE.search(words):
        return [_set_by_province(words)], False
    plain, dated = _amounts(words, as_of)
    stated = [amount.vnd for amount in plain] + [amount.vnd for amount, _ in dated]
    main = vnd if vnd in stated or not stated else vnd * 1000 if vnd < 10_000 and vnd * 1000 in stated else None
    if main is None and dated and not plain and vnd >= 1000:
        main = vnd
    if main is None and all(_OTHER_FEE.search(clause) for clause in _clauses(words) if amounts_in(clause)) and vnd >= 1000:
        main = vnd
    unit = next((amount.per for amount in [*plain, *(a for a, _ in dated)] if amount.vnd == main and amount.per), per)
    if main is not None and main < 1000:
        return [*_reduced(dated, words), _refused(f"Cổng ghi {number} đồng, có thể thiếu số 0", words, dated)], True
    if main is None:
        listed = " và ".join(in_words(amount) for amount in dict.fromkeys([vnd, *stated]) if amount >= 1000)
        reason = f"Cổng ghi nhiều mức khác nhau ({listed})" if vnd >= 1000 else f"Cổng ghi {number} đồng, có thể sai đơn vị"
        return [*_reduced(dated, words), _refused(reason, words, dated)], True
    lowered = _reduced([pair for pair in dated if pair[0].vnd != main], words) or _halved(main, unit, words, as_of)
    lasting = "; ".join(clause for clause in _clauses(words) if not period_in(clause)) if lowered else words
    base = Fee(status=FeeStatus.FIXED, amount_vnd=main, per=unit, note=_note(_unrepeated(lasting, main, unit)))
    return [*lowered, _after(base, lowered)], False


def _unnumbered(words: str, as_of: date, *, words_given: bool, zero: bool = False) -> tuple[list[Fee], bool]:
    """A row without a number (or with 0): what it costs is in the words, or nowhere."""
    nothing = Fee(status=FeeStatus.UNPUBLISHED, note=_note(_joined(ZERO_NOTE if zero else "", words)))
    if _PROVINCE.search(words):
        return [_set_by_province(words)], False
    if _NOT_SET.search(words) and not amounts_in(words) and not re.search(r"miễn lệ phí", words, re.IGNORECASE):
        return [nothing], False
    if words.strip() and (words_given or not words.lower().startswith("không")) and _FREE_IN_WORDS.match(words):
        note = None if re.fullmatch(r"\W*(?:không|không có|miễn phí|miễn lệ phí)\W*", words, re.IGNORECASE) else _note(words)
        return [Fee(status=FeeStatus.FREE, amount_vnd=0, note=note)], False
    plain, dated = _amounts(words, as_of)
    fees = _reduced(dated, words)
    for clause in _clauses(words):
        if period_in(clause):
            continue
        if found := amounts_in(clause):
            first = found[0]
            fees.append(Fee(status=FeeStatus.FIXED, amount_vnd=first.vnd, per=first.per, note=_note(_label(clause, found))))
    if fees and not plain:
        fees.append(_refused("Cổng không ghi mức áp dụng sau thời gian giảm", "", dated))
    return fees or [nothing], zero


def _set_by_province(words: str) -> Fee:
    """The council decides; of a long note only what concerns the amount stays, not how to pay it."""
    said = [without_bullet(s) for s in sentences(words) if _PROVINCE.search(s) or _EXEMPT.search(s) or len(words) < 200]
    return Fee(status=FeeStatus.SET_BY_PROVINCE, note=_note(" ".join(said) or words))


def _clauses(words: str) -> list[str]:
    """Clauses, each with its own amount; a ceiling ("tối đa …") stays with what it limits."""
    clauses: list[str] = []
    for part in re.split(r"[;\n]|(?:^|\s)[-+*]\s(?=[A-ZÀ-ỸĐ\d])|(?<=[\d).])\.\s(?=[A-ZÀ-ỸĐ])|(?<=đồng)\.\s", words):
        text = without_bullet(part).strip(" .")
        if not text:
            continue
        if clauses and re.match(r"(?:tối đa|tối thiểu|không quá|từ trang|mức thu tối)", text, re.IGNORECASE):
            clauses[-1] += f"; {text}"
        else:
            clauses.append(text)
    return clauses


def _amounts(words: str, as_of: date) -> tuple[list[Amount], list[tuple[Amount, Period]]]:
    """Amounts without a period, and amounts with a period that had not ended when the data was read."""
    plain: list[Amount] = []
    dated: list[tuple[Amount, Period]] = []
    for clause in _clauses(words):
        period = period_in(clause)
        for amount in amounts_in(clause):
            if period is None:
                plain.append(amount)
            elif period.end >= as_of:
                dated.append((amount, period))
    return plain, dated


def _reduced(dated: Iterable[tuple[Amount, Period]], words: str) -> list[Fee]:
    """The temporary amounts, each with its dates and its own clause as note."""
    fees = []
    for amount, period in dated:
        clause = next((c for c in _clauses(words) if period_in(c) and amount.vnd in {a.vnd for a in amounts_in(c)}), "")
        fees.append(
            Fee(status=FeeStatus.FIXED, amount_vnd=amount.vnd, per=amount.per, note=_note(clause),
                effective_from=period.start, effective_until=period.end)
        )  # fmt: skip
    return fees


def _halved(main: int, per: str | None, words: str, as_of: date) -> list[Fee]:
    """"bằng 50% mức thu nêu trên" until a date; a discount for online filing only is not everybody's fee."""
    for clause in _clauses(words):
        period = period_in(clause)
        if not (period and period.end >= as_of and _HALVED.search(clause)) or _ONLINE_ONLY.search(clause):
            continue
        if re.search(r"nêu trên|trên đây", clause) and main % 2 == 0:
            return [Fee(status=FeeStatus.FIXED, amount_vnd=main // 2, per=per, note=_note(clause),
                        effective_from=period.start, effective_until=period.end)]  # fmt: skip
    return []


def _after(base: Fee, lowered: Sequence[Fee]) -> Fee:
    """The full amount begins the day after the reduction ends."""
    ends = [fee.effective_until for fee in lowered if fee.effective_until]
    return base.model_copy(update={"effective_from": max(ends) + timedelta(days=1)}) if ends else base


def _refused(reason: str, words: str, dated: Iterable[tuple[Amount, Period]]) -> Fee:
    fee = Fee(status=FeeStatus.UNPUBLISHED, note=_note(_joined(reason, words)))
    ends = [period.end for _, period in dated]
    return fee.model_copy(update={"effective_from": max(ends) + timedelta(days=1)}) if ends else fee


def _dollars(number: str, per: str | None, words: str) -> str:
    amount = f"{number} USD" + (f"/{per}" if per else "")
    return words if re.search(rf"{re.escape(number)}\s*USD", words) else _joined(amount, "" if words.startswith("/") else words)


def _label(clause: str, found: Sequence[Amount]) -> str:
    """What an amount is for: the words before it when it ends the clause, else the whole clause."""
    before = _LABEL_END.sub("", clause[: found[0].start].rstrip(" :(–-"))
    after = clause[found[0].end :]
    ends = len(found) == 1 and len(re.sub(r"^\s*/\s*[^(]*", "", after).strip(" .)")) == 0
    return before if ends and before else clause if (before or len(found) > 1 or not ends) else ""


def _unrepeated(words: str, main: int, per: str | None) -> str:
    """The note without its only content being the amount again ("150.000 đồng/1 giấy.")."""
    found = amounts_in(words)
    if re.fullmatch(r"\W*(?:(?:đồng|đông|đ|vnđ)?\s*/\s*)?[^()\d;.:]{0,25}\W*", words) and per:
        return ""
    if re.fullmatch(r"(?:đồng|đông|đ|vnđ)?\s*/\s*[^;.:(]{1,30}\.?\s*(?:\((?P<rest>.*)\)\W*)?", words, re.DOTALL):
        return words.partition("(")[2].rstrip(") .")
    if len(found) == 1 and found[0].vnd == main and not re.sub(r"^\s*/\s*[^(;]*", "", words[found[0].end :]).strip(" .)"):
        return _LABEL_END.sub("", words[: found[0].start].strip(" :(–-+*"))
    return re.sub(r"^/\s*[^.;:(]{1,30}\.\s+", "", words)


def _note(text: str) -> str | None:
    text = re.sub(r"^\((.*)\)$", r"\1", " ".join(text.split()), flags=re.DOTALL)
    text = re.sub(r"(?<=[.;:])\s*[-+*]+\s+", " ", without_bullet(text)).strip(" ;:")
    if text.count("(") > text.count(")"):
        text = text.removeprefix("(") if text.startswith("(") else f"{text})"
    if not re.search(r"\w{2}", text):
        return None
    return capped(capitalised(text).removesuffix("."), NOTE_LIMIT)


def _joined(*parts: str) -> str:
    texts = [part.strip() for part in parts if part and part.strip()]
    joined = ""
    for text in dict.fromkeys(texts):
        joined += ("" if not joined else " " if joined.endswith((".", ";", ":")) else ". ") + text
    return joined


def _drop_silent(read: Sequence[tuple[Channel | None, Fee]]) -> list[tuple[Channel | None, Fee]]:
    """Without rows that say nothing where another row of the same channel says something."""
    speaking = {channel for channel, fee in read if fee.status is not FeeStatus.UNPUBLISHED or fee.note}
    silent = Fee(status=FeeStatus.UNPUBLISHED)
    return [(channel, fee) for channel, fee in read if fee != silent or channel not in speaking]


def _fold_dollars(read: Sequence[tuple[Channel | None, Fee]]) -> list[tuple[Channel | None, Fee]]:
    """A fee in USD (embassies) becomes a note of the fee in đồng of the same channel, where there is one."""
    dollars = [(c, f) for c, f in read if f.status is FeeStatus.UNPUBLISHED and f.note and "USD" in f.note]
    kept = [pair for pair in read if pair not in dollars]
    for channel, fee in dollars:
        place = next((i for i, (c, f) in enumerate(kept) if c == channel and f.amount_vnd), None)
        if place is None:
            kept.append((channel, fee))
        else:
            held = kept[place][1]
            kept[place] = (channel, held.model_copy(update={"note": _note(_joined(held.note or "", fee.note or ""))}))
    return kept


def _merge_channels(read: Sequence[tuple[Channel | None, Fee]], channels: set[Channel | None]) -> list[Fee]:
    """One entry for what all channels share, in the order of first appearance."""
    by_fee: dict[Fee, list[Channel | None]] = {}
    for channel, fee in read:
        by_fee.setdefault(fee, [])
        if channel not in by_fee[fee]:
            by_fee[fee].append(channel)
    merged: list[Fee] = []
    for fee, where in by_fee.items():
        everywhere = None in where or set(where) == channels
        merged += [fee] if everywhere else [fee.model_copy(update={"channel": channel}) for channel in where]
    return merged
