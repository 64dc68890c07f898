"""Takes apart what a fee's words say: clauses, amounts, their periods, and what remains."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from ingest.portal_money import PERIOD, Amount, Period, amounts_in, period_in
from ingest.portal_text import UPPER, capitalised, capped, without_bullet
from knowledge.procedures import Fee, FeeStatus

NOTE_LIMIT = 500
_CLAUSE_END = re.compile(
    rf"[;\n]|(?<=[.)])-\s|(?:^|\s)[-+*]\s(?=[{UPPER}\d])|(?<=[\d).])\.\s(?=[{UPPER}])"
    r"|(?<=đồng)\.\s"
    r"|\.\s(?=\d{1,3}(?:[.,]\d{3})+)|[.(]\s*\(?(?=[Áá]p dụng mức (?:phí|thu))"
)
_EMPTY_WORDS = re.compile(
    r"^(?:phí|lệ phí|phí, lệ phí|mức thu|mức phí|mức lệ phí)\W*$", re.IGNORECASE
)
_LABEL_END = re.compile(r"\s*(?:[:(–-]|\b(?:là|thu|mức thu|nộp))$", re.IGNORECASE)
_HALVED = re.compile(r"(?:bằng|giảm) 50\s*%", re.IGNORECASE)
_ONLINE_ONLY = re.compile(r"trực tuy[eế]n|qua mạng", re.IGNORECASE)


def clauses_of(words: str) -> list[str]:
    """Clauses, each with its own amount; a ceiling ("tối đa …") stays with what it limits."""
    clauses: list[str] = []
    for part in _CLAUSE_END.split(words):
        text = without_bullet(part).strip(" .")
        if not text:
            continue
        if clauses and re.match(
            r"(?:tối đa|tối thiểu|không quá|từ trang|mức thu tối)", text, re.IGNORECASE
        ):
            clauses[-1] += f"; {text}"
        else:
            clauses.append(text)
    return clauses


def amounts_by_date(words: str, as_of: date) -> tuple[list[Amount], list[tuple[Amount, Period]]]:
    """Amounts without a period, and those whose period had not ended on ``as_of``."""
    plain: list[Amount] = []
    dated: list[tuple[Amount, Period]] = []
    for clause in clauses_of(words):
        period = period_in(clause)
        for amount in _of_period(amounts_in(clause), clause):
            if period is None:
                plain.append(amount)
            elif period.end >= as_of:
                dated.append((amount, period))
    return plain, dated


def _of_period(found: Sequence[Amount], clause: str) -> Sequence[Amount]:
    """Of several amounts beside one period, the one right before it; the others are not its own."""
    match = PERIOD.search(clause)
    before = [amount for amount in found if match and amount.end <= match.start()]
    return before[-1:] if before else found


def reduced(dated: Iterable[tuple[Amount, Period]], words: str) -> list[Fee]:
    """The temporary amounts, each with its dates and its own clause as note."""
    fees = []
    for amount, period in dated:
        clause = next(
            (
                c
                for c in clauses_of(words)
                if period_in(c) and amount.vnd in {a.vnd for a in amounts_in(c)}
            ),
            "",
        )
        fees.append(
            Fee(status=FeeStatus.FIXED, amount_vnd=amount.vnd, per=amount.per, note=note_of(clause),
                effective_from=period.start, effective_until=period.end)
        )  # fmt: skip
    return fees


def halved(main: int, per: str | None, words: str, as_of: date) -> list[Fee]:
    """The fee while "bằng 50% mức thu nêu trên" holds; a discount for online filing is not it."""
    for clause in clauses_of(words):
        period = period_in(clause)
        if not (period and period.end >= as_of and _HALVED.search(clause)) or _ONLINE_ONLY.search(
            clause
        ):
            continue
        if re.search(r"nêu trên|trên đây", clause) and main % 2 == 0:
            return [Fee(status=FeeStatus.FIXED, amount_vnd=main // 2, per=per, note=note_of(clause),
                        effective_from=period.start, effective_until=period.end)]  # fmt: skip
    return []


def label_of(clause: str, found: Sequence[Amount]) -> str:
    """What an amount is for: the words before it when it ends the clause, else the whole clause."""
    before = _LABEL_END.sub("", clause[: found[0].start].rstrip(" :(–-"))
    after = clause[found[0].end :]
    ends = len(found) == 1 and len(re.sub(r"^\s*/\s*[^(]*", "", after).strip(" .)")) == 0
    return before if ends and before else clause if (before or len(found) > 1 or not ends) else ""


def unrepeated(words: str, main: int, per: str | None) -> str:
    """The note without its only content being the amount again ("150.000 đồng/1 giấy.")."""
    found = amounts_in(words)
    if re.fullmatch(r"\W*(?:(?:đồng|đông|đ|vnđ)?\s*/\s*)?[^()\d;.:]{0,25}\W*", words) and per:
        return ""
    if re.fullmatch(
        r"(?:đồng|đông|đ|vnđ)?\s*/\s*[^;.:(]{1,30}\.?\s*(?:\((?P<rest>.*)\)\W*)?", words, re.DOTALL
    ):
        return words.partition("(")[2].rstrip(") .")
    if (
        len(found) == 1
        and found[0].vnd == main
        and not re.sub(r"^\s*/\s*[^(;]*", "", words[found[0].end :]).strip(" .)")
    ):
        return _LABEL_END.sub("", words[: found[0].start].strip(" :(–-+*"))
    return re.sub(r"^/\s*[^.;:(]{1,30}\.\s+", "", words)


def note_of(text: str) -> str | None:
    text = re.sub(r"^\((.*)\)$", r"\1", " ".join(text.split()), flags=re.DOTALL)
    text = re.sub(r"(?<=[.;:])\s*[-+*]+\s+", " ", without_bullet(text)).strip(" ;:")
    if text.count(")") > text.count("("):
        text = text.rstrip(" .").removesuffix(")")
    if text.count("(") > text.count(")"):
        text = text.removeprefix("(") if text.startswith("(") else f"{text})"
    if not re.search(r"\w{2}", text) or _EMPTY_WORDS.match(text):
        return None
    return capped(capitalised(text).removesuffix("."), NOTE_LIMIT)


def joined(*parts: str) -> str:
    texts = [part.strip() for part in parts if part and part.strip()]
    joined = ""
    for text in dict.fromkeys(texts):
        joined += ("" if not joined else " " if joined.endswith((".", ";", ":")) else ". ") + text
    return joined
