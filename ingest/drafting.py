"""Turns the labelled parts of a procedure into a draft, through the readers of the portal's text.

A decision, a handbook and the portal write the same parts in the same words, so the same
readers of papers, fees, times and places are asked. A part the file does not have stays empty.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ingest.decisions import Header
from ingest.draft import SECTIONS, Draft, DraftField, Spot, section_values
from ingest.found import Found, Piece
from ingest.labels import column_of, unbulleted
from ingest.portal import TWO_LEVELS_SINCE, RejectedRecord, to_procedure
from ingest.portal_rows import channel_of
from ingest.portal_text import capped, one_line
from knowledge.procedures import Procedure

NO_CODE = "0.000000"
# Typed text is as the author wrote it; what remains is that a part was cut in the wrong place.
TYPED = 0.97
DOUBT = 0.7
QUOTE_LIMIT = 3000
# Which labelled parts a section of the record is read from, the first one being its place.
FROM = {
    "sector": ("sector",),
    "papers": ("papers",),
    "fee": ("fee", "methods"),
    "time": ("time", "methods"),
    "channel": ("channel", "methods"),
    "place": ("agency", "address"),
    "authority": ("authority", "agency"),
    "who": ("who",),
    "steps": ("steps",),
    "forms": ("forms",),
    "conditions": ("conditions",),
    "result": ("result",),
    "legal_basis": ("legal_basis",),
}
# What the portal's readers call doubtful, by our sections.
_DOUBTS = {"papers": "papers", "fee": "fee", "time": "time", "place": "place",
           "authority": "authority", "legal_basis": "legal_basis",
           "conditions": "conditions"}  # fmt: skip
_FREE = re.compile(
    r"\W*(?:(?:phí|lệ phí|phí, lệ phí)\s*:?\s*)?(?:không|không có|không thu|không thu phí"
    r"|không thu lệ phí|không mất phí|không phải nộp)\W*",
    re.IGNORECASE,
)
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
# A line that ends in a colon opens a group of papers: "Giấy tờ phải xuất trình:".
_GROUP = re.compile(r"^.{3,300}:\s*$", re.DOTALL)
# A speck between the number and its word: "(01-bản sao)".
_SIGN_IN_COUNT = re.compile(
    r"(?<=[(\[,;:–—-])(\s?\d{1,2})[-–.,' ]{1,3}(bản (?:chính|gốc|sao))", re.IGNORECASE
)
_COUNTS = re.compile(
    r"bản (?P<kind>chính|gốc|sao|chụp|photo)\s*:?\s*(?P<after>\d{1,2})"
    r"|(?P<before>\d{1,2})\s*bản (?P<kind2>chính|gốc|sao|chụp|photo)",
    re.IGNORECASE,
)
_COPIED = ("sao", "chụp", "photo")
_ONE_COUNT = (
    r"(?:\d{1,2}\s*bản (?:chính|gốc|sao|chụp|photo)"
    r"|bản (?:chính|gốc|sao|chụp|photo)\s*:?\s*\d{1,2}(?:\s*bản)?)"
)
# "– 1 bản chính, 1 bản sao;", "(bản chính: 01)", ": 01 bản chính và 02 bản sao."
_COUNT_AT_END = re.compile(
    rf"[\s,;:–—-]*[(\[]?\s*(?:số lượng\s*:?\s*)?{_ONE_COUNT}"
    rf"(?:\s*(?:,|;|và|\+)?\s*{_ONE_COUNT})*\s*[)\]]?[\s.;,]*$",
    re.IGNORECASE,
)


def draft_of(found: Found, header: Header, source: str, read_on: date) -> Draft | None:
    """The draft of a procedure as it stands in a document; None when nothing can be read of it."""
    problems: list[str] = []
    as_of = header.signed or read_on
    if as_of < TWO_LEVELS_SINCE:
        problems.append(f"Văn bản ngày {as_of:%d/%m/%Y}, trước khi bỏ cấp huyện (01/7/2025).")
    if found.code is None:
        problems.append("Không thấy mã thủ tục trong tệp.")
    record = record_of(found)
    try:
        procedure = to_procedure(record, max(as_of, TWO_LEVELS_SINCE))
    except RejectedRecord as refusal:
        if not found.name:
            return None
        problems.append(f"Chưa đọc được thành bản ghi: {refusal}.")
        return _bare(found, header, source, as_of, problems)
    fields = [_name_field(found, procedure)]
    fields += [
        _field(section, found, procedure, record) for section in SECTIONS if section != "name"
    ]
    return Draft(
        code=found.code,
        name=procedure.name,
        fields=tuple(fields),
        spot=_spot([found.head] if found.head else []),
        source=source,
        as_of=as_of,
        effective_from=header.effective_from,
        effective_until=header.effective_until,
        issuer=header.issuer,
        problems=tuple(problems),
    )


def _bare(found: Found, header: Header, source: str, as_of: date, problems: Sequence[str]) -> Draft:
    fields = [
        DraftField(
            section=section,
            label=SECTIONS[section][0],
            quote=_quote(_pieces(found, section)),
            spot=_spot(_pieces(found, section)),
        )
        for section in FROM
    ]
    return Draft(code=found.code, name=found.name, fields=tuple(fields), source=source,
                 as_of=as_of, issuer=header.issuer, problems=tuple(problems))  # fmt: skip


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
        "documents": _documents(parts.get("papers", ())),
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
        text = _unwrapped(cell)
        if key == "note" and re.fullmatch(r"[\d.]{0,3}", text):
            continue
        if key == "fee" and _FREE.fullmatch(text):
            text = "Miễn phí(Không)"
        values[key] = f"{values[key]}\n{text}".strip()
    return values if values["channel"] or values["time"] or values["fee"] else None


def _unwrapped(cell: str) -> str:
    """A cell's text with the line ends of its narrow column taken out again."""
    lines = [line.strip() for line in cell.split("\n") if line.strip()]
    joined: list[str] = []
    for line in lines:
        if joined and not re.match(r"^[-+*•]\s|^(?:Phí|Lệ phí)\s*:", line):
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return "\n".join(joined)


