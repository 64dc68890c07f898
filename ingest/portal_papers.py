"""Turns the portal's list of papers into required documents, cases and notes.

The portal prints a table per heading ("Giấy tờ phải nộp", "Lưu ý", "Trường hợp …")
whose cells hold one paper, several, or only a sentence. A row with the count
"0 bản chính" lost its count on the way here, so a row without a count is a paper
only when it starts like one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.portal_counts import split_count
from ingest.portal_law import form_number
from ingest.portal_text import capitalised, capped, sends_to_district, sentences, texts, without_bullet, without_file_name
from knowledge.procedures import Case, RequiredDocument

NAME_LIMIT = 400
WHEN_LIMIT = 600
NOTE_LIMIT = 2500
MOST_CASES = 8
# Portal rows with the count 0 under "một trong các giấy tờ sau:" are its alternatives, in no order.
ONE_OF_MANY = "thuộc nhóm giấy tờ chỉ cần một trong số đó; chưa rõ cần giấy nào thì hỏi lại nơi nhận hồ sơ"
CASE_QUESTION = "Anh/chị làm theo trường hợp nào dưới đây ạ?"

_HEADING = re.compile(r"^\[(?P<heading>(?:[^\[\]]|\[[^\[\]]*\])*)\]\s*", re.DOTALL)
_MID_COUNT = re.compile(r"\(\s*(?P<n>\d{1,2})\s*bản (?P<kind>chính|gốc|sao)\s*\)", re.IGNORECASE)
_LEADING_COUNT = re.compile(r"^(?P<n>0?[1-9]|1\d)\s*(?:\([^)]{1,12}\)\s*)?bản (?P<kind>chính|gốc|sao)\s+", re.IGNORECASE)
_NOTE_HEADING = re.compile(r"^\W*(?:lưu ý|ghi chú|chú ý|số lượng|cách thức)", re.IGNORECASE)
_SHOW = re.compile(r"xuất trình", re.IGNORECASE)
_SUBMIT = re.compile(r"phải nộp|nộp và xuất trình|nộp hoặc xuất trình|xuất trình hoặc (?:nộp|gửi)", re.IGNORECASE)
_PLAIN_HEADING = re.compile(
    r"^\W*(?:[a-zđ0-9ivx.()]{0,4}\W*)?(?:thành phần(?: hồ sơ)?|hồ sơ|các giấy tờ|giấy tờ|chứng từ|hồ sơ gồm|thành phần,? số lượng hồ sơ)"
    r"(?:,? (?:số lượng|bao gồm|gồm|gồm có|cần nộp|phải nộp|phải xuất trình|xuất trình))*(?:\s*\([^)]*\))?[\s:.]*$",
    re.IGNORECASE,
)
_CASE_HEADING = re.compile(r"^(?:trường hợp|đối với|hồ sơ (?:đề nghị|đối với|đăng ký|cấp)|cấp (?:mới|lại|đổi)|khi )", re.IGNORECASE)
# Ways of handing in and optional extras are conditions of one paper, not cases that exclude each other.
_NOT_A_CASE = re.compile(r"ủy quyền|uỷ quyền|điện tử|trực tuyến|bưu chính|nếu có|xuất trình|phải nộp|nộp trực tiếp|miễn nộp", re.IGNORECASE)
_PAPER = re.compile(
    r"^(?:(?:các |một |những |bộ |\d{1,2} |hai |toàn bộ |danh mục )?(?:bản (?:chính|gốc|sao|chụp|khai|vẽ|thuyết minh|cam kết|trích|dịch|kê|mô tả|tự|án"
    r"|thảo|dự thảo|danh sách|ghi|in|scan|tóm tắt|photo)|bản\b|giấy|đơn\b|tờ khai|tờ trình|văn bản|biên bản|biên lai|quyết định|hợp đồng|hóa đơn|hoá đơn"
    r"|phiếu|sơ đồ|bản vẽ|báo cáo|danh sách|danh mục|ảnh|hồ sơ|thẻ|sổ|hộ chiếu|căn cước|chứng minh|chứng từ|chứng chỉ|bằng|di chúc|dự thảo|giao dịch"
    r"|công văn|phương án|kế hoạch|đề án|dự án|điều lệ|nghị quyết|lý lịch|sơ yếu|trích lục|mẫu|thuyết minh|tài liệu|bảng|kết quả|thông báo|cam kết"
    r"|xác nhận|vận đơn|lệnh|catalog|tem|phụ lục|học bạ|bệnh án|nội dung|quy chế|quy trình|danh bạ|thông tin|thư|tóm tắt|ủy nhiệm|giấy))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"^(?:trừ|người|cơ quan|cán bộ|công chức|cá nhân|tổ chức|việc|khi|nếu|trong|kể từ|nhà đầu tư|doanh nghiệp|chủ|đối với|trường hợp|riêng|ngoài ra|mỗi"
    r"|sau khi|theo|số lượng|lưu ý|ghi chú|bước \d|các giấy tờ (?:trên|này)|hồ sơ (?:được|gửi|nộp|này|trên)|giấy tờ (?:do|bằng|nộp)|văn bản (?:này|trên)"
    r"|(?:các )?thông tin (?:này|trên|cá nhân trong)|và |hoặc |có thể|không )",
    re.IGNORECASE,
)
# An uncounted row that tells what happens to a paper, and a row that is about the dossier as a whole.
_TELLS = re.compile(r"^(?:\S+ ){1,6}?(?:được tạo|được lập khi|được thể hiện|có trách nhiệm|phải bảo đảm|phải được|chỉ cần)\b", re.IGNORECASE)
_WHOLE_DOSSIER = re.compile(r"^hồ sơ\b[^.;]{0,120}(?:bao gồm các giấy tờ theo quy định|trên môi trường điện tử có giá trị)", re.IGNORECASE)
_FRAGMENT = re.compile(r"^[)\];,.:]")
_STEP = re.compile(r"(?:^|\n)\s*(?:bước \d|\d\.\s*(?:đơn vị|NLĐ|cơ quan))", re.IGNORECASE)
_CASE_PAPER = re.compile(
    r"^(?:đối với )?trường hợp (?:(?P<when>[^,:.;]{3,300}?)(?:\s*,\s*(?!(?:\w+ ){0,4}thì\b)|\s*:\s*|\s+(?=(?:phải|cần) (?:có|nộp|kèm|gửi|xuất trình)\b))"
    r"|(?P<then>[^:.;]{3,400}?)\s*,?\s+thì\s+)"
    r"(?P<must>(?:phải|cần)?\s*(?:có|nộp|kèm theo|gửi kèm|gửi|xuất trình)(?: thêm| kèm theo| kèm)?\s+)?(?P<paper>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_TRAILING_CONDITION = re.compile(r"\s*\((?P<when>(?:nếu|trường hợp|trong trường hợp|đối với|khi|áp dụng|chỉ)\b[^()]{3,400})\)\s*[;,.]?$", re.IGNORECASE)
_LIST = re.compile(r":\s*[-+•]\s")
_INTRO_END = re.compile(r",?\s*(?:bao gồm|gồm có|gồm|như sau|sau đây|sau)\s*$", re.IGNORECASE)
_CHOICE_INTRO = re.compile(r"một trong (?:các|những|số)\b.*(?::|gồm|sau|sau đây)\s*$", re.IGNORECASE | re.DOTALL)
_FOOTNOTE = re.compile(r"(?<=[;.)\w])[;.]\d{1,2}$")
_ALTERNATIVES = re.compile(r"một trong|hoặc|như:|sau đây|gồm\b|bao gồm|sau:|\bsau\b[^.]{0,40}:", re.IGNORECASE)
_FORM_FIRST = re.compile(r"^(?:bản )?(?:tờ khai|đơn|giấy đề nghị|phiếu|mẫu|giấy khai|văn bản đề nghị)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Papers:
    """The dossier: documents in the order one gathers them, the cases they belong to, and the remarks."""

    documents: tuple[RequiredDocument, ...] = ()
    cases: tuple[Case, ...] = ()
    note: str | None = None
    doubtful: bool = False


@dataclass(frozen=True)
class _Cell:
    heading: str
    text: str
    originals: int = 0
    copies: int = 0

    @property
    def counted(self) -> bool:
        return bool(self.originals or self.copies)


def read_papers(listed: object) -> Papers:
    """The papers of a record; sentences that are no papers go into the note in the source's order."""
    cells = _without_repeats([part for text in texts(listed) for part in _split(_cell(text))])
    cases = _cases(cells)
    documents: dict[tuple[str, str, str | None, tuple[str, ...]], RequiredDocument] = {}
    notes: list[str] = []
    doubtful = False
    choices = {cell.heading for cell in cells if _CHOICE_INTRO.search(cell.text)}
    for cell in cells:
        if _STEP.search(cell.text) or sends_to_district(cell.text):
            doubtful = True
            continue
        if (document := _document(cell, cases)) is None:
            if text := _remark(cell):
                notes.append(text)
            continue
        if not cell.counted and cell.heading in choices and not _CHOICE_INTRO.search(cell.text):
            document = document.model_copy(update={"when": capped("; ".join(filter(None, [ONE_OF_MANY, document.when])), WHEN_LIMIT)})
        documents.setdefault((document.name.lower(), document.handling, document.when, document.cases), document)
    ordered = sorted(_shared(documents.values(), cases.values()), key=lambda d: (d.handling == "show", not _FORM_FIRST.match(d.name)))
    note = capped("\n".join(dict.fromkeys(notes)), NOTE_LIMIT) if notes else None
    used = {case for document in documents.values() for case in document.cases}
    split = any(document.cases for document in ordered)
    kept = tuple(case for case in cases.values() if case.id in used) if split else ()
    return Papers(tuple(ordered), kept, note, doubtful)


