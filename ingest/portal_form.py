"""Puts the parts of a procedure into the form of a portal record.

A decision, a handbook and the portal write the same parts in the same words; in this form the
readers of the portal's text understand them all.
"""

import re
from collections.abc import Iterable
from typing import Any

from ingest.found import Found, Piece
from ingest.labels import column_of, unbulleted
from ingest.paper_rows import papers_in, unwrapped
from ingest.portal_rows import channel_of

NO_CODE = "0.000000"
_FREE = re.compile(
    r"\W*(?:(?:phí|lệ phí|phí, lệ phí)\s*:?\s*)?(?:không|không có|không thu|không thu phí"
    r"|không thu lệ phí|không mất phí|không phải nộp)\W*",
    re.IGNORECASE,
)
_ONLY_NO = re.compile(r"\W*không(?: có)?\W*", re.IGNORECASE)
_ONLY_FREE = re.compile(r"\W*(?:miễn|không thu) (?:phí|lệ phí|phí, lệ phí)\W*", re.IGNORECASE)
_CHANNEL_WORDS = (
    ("Trực tiếp", r"trực tiếp|tại (?:bộ phận|trung tâm|trụ sở)|một cửa"),
    ("Trực tuyến", r"trực tuyến|qua mạng|cổng dịch vụ công|vneid"),
    ("Dịch vụ bưu chính", r"bưu chính|bưu điện"),
)
# In a narrow column what is said of the next channel follows on the same line.
_NEXT_CHANNEL = re.compile(
    r"(?<=\S)[\s;]+(?:[-+•*]\s*)?(?=(?:nộp\s+)?(?:trực tiếp|trực tuyến"
    r"|(?:qua\s+)?(?:dịch vụ\s+)?bưu chính(?: công ích)?)\s*:)",
    re.IGNORECASE,
)


def record_of(found: Found) -> dict[str, Any]:
    """The parts in the form of a portal record, for the readers of the portal's text."""
    parts = found.parts
    methods = [m for piece in parts.get("methods", ()) if (m := _method(piece))]
    channel = _text(parts.get("channel", ()))
    return {
        "code": found.code or NO_CODE,
        "name": found.name or "(chưa rõ tên)",
        "field": _text(parts.get("sector", ())),
        "level": _text(parts.get("level", ())),
        "agency": _listing(parts.get("agency", ())),
        "authority": _listing(parts.get("authority", ())),
        "reception_address": _text(parts.get("address", ())),
        "documents": papers_in(parts.get("papers", ())),
        "steps": _text(parts.get("steps", ())),
        "methods": methods,
        "channels": [name for name, words in _CHANNEL_WORDS if re.search(words, channel, re.I)],
        "time_limit": _by_channel(parts.get("time", ())),
        "fees": _fee_text(parts.get("fee", ())),
        "result": _text(parts.get("result", ())),
        "requirements": _text(parts.get("conditions", ())),
        "subjects": _text(parts.get("who", ())),
        "forms": [piece.text for piece in parts.get("forms", ())],
        "legal_basis": [_law(piece) for piece in parts.get("legal_basis", ())],
        "legal_basis_raw": " ".join(piece.text for piece in parts.get("legal_basis", ())),
    }


def _text(pieces: Iterable[Piece]) -> str:
    return "\n".join(piece.text for piece in pieces if piece.text.strip())


def _listing(pieces: Iterable[Piece]) -> str:
    """Offices one below the other as a list with commas."""
    return ", ".join(text for piece in pieces if (text := unbulleted(piece.text).strip(" .;,")))


def _by_channel(pieces: Iterable[Piece]) -> str:
    return "\n".join(re.sub(r"^\W+", "", line).strip() for line in _channel_lines(pieces))


def _channel_lines(pieces: Iterable[Piece]) -> list[str]:
    """The lines of a part, cut before every channel it names."""
    lines = (line for piece in pieces for line in _NEXT_CHANNEL.split(piece.text))
    return [line for line in lines if line.strip()]


def _fee_text(pieces: Iterable[Piece]) -> str:
    """Fees in words; "Không" after "Lệ phí:" is a word that says free, unlike an empty field."""
    kept = []
    for line in _channel_lines(pieces):
        text = re.sub(r"^[\W_]+", "", line).strip().rstrip(" .;")
        label, colon, rest = text.partition(":")
        if colon and channel_of(label) and len(label) < 25:
            kept.append(f"{label}: Miễn phí(Không)" if _FREE.fullmatch(rest) else text)
        elif text:
            kept.append("Miễn phí(Không)" if _FREE.fullmatch(text) else text)
    if len(kept) > 1 and not any(channel_of(line.partition(":")[0]) for line in kept):
        return "; ".join(line.rstrip(" .;") for line in kept)
    return "\n".join(kept)


def _method(piece: Piece) -> dict[str, str] | None:
    """A row of the table of channels, times and fees."""
    values = {"channel": "", "time": "", "fee": "", "note": ""}
    for head, cell in zip(piece.heads, piece.cells, strict=False):
        section = column_of(head)
        key = section if section in ("channel", "time", "fee") else "note"
        text = unwrapped(cell)
        if key == "note" and re.fullmatch(r"[\d.]{0,3}", text):
            continue
        if key == "fee" and _FREE.fullmatch(text):
            text = "Miễn phí(Không)"
        values[key] = f"{values[key]}\n{text}".strip()
    return values if values["channel"] or values["time"] or values["fee"] else None


def says_only_no(piece: Piece) -> bool:
    """Whether a fee is only "Không": nothing to pay as a rule, but some mean nothing is known."""
    cells = [
        cell
        for place, cell in enumerate(piece.cells or (piece.text,))
        if place >= len(piece.heads) or column_of(piece.heads[place]) == "fee"
    ]
    lines = (line.rpartition(":")[2] for cell in cells for line in cell.split("\n"))
    return any(_ONLY_NO.fullmatch(line) for line in lines)


def says_only_free(pieces: Iterable[Piece]) -> bool:
    """Whether a part of its own says "Miễn phí" and nothing else, in a line or for each channel.

    On the portal's table the word stands for an empty field; a part somebody wrote means it.
    """
    lines = [line.strip() for line in _channel_lines(pieces) if line.strip()]
    return bool(lines) and all(_ONLY_FREE.fullmatch(line.rpartition(":")[2]) for line in lines)


def _law(piece: Piece) -> str:
    cells = [" ".join(cell.split()) for cell in piece.cells if cell.strip()]
    return " - ".join(cells[:2]) if len(cells) > 1 else piece.text
