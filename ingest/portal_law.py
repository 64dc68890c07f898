"""Reads legal documents and declaration forms by their numbers out of the portal's glued text."""

import re
from collections.abc import Iterable

from ingest.portal_counts import split_count
from ingest.portal_text import (
    LOWER,
    capitalised,
    capped,
    clean,
    texts,
    without_bullet,
    without_file_name,
)
from knowledge.procedures import DeclarationForm, LegalBasis

# The page glues the next title to a number ("47/2019/TT-BTCThông tư"): issuers are matched by name.
_ISSUER = (
    r"(?:BLĐTBXH|BNNPTNT|BVHTTDL|BGDĐT|BTNMT|BNNMT|BGTVT|BKHĐT|BKHCN|BTTTT|BDTTG|BQP"
    r"|BTC|BTP|BCA|BXD|BYT|BNV|BCT|BNG|NHNN|VPCP"
    r"|TTCP|UBDT|BHXH|TANDTC|VKSNDTC|KTNN)"
)
_NUMBER = re.compile(
    rf"(?<![\d./])\d{{1,4}}(?:\.\d{{1,2}})?(?:/(?:19|20)\d{{2}})?/(?:NĐ-CP|NQ-CP|NQ-HĐND"
    rf"|QĐ-TTg|CT-TTg|QĐ-UBND|QH\d{{1,2}}|NQ-QH\d{{1,2}}"
    rf"|UBTVQH\d{{1,2}}|PL-UBTVQH\d{{1,2}}|(?:TT|QĐ)-{_ISSUER}"
    rf"|TTLT[-/]{_ISSUER}(?:-{_ISSUER})*|HĐTP)",
    re.IGNORECASE,
)
_FORM_NUMBER = re.compile(
    r"\b(?:mẫu|biểu mẫu|mẫu đơn)\s+(?:số\s+)?"
    r"(?P<number>(?:[A-ZĐ]{0,5}\d{1,3}[A-Za-zĐđ]?(?:[./-](?:\d{1,3}|[A-ZĐ]{1,8}\d{0,4}"
    r"|[a-zđ]))*)|[A-Z]{2,3}\d{1,3}[a-z]?)\b",
    re.IGNORECASE,
)
_KIND_OF_LAW = re.compile(r"luật|nghị định|thông tư|pháp lệnh|quyết định|số|[\W_]+", re.IGNORECASE)
_FORM_PAPER = re.compile(
    r"^(?:bản |mẫu )?(?:tờ khai|đơn|giấy đề nghị|giấy khai|phiếu|văn bản đề nghị|bản khai|mẫu)\b",
    re.IGNORECASE,
)


def read_legal_basis(listed: object, raw: object) -> tuple[tuple[LegalBasis, ...], bool]:
    """Documents by number in order of appearance, and whether unreadable ones were dropped.

    The raw text decides where it is kept: the list beside it was cut by a pattern that
    loses last letters ("47/2019/TT-BT").
    """
    page = clean(raw)
    entries = texts(listed)
    found: dict[str, str | None] = {}
    dropped = False
    for entry in entries:
        number = _NUMBER.search(entry)
        title = entry.partition(" - ")[2].strip()
        if number:
            found.setdefault(_normal(number[0]), _title(title, number[0]))
        else:
            dropped = True
    for number in _NUMBER.finditer(page):
        found.setdefault(_normal(number[0]), None)
    lost = dropped and len(found) < len({entry.partition(" - ")[0] for entry in entries})
    return tuple(LegalBasis(number=number, title=title) for number, title in found.items()), lost


def read_forms(listed: object, names: Iterable[str]) -> tuple[DeclarationForm, ...]:
    """Forms to fill in: the record's own list without file names, then numbered papers."""
    forms: dict[str, DeclarationForm] = {}
    for entry in texts(listed):
        name = without_bullet(without_file_name(split_count(entry).text))
        name = " ".join(name.split()).strip(" ;.,:()-")
        if (
            len(name) >= 8
            and " " in name
            and not re.search(r"\bBước \d", name)
            and re.search(rf"[{LOWER}]{{2}}", name)
        ):
            forms.setdefault(name.lower(), form_named(name))
    seen = {form.number for form in forms.values()}
    for name in names:
        form = form_named(name)
        if form.number and form.number not in seen and _FORM_PAPER.match(name):
            forms.setdefault(name.lower(), form)
    return tuple(forms.values())


def form_number(text: str) -> str | None:
    """ "Mẫu số 01" out of a paper's description, None when no form is named."""
    match = _FORM_NUMBER.search(text)
    return f"Mẫu số {match['number']}" if match else None


def form_named(name: str) -> DeclarationForm:
    """A form with the number and the legal document its name mentions."""
    number = form_number(name)
    law = _NUMBER.search(name, name.lower().find("mẫu") if number else 0)
    return DeclarationForm(
        name=capped(capitalised(name), 300),
        number=number,
        issued_with=_normal(law[0]) if law else None,
    )


def _normal(number: str) -> str:
    return number.upper().replace("QĐ-TTG", "QĐ-TTg").replace("CT-TTG", "CT-TTg")


def _title(title: str, number: str) -> str | None:
    plain = " ".join(title.split())
    says_more = _KIND_OF_LAW.sub("", plain.replace(number, ""))
    return capped(plain, 300) if len(says_more) > 5 else None