def _cell(text: str) -> _Cell:
    match = _HEADING.match(text)
    heading = " ".join(match["heading"].split()) if match else ""
    body = text[match.end() :] if match else text
    counted = split_count(body)
    return _Cell(_label(heading), without_file_name(counted.text), counted.originals, counted.copies)


def _label(heading: str) -> str:
    return re.sub(r"^[\s*+\-–•.]+", "", heading).strip(" :;.")


def _split(cell: _Cell) -> list[_Cell]:
    """Several papers run together in one cell become several; alternatives ("một trong …") stay one."""
    if _STEP.search(cell.text):
        return [cell]
    parts = [part for part in re.split(r"\n|(?<=[.;])\s+(?=[-+•]\s)", cell.text) if part.strip()]
    starts = [without_bullet(part) for part in parts]
    if len(parts) < 2 or _ALTERNATIVES.search(starts[0]) or not all(_PAPER.match(start) for start in starts):
        return [replace(cell, text=" ".join(cell.text.split()))]
    return [replace(cell, text=start) for start in starts]


def _without_repeats(cells: Sequence[_Cell]) -> list[_Cell]:
    """Without cells that only repeat an alternative of "một trong những giấy tờ …: + A. + B." in their group."""
    lists = [(cell.heading, " ".join(cell.text.lower().split())) for cell in cells if _ALTERNATIVES.search(cell.text) and _LIST.search(cell.text)]
    kept = []
    for cell in cells:
        text = " ".join(without_bullet(cell.text).lower().split()).strip(" ;.")
        if len(text) < 20 or not any(heading == cell.heading and text in other and len(other) > len(text) + 40 for heading, other in lists):
            kept.append(cell)
    return kept


