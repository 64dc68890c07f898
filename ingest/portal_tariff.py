"""Reads one row of the fee column: a number, a line of the document export, or only words."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from ingest.portal_clauses import (
    amounts_by_date,
    clauses_of,
    halved,
    joined,
    label_of,
    note_of,
    reduced,
    unrepeated,
)
from ingest.portal_money import Amount, Period, amounts_in, in_words, per_of, period_in
from ingest.portal_rows import Row
from ingest.portal_text import bracket, sentences, without_bullet
from knowledge.procedures import Fee, FeeStatus

# 87 numbers of the 2026 file are below 1.000: beside 37 the words say thousands of đồng, beside 5
# dollars, and not one is an amount in đồng.
MIN_FEE = 1000
# Reductions by circular take 10 to 50 % off; an amount far from that is a slip ("25.000.000đ").
LOWEST_REDUCED = 0.2
AFTER_REDUCTION = "Cổng không ghi mức áp dụng sau thời gian giảm"
ZERO_NOTE = "Cổng ghi số 0, không ghi bằng chữ là miễn phí; hỏi lại nơi nhận hồ sơ"
_PROVINCE = re.compile(
    r"(?:hội đồng nhân dân|hđnd|(?:ủy|uỷ) ban nhân dân (?:cấp )?tỉnh|ubnd (?:cấp )?tỉnh"
    r"|chính quyền địa phương)",
    re.IGNORECASE,
)
_FREE_IN_WORDS = re.compile(
    r"^(?:\W*(?:phí|lệ phí|phí, lệ phí)\s*:)?\W*(?:không|không có|không mất phí"
    r"|không thu (?:phí|lệ phí)(?!.*\b(?:khi|trường hợp|đối với|cho)\b).*"
    r"|miễn (?:phí|lệ phí)(?:\s*\((?:thông tư|nghị định|theo)[^)]*\))?"
    r"(?:[.;]\s*(?!.*\d{1,3}[.,]\d{3}).*)?)\W*$",
    re.IGNORECASE | re.DOTALL,
)
_NOT_SET = re.compile(r"(?:không|chưa)(?: có| được)? quy định|không có thông tin", re.IGNORECASE)
_OTHER_FEE = re.compile(r"công bố nội dung|cấp bản sao", re.IGNORECASE)
_EXEMPTION = re.compile(r"\bmiễn\b", re.IGNORECASE)
_LEVEL_OF = re.compile(r"^\W*mức (?:thu |phí |lệ phí )*(?:kể )?từ ngày", re.IGNORECASE)
_EXEMPT = re.compile(r"^\W*(?:miễn|không thu|phí cấp bản sao)", re.IGNORECASE)
_WRAPPED = re.compile(r"^\W*(?:lệ phí|phí)\s*:\s*[\d.,]*\s*đồng\s*\(", re.IGNORECASE)
_DOLLARS = re.compile(r"(?<![\d.,])(\d[\d.,]*)\s*USD", re.IGNORECASE)
_NUMBER = re.compile(
    r"^(?P<number>\d[\d,.]*)\s*(?P<currency>Việt Nam Đồng|VNĐ|VND|USD)\s*(?P<rest>.*)$", re.DOTALL
)
_EXPORT = re.compile(r"(?:^|(?<=[;\n]))\s*(?:phí|lệ phí)\s*:\s*", re.IGNORECASE)
_EXPORT_VALUE = re.compile(
    r"^(?P<value>.*?)\s*(?P<currency>Đồng|VNĐ|VND|USD)\s*(?P<rest>\(.*)?$",
    re.DOTALL | re.IGNORECASE,
)
_ATTACHMENT = re.compile(r"File đính kèm:\s*\S+")


def row_fees(row: Row, as_of: date) -> tuple[list[Fee], bool]:
    """The fees one row states, and whether a person should look at them again.

    A bare "Miễn phí" is not for here: only the whole record can say what it is worth.
    """
    if row.glued:
        note = f"Cổng ghi dính thời hạn với số tiền ({row.glued}), không tách được. {row.fee_note}"
        return [Fee(status=FeeStatus.UNPUBLISHED, note=note_of(note))], True
    text = row.fee
    if number := _NUMBER.match(text):
        inside, after = (
            bracket(number["rest"]) if number["rest"].startswith("(") else ("", number["rest"])
        )
        if wrapped := _WRAPPED.match(inside):
            inside, more = bracket(inside[wrapped.end() - 1 :])
            after = joined(more, after)
        return _numbered(
            number["number"], number["currency"], joined(inside, after, row.fee_note), as_of
        )
    if text.lower().startswith("miễn phí"):
        inside, after = bracket(text[8:].lstrip()) if "(" in text else (text[8:], "")
        return _unnumbered(joined(inside, after, row.fee_note), as_of, words_given=True)
    if _EXPORT.match(text):
        return _export_fees(text, row.fee_note, as_of)
    rest = re.sub(r"^không có thông tin\s*(?:\([^)]{0,3}\))?", "", text, flags=re.IGNORECASE)
    return _unnumbered(joined(rest, row.fee_note), as_of, words_given=False)


def _export_fees(text: str, note: str, as_of: date) -> tuple[list[Fee], bool]:
    """Lines such as "Phí : 50.000 Đồng (ghi chú)" of the portal's document export."""
    fees: list[Fee] = []
    doubtful = False
    for line in filter(str.strip, _EXPORT.split(text)):
        line = _ATTACHMENT.sub("", line).strip(" ;\n")
        match = _EXPORT_VALUE.match(line)
        value, currency, rest = (
            (match["value"], match["currency"], match["rest"] or "") if match else (line, "", "")
        )
        words = joined(bracket(rest)[0] if rest else "", note)
        if value.strip().lower() == "không":
            fees.append(Fee(status=FeeStatus.FREE, amount_vnd=0, note=note_of(words)))
            continue
        if re.fullmatch(r"[\d.,]+", value.strip()):
            some, unsure = _numbered(
                value.strip().replace(".", ",") if currency.upper() != "USD" else value.strip(),
                currency,
                words,
                as_of,
            )
        else:
            some, unsure = _unnumbered(
                joined(value if value.strip(" o") else "", words), as_of, words_given=False
            )
        fees += some
        doubtful |= unsure
    return fees, doubtful


