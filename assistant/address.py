"""How the desk addresses a resident, taken from how the resident speaks of themselves."""

import re
from dataclasses import dataclass

ELDERS = ("bác", "cô", "chú", "ông", "bà", "dì", "cậu", "mợ", "thím", "cụ")
PEERS = ("anh", "chị")
_WORDS = "|".join((*ELDERS, *PEERS))
# What follows "I" when it is the speaker ("bác muốn hỏi"), what precedes it ("cho bác hỏi").
# "bố bác", "con chị" are other people: a kinship word before it is not the speaker.
_ACTS = (
    "muốn|cần|hỏi|định|tính|xin|đang|mới|vừa|nghe|tới|đến|ra|lên|già|mắt|không|chưa|bị|có|đi|làm|"
    "ở|quên|mất|nộp|thấy|hông|hổng|biết|lớn"
)
_SPEAKS = re.compile(
    rf"(?:^|[,.!?]\s*)(?:dạ\s+|alo\s+|à\s+|ơi\s+|vâng\s+|(?:em|cô|chú|cháu|con|anh|chị)\s+ơi\s+)*(?P<a>{_WORDS})\s+(?:{_ACTS})\b"
    r"|\b(?:cho|giúp|giùm|hộ|chỉ|bảo|nói|hướng dẫn|báo|nhắc)\s+"
    rf"(?P<b>{_WORDS})\b(?!\s+(?:em|tôi|mình))"
)


# Juniors only where nothing else can be meant: "con mới sinh" is a child, "em có biết" is us.
_JUNIOR_SPEAKS = re.compile(
    r"\b(?:cho|giúp|giùm|hộ|chỉ|hướng dẫn)\s+(?P<a>em|cháu|con)\s+(?:xin\s+)?(?:hỏi|biết|với)\b"
    r"|(?:^|[,.!?]\s*)(?:dạ\s+|alo\s+)*(?P<b>em|cháu|con)\s+"
    r"(?:muốn hỏi|xin hỏi|hỏi|chào|cảm ơn|cám ơn|cần hỏi)\b"
    r"|(?:^|[,.!?]\s*)(?:dạ\s+|alo\s+)*(?P<c>em)\s+(?:muốn|cần|định|tính|mới|vừa|đang|bị|sắp)\b"
    r"|\b(?:vợ|chồng|nhà)\s+(?P<d>em)\b"
)


@dataclass(frozen=True, slots=True)
class Address:
    """``you`` for the resident, ``me`` for the desk."""

    you: str = "anh/chị"
    me: str = "em"

    @property
    def you_start(self) -> str:
        return self.you[0].upper() + self.you[1:]


UNKNOWN = Address()


def find_address(text: str) -> Address | None:
    """The form of address a message gives away, None when it gives none.

    Rule of the house (Vietnamese service manners): elders (bác, cô, chú, ông,
    bà…) are answered by "cháu", anh and chị by "em". Who says em, cháu or con of
    themselves is called so, and the desk is then plain "mình". Everybody else stays
    "anh/chị".
    """
    said = text.lower()
    if found := _SPEAKS.search(said):
        word = found.group("a") or found.group("b")
        return Address(word, "cháu" if word in ELDERS else "em")
    if found := _JUNIOR_SPEAKS.search(said):
        return Address(next(word for word in found.groups() if word), "mình")
    return None
