"""Facts of a record in plain Vietnamese, one line each; nothing here decides what to say."""

from collections.abc import Iterable, Sequence
from datetime import date

from knowledge.procedures import (
    Channel,
    Fee,
    FeeStatus,
    Procedure,
    ProcessingTime,
    RequiredDocument,
    TimeUnit,
)

CHANNELS = {
    Channel.IN_PERSON: "trực tiếp",
    Channel.ONLINE: "trực tuyến",
    Channel.POST: "qua bưu chính",
}
UNITS = {
    TimeUnit.WORKING_DAY: "ngày làm việc",
    TimeUnit.DAY: "ngày",
    TimeUnit.HOUR: "giờ",
    TimeUnit.MONTH: "tháng",
}


def lower_first(text: str) -> str:
    """The text as it stands inside a sentence; an abbreviation keeps its capitals."""
    first = text.split(" ", 1)[0]
    return text if first.isupper() else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """The text as it begins a sentence or a line."""
    return text[:1].upper() + text[1:]


def money(amount_vnd: int) -> str:
    """ "2.000 đồng"; Vietnamese groups thousands with points."""
    return f"{amount_vnd:,}".replace(",", ".") + " đồng"


def day(value: date) -> str:
    """ "17/07/2026"."""
    return f"{value.day:02d}/{value.month:02d}/{value.year}"


def quantity(paper: RequiredDocument) -> str:
    """ "1 bản chính, 2 bản sao"; empty when the source prints no number."""
    parts = []
    if paper.originals:
        parts.append(f"{paper.originals} bản chính")
    if paper.copies:
        parts.append(f"{paper.copies} bản sao")
    return ", ".join(parts)


def paper_line(paper: RequiredDocument) -> str:
    """One paper with its quantity and condition."""
    line = paper.name
    if amount := quantity(paper):
        line += f" ({amount})"
    if paper.when:
        line += f" – {paper.when}"
    return line


def case_labels(procedure: Procedure, case_ids: Iterable[str]) -> str:
    """The labels of the named cases, joined."""
    labels = {case.id: case.label for case in procedure.cases}
    return "; ".join(labels[case] for case in case_ids if case in labels)


def fee_amount(fee: Fee) -> str:
    """What one fee entry says about the amount, never mixing free, unknown and provincial.

    A note that names the provincial council already is not said before it once more.
    """
    match fee.status:
        case FeeStatus.FREE:
            return "miễn phí"
        case FeeStatus.SET_BY_PROVINCE if "HĐND cấp tỉnh" in (fee.note or ""):
            return "chưa có mức cụ thể ở đây"
        case FeeStatus.SET_BY_PROVINCE:
            return "do HĐND cấp tỉnh quy định, chưa có mức cụ thể ở đây"
        case FeeStatus.UNPUBLISHED:
            return "chưa công bố"
        case _:
            amount = money(fee.amount_vnd or 0)
            return f"{amount}/{fee.per}" if fee.per else amount


def qualifier(procedure: Procedure, entry: Fee | ProcessingTime) -> str:
    """ "trực tuyến, có giấy chứng sinh": for which channel and case an entry holds."""
    parts = []
    if entry.channel:
        parts.append(CHANNELS[entry.channel])
    if entry.cases:
        label = case_labels(procedure, entry.cases)
        parts.append(lower_first(label) if parts else label)
    return ", ".join(parts)


def fee_lines(procedure: Procedure) -> list[str]:
    """Each fee as a line; what is the same by every channel is said once."""
    return _said_once(
        [
            (qualifier(procedure, fee), _with_note(fee_amount(fee) + _until(fee), fee.note))
            for fee in procedure.fees
        ],
        _channels_of(procedure),
    )


def time_text(entry: ProcessingTime) -> str:
    """ "3 ngày làm việc"; an unknown unit is said to be unknown."""
    if entry.unit is TimeUnit.SAME_DAY:
        return "trong ngày"
    if entry.amount is None:
        return "chưa công bố"
    if entry.unit is TimeUnit.UNKNOWN:
        return f"{entry.amount} (nguồn không ghi rõ ngày hay giờ, cần hỏi lại cán bộ)"
    return f"{entry.amount} {UNITS[entry.unit]}"


def time_lines(procedure: Procedure) -> list[str]:
    """Each processing time as a line; what is the same by every channel is said once."""
    return _said_once(
        [
            (qualifier(procedure, entry), _with_note(time_text(entry), entry.note))
            for entry in procedure.times
        ],
        _channels_of(procedure),
    )


def listed(heading: str, lines: Sequence[str]) -> str:
    """One line after its heading, or several below it."""
    if len(lines) == 1:
        return f"{heading}: {lines[0].rstrip('.')}."
    return "\n".join([f"{heading}:", *(f"• {line}" for line in lines)])


def join(parts: Sequence[str]) -> str:
    """ "a, b và c"."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " và " + parts[-1]


def _with_note(text: str, note: str | None) -> str:
    return f"{text} ({note})" if note else text


def _until(fee: Fee) -> str:
    return f", áp dụng đến hết {day(fee.effective_until)}" if fee.effective_until else ""


def _channels_of(procedure: Procedure) -> frozenset[str]:
    return frozenset(CHANNELS[way.channel] for way in procedure.channels)


def _said_once(entries: Sequence[tuple[str, str]], everywhere: frozenset[str]) -> list[str]:
    """Merge entries with the same text, listing what they hold for.

    ``everywhere`` are all channels there are: what holds for each of them, or was given
    without a qualifier, needs none.
    """
    merged: dict[str, list[str]] = {}
    for holds_for, text in entries:
        merged.setdefault(text, []).append(holds_for)
    lines = []
    for text, holds in merged.items():
        for_all = "" in holds or (everywhere and everywhere <= set(holds))
        if for_all and (len(merged) == 1 or not any(holds)):
            lines.append(text)
        else:
            said = join([holds_for for holds_for in holds if holds_for])
            lines.append(f"{said[0].upper()}{said[1:]}: {text}" if said else text)
    return lines