def _numbered(number: str, currency: str, words: str, as_of: date) -> tuple[list[Fee], bool]:
    """A fee with a filled number field; the words beside it may correct its scale or refuse it."""
    after_slash = re.match(r"(?:đồng|đông|đ)\s*/\s*(.*)", words, re.DOTALL)
    per = per_of(words) or per_of(f"/{after_slash[1]}" if after_slash else "")
    if currency.upper() == "USD" or number in _DOLLARS.findall(words):
        note = note_of(_dollars(number, per, words))
        return [Fee(status=FeeStatus.UNPUBLISHED, per=per, note=note)], False
    vnd = int(re.sub(r"[.,]", "", number) or 0)
    if not vnd:
        return _unnumbered(words, as_of, words_given=False, zero=True)
    if _PROVINCE.search(words):
        return [_set_by_province(words)], False
    plain, dated = amounts_by_date(words, as_of)
    full = vnd if vnd >= MIN_FEE else vnd * 1000
    if ended := _ended(full, words, as_of):
        return [_refused(ended, words, ())], True
    dated = [(a, period) for a, period in dated if LOWEST_REDUCED * full <= a.vnd <= full]
    main = _main_amount(vnd, words, plain, dated)
    if main is None:
        reason = _contradiction(number, vnd, plain, dated)
        return [*reduced(dated, words), _refused(reason, words, dated)], True
    units = (amount.per for amount in [*plain, *(a for a, _ in dated)] if amount.vnd == main)
    per = next(filter(None, units), per)
    lowered = reduced(dated, words) or halved(main, per, words, as_of)
    lasting = [clause for clause in clauses_of(words) if not period_in(clause)]
    note = unrepeated("; ".join(lasting) if lowered else words, main, per)
    base = Fee(status=FeeStatus.FIXED, amount_vnd=main, per=per, note=note_of(note))
    return [*lowered, _after(base, lowered)], False


def _main_amount(
    vnd: int, words: str, plain: Sequence[Amount], dated: Sequence[tuple[Amount, Period]]
) -> int | None:
    """The lasting amount on which number and words agree; None when they do not.

    The field often counts thousands ("700" beside "700.000 đồng"): then the words win.
    """
    lasting = [amount.vnd for amount in plain]
    if vnd in lasting or (vnd >= MIN_FEE and sum(lasting) == vnd):
        return vnd
    if vnd < 10_000 and vnd * 1000 in lasting:
        return vnd * 1000
    if vnd in (amount.vnd for amount, _ in dated):
        return lasting[0] if len(lasting) == 1 else None
    if vnd < MIN_FEE:
        return None
    about_others = all(_OTHER_FEE.search(c) for c in clauses_of(words) if amounts_in(c))
    return vnd if not lasting or about_others else None


