"""Turns the portal's list of papers into required documents, cases and notes.

The portal prints a table per heading ("Giấy tờ phải nộp", "Lưu ý", "Trường hợp …")
whose cells hold one paper, several, or only a sentence. A row with the count
"0 bản chính" lost its count on the way here, so a row without a count is a paper
only when it starts like one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.portal_cells import STEP_START, Cell, cell_of, split_cell, without_repeats
from ingest.portal_documents import WHEN_LIMIT, document_of, remark_of
from ingest.portal_text import capitalised, capped, sends_to_district, texts, without_bullet
from knowledge.procedures import Case, RequiredDocument

NOTE_LIMIT = 2500
MOST_CASES = 8
# Portal rows with the count 0 under "một trong các giấy tờ sau:" are its alternatives, in no order.
ONE_OF_MANY = (
    "thuộc nhóm giấy tờ chỉ cần một trong số đó; chưa rõ cần giấy nào thì hỏi lại nơi nhận hồ sơ"
)
CASE_QUESTION = "Anh/chị làm theo trường hợp nào dưới đây ạ?"
_CASE_HEADING = re.compile(
    r"^(?:trường hợp|đối với|đăng ký|người được|hồ sơ (?:đề nghị|đối với|đăng ký|cấp)"
    r"|cấp (?:mới|lại|đổi)|khi )",
    re.IGNORECASE,
)
# Ways of handing in and extras are conditions of one paper, not cases that exclude each other.
_NOT_A_CASE = re.compile(
    r"ủy quyền|uỷ quyền|điện tử|trực tuyến|bưu chính|nếu có|xuất trình|phải nộp"
    r"|nộp trực tiếp|miễn nộp",
    re.IGNORECASE,
)
_CHOICE_INTRO = re.compile(
    r"một trong (?:các|những|số)\b.{0,600}(?::|gồm|sau|sau đây)\s*$", re.IGNORECASE | re.DOTALL
)
_FORM_FIRST = re.compile(
    r"^(?:bản )?(?:tờ khai|đơn|giấy đề nghị|phiếu|mẫu|giấy khai|văn bản đề nghị)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Papers:
    """The dossier: documents in the order one gathers them, their cases, and the remarks."""

    documents: tuple[RequiredDocument, ...] = ()
    cases: tuple[Case, ...] = ()
    note: str | None = None
    doubtful: bool = False
    torn_steps: tuple[str, ...] = ()
    """Steps that stood in the papers' cells because the page was cut in the middle of them."""


def read_papers(listed: object) -> Papers:
    """The papers of a record; sentences that are no papers go into the note, in order."""
    cells = without_repeats([part for text in texts(listed) for part in split_cell(cell_of(text))])
    cases = _cases(cells)
    documents: dict[tuple[str, str, str | None, tuple[str, ...]], RequiredDocument] = {}
    notes = [capitalised(cell.aside.strip()) for cell in cells if cell.aside]
    torn: list[str] = []
    doubtful = False
    choices = {cell.heading for cell in cells if _CHOICE_INTRO.search(cell.text)}
    for cell in cells:
        if STEP_START.search(cell.text):
            torn.append(cell.text)
            continue
        if sends_to_district(cell.text):
            doubtful = True
            continue
        if (document := document_of(cell, cases)) is None:
            if text := remark_of(cell):
                notes.append(text)
            continue
        if not cell.counted and cell.heading in choices and not _CHOICE_INTRO.search(cell.text):
            document = document.model_copy(
                update={
                    "when": capped(
                        "; ".join(filter(None, [ONE_OF_MANY, document.when])), WHEN_LIMIT
                    )
                }
            )
        documents.setdefault(
            (document.name.lower(), document.handling, document.when, document.cases), document
        )
    ordered = sorted(
        _shared(documents.values(), cases.values()),
        key=lambda d: (d.handling == "show", not _FORM_FIRST.match(d.name)),
    )
    note = capped("\n".join(dict.fromkeys(notes)), NOTE_LIMIT) if notes else None
    used = {case for document in documents.values() for case in document.cases}
    split = any(document.cases for document in ordered)
    kept = tuple(case for case in cases.values() if case.id in used) if split else ()
    return Papers(tuple(ordered), kept, note, doubtful or bool(torn), tuple(torn))


def _shared(documents: Iterable[RequiredDocument], cases: Iterable[Case]) -> list[RequiredDocument]:
    """A paper several cases ask for alike is listed once; needed in all, it names none."""
    documents = list(documents)
    used = {case for document in documents for case in document.cases}
    everywhere = tuple(case.id for case in cases if case.id in used)
    merged: dict[RequiredDocument, list[str]] = {}
    for document in documents:
        merged.setdefault(document.model_copy(update={"cases": ()}), []).extend(
            document.cases or everywhere
        )
    return [
        document.model_copy(
            update={"cases": () if set(ids) >= set(everywhere) else tuple(dict.fromkeys(ids))}
        )
        for document, ids in merged.items()
    ]


def _cases(cells: Sequence[Cell]) -> dict[str, Case]:
    """Cases by heading, where two to eight headings name situations that exclude each other."""
    headings = list(dict.fromkeys(cell.heading for cell in cells if cell.heading))
    situations = [
        h
        for h in headings
        if _CASE_HEADING.match(without_bullet(h)) and not _NOT_A_CASE.search(h) and len(h) <= 300
    ]
    if not 2 <= len(situations) <= MOST_CASES:
        return {}
    return {
        heading: Case(id=f"case_{number}", label=capped(capitalised(without_bullet(heading)), 200))
        for number, heading in enumerate(situations, 1)
    }
