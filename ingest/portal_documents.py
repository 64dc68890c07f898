"""Decides whether a cell of the papers' table is a paper, and reads its name and conditions."""

import re

from ingest.portal_cells import LIST_START, PAPER_START, Cell
from ingest.portal_law import form_number
from ingest.portal_text import capitalised, capped, sentences, without_bullet
from knowledge.procedures import Case, RequiredDocument

NAME_LIMIT = 400
WHEN_LIMIT = 600
_MID_COUNT = re.compile(r"\(\s*(?P<n>\d{1,2})\s*bản (?P<kind>chính|gốc|sao)\s*\)", re.IGNORECASE)
_LEADING_COUNT = re.compile(
    r"^(?P<n>0?[1-9]|1\d)\s*(?:\([^)]{1,12}\)\s*)?bản (?P<kind>chính|gốc|sao)\s+", re.IGNORECASE
)
_NOTE_HEADING = re.compile(r"^\W*(?:lưu ý|ghi chú|chú ý)", re.IGNORECASE)
_NOTE_TEXT = re.compile(
    r"^\W*(?:lưu ý|ghi chú|chú ý|số lượng|cách thức|không quy định|không có)", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"^(?:người|cá nhân|tổ chức)\b[^.:;]{0,60}?\s(?P<must>xuất trình|phải nộp"
    r"|nộp)\s+(?=(?:một trong|bản|giấy|thẻ|đơn|tờ))",
    re.IGNORECASE,
)
PAPERS_HEADING = re.compile(r"giấy tờ (?:phải )?(?:nộp|xuất trình)", re.IGNORECASE)
_SHOW_FIRST = re.compile(r"xuất trình\b(?! hoặc)\s*(?:bản chính\s+)?:?\s*", re.IGNORECASE)
_SUBMIT_FIRST = re.compile(
    r"^(?:nộp|gửi kèm|kèm theo|đính kèm|thành phần hồ sơ(?: \d+)?(?: \([^)]*\))?\s*:)\s*",
    re.IGNORECASE,
)
_NUMBERED_CASE = re.compile(r"^((?:đối với )?trường hợp) \(?\d+\)?\s*:\s*", re.IGNORECASE)
_SHOW = re.compile(r"xuất trình", re.IGNORECASE)
_SUBMIT = re.compile(
    r"phải nộp|nộp và xuất trình|nộp hoặc xuất trình|xuất trình hoặc (?:nộp|gửi)", re.IGNORECASE
)
_PLAIN_HEADING = re.compile(
    r"^\W*số lượng hồ sơ\b.*|^\W*(?:[a-zđ0-9ivx.()]{0,4}\W*)?(?:thành phần(?: hồ sơ)?"
    r"|hồ sơ|các giấy tờ|giấy tờ|chứng từ|hồ sơ gồm|thành phần,? số lượng hồ sơ)"
    r"(?:,? (?:số lượng|bao gồm|gồm|gồm có|cần nộp|phải nộp|phải xuất trình"
    r"|xuất trình))*(?:\s*\([^)]*\))?[\s:.]*$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"^(?:trừ|người|cơ quan|cán bộ|công chức|cá nhân|tổ chức|việc|khi|nếu|trong|kể từ"
    r"|nhà đầu tư|doanh nghiệp|chủ|đối với|trường hợp|riêng|ngoài ra|mỗi"
    r"|sau khi|theo|số lượng|lưu ý|ghi chú|bước \d|các giấy tờ (?:trên|này)"
    r"|hồ sơ (?:được|gửi|nộp|này|trên)|giấy tờ (?:do|bằng|nộp)|văn bản (?:này|trên)"
    r"|(?:các )?thông tin (?:này|trên|cá nhân trong)|và |hoặc |có thể|không )",
    re.IGNORECASE,
)
# An uncounted row that tells what happens to a paper, and a row about the dossier as a whole.
_TELLS = re.compile(
    r"^(?:\S+ ){1,6}?(?:được tạo|được lập khi|được thể hiện|có trách nhiệm|phải bảo đảm"
    r"|phải được|chỉ cần)\b",
    re.IGNORECASE,
)
_WHOLE_DOSSIER = re.compile(
    r"^hồ sơ\b[^.;]{0,120}(?:bao gồm các giấy tờ theo quy định|trên môi trường điện tử có giá trị)",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"^(?:hoặc|và|(?:các )?giấy tờ|hồ sơ|\d* ?bộ gốc|\W*\w{1,3}\W*)$", re.IGNORECASE
)
_FRAGMENT = re.compile(r"^[)\];,.:]")
_CASE_PAPER = re.compile(
    r"^(?P<lead>(?:đối với )?trường hợp|đối với|nếu) (?:(?P<then>[^:.;]{3,400}?)\s*,?\s+thì\s+"
    r"|(?P<when>[^,:.;]{3,300}?)(?:\s*,\s*|\s*:\s*|\s+(?=(?:phải|cần) (?:có|nộp|kèm|gửi"
    r"|xuất trình)\b)))"
    r"(?P<must>(?:phải|cần)?\s*(?:có|nộp|kèm theo|gửi kèm|gửi|xuất trình)(?: thêm"
    r"| kèm theo| kèm)?\s+)?(?P<paper>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_TRAILING_CONDITION = re.compile(
    r"\s*\((?P<when>(?:nếu|trường hợp|trong trường hợp|đối với|khi|áp dụng"
    r"|chỉ)\b[^()]{3,400})\)\s*[;,.]?$",
    re.IGNORECASE,
)
_INTRO_END = re.compile(r",?\s*(?:bao gồm|gồm có|gồm|như sau|sau đây|sau)\s*$", re.IGNORECASE)
_FOOTNOTE = re.compile(r"(?<=[;.)\w])[;.]\d{1,2}$")


def document_of(cell: Cell, cases: dict[str, Case]) -> RequiredDocument | None:
    """A cell as a paper; None for a remark, a heading or the torn-off end of another cell."""
    text = _FOOTNOTE.sub("", without_bullet(cell.text).strip(" ;,.:").removeprefix(") "))
    if _NOTE_HEADING.match(cell.heading) or _NOTE_TEXT.match(text) or _FRAGMENT.match(cell.text):
        return None
    text, show = _handling(text, cell)
    text, situation, show = _situation(text, cell, show)
    if not _is_paper(text, cell):
        return None
    name, conditions = _name_and_conditions(text)
    if len(name) < 4:
        return None
    name, originals, copies = _counts(name, cell)
    case = cases.get(cell.heading)
    group = "" if case else _group(cell.heading)
    when = [part.strip(" ;.") for part in (group, situation, *conditions)]
    return RequiredDocument(
        name=capped(capitalised(name), NAME_LIMIT),
        originals=originals,
        copies=copies,
        when=capped("; ".join(dict.fromkeys(filter(None, when))), WHEN_LIMIT) or None,
        handling="show" if show else "submit",
        cases=(case.id,) if case else (),
        form=form_number(text),
    )


def _handling(text: str, cell: Cell) -> tuple[str, bool]:
    """The text without "Nộp" or "Xuất trình" before the paper, and whether it is only shown."""
    show = bool(_SHOW.search(cell.heading)) and not _SUBMIT.search(cell.heading)
    if not show and (match := _SHOW_FIRST.match(text)):
        show, text = True, text[match.end() :]
    text = _SUBMIT_FIRST.sub("", text)
    if cell.counted and (subject := _SUBJECT.match(text)):
        return text[subject.end() :], show or "xuất trình" in subject["must"].lower()
    return text, show


def _situation(text: str, cell: Cell, show: bool) -> tuple[str, str, bool]:
    """Paper and situation out of "Trường hợp X thì phải nộp Y"."""
    text = _NUMBERED_CASE.sub(r"\1 ", text)
    match = _CASE_PAPER.match(text)
    if not match or not _is_case_paper(match, counted=cell.counted):
        return text, "", show
    situation = (match["when"] or match["then"]).strip(" ,").removesuffix(" thì")
    words = f"{match['lead'].lower()} {_INTRO_END.sub('', situation).strip(' ,')}"
    return match["paper"], words, show or "xuất trình" in (match["must"] or "").lower()


def _is_paper(text: str, cell: Cell) -> bool:
    """Whether the text names a paper; without a count it must look like one in every way."""
    counted = cell.counted or _MID_COUNT.search(text) or _LEADING_COUNT.match(text)
    if len(text) < 4 or _WHOLE_DOSSIER.match(text) or _NOTHING.match(text):
        return False
    if counted:
        return bool(PAPER_START.match(text)) or not _SENTENCE.match(text)
    return bool(
        PAPER_START.match(text)
        and not _SENTENCE.match(text)
        and not _TELLS.match(text)
        and not re.search(r"(?::|sau|gồm|như sau)\s*$", text)
    )


def _name_and_conditions(text: str) -> tuple[str, list[str]]:
    """The paper's name, and what the brackets and sentences after it say about when."""
    name, rest = _name_and_rest(text)
    conditions: list[str] = []
    while match := _TRAILING_CONDITION.search(name):
        conditions.append(match["when"])
        name = name[: match.start()].rstrip(" ;,.")
    return name, [*conditions, rest]


def _group(heading: str) -> str:
    """A heading as a condition; "Thành phần hồ sơ" and "Giấy tờ phải nộp" are none."""
    if _PLAIN_HEADING.match(heading) or PAPERS_HEADING.match(heading):
        return ""
    return without_bullet(heading)


def _is_case_paper(match: re.Match[str], *, counted: bool) -> bool:
    """Whether "Trường hợp X thì Y" asks for a paper Y, rather than telling what happens then."""
    if not counted and not match["must"]:
        return False
    return bool(PAPER_START.match(match["paper"]) and not _SENTENCE.match(match["paper"])) or bool(
        match["must"] and counted
    )


def _name_and_rest(text: str) -> tuple[str, str]:
    """The first sentence, or what stands before a list, names the paper; the rest explains it."""
    text = " ".join(text.split())
    if match := LIST_START.search(text):
        items = re.split(r"(?:^|(?<=[.;]))\s*[-+•]\s+", text[match.end() - 2 :])
        listed = "; ".join(item.strip(" ;.+-") for item in items if item.strip(" ;.+-"))
        return _INTRO_END.sub("", text[: match.start()]).strip(" ;,.:"), listed
    parts = sentences(text, at_semicolons=False)
    name = _INTRO_END.sub("", parts[0].strip(" ;,.:")).strip(" ;,.:")
    return name, " ".join(parts[1:]).strip(" ;,.")


def _counts(name: str, cell: Cell) -> tuple[str, int, int]:
    """Originals and copies; the portal's default "1 bản chính" of a "Bản sao …" is one copy."""
    originals, copies = cell.originals, cell.copies
    if match := _LEADING_COUNT.match(name):
        name = ("Bản sao " if match["kind"].lower() == "sao" else "") + name[match.end() :]
        if not cell.counted:
            originals, copies = (
                (0, int(match["n"])) if match["kind"].lower() == "sao" else (int(match["n"]), 0)
            )
    middle = list(_MID_COUNT.finditer(name))
    # A count in the words at the end is the paper's own, and beats the table's default.
    if len(middle) == 1 and (not cell.counted or middle[0].end() == len(name)):
        number, kind = min(int(middle[0]["n"]), 20), middle[0]["kind"].lower()
        originals, copies = (0, number) if kind == "sao" else (number, 0)
        name = (name[: middle[0].start()].rstrip() + name[middle[0].end() :]).strip(" ;,.")
    if (match := re.match(r"0?([2-9]|1\d) \w", name)) and (originals, copies) == (1, 0):
        originals = int(match[1])
    if match := re.match(r"bản chính (?!hoặc|và|,)", name, re.IGNORECASE):
        name, originals = name[match.end() :], max(originals, 1)
    if re.match(r"bản (?:sao|chụp|photo)\b", name, re.IGNORECASE) and originals and not copies:
        originals, copies = 0, originals
    return name, originals, copies


def remark_of(cell: Cell) -> str:
    """A sentence for the note; torn-off punctuation and bare headings tell nobody anything."""
    text = re.sub(r"^[)\];,.:\s\d]*\)\s|^[)\];,.:\s]+", "", without_bullet(cell.text)).strip()
    if (
        len(text) < 15
        or text.endswith(":")
        or re.match(r"\W*(?:số lượng hồ sơ|không quy định)", text, re.IGNORECASE)
    ):
        return ""
    prefix = ""
    if (
        cell.heading
        and not _NOTE_HEADING.match(cell.heading)
        and not _PLAIN_HEADING.match(cell.heading)
    ):
        prefix = "" if PAPERS_HEADING.match(cell.heading) else f"{without_bullet(cell.heading)}: "
    text = re.sub(r"^(?:lưu ý|ghi chú|chú ý)\s*:?\s*[-+*]?\s*", "", text, flags=re.IGNORECASE)
    return capitalised(capped(prefix + " ".join(text.split()), 800))
