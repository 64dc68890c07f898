"""Replaces what is written but not said (codes, numbers, abbreviations, links) by words."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.speech_numbers import (
    read_date,
    read_digits,
    read_month,
    read_number,
    read_quantity,
    read_serial,
    read_time,
    roman,
)
from knowledge.data_files import parse_yaml

PAUSE = "\ue000"  # a comma inside a number read digit by digit: no sentence is cut there
FILE = Path(__file__).parent / "data" / "speech.yaml"
_D = r"(?:0?[1-9]|[12]\d|3[01])"
_M = r"(?:0?[1-9]|1[0-2])"
_Y = r"(?:19|20)\d\d"
_N = r"\d+(?:[.,]\d+)*"
_DATE = rf"{_D}[/.-]{_M}[/.-]{_Y}"
_HOUR = r"(?:[01]?\d|2[0-4])(?::[0-5]\d|h[0-5]\d|h(?![a-zà-ỹ0-9]))"
_TO = r" ?(?:-|–|—|~) ?"
_UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯ"
_SHORT = "(?:11[1-5]|1022)"

# Tokens are looked for only where one can start, which keeps a long answer under a millisecond.
_START = re.compile(rf"[\d(+{_UPPER}]")
_NUMBER = re.compile(
    "|".join(
        (
            rf"(?P<law>(?P<law_no>\d{{1,5}}(?:\.\d{{1,2}})?)/(?:(?P<law_year>{_Y})/)?"
            rf"(?P<law_kind>[{_UPPER}]{{2,5}})"
            rf"(?:\d\d)?(?:-(?P<issuer>[{_UPPER}][{_UPPER}a-z]*(?:-[{_UPPER}]+)*))?(?![\w/]))",
            r"(?P<code>\d\.\d{6}(?!\d)(?:\.[0-9A-Z.]*[0-9A-Z])?)",
            rf"(?P<dates>{_DATE}(?:{_TO}{_DATE})?(?![\d/]))",
            rf"(?P<of_year>\d{{1,5}}(?:\.\d{{1,2}})?/{_Y}(?![\d/]))",
            rf"(?P<times>{_HOUR}(?:{_TO}{_HOUR})?(?![\d:]))",
            r"(?P<phone>(?:\(?0\d{1,3}\)?(?:[ .-]\d{2,4}){2,4}|0\d{8,10}|1[89]00[ .]?\d{2,4}"
            r"(?:[ .]?\d{2})?"
            r"|\+84[\d ]{9,13})(?!\d))",
            rf"(?P<money>{_N}(?:{_TO}{_N})? ?(?:đồng|VNĐ|VND|vnđ|đ)(?![\wà-ỹ])(?:/(?P<per>[a-zà-ỹ]+"
            rf"(?: [a-zà-ỹ]+)?))?)",
            rf"(?P<measure>(?P<amount>{_N}(?:{_TO}{_N})?) ?(?P<unit>m2|m²|m3|m³|ha|km|cm|mm|kg|%|k"
            rf"|MB|KB|m)(?![\wà-ỹ]))",
            rf"(?P<range>{_N}{_TO}{_N}(?![\w/-]))",
            r"(?P<fraction>\d{1,4}(?:/\d{1,4}){1,3}(?![\w/]))",
            rf"(?P<number>{_N})",
        )
    )
)
_CAPITALS = re.compile(
    rf"(?P<form>[{_UPPER}]{{1,4}}-?\d{{1,3}}[a-z]?(?:-[{_UPPER}]{{1,4}}\d{{0,2}})*(?![\w/]))|"
    rf"(?P<word>TP\.|NĐ-CP|\w+)"
)
_MODEL = re.compile(rf"\d{{1,3}}[a-zđ]?(?:[/-][{_UPPER}a-z\d]+)*(?!\w)")
_SHORTS = re.compile(rf"{_SHORT}(?:(?: ?[/,] ?| hoặc | và ){_SHORT})*(?!\d|[.,]\d)")
_ROMAN = re.compile(r"(?P<value>[IVXL]{1,6})(?P<letter>[a-zđ]?)(?!\w)")
_LINK = re.compile(
    r"(?P<email>[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)"
    r"|(?:https?://|www\.)[^\s<>()]*[^\s<>().,;:!?]"
    r"|(?<![\w@.-])(?:[a-z0-9-]+\.){1,4}(?:vn|com|org|net|gov|example)"
    r"(?:/[^\s<>()]*[^\s<>().,;:!?])?(?![\w@])"
)
_MAY_LINK = re.compile(r"@|//|www|\.(?:vn|com|org|net|gov|example)")
_LOWER = re.compile(r"(?<!\w)(?:email|online|website|internet|scan|file|vnđ|v\.v\.?)(?!\w)")

# What stands before a number decides how it is read.
_BEFORE = 26
_LAW_BEFORE = re.compile(
    r"(?:nghị định|thông tư|thông tư liên tịch|quyết định|nghị quyết|luật|chỉ thị|công văn|pháp "
    r"lệnh)(?P<number> số)? $"
)
_CALL_BEFORE = re.compile(
    r"(?:gọi|điện thoại|tổng đài|đường dây nóng|hotline|số máy|hoặc|hay|số|đt|sđt)[: ]{1,2}$"
)
_DAY_BEFORE = re.compile(r"(?:ngày|hôm|từ|đến|trước|sau|dịp|hết|và) (?:ngày )?$")
_MODEL_BEFORE = re.compile(r"mẫu (?:số )?$")
_ORDINAL_BEFORE = re.compile(r"(?P<word>thứ|tháng) $")
_ROMAN_BEFORE = re.compile(
    r"(?:phụ lục|chương|mục|phần|loại|hạng|nhóm|khóa|quý|cấp|bậc|tập)(?: số)? $"
)


class Speller:
    """Reads written tokens aloud from tables; build it once, it keeps no state."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._abbreviations: dict[str, str] = tables["abbreviations"]
        self._law_kinds: dict[str, str] = tables["law_kinds"]
        self._issuers: dict[str, str] = tables["issuers"]
        self._hosts: dict[str, str] = tables["hosts"]
        self._units: dict[str, str] = tables["units"]
        self._letters: dict[str, str] = tables["letters"]
        symbols: dict[str, str] = tables["symbols"]
        self._symbols = str.maketrans(symbols)
        self._readers: dict[str, Callable[[re.Match[str], str], str]] = {
            "law": self._law,
            "code": self._code,
            "dates": self._dates,
            "of_year": self._of_year,
            "times": lambda m, _: " đến ".join(
                self._time(part) for part in re.findall(_HOUR, m[0])
            ),
            "phone": lambda m, _: read_digits(m[0], pause=PAUSE),
            "money": self._money,
            "measure": lambda m, _: f"{self._range(m['amount'])} {self._units[m['unit']]}",
            "range": lambda m, _: self._range(m[0]),
            "fraction": self._fraction,
            "number": self._plain,
            "form": lambda m, _: self._spelled(m[0]),
            "word": lambda m, _: self._word(m[0]),
        }

    def spell(self, text: str) -> str:
        """The text with every code, number, abbreviation and link in words."""
        if _MAY_LINK.search(text):
            text = _LINK.sub(self._link, text)
        text = _LOWER.sub(lambda m: self._abbreviations[m[0]], text)
        parts: list[str] = []
        at = 0
        while (start := _START.search(text, at)) is not None:
            position = start.start()
            parts.append(text[at:position])
            said, end = self._token(text, position)
            # "50k/tháng" and "CCCD12" are one word in print and two when said.
            glued = parts[-1][-1:].isalnum() and said != text[position:end]
            parts.append(f" {said}" if glued else said)
            if text[end : end + 1].isalnum() and said != text[position:end]:
                parts.append(" ")
            at = end
        parts.append(text[at:])
        return "".join(parts).translate(self._symbols)

    def _token(self, text: str, at: int) -> tuple[str, int]:
        """What is said for the token at a place, and where it ends."""
        before = text[max(0, at - _BEFORE) : at].lower()
        if text[at].isdigit() or text[at] in "(+":
            if text[at].isdigit():
                if _MODEL_BEFORE.search(before) and (model := _MODEL.match(text, at)):
                    return self._spelled(model[0]), model.end()
                if _CALL_BEFORE.search(before) and (short := _SHORTS.match(text, at)):
                    numbers = short[0].replace("/", ", ")
                    return re.sub(r"\d+", lambda n: read_digits(n[0]), numbers), short.end()
            match = _NUMBER.match(text, at)
        elif _ROMAN_BEFORE.search(before) and (numeral := _ROMAN.match(text, at)):
            said = read_number(roman(numeral["value"]))
            letter = self._letters.get(numeral["letter"].upper())
            return f"{said} {letter}" if letter else said, numeral.end()
        else:
            match = _CAPITALS.match(text, at)
        if match is None or match.lastgroup is None:
            return text[at], at + 1
        return self._readers[match.lastgroup](match, before), match.end()

    def _link(self, match: re.Match[str]) -> str:
        if match["email"]:
            return self._email(match)
        host = re.sub(r"^(?:https?://)?(?:www\.)?", "", match[0]).split("/")[0].lower()
        named = self._hosts.get(host) or host.replace(".", " chấm ").replace("-", " gạch ")
        before = match.string[: match.start()].rstrip().lower()
        return named if before.endswith("trang web") else f"trang web {named}"

    def _email(self, match: re.Match[str]) -> str:
        return match[0].replace("@", " a còng ").replace(".", " chấm ").replace("_", " gạch dưới ")

    def _law(self, match: re.Match[str], before: str) -> str:
        kind = self._law_kinds.get(match["law_kind"])
        if kind is None:  # "01/TP": a form, not a law
            return self._spelled(match[0])
        said = self._numbered(match["law_no"], match["law_year"])
        named = _LAW_BEFORE.search(before)
        if named is None:
            said = f"{kind} số {said}" if kind == "Luật" else f"{kind} {said}"
        elif named[0] == "luật ":
            said = f"số {said}"
        issuers = [
            self._issuers[part]
            for part in (match["issuer"] or "").split("-")
            if part in self._issuers
        ]
        return f"{said} của {' và '.join(issuers)}" if issuers else said

    def _numbered(self, number: str, year: str | None) -> str:
        said = read_serial(number)
        return f"{said} năm {read_number(int(year))}" if year else said

    def _code(self, match: re.Match[str], before: str) -> str:
        head, tail = match[0].split(".")[:2]
        return f"{read_digits(head)} chấm {read_digits(tail)}"

    def _dates(self, match: re.Match[str], before: str) -> str:
        days = [
            f"ngày {read_date(int(day), int(month), int(year))}"
            for day, month, year in re.findall(rf"({_D})[/.-]({_M})[/.-]({_Y})", match[0])
        ]
        said = " đến ".join(days)
        return said.removeprefix("ngày ") if before.endswith("ngày ") else said

    def _of_year(self, match: re.Match[str], before: str) -> str:
        number, year = match[0].split("/")
        if _LAW_BEFORE.search(before):
            return self._numbered(number, year)
        if not number.isdigit() or not 1 <= int(number) <= 12:
            return f"{read_serial(number)} năm {read_number(int(year))}"
        said = f"{read_month(int(number))} năm {read_number(int(year))}"
        return said if before.endswith("tháng ") else f"tháng {said}"

    def _fraction(self, match: re.Match[str], before: str) -> str:
        numbers = [int(number) for number in match[0].split("/")]
        is_day = len(numbers) == 2 and 1 <= numbers[0] <= 31 and 1 <= numbers[1] <= 12
        if is_day and _DAY_BEFORE.search(before):
            said = read_date(*numbers)
            return said if before.endswith(("ngày ", "hôm ")) else f"ngày {said}"
        return " trên ".join(read_number(number) for number in numbers)

    def _time(self, written: str) -> str:
        return read_time(*(int(number) for number in re.findall(r"\d+", written)))

    def _money(self, match: re.Match[str], before: str) -> str:
        said = f"{self._range(match[0].split('/')[0])} đồng"
        return f"{said} một {match['per']}" if match["per"] else said

    def _range(self, written: str) -> str:
        return " đến ".join(read_quantity(number) for number in re.findall(_N, written))

    def _plain(self, match: re.Match[str], before: str) -> str:
        ordinal = _ORDINAL_BEFORE.search(before)
        if ordinal and match[0].isdigit() and int(match[0]) in (1, 4):
            if ordinal["word"] == "tháng":
                return read_month(int(match[0]))
            return "nhất" if int(match[0]) == 1 else "tư"
        return read_quantity(match[0])

    def _word(self, word: str) -> str:
        if (said := self._abbreviations.get(word)) is not None:
            return said
        if 2 <= len(word) <= 6 and word.isupper() and not _VOWEL.search(word):
            return self._spelled(word)
        return word

    def _spelled(self, written: str) -> str:
        """Letters by name, numbers with their zeros: "CT01" → "xê tê không một"."""
        parts = re.findall(rf"\d+|[{_UPPER}a-zđ]", written)
        return " ".join(
            read_serial(part) if part.isdigit() else self._letters.get(part.upper(), part)
            for part in parts
        )


_VOWEL = re.compile("[AEIOUYÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĨŨƠƯẠ-Ỹ]")


@lru_cache(maxsize=1)
def shipped_speller() -> Speller:
    """The speller with the tables of the package, read once."""
    return Speller(parse_yaml(FILE.read_text("utf-8")))
