"""What a question names of the law: the act, its article, its clause; with marks or without."""

import re
import unicodedata
from dataclasses import dataclass

from knowledge.vietnamese import fold, normalise

_DIGIT = re.compile(r"\d")
_ARTICLE = re.compile(r"\bdieu\s+(\d{1,3}[a-z]?)\b")
_CLAUSE = re.compile(r"\bkhoan\s+(\d{1,2})\b")
_NUMBER = re.compile(r"\b\d{1,4}/\d{4}(?:/[\w-]+)?|\b\d{1,4}/[a-zđ]{2,}[\w-]*")
# "pháp luật" names no act.
_KINDS = (
    r"bo luat|(?<!phap )luat|nghi dinh|thong tu|quyet dinh|nghi quyet|phap lenh|cong van|thong bao"
)
_KIND = re.compile(rf"\b(?:{_KINDS})\b")
# "Nghị định 123 năm 2015", "Thông tư số 53"
_SHORT = re.compile(
    rf"\b({_KINDS})\s+(?:so\s+)?(\d{{1,4}})(?:\s+(?:nam\s+)?((?:19|20)\d\d))?\b(?!/)"
)
_MARKS = {
    "luat": "qh", "bo luat": "qh", "nghi dinh": "nđ", "thong tu": "tt", "quyet dinh": "qđ",
    "nghi quyet": "nq", "phap lenh": "pl",
}  # fmt: skip
# What may follow the name of an act; other words make it the name of another act
# ("Luật Căn cước" is not "Luật Căn cước công dân").
_AFTER = frozenset(
    re.findall(
        r"\w+",
        """nam so moi hien noi quy ghi viet bao co thi la gi ve cho duoc da dang voi hay khong a nhe
        vay em anh chi nao nhu the o tai trong theo khoan dieu diem chuong trich nguyen nay do con
        phai can muon xin hoi giup tu den muc phan cua""",
    )
)


@dataclass(frozen=True)
class Named:
    """What is named: ``said`` is the question in plain letters, ``numbers`` begin acts' numbers."""

    said: str
    article: str | None
    clause: str | None
    has_kind: bool
    numbers: tuple[str, ...]
    short: tuple[tuple[str, str, str], ...]

    @property
    def names_number(self) -> bool:
        return bool(self.numbers or self.short)

    def means(self, number: str | None, title: str) -> bool:
        """Whether an act is the one named; any act where none is."""
        held = (number or "").lower()
        if self.numbers:
            return any(held.startswith(told) for told in self.numbers)
        if self.short:
            return any(_is_short(held, *told) for told in self.short)
        return self.calls(title) if self.has_kind else True

    def calls(self, title: str) -> bool:
        """Whether an act is called by its name, and not by that of another beginning alike."""
        name = fold(normalise(title))
        for found in re.finditer(rf"\b{re.escape(name)}\b(?:\s+(\w+))?", self.said):
            if found[1] is None or found[1] in _AFTER or found[1][0].isdigit():
                return True
        return False


def named_in(question: str) -> Named:
    """What a question names of the law."""
    text = unicodedata.normalize("NFC", question)
    said = fold(normalise(text))
    if not (_DIGIT.search(text) or _DIGIT.search(said)):  # nearly always: nothing has a number
        return Named(said, None, None, bool(_KIND.search(said)), (), ())
    article, clause = _ARTICLE.search(said), _CLAUSE.search(said)
    return Named(
        said=said,
        article=article[1] if article else None,
        clause=clause[1] if clause else None,
        has_kind=bool(_KIND.search(said)),
        numbers=tuple(dict.fromkeys(_NUMBER.findall(text.lower()))),
        short=tuple((kind, number, year) for kind, number, year in _SHORT.findall(fold(text))),
    )


def _is_short(held: str, kind: str, number: str, year: str) -> bool:
    first, *rest = held.split("/")
    is_year = not year or (bool(rest) and rest[0] == year)
    return first == number and is_year and _MARKS.get(kind, "") in held


def same_article(held: str | None, named: str | None) -> bool:
    """Whether an article is the one named ("13", "9a"); "đ" is typed as "d" without marks."""
    return named is None or (held or "").lower().replace("đ", "d") == named
