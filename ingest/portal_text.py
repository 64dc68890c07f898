"""Cleans and cuts the portal's free text; the other portal modules work on what comes out."""

import re
import unicodedata
from collections.abc import Iterable

_ACCENTED = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
# For classes in patterns; a range such as à-ỹ would hold capitals and small letters alike.
LOWER = "a-z" + _ACCENTED
UPPER = "A-Z" + _ACCENTED.upper()

# Zero-width and direction marks that copy-paste leaves inside words ("k‎ý").
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
# Control characters, lone surrogates (JSON allows them, UTF-8 does not) and Word's private bullets.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffd]")
_BLANKS = re.compile(r"[^\S\n]+")
_BULLET = re.compile(
    r"^(?:[-+*•–—·.]+\s*|\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-zđ]\d?|[ivx]{1,4})[.)]\s+)+", re.IGNORECASE
)
_SENTENCE_END = re.compile(rf"(?<=[.;!?])\s+(?=[-+*]?\s?[{UPPER}“\"(])")
_GLUED_BULLET = re.compile(rf"(?<=[.;)])[-+]\s(?=[{UPPER}\d])")
_FULL_STOP = re.compile(rf"(?<=[.!?])\s+(?=[-+*]?\s?[{UPPER}“\"(])")
# Link texts of attachments run into the sentence before them: "…ngày 25/01/2026Mau don.docx".
_FILE_NAME = re.compile(
    r"(?:(?:(?<=-CP)|(?<=BTC)|(?<=BTP)|(?<=BCA)|(?<=NMT)|(?<=TVT)|(?<=BXD)|(?<=NHNN)|(?<=BQP))"
    rf"(?=[^\W_])|(?<=\d)(?=[A-ZĐ][{LOWER}]|[a-z]{{3}})|(?<=[A-ZĐ]{{2}})(?=M[ẫa]u|Ph[ụu] l|Đơn|Don)"
    rf"|(?<=[{LOWER});.])(?=[{UPPER}]))"
    r"[^;/]{1,150}?\.(?:docx?|pdf|xlsx?|rtf|zip|rar)\b"
    # cut before its extension
    rf"|(?<=[{LOWER}])Mau \d[^;/]*$|(?<=\))\.\d+\.\w+$"
)
_ONLY_FILE = re.compile(r"^[^;]{1,120}?\.(?:docx?|pdf|xlsx?|rtf|zip|rar)$", re.IGNORECASE)
_ABBREVIATION = re.compile(r"(?:\b(?:TP|Tp|Mr|Ths|TS|v\.v|STT|số|No)|\b[A-ZĐ])\.$")

# The district level (cấp huyện: huyện, quận, thị xã) ended on 1/7/2025 (Luật 72/2025/QH15).
DISTRICT = re.compile(r"huyện|\bquận|\bthị xã|\bphòng tư pháp", re.IGNORECASE)
# Wording that sends somebody to a district office, as opposed to naming one as a fact of the past.
_DISTRICT_OFFICE = re.compile(
    r"(?:cấp huyện|(?:ubnd|ủy ban nhân dân|uỷ ban nhân dân|công an|quân sự"
    r"|bảo hiểm xã hội|bhxh|thuế|bưu điện|tòa án"
    r"|toà án|đăng ký kinh doanh|tư pháp)[^.;,\n]{0,25}\b(?:huyện|quận|thị xã)\b|phòng tư pháp)",
    re.IGNORECASE,
)
# A clinic "từ cấp huyện trở lên" or a paper issued "trước ngày 1/7/2025" is no place to go.
_HISTORY = re.compile(
    r"cấp huyện trở lên|tuyến huyện|trước ngày 0?1(?:/0?7/| tháng 0?7 năm )2025", re.IGNORECASE
)


def clean(text: object) -> str:
    """Text with one Unicode form, no invisible characters and single blanks; line breaks stay.

    Anything that is not text (a number, a list, nothing) gives "".
    """
    if not isinstance(text, str):
        return ""
    text = unicodedata.normalize(
        "NFC", _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    )
    text = _BLANKS.sub(" ", _UNPRINTABLE.sub(" ", text))
    return "\n".join(line for line in (line.strip() for line in text.split("\n")) if line)


def one_line(text: object) -> str:
    """The same text without line breaks."""
    return " ".join(clean(text).split("\n"))


def texts(value: object) -> list[str]:
    """The non-empty strings of a JSON list, cleaned; a bare string counts as a list of one."""
    items: Iterable[object] = value if isinstance(value, list) else [value]
    return [text for text in map(clean, items) if text]


def without_bullet(text: str) -> str:
    """Text without the leading "- ", "+ ", "a) ", "1. " of a list."""
    return _BULLET.sub("", text).strip()


def without_file_name(text: str) -> str:
    """Text without an attachment's file name glued to its end; "" when it is nothing else."""
    if _ONLY_FILE.match(text) and not _FILE_NAME.search(text):
        return ""
    return _FILE_NAME.sub("", text).strip()


def sentences(text: str, *, at_semicolons: bool = True) -> list[str]:
    """Lines and sentences in order; "TP. Hồ Chí Minh" is not a sentence end."""
    parts: list[str] = []
    for line in _GLUED_BULLET.sub("\n- ", text).split("\n"):
        held = ""
        for piece in (_SENTENCE_END if at_semicolons else _FULL_STOP).split(line):
            held = f"{held} {piece}" if held else piece
            if not _ABBREVIATION.search(held) and held.count("(") <= held.count(")"):
                parts.append(held)
                held = ""
        if held:
            parts.append(held)
    return [part for part in map(str.strip, parts) if part]


def capped(text: str, limit: int) -> str:
    """Text of at most ``limit`` characters, cut between words and marked with "…"."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:-(") + "…"


def capitalised(text: str) -> str:
    """Text with a capital first letter; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def sends_to_district(text: str) -> bool:
    """Whether a sentence sends the reader to an office of the abolished district level."""
    return bool(DISTRICT.search(text) and _DISTRICT_OFFICE.search(_HISTORY.sub("", text)))


def bracket(text: str) -> tuple[str, str]:
    """Split "(inside) rest" into inside and rest; an unclosed bracket runs to the end."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and index:
            return text[1:index].strip(), text[index + 1 :].strip()
    return text[1:].strip().rstrip(")").strip(), ""
