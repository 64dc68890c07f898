"""Turns the labelled parts of a procedure into a draft, through the readers of the portal's text.

A decision, a handbook and the portal write the same parts in the same words, so the same
readers of papers, fees, times and places are asked. A part the file does not have stays empty.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from ingest.decisions import Header
from ingest.draft import SECTIONS, Draft, DraftField, Spot, section_values
from ingest.found import Found, Piece
from ingest.paper_rows import (
    begins_inside,
    has_broken_name,
    is_one_sentence,
    is_told_apart,
    looks_cut,
    may_hold_two,
)
from ingest.portal import TWO_LEVELS_SINCE, RejectedRecord, to_procedure
from ingest.portal_form import record_of, says_only_free, says_only_no
from ingest.portal_text import capped
from knowledge.procedures import FeeStatus, Procedure

# Typed text is as the author wrote it; what remains is that a part was cut in the wrong place.
TYPED = 0.97
DOUBT = 0.7
_PORTAL_SAYS = re.compile(r"^Cổng ghi")
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
    values = _of_a_file(section_values(procedure, section))
    why: list[str] = []
    sure = _confidence(pieces)
    if sure < TYPED - 0.1:
        why.append("ảnh quét mờ, chữ nhận dạng chưa chắc")
    said_free = section == "fee" and "methods" not in found.parts and says_only_free(pieces)
    if _DOUBTS.get(section) in procedure.unverified and not (said_free and _is_free(procedure)):
        sure *= DOUBT
        why.append("cách ghi trong tệp chưa rõ nghĩa")
    for part in FROM[section]:
        if part in found.doubts:
            sure *= DOUBT
            why.append(found.doubts[part])
    if all(value in (None, [], (), "") for value in values.values()):
        quote = _quote(pieces)
        says_none = section in ("conditions", "forms") and re.match(r"^\W*không", quote, re.I)
        if not says_none:
            return DraftField(section=section, label=label, quote=quote, spot=_spot(pieces),
                              why=("có phần này nhưng không đọc ra nội dung",))  # fmt: skip
    if section == "papers" and record["documents"] and not procedure.documents:
        sure, why = min(sure, 0.4), [*why, "không nhận ra giấy tờ nào"]
    if section == "papers" and (doubt := _doubt_of_papers(pieces, procedure)):
        sure, why = sure * DOUBT, [*why, doubt]
    if section == "papers" and is_one_sentence(pieces):
        sure, why = sure * DOUBT, [*why, "các giấy tờ viết liền một câu, có thể bị cắt sai chỗ"]
    if section == "fee" and all(fee.status == "unpublished" for fee in procedure.fees):
        sure, why = min(sure, 0.6), [*why, "không đọc ra mức phí"]
    if section == "fee" and any(map(says_only_no, pieces)):
        sure, why = sure * DOUBT, [*why, "chỉ ghi “Không”: đọc là không thu phí, cần xác nhận"]
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


def _of_a_file(values: dict[str, Any]) -> dict[str, Any]:
    """The notes of the portal's readers name the file instead of the portal."""
    if "fees" not in values:
        return values
    fees = [fee | {"note": _PORTAL_SAYS.sub("Tệp ghi", fee.get("note") or "") or None}
            for fee in values["fees"]]  # fmt: skip
    return values | {"fees": fees}


def _is_free(procedure: Procedure) -> bool:
    return all(fee.status is FeeStatus.FREE for fee in procedure.fees)


def _doubt_of_papers(pieces: Sequence[Piece], procedure: Procedure) -> str:
    """Why the list may be cut in the wrong places, "" where the document shows where.

    On a page lines are joined by their places; without signs before the papers that is a guess.
    """
    names = [paper.name for paper in procedure.documents]
    told_apart = is_told_apart(pieces)
    if not told_apart and any(piece.box for piece in pieces):
        return "giấy tờ không có dấu đầu dòng, có thể bị cắt sai chỗ"
    if may_hold_two(pieces, names):
        return "có chỗ như hai giấy tờ đọc liền làm một"
    if has_broken_name(names) or begins_inside(pieces) or (not told_apart and looks_cut(names)):
        return "có dòng không giống tên giấy tờ, có thể bị cắt sai chỗ"
    return ""


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