def _documents(pieces: Sequence[Piece]) -> list[str]:
    """Papers as "[heading] text (1 bản chính)", the form the portal lists them in."""
    listed: list[str] = []
    heading = ""
    for piece in pieces:
        if piece.cells and len(piece.cells) > 1:
            text = _paper_row(piece)
            if text is None:
                heading = one_line(" ".join(piece.cells)).strip()
                continue
        else:
            text = _with_count(_SIGN_IN_COUNT.sub(r"\1 \2", one_line(piece.text)))
            if _GROUP.match(text):
                heading = unbulleted(text).strip()
                continue
        if text:
            listed.append(f"[{heading}] {text}" if heading else text)
    return listed


def _with_count(text: str) -> str:
    """A paper's text with the count at its end in brackets, however the office wrote it."""
    match = _COUNT_AT_END.search(text)
    name = text[: match.start()].rstrip(" ,;:–—-") if match else ""
    if match is None or not name:
        return text
    counts = {"bản chính": 0, "bản sao": 0}
    for one in _COUNTS.finditer(match[0]):
        copied = (one["kind"] or one["kind2"]).lower() in _COPIED
        counts["bản sao" if copied else "bản chính"] += int(one["after"] or one["before"])
    said = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number)
    return f"{name} ({said})" if said else name


def _paper_row(piece: Piece) -> str | None:
    """A row of the papers' table; None when it is a heading across the table."""
    filled = [cell for cell in piece.cells if cell.strip()]
    if len(filled) == 1 and (filled[0].strip().endswith(":") or len(filled[0]) < 60):
        return None
    name, originals, copies = "", 0, 0
    for place, cell in enumerate(piece.cells):
        head = piece.heads[place].lower() if place < len(piece.heads) else ""
        text = _unwrapped(cell)
        if re.fullmatch(r"\W*\d{0,3}\W*", text) and not re.search(r"số lượng|bản", head):
            continue
        if re.search(r"số lượng|bản chính|bản sao|số bản", head) or (
            _COUNTS.search(text) and len(text) < 40 and (name or not head)
        ):
            one, two = _counts(text, head)
            originals, copies = originals + one, copies + two
        elif re.search(r"mẫu đơn|tờ khai|biểu mẫu|ghi chú", head) and name:
            continue
        elif not name:
            name = text
    counts = ", ".join(
        f"{number} {kind}"
        for number, kind in ((originals, "bản chính"), (copies, "bản sao"))
        if number
    )
    return (f"{name} ({counts})" if counts else name) if name else ""