def _shared(documents: Iterable[RequiredDocument], cases: Iterable[Case]) -> list[RequiredDocument]:
    """A paper that several cases ask for alike is listed once; needed in all of them, it names none."""
    documents = list(documents)
    used = {case for document in documents for case in document.cases}
    everywhere = tuple(case.id for case in cases if case.id in used)
    merged: dict[RequiredDocument, list[str]] = {}
    for document in documents:
        merged.setdefault(document.model_copy(update={"cases": ()}), []).extend(document.cases or everywhere)
    return [
        document.model_copy(update={"cases": () if set(ids) >= set(everywhere) else tuple(dict.fromkeys(ids))})
        for document, ids in merged.items()
    ]


def _cases(cells: Sequence[_Cell]) -> dict[str, Case]:
    """Cases by heading, where two to eight headings name situations that exclude each other."""
    headings = list(dict.fromkeys(cell.heading for cell in cells if cell.heading))
    situations = [h for h in headings if _CASE_HEADING.match(without_bullet(h)) and not _NOT_A_CASE.search(h) and len(h) <= 300]
    if not 2 <= len(situations) <= MOST_CASES:
        return {}
    return {
        heading: Case(id=f"case_{number}", label=capped(capitalised(without_bullet(heading)), 200))
        for number, heading in enumerate(situations, 1)
    }


