"""What a decision, law or letter says about itself and about codes: number, dates, retirements."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ingest.portal_text import capped, one_line
from knowledge.catalogue import CodeStatus, KnownCode
from knowledge.documents import IngestedFile, NewProposal, StoredProposal
from knowledge.offices import HANOI
from knowledge.procedures import Source

CODE = re.compile(r"(?<![\d.,/])(\d\.\d{6})(?!\d)")
_DAY = r"(?:ngày\s+)?(\d{1,2})\s*(?:/|tháng|-)\s*(\d{1,2})\s*(?:/|năm|-)\s*(\d{4})"
_DATED = re.compile(r",\s*ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})", re.IGNORECASE)
_STARTS = r"có hiệu lực(?: thi hành)?(?:\s*,?\s*(?:kể\s+)?từ)?\s+"
_IN_FORCE = re.compile(rf"{_STARTS}{_DAY}", re.IGNORECASE)
_ACT = r"(?:bộ luật|luật|nghị định|thông tư|quyết định|nghị quyết|pháp lệnh|văn bản)"
_THIS_IN_FORCE = re.compile(rf"\b{_ACT}(?: liên tịch)? này\s+{_STARTS}{_DAY}", re.IGNORECASE)
# A whole act, named by its number; "khoản 2 Điều 5 Nghị định số …" is only a part of one.
_ACT_NUMBER = re.compile(
    rf"\b{_ACT}\b[^.;\n]{{0,150}}?\bsố\s+(\d{{1,5}}/(?:\d{{4}}/)?[A-ZĐ][\w-]*)", re.IGNORECASE
)
_ONLY_A_PART = re.compile(
    r"\b(?:điều|khoản|chương|mục|phụ lục)\s+[\dIVX]|\bđiểm\s+[a-zđ]\b|kèm theo|biểu mẫu|một phần",
    re.IGNORECASE,
)
# What ends is named at once: "bãi bỏ biểu mẫu … của Thông tư số …" ends a form, not the act.
_ENDS = (
    re.compile(rf"\bbãi bỏ (?:toàn bộ )?(?:các )?(?P<gone>{_ACT}\b.*)", re.IGNORECASE),
    re.compile(
        rf"\b{_ACT} này (?:có hiệu lực.{{0,80}}?\bvà )?thay thế (?:cho )?(?:các )?"
        rf"(?P<gone>{_ACT}\b.*)",
        re.IGNORECASE,
    ),
    re.compile(
        r"^\W*(?:điều\s+)?(?:\d+[.)]|[a-zđ]\))?\s*(?:(?:kể )?từ ngày[^,]{0,80},\s*)?(?:các\s+)?"
        rf"(?P<gone>{_ACT}\b.*?)hết hiệu lực", re.IGNORECASE,
    ),
)  # fmt: skip
# An act that amended the ended one lives on where it says more than that: "Luật Căn cước công
# dân đã được sửa đổi theo Luật số 68/2020/QH14 hết hiệu lực" does not end the Luật Cư trú.
_AMENDED = re.compile(r"(?:sửa đổi|bổ sung|đính chính)[^.;\n]{0,60}?\b(?:theo|bởi|tại|bằng)\b")
_FROM_SIGNING = re.compile(
    r"có hiệu lực(?: thi hành)?\s+(?:kể\s+)?từ\s+ngày\s+(?:ký|ban hành)", re.IGNORECASE
)
_UNTIL = re.compile(rf"hết hiệu lực(?: thi hành)?(?:\s+(?:kể\s+)?từ)?\s+{_DAY}", re.IGNORECASE)
# Only the document's own number stands at the start of a line and behind a colon.
_NUMBER = re.compile(
    r"(?:^|[\n|_]\s*)(?:Luật\s+)?[Ss]ố\s*:\s*(\d{1,5}\s*/\s*(?:\d{4}\s*/\s*)?[A-ZĐ][A-ZĐa-z0-9&.-]*"
    r"(?:\s*[-–/]\s*[A-ZĐ][A-ZĐa-zđ0-9&]*)*)"
)
# "Hủy bỏ giao dịch" is the name of a procedure.
_ABOLISHES = re.compile(r"bãi bỏ|hết hiệu lực|(?:hủy|huỷ) bỏ (?:thủ tục|TTHC|mã)", re.IGNORECASE)
_REPLACES = re.compile(r"thay thế|được thay(?: thế)? bằng|thay bằng", re.IGNORECASE)
_IN_NAME = re.compile(
    r"(?<!\d)(\d{1,4})[-_. ]+(20\d\d)[-_. ]+((?:tt|nđ|nd|qđ|qd|nq)[-_. ]+[a-zđ]{2,8})(?![a-zđ])",
    re.I,
)
_ABOLISHED_TABLE = re.compile(
    r"(?:thủ tục hành chính|TTHC)[^.;]{0,60}?\b(?:bãi bỏ|hủy bỏ|huỷ bỏ)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Header:
    """What a document says about itself: number ("12/2026/NĐ-CP"), day, dates of force."""

    number: str | None = None
    signed: date | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    issuer: str | None = None


def read_header(text: str) -> Header:
    """Number, issuer and dates out of the whole text; what is not said stays None."""
    head = text[:2500]
    number = _NUMBER.search(head)
    signed = _first_date(_DATED, head)
    # Another act's day may stand before the document's own ("Luật … đã có hiệu lực từ ngày …").
    start = _first_date(_THIS_IN_FORCE, text) or _first_date(_IN_FORCE, text)
    if start is None and _FROM_SIGNING.search(text):
        start = signed
    return Header(
        number=re.sub(r"\s+", "", number[1]).replace("–", "-") if number else None,
        signed=signed,
        effective_from=start,
        issuer=_issuer(head),
    )


def replaced_in(lines: Iterable[str], own: str | None) -> tuple[str, ...]:
    """The numbers of whole acts a document ends: replaced, abolished, "hết hiệu lực"."""
    found: dict[str, None] = {}
    for sentence in (part for line in lines for part in re.split(r"[.;\n]\s", line)):
        for pattern in _ENDS:
            if match := pattern.search(sentence):
                gone = _AMENDED.split(match["gone"])[0]
                if not _ONLY_A_PART.search(gone):
                    found |= dict.fromkeys(_ACT_NUMBER.findall(gone))
    return tuple(number for number in found if number != own)


def numbered_by_name(header: Header, name: str, text: str) -> Header:
    """The header with the number that the file's name says, where none could be read in it.

    Only where year and letters stand in the document too: "tt-53-2025-tt-bca.pdf" of a scan
    that is dated 2025 and says "/TT-BCA".
    """
    told = _IN_NAME.search(name)
    if header.number or not told or header.signed is None or str(header.signed.year) != told[2]:
        return header
    letters = re.sub(r"[-_. ]+", "-", told[3]).upper()
    for said in re.findall(r"/([A-ZĐ]{2,4}-[A-ZĐ]{2,8})\b", text[:2500]):
        if said.replace("Đ", "D") == letters.replace("Đ", "D"):
            return replace(header, number=f"{int(told[1])}/{told[2]}/{said}")
    return header


def until_in(text: str) -> date | None:
    """The last day of something said to end: the day before "hết hiệu lực từ ngày …"."""
    found = _first_date(_UNTIL, text)
    return date.fromordinal(found.toordinal() - 1) if found else None


def _first_date(pattern: re.Pattern[str], text: str) -> date | None:
    match = pattern.search(text)
    if not match:
        return None
    day, month, year = (int(number) for number in match.groups()[-3:])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _issuer(head: str) -> str | None:
    for line in head.split("\n")[:6]:
        found = re.match(
            r"\s*((?:ỦY|UỶ) BAN NHÂN DÂN\b[^|\n]{0,40}?|BỘ [A-ZĐÀ-Ỹ, ]{2,40}?|CHÍNH PHỦ|QUỐC HỘI"
            r"|THỦ TƯỚNG CHÍNH PHỦ|HỘI ĐỒNG NHÂN DÂN\b[^|\n]{0,30}?)(?:\s{2,}|CỘNG H|$|\|)",
            line.strip(),
        )
        if found:
            return " ".join(found[1].split())
    return None


@dataclass(frozen=True)
class Said:
    """A line or table row with its page, for what it says about codes."""

    text: str
    page: int | None = None


def proposals_in(lines: Sequence[Said], header: Header) -> list[NewProposal]:
    """Codes the document abolishes or says to be replaced, each once.

    A code counts when its own sentence or row says so, or when it stands under a heading
    "thủ tục hành chính bị bãi bỏ", up to the next heading.
    """
    found: dict[str, NewProposal] = {}
    under_heading = False
    for said in lines:
        text = one_line(said.text)
        codes = list(dict.fromkeys(CODE.findall(text)))
        if not codes:
            if _ABOLISHED_TABLE.search(text) and len(text) < 250:
                under_heading = True
            elif re.match(r"^(?:[IVX]+\.|[A-Z]\.|Phần|PHẦN|PHỤ LỤC|Phụ lục|Điều \d)", text) or (
                re.search(
                    r"ban hành mới|sửa đổi, bổ sung|được thay thế|nội dung cụ thể", text, re.I
                )
                and len(text) < 200
            ):
                under_heading = False
            continue
        for proposal in _of_line(text, codes, said.page, header, under_heading):
            found.setdefault(proposal.code, proposal)
    return list(found.values())


def _of_line(
    text: str, codes: list[str], page: int | None, header: Header, under_heading: bool
) -> Iterable[NewProposal]:
    replaces = _REPLACES.search(text)
    if replaces and len(codes) >= 2:
        before = [code for code in codes if text.index(code) < replaces.start()]
        after = [code for code in codes if code not in before]
        passive = re.search(r"(?:được|bị) thay|thay(?: thế)? bằng", text, re.IGNORECASE)
        old, new = (before, after) if passive else (after, before)
        if old and new:
            for code in old:
                yield _proposal(code, "replace", text, page, header, new)
            return
    if under_heading or _ABOLISHES.search(text):
        for code in codes:
            yield _proposal(code, "retire", text, page, header, [])


def _name_of(code: str, text: str) -> str:
    """What a row or sentence calls the procedure of a code; "" where it only names the code."""
    if "|" in text:  # of a row its longest cell: the others are numbers and offices
        name = max(CODE.sub("", text).split("|"), key=len)
    else:
        before = text[: text.index(code)]
        called = re.split(r"\bthủ tục(?: hành chính)?\b", before, flags=re.IGNORECASE)[1:]
        name = re.sub(r"(?:\bmã(?: số)?(?: TTHC)?)?[\s:(,–-]*$", "", called[-1] if called else "")
    return " ".join(name.split()).strip(" |;.,-()")


def _proposal(
    code: str, kind: str, text: str, page: int | None, header: Header, new: list[str]
) -> NewProposal:
    name = _name_of(code, text)
    starts = header.effective_from
    return NewProposal(
        code=code,
        record={
            "kind": kind,
            "name": capped(name, 300) or code,
            "replaced_by": new,
            "effective_from": starts.isoformat() if starts else None,
            "page": page,
            "quote": capped(text, 400),
        },
    )


def known_code_of(proposal: StoredProposal, file: IngestedFile, name: str) -> KnownCode:
    """The catalogue entry of a code whose retirement was accepted."""
    new = tuple(proposal.record.get("replaced_by") or ())
    return KnownCode(
        code=proposal.code,
        name=name,
        status=CodeStatus.SUPERSEDED if new else CodeStatus.ABOLISHED,
        superseded_by=new,
        note=str(proposal.record.get("quote") or "")[:400] or None,
        source=Source(name=file.name, as_of=file.created_at.astimezone(HANOI).date()),
    )