def _counts(text: str, head: str) -> tuple[int, int]:
    originals = copies = 0
    for match in _COUNTS.finditer(text):
        kind = (match["kind"] or match["kind2"]).lower()
        number = int(match["after"] or match["before"])
        if kind in _COPIED:
            copies += number
        else:
            originals += number
    if not originals and not copies and (plain := re.search(r"\d{1,2}", text)):
        if "bản sao" in head and "bản chính" not in head:
            copies = int(plain[0])
        else:
            originals = int(plain[0])
    return originals, copies


def _law(piece: Piece) -> str:
    cells = [" ".join(cell.split()) for cell in piece.cells if cell.strip()]
    return " - ".join(cells[:2]) if len(cells) > 1 else piece.text


def _pieces(found: Found, section: str) -> list[Piece]:
    return [piece for part in FROM[section] for piece in found.parts.get(part, ())]


def _name_field(found: Found, procedure: Procedure) -> DraftField:
    pieces = [found.head] if found.head else []
    sure = _confidence(pieces)
    why = []
    if not found.name:
        sure, why = 0.0, ["không thấy tên thủ tục"]
    if found.code is None:
        sure = min(sure, 0.5)
        why.append("không thấy mã thủ tục")
    return DraftField(
        section="name",
        label=SECTIONS["name"][0],
        value=section_values(procedure, "name") if found.name else None,
        text=found.name,
        quote=_quote(pieces),
        spot=_spot(pieces),
        confidence=round(sure, 3),
        why=tuple(why),
    )


def _field(section: str, found: Found, procedure: Procedure, record: dict[str, Any]) -> DraftField:
    label = SECTIONS[section][0]
    pieces = [piece for piece in _pieces(found, section) if piece.text.strip()]
    if section == "forms" and not pieces and procedure.forms:
        # numbered forms named among the papers
        pieces = [p for p in _pieces(found, "papers") if "mẫu" in p.text.lower()]
    if not pieces:
        return DraftField(section=section, label=label)
    values = section_values(procedure, section)
    why: list[str] = []
    sure = _confidence(pieces)
    if sure < TYPED - 0.1:
        why.append("ảnh quét mờ, chữ nhận dạng chưa chắc")
    if _DOUBTS.get(section) in procedure.unverified:
        sure *= DOUBT
        why.append("cách ghi trong tệp chưa rõ nghĩa")
    if all(value in (None, [], (), "") for value in values.values()):
        quote = _quote(pieces)
        says_none = section in ("conditions", "forms") and re.match(r"^\W*không", quote, re.I)
        if not says_none:
            return DraftField(section=section, label=label, quote=quote, spot=_spot(pieces),
                              why=("có phần này nhưng không đọc ra nội dung",))  # fmt: skip
    if section == "papers" and record["documents"] and not procedure.documents:
        sure, why = min(sure, 0.4), [*why, "không nhận ra giấy tờ nào"]
    if section == "fee" and all(fee.status == "unpublished" for fee in procedure.fees):
        sure, why = min(sure, 0.6), [*why, "không đọc ra mức phí"]
    if section == "time" and (
        not procedure.times or any(time.unit == "unknown" for time in procedure.times)
    ):
        sure, why = min(sure, 0.6), [*why, "không đọc ra thời hạn hoặc đơn vị"]
    return DraftField(
        section=section,
        label=label,
        value=values,
        text=capped(_quote(pieces), 600),
        quote=_quote(pieces),
        spot=_spot(pieces),
        confidence=round(sure, 3),
        why=tuple(why),
    )


def _confidence(pieces: Sequence[Piece]) -> float:
    """How sure the text is: of typed text very, of recognised text as its worst long piece."""
    if not pieces:
        return 0.0
    total = sum(len(piece.text) for piece in pieces) or 1
    mean = sum(piece.confidence * len(piece.text) for piece in pieces) / total
    worst = min((p.confidence for p in pieces if len(p.text) > 12), default=mean)
    return min(TYPED, (mean + worst) / 2)


def _spot(pieces: Sequence[Piece]) -> Spot:
    if not pieces:
        return Spot()
    page = pieces[0].page
    boxes = [piece.box for piece in pieces if piece.page == page and piece.box]
    if not boxes:
        return Spot(page=page)
    return Spot(
        page=page,
        box=(
            min(b[0] for b in boxes), min(b[1] for b in boxes),
            max(b[2] for b in boxes), max(b[3] for b in boxes),
        ),
    )  # fmt: skip


def _quote(pieces: Sequence[Piece]) -> str:
    return capped("\n".join(piece.text for piece in pieces if piece.text.strip()), QUOTE_LIMIT)
