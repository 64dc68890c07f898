"""What a section says, in short Vietnamese lines for a diff; the same for draft and record."""

from collections.abc import Mapping
from typing import Any

_UNITS = {
    "working_day": "ngày làm việc",
    "day": "ngày",
    "hour": "giờ",
    "month": "tháng",
    "same_day": "trong ngày",
    "unknown": "(không rõ đơn vị)",
}
_CHANNELS = {"in_person": "Trực tiếp", "online": "Trực tuyến", "post": "Bưu chính"}
_STATUSES = {
    "free": "Miễn phí",
    "set_by_province": "Do HĐND cấp tỉnh quyết định",
    "unpublished": "Chưa công bố",
}


def lines_of(section: str, values: Mapping[str, Any] | None) -> list[str]:
    """A section's content, one item a line; empty when it says nothing."""
    if not values:
        return []
    match section:
        case "papers":
            note = values.get("documents_note")
            return [_paper(p) for p in values.get("documents") or ()] + (
                [f"Lưu ý: {note}"] if note else []
            )
        case "fee":
            return [_fee(fee) for fee in values.get("fees") or ()]
        case "time":
            return [_time(time) for time in values.get("times") or ()]
        case "channel":
            return [
                " – ".join(filter(None, [_CHANNELS[c["channel"]], c.get("where"), c.get("note")]))
                for c in values.get("channels") or ()
            ]
        case "forms":
            return [
                " ".join(filter(None, [form["name"], _bracket(form.get("number"))]))
                for form in values.get("forms") or ()
            ]
        case "legal_basis":
            return [
                " – ".join(filter(None, [law["number"], law.get("title")]))
                for law in values.get("legal_basis") or ()
            ]
        case "steps" | "conditions":
            return [str(line) for line in values.get(section) or ()]
        case "name":
            return [str(values["name"])] if values.get("name") else []
        case "place":
            return [str(values["receiving"])] if values.get("receiving") else []
    return [str(value) for value in values.values() if value]


def _paper(paper: Mapping[str, Any]) -> str:
    counts = [
        f"{paper[key]} {word}"
        for key, word in (("originals", "bản chính"), ("copies", "bản sao"))
        if paper.get(key)
    ]
    shown = "xuất trình" if paper.get("handling") == "show" else ""
    aside = _bracket(", ".join(filter(None, [*counts, shown])))
    when = f"– {paper['when']}" if paper.get("when") else ""
    return " ".join(filter(None, [paper["name"], aside, when]))


def _fee(fee: Mapping[str, Any]) -> str:
    amount = fee.get("amount_vnd")
    words = _STATUSES.get(str(fee["status"])) or f"{amount:,} đồng".replace(",", ".")
    per = f"/{fee['per']}" if fee.get("per") else ""
    return _with_rest(words + per, fee)


def _time(time: Mapping[str, Any]) -> str:
    amount = f"{time['amount']} " if time.get("amount") is not None else ""
    return _with_rest(amount + _UNITS[str(time["unit"])], time)


def _with_rest(words: str, part: Mapping[str, Any]) -> str:
    channel = _CHANNELS.get(str(part.get("channel")))
    head = f"{channel}: {words}" if channel else words
    return f"{head} – {part['note']}" if part.get("note") else head


def _bracket(text: str | None) -> str:
    return f"({text})" if text else ""