def _document(cell: _Cell, cases: dict[str, Case]) -> RequiredDocument | None:
    """A cell as a paper, None when it is a remark, a heading or the torn-off end of another cell."""
    text = _FOOTNOTE.sub("", without_bullet(cell.text).strip(" ;,.:"))
    if _NOTE_HEADING.match(cell.heading) or _NOTE_HEADING.match(text) or _FRAGMENT.match(cell.text) or len(text) < 4:
        return None
    when: list[str] = []
    show = bool(_SHOW.search(cell.heading)) and not _SUBMIT.search(cell.heading)
    if not show and re.match(r"(?:xuất trình)\b(?! hoặc)", text, re.IGNORECASE):
        show, text = True, re.sub(r"^xuất trình\s*(?:bản chính\s+)?:?\s*", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^(?:nộp|gửi kèm|kèm theo|đính kèm|thành phần hồ sơ \d+(?: \([^)]*\))?\s*:)\s*", "", text, flags=re.IGNORECASE)
    if (match := _CASE_PAPER.match(text)) and _is_case_paper(match, counted=cell.counted):
        show = show or "xuất trình" in (match["must"] or "").lower()
        situation = (match["when"] or match["then"]).strip(" ,").removesuffix(" thì")
        when.append(f"trường hợp {situation.strip(' ,')}")
        text = match["paper"]
    counted = cell.counted or bool(_MID_COUNT.search(text)) or bool(_LEADING_COUNT.match(text))
    if not _PAPER.match(text) and (not counted or _SENTENCE.match(text)):
        return None
    if not counted and (_SENTENCE.match(text) or text.endswith(":") or re.search(r"(?:sau|gồm|như sau)\s*$", text)):
        return None
    if not cell.counted and _TELLS.match(text) or _WHOLE_DOSSIER.match(text):
        return None
    name, rest = _name_and_rest(text)
    while match := _TRAILING_CONDITION.search(name):
        when.append(match["when"].strip())
        name = name[: match.start()].rstrip(" ;,.")
    if len(name) < 4:
        return None
    name, originals, copies = _counts(name, cell)
    heading = cell.heading
    case = cases.get(heading)
    if heading and not case and not _PLAIN_HEADING.match(heading) and not re.match(r"giấy tờ (?:phải )?(?:nộp|xuất trình)", heading, re.IGNORECASE):
        when.insert(0, without_bullet(heading))
    if rest:
        when.append(rest)
    condition = "; ".join(dict.fromkeys(part.strip(" ;.") for part in when if part.strip(" ;.")))
    return RequiredDocument(
        name=capped(capitalised(name), NAME_LIMIT),
        originals=originals,
        copies=copies,
        when=capped(condition, WHEN_LIMIT) or None,
        handling="show" if show else "submit",
        cases=(case.id,) if case else (),
        form=form_number(text),
    )


def _is_case_paper(match: re.Match[str], *, counted: bool) -> bool:
    """Whether "Trường hợp X thì Y" asks for a paper Y, rather than telling what happens then."""
    if not counted and not match["must"]:
        return False
    return bool(_PAPER.match(match["paper"]) and not _SENTENCE.match(match["paper"])) or bool(match["must"] and counted)


def _name_and_rest(text: str) -> tuple[str, str]:
    """The first sentence, or what stands before a list, names the paper; the rest explains it."""
    text = " ".join(text.split())
    if match := _LIST.search(text):
        items = re.split(r"(?:^|(?<=[.;]))\s*[-+•]\s+", text[match.end() - 2 :])
        listed = "; ".join(item.strip(" ;.+-") for item in items if item.strip(" ;.+-"))
        return _INTRO_END.sub("", text[: match.start()]).strip(" ;,.:"), listed
    parts = sentences(text, at_semicolons=False)
    name = _INTRO_END.sub("", parts[0].strip(" ;,.:")).strip(" ;,.:")
    return name, " ".join(parts[1:]).strip(" ;,.")


def _counts(name: str, cell: _Cell) -> tuple[str, int, int]:
    """Originals and copies; the portal's default "1 bản chính" of a "Bản sao …" is one copy."""
    originals, copies = cell.originals, cell.copies
    if match := _LEADING_COUNT.match(name):
        name = ("Bản sao " if match["kind"].lower() == "sao" else "") + name[match.end() :]
        if not cell.counted:
            originals, copies = (0, int(match["n"])) if match["kind"].lower() == "sao" else (int(match["n"]), 0)
    middle = list(_MID_COUNT.finditer(name))
    if len(middle) == 1 and not cell.counted:
        number, kind = min(int(middle[0]["n"]), 20), middle[0]["kind"].lower()
        originals, copies = (0, number) if kind == "sao" else (number, 0)
        name = (name[: middle[0].start()].rstrip() + name[middle[0].end() :]).strip(" ;,.")
    if re.match(r"bản (?:sao|chụp|photo)\b", name, re.IGNORECASE) and originals and not copies:
        originals, copies = 0, originals
    return name, originals, copies


def _remark(cell: _Cell) -> str:
    """A sentence for the note; torn-off punctuation and bare headings are nothing to tell anybody."""
    text = re.sub(r"^[)\];,.:\s\d]*\)\s|^[)\];,.:\s]+", "", without_bullet(cell.text)).strip()
    if len(text) < 15 or text.endswith(":") or re.match(r"\W*số lượng hồ sơ", text, re.IGNORECASE):
        return ""
    prefix = ""
    if cell.heading and not _NOTE_HEADING.match(cell.heading) and not _PLAIN_HEADING.match(cell.heading):
        prefix = "" if re.match(r"giấy tờ (?:phải )?(?:nộp|xuất trình)", cell.heading, re.IGNORECASE) else f"{without_bullet(cell.heading)}: "
    return capitalised(capped(prefix + " ".join(text.split()), 800))