def _ended(vnd: int, words: str, as_of: date) -> str:
    """Why a number that the words give to a time now over is no fee of today; else empty.

    "160.000đ (áp dụng đến hết ngày 31/12/2023)": what holds since is not written. A time in which
    nothing was taken ("miễn phí từ … đến …") ended the other way round: the number holds again.
    """
    told: list[date] = []
    for clause in clauses_of(words):
        period = period_in(clause)
        amounts = [amount.vnd for amount in amounts_in(clause)]
        if period is None:
            if vnd in amounts:
                return ""
        elif (
            period.end < as_of
            and not _EXEMPTION.search(clause)
            and (vnd in amounts or (_LEVEL_OF.match(clause) and not amounts_in(words)))
        ):
            told.append(period.end)
    if not told:
        return ""
    return f"Mức {in_words(vnd)} Cổng ghi chỉ áp dụng đến hết {max(told):%d/%m/%Y}, nay đã hết hạn"


def _contradiction(
    number: str, vnd: int, plain: Sequence[Amount], dated: Sequence[tuple[Amount, Period]]
) -> str:
    """Why a number was not believed, for the note."""
    if vnd < MIN_FEE:
        return f"Cổng ghi {number} đồng, có thể sai đơn vị"
    if not plain:
        return AFTER_REDUCTION if dated else f"Cổng ghi {in_words(vnd)} và một mức khác"
    amounts = dict.fromkeys([vnd, *(amount.vnd for amount in plain)])
    return f"Cổng ghi nhiều mức khác nhau ({' và '.join(map(in_words, amounts))})"


def _unnumbered(
    words: str, as_of: date, *, words_given: bool, zero: bool = False
) -> tuple[list[Fee], bool]:
    """A row without a number (or with 0): what it costs is in the words, or nowhere."""
    nothing = Fee(
        status=FeeStatus.UNPUBLISHED, note=note_of(joined(ZERO_NOTE if zero else "", words))
    )
    if _PROVINCE.search(words):
        return [_set_by_province(words)], False
    if (
        _NOT_SET.search(words)
        and not amounts_in(words)
        and not re.search(r"miễn lệ phí", words, re.IGNORECASE)
    ):
        return [nothing], False
    if (
        words.strip()
        and (words_given or not words.lower().startswith("không"))
        and _FREE_IN_WORDS.match(words)
    ):
        note = (
            None
            if re.fullmatch(r"\W*(?:không|không có|miễn phí|miễn lệ phí)\W*", words, re.IGNORECASE)
            else note_of(words)
        )
        return [Fee(status=FeeStatus.FREE, amount_vnd=0, note=note)], False
    plain, dated = amounts_by_date(words, as_of)
    fees = reduced(dated, words)
    for clause in clauses_of(words):
        if period_in(clause):
            continue
        if found := amounts_in(clause):
            first = found[0]
            fees.append(
                Fee(
                    status=FeeStatus.FIXED,
                    amount_vnd=first.vnd,
                    per=first.per,
                    note=note_of(label_of(clause, found)),
                )
            )
    if fees and not plain:
        fees.append(_refused(AFTER_REDUCTION, "", dated))
    return fees or [nothing], zero


def _set_by_province(words: str) -> Fee:
    """The council decides; of a long note only what concerns the amount stays."""
    said = [
        without_bullet(s)
        for s in sentences(words)
        if _PROVINCE.search(s) or _EXEMPT.search(s) or len(words) < 200
    ]
    return Fee(status=FeeStatus.SET_BY_PROVINCE, note=note_of(" ".join(said) or words))


def _after(base: Fee, lowered: Sequence[Fee]) -> Fee:
    """The full amount begins the day after the reduction ends."""
    ends = [fee.effective_until for fee in lowered if fee.effective_until]
    return (
        base.model_copy(update={"effective_from": max(ends) + timedelta(days=1)}) if ends else base
    )


def _refused(reason: str, words: str, dated: Iterable[tuple[Amount, Period]]) -> Fee:
    said = words if len(words.split()) > 3 else ""
    fee = Fee(status=FeeStatus.UNPUBLISHED, note=note_of(joined(reason, said)))
    ends = [period.end for _, period in dated]
    return fee.model_copy(update={"effective_from": max(ends) + timedelta(days=1)}) if ends else fee


def _dollars(number: str, per: str | None, words: str) -> str:
    amount = f"{number} USD" + (f"/{per}" if per else "")
    if number in _DOLLARS.findall(words):
        return words
    return joined(amount, "" if words.startswith("/") else words)
