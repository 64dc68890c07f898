"""A message read in its conversation: topics, form of address, codes, ordinals, clauses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.address import Address, find_address
from assistant.answers import Choice
from knowledge.linking.matter import core
from knowledge.linking.topics import TopicModel
from knowledge.procedures import Case, Procedure, Topic
from knowledge.vietnamese import fold, has_tones, normalise

_CODE = re.compile(r"(?<!\d)(\d\.\d{6})(?!\d)")
# A comma or "với" parts two matters only where a verb of doing follows: "kết hôn với người Hàn".
_CLAUSES = re.compile(
    r"[?;.!\n]+\s*|,?\s+(?:còn|rồi|và|với lại|đồng thời|xong)\s+"
    r"|(?:,\s*|\s+(?:luôn )?với )"
    r"(?=(?:xin|sao y|photo|chứng thực|nhập|đổi|cấp|khai)\b)"
    r"|,\s*với (?=(?:bố|ba|mẹ|má|ông|bà|con|cháu|vợ|chồng|anh|chị|em|cô|chú|bác|tôi|tui|mình)\b"
    r"(?: \S+){1,10} (?:xin|muốn|cần|làm|đăng ký|nộp|hưởng)\b)",
    re.IGNORECASE,
)
# Without such a verb only what the parts mean tells whether two matters are joined.
_JOINTS = re.compile(r"\s+(?:với|voi|va|hay|r)\s+", re.IGNORECASE)
_BOTH = re.compile(r"\b(?:vừa|vua)\s+(?P<one>.+?)\s+(?:vừa|vua)\s+(?P<other>.+)", re.IGNORECASE)
_MIN_CLAUSE_WORDS = 2
_HOW_MUCH = re.compile(r"\b(?:bao nhiêu|nhiêu|bao nhieu)(?: vậy| thế| ạ| em| cháu| nhỉ)*$")


@dataclass(frozen=True, slots=True)
class Question:
    """One masked message, understood (câu hỏi)."""

    text: str
    normalised: str
    topics: tuple[Topic, ...]
    codes: tuple[str, ...]
    address: Address | None

    @property
    def words(self) -> int:
        return len(self.normalised.split())


def understand(text: str, topics: TopicModel) -> Question:
    """Read a masked message; never fails, an empty question has no words."""
    normalised = normalise(text)
    asked = topics.topics_of(normalised)
    if not asked and normalised.startswith("hồ sơ "):  # "hồ sơ sang tên sổ đỏ"
        asked = (Topic.PAPERS,)
    if not asked and _HOW_MUCH.search(normalised):  # "chứng thực chữ ký bao nhiêu"
        asked = (Topic.FEE,)
    return Question(
        text,
        normalised,
        _meant_by(asked, normalised),
        tuple(dict.fromkeys(_CODE.findall(text))) if "." in text else (),
        find_address(text),
    )


# Money that is received, and how long a paper is good for, are results, no fee and no waiting.
_RECEIVED = re.compile(
    r"\b(?:được|hưởng|nhận|lĩnh|lãnh)(?: (?!miễn|giảm|phép|không)\w+){0,3} (?:bao nhiêu|mấy)\b"
    r"(?! (?:trang|bản|ngày|lần|người|con|tuổi|bộ|m2|mét))"
    r"|\b(?:mức|tiền) (?:trợ cấp|hưởng|mai táng(?: phí)?)(?: \w+){0,3} (?:bao nhiêu|nhiêu|mấy)\b"
)
_VALID = re.compile(
    r"\b(?:giá trị|hiệu lực|thời hạn sử dụng|xài|dùng|hạn dùng)(?: \w+){0,3} "
    r"(?:bao lâu|mấy (?:tháng|năm|ngày)|bao nhiêu (?:tháng|năm|ngày))"
)


def asks_amount(normalised: str) -> bool:
    """Whether a message asks how much money one receives ("tiền mai táng được bao nhiêu")."""
    return bool(_RECEIVED.search(normalised))


def _meant_by(asked: tuple[Topic, ...], normalised: str) -> tuple[Topic, ...]:
    """The topics of a message; words of money or time may ask for the result."""
    for pattern, mistaken in ((_RECEIVED, Topic.FEE), (_VALID, Topic.TIME)):
        if pattern.search(normalised):
            kept = tuple(topic for topic in asked if topic is not mistaken)
            asked = tuple(dict.fromkeys((*kept, Topic.RESULT)))
    return asked


_DENIALS = ("khong", "chua", "chang", "ko")


def _is_denied(said: str, phrases: Sequence[str]) -> bool:
    """Whether every phrase of a case that is said stands behind a "not"."""
    heard = [p for p in (fold(normalise(phrase)) for phrase in phrases) if f" {p} " in said]
    return bool(heard) and all(
        any(f" {no} {phrase} " in said for no in _DENIALS) for phrase in heard
    )


def clauses(text: str) -> list[str]:
    """The parts of a message that may each ask about another matter; one part when it is one."""
    return _long_enough(_CLAUSES.split(text))


_WISHES = re.compile(
    r"\b(?:gì|chi|đâu|mô|nào|mấy|bao nhiêu|nhiêu|bao lâu|sao|răng|muốn|xin|cần|hỏi|định|tính|phải"
    r"|được không|thế nào|ai)\b"
)
TALE = 3  # parts; "khai sinh xong nhập khẩu" is no tale and needs no word of asking


def asking_parts(parts: list[str]) -> list[str]:
    """The parts of a tale that ask or wish for something: what only tells is no matter of its own.

    All of them where there are few, or where none asks (or nobody typed marks).
    """
    if len(parts) < TALE:
        return parts
    asking = [part for part in parts if _WISHES.search(part.lower())]
    return asking or parts


def joined(text: str) -> list[str]:
    """The parts of a message cut also where one matter may be joined to another."""
    parts = []
    for clause in clauses(text):
        both = _BOTH.search(clause)
        parts += [both["one"], both["other"]] if both else _JOINTS.split(clause)
    return _long_enough(parts)


def _long_enough(parts: Sequence[str]) -> list[str]:
    return [part.strip() for part in parts if len(part.split()) >= _MIN_CLAUSE_WORDS]


def find_choice(question: Question, choices: Sequence[Choice]) -> Choice | None:
    """The offered choice a message names: its own words, its label, or its number."""
    said = fold(question.normalised)
    if said.isdigit() and 1 <= int(said) <= len(choices):
        return choices[int(said) - 1]
    for choice in choices:
        if said in (fold(normalise(choice.label)), fold(normalise(choice.message))):
            return choice
    return None


_PARTS = re.compile(r"[,;:()/…]|\bhoặc\b")


def phrases_of(case: Case) -> list[str]:
    """How a case is told: its label, each of several names in the label, its phrases."""
    parts = [part.strip() for part in _PARTS.split(case.label)]
    names = [part for part in parts if len(part.split()) > 1]
    return list(dict.fromkeys([case.label, *names, *case.says]))


def find_case(question: Question, procedure: Procedure) -> str | None:
    """The case of a procedure that a message tells, None when it tells none or several.

    A case is told by its label or one of its ``says`` phrases, tones or not;
    the longest phrase decides ("không có giấy chứng sinh" beats "có giấy chứng sinh").
    """
    said = f" {fold(question.normalised)} "
    told: list[tuple[int, str]] = []
    denied: set[str] = set()
    for case in procedure.cases:
        phrases = phrases_of(case)
        lengths = [
            len(phrase)
            for phrase in (fold(normalise(p)) for p in phrases)
            if phrase and (f" {phrase} " in said or said.strip() == phrase)
        ]
        if lengths and _is_denied(said, phrases):
            denied.add(case.id)
        elif lengths:
            told.append((max(lengths), case.id))
    if denied and not told:  # "không còn bản sao" of two cases means the other
        left = [case.id for case in procedure.cases if case.id not in denied]
        return left[0] if len(left) == 1 else None
    told.sort(reverse=True)
    if not told or (len(told) > 1 and told[0][0] == told[1][0]):
        return None
    return told[0][1]


# "không phải khai sinh, khai tử cơ"; "khai tử chứ không phải kết hôn"; "à nhầm, thường trú"
_NOT_A_BUT_B = re.compile(
    r"^(?:dạ |à |ờ |ý là )*không phải (?:là )?(?P<a>.{2,60}?)"
    r"(?:,| mà là | mà | ý là | tôi hỏi | em hỏi )"
    r"\s*(?P<b>.{2,})$"
)
_B_NOT_A = re.compile(r"^(?P<b>.{2,80}?),?\s+(?:chứ|chớ) (?:không|ko|k) phải\b.*$")
_MISTAKEN = re.compile(
    r"^(?:dạ |à |ờ |ơ |ấy |thôi |xin lỗi |em |tôi |mình |chị |anh )*"
    r"(?:nhầm(?: rồi)?|lộn(?: rồi)?|ý (?:em|tôi|mình|chị|anh|bác|cô|chú|là)(?: là)?|"
    r"hỏi nhầm|nói nhầm)\b[, ]*(?P<b>.{2,})$"
)
_WANTED = re.compile(r"^(?:ý |em |tôi |mình |chị |anh |bác |cô |chú |là |hỏi )+")
_ENDING = re.compile(r"\s*(?:mới đúng|mới phải|cơ mà|cơ|chứ|kia|ấy|nhé|ạ|mà)$")
# What must stand in a message for each of them to be found: few hold any of it.
_CORRECTIONS = (
    (_NOT_A_BUT_B, ("không phải ",)),
    (_B_NOT_A, (" chứ ", " chớ ")),
    (_MISTAKEN, ("nhầm", "lộn", "ý ")),
)
_BACK = re.compile(
    r"\b(?:quay (?:lại|về)|trở (?:lại|về)|quay trở lại|hỏi lại|nói lại|về lại)\b"
    r"|\b(?:hồi nãy|lúc nãy|khi nãy|vừa nãy|ban nãy|ban đầu|lúc đầu|hồi đầu|trước đó|cái trước)\b"
)
_BACK_NOISE = re.compile(
    r"\b(?:quay|trở|lại|về|cái|chuyện|việc|vụ|thủ tục|hồi|lúc|khi|vừa|ban|nãy|đầu|trước|đó|thôi|"
    r"đi|cho|em|tôi|hỏi|nói|nhé|ạ|ấy|kia)\b"
)


def correction(text: str) -> str | None:
    """What a message says is meant instead of what was understood; None for no correction."""
    said = " ".join(text.lower().split()).strip(" .!?")
    for pattern, signs in _CORRECTIONS:
        if any(sign in said for sign in signs) and (found := pattern.match(said)):
            meant = _WANTED.sub("", found["b"])
            while (shorter := _ENDING.sub("", meant)) != meant:
                meant = shorter
            return meant.strip(" ,") or None
    return None


_DENIED = re.compile(
    r"^(?:không|chưa|chẳng)(?: phải)?(?: bị)? (?P<denied>.{2,40}?)(?:,|\s+mà)\s*"
    r"(?:mà |chỉ |là |do |bị |tại )*(?P<meant>.{2,})$"
)


def denial(text: str) -> tuple[str, str]:
    """ "không mất, chỉ là hết hạn" as what is denied and what is meant; two empty ones for none."""
    found = _DENIED.match(" ".join(text.lower().split()))
    return (found["denied"], found["meant"]) if found else ("", "")


# Words of asking that name no procedure after one is in hand, but may elsewhere ("cấp căn cước").
_ASKING = frozenset(["cap", "tra", "lay", "bua", "hom", "chung", "nhan", "gio", "don"])


_ASKS = re.compile(r"\b(?:gì|nào|đâu|mấy|bao|sao|ai|không|chưa|hả|à|chứ|phải)\b")


def tells(question: Question) -> bool:
    """Whether a short message tells something and asks nothing ("em là dì ruột của cháu")."""
    asks = _ASKS.search(question.normalised) or "?" in question.text
    return not question.topics and not asks


def only_asks(normalised: str) -> bool:
    """Whether nothing is left of a message without the words of asking ("có lấy ngay không")."""
    return set(core(normalised).split()) <= _ASKING


def goes_back(normalised: str) -> bool:
    """Whether a message returns to something said earlier."""
    return bool(_BACK.search(normalised))


def back_to(normalised: str) -> str:
    """What is left of a message that goes back, without the words of going back."""
    return " ".join(_BACK_NOISE.sub(" ", normalised).split())


_POLITE = re.compile(r"^(?:dạ|à|ừ) | (?:ạ|rồi|chứ|nhé|em|cháu)$")
YES = frozenset({"có", "rồi", "đúng", "vâng", "phải", "ừ", "ừm", "ok", "dạ", "yes"})
NO = frozenset({"không", "không có", "chưa", "chưa có", "không phải", "no"})


def bare_word(normalised: str) -> str:
    """A short answer without its politeness: "dạ có ạ" is "có"."""
    while (shorter := _POLITE.sub("", normalised)) != normalised:
        normalised = shorter
    return normalised


_DO_NOT_KNOW = re.compile(
    r"\b(?:không (?:rõ|biết|chắc|nhớ)|chưa (?:rõ|biết|chắc)|chả biết|xem hết|cho hết|tất cả|cả hai|"
    r"hết luôn|mọi trường hợp|not sure|don t know|all of them|show all)\b"
)


def does_not_know(normalised: str) -> bool:
    """Whether a short answer to "which case?" is that the resident cannot tell, or wants all."""
    return bool(_DO_NOT_KNOW.search(normalised)) and len(normalised.split()) <= 10


def _telling_words(procedure: Procedure) -> dict[str, set[str]]:
    """For each case the words that only its label and phrases use."""
    used = {
        case.id: set(" ".join(normalise(p) for p in (case.label, *case.says)).split())
        for case in procedure.cases
    }
    asked = normalise((procedure.case_question or "").split("(", 1)[0]).removesuffix(" ạ")
    ways = [way.split() for way in re.split(r",|\bhay\b", asked) if way.strip()]
    if len(ways) == len(procedure.cases):  # "nhà ở của gia đình hay công trình khác"
        for case, way in zip(procedure.cases, ways, strict=True):
            used[case.id] |= set(way)
    return {
        case: words - set().union(*(other for name, other in used.items() if name != case))
        for case, words in used.items()
    }


# "tôi đi 8 tháng" shares "tháng" with "từ 12 tháng trở lên" and is not that.
_COUNTS = re.compile(r"\b\d+ (?:tháng|năm|tuổi|ngày|tuần|giờ|người|lần|thang|nam|tuoi|ngay|tuan)\b")

_PARTICLES = re.compile(r"(?: (?:thôi|rồi|ạ|đó|đấy|mà|nhé|nha|à|ấy))+$")  # "lần đầu thôi"


def guess_case(question: Question, procedure: Procedure) -> str | None:
    """The case that a direct answer to the case question points at by words of its own.

    Only words that no other case uses count, and they must all point to one case; a
    negation is not guessed about.
    """
    said = set(_PARTICLES.sub("", question.normalised).split())
    if said & {"không", "chưa", "chẳng"} or _COUNTS.search(question.normalised):
        return None
    marked = has_tones(question.normalised)
    pointed = {
        case
        for case, words in _telling_words(procedure).items()
        if any((word if marked else fold(word)) in said for word in words if len(word) > 2)
    }
    return pointed.pop() if len(pointed) == 1 else None


def answer_yes_no(question: Question, procedure: Procedure) -> str | None:
    """The case a bare yes or no means, when the case question can be answered so.

    The record puts the case of "yes" first; "no" is the first case whose label or phrases deny.
    """
    asked = normalise(procedure.case_question or "")
    if not re.search(r"\b(?:không|chưa)(?: ạ)?$", asked) or " hay " in f" {asked} ":
        return None
    if bare_word(question.normalised) in YES:
        return procedure.cases[0].id
    if bare_word(question.normalised) in NO:
        for case in procedure.cases:
            phrases = " ".join(normalise(p) for p in (case.label, *case.says))
            if re.search(r"\b(?:không|chưa|mất)\b", phrases) and case is not procedure.cases[0]:
                return case.id
    return None
