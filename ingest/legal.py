"""Cuts laws, decisions, letters and notices into passages that can be cited."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.decisions import Header, until_in
from ingest.found import Piece
from ingest.portal_text import capped, one_line
from knowledge.documents import NewPassage

ARTICLE = re.compile(r"^[“\"]?\s*Điều\s+(\d{1,3}[a-zđ]?)\s*[.:]\s*(.*)$", re.DOTALL)
CLAUSE = re.compile(r"^(\d{1,2})[.)]\s+(.*)$", re.DOTALL)
# A passage is read on a telephone; a clause is rarely longer.
MOST_LETTERS = 1200
LEAST_LETTERS = 40
LEAST_ARTICLES = 2
_KIND = re.compile(
    r"^(LUẬT|NGHỊ ĐỊNH|THÔNG TƯ(?: LIÊN TỊCH)?|QUYẾT ĐỊNH|NGHỊ QUYẾT|PHÁP LỆNH|CÔNG VĂN|CÔNG ĐIỆN"
    r"|THÔNG BÁO|KẾ HOẠCH|HƯỚNG DẪN|CHỈ THỊ|TỜ TRÌNH|BÁO CÁO)\b\s*(.*)$"
)
# What stands behind the last article: signatures, forms, other papers.
_ATTACHED = re.compile(
    r"^(?:Nơi nhận\s*:|CỘNG H[OÒ][AÀ] XÃ HỘI|PHỤ LỤC\b|Phụ lục [IVX\d]+\s*$"
    r"|Mẫu(?: số)? [A-Z]{0,3}\d+)"
)
_AMENDS = re.compile(
    r"(?:sửa đ|bổ sung|bãi bỏ|thay thế|thay cụm|bỏ cụm|bỏ từ|hủy bỏ)", re.IGNORECASE
)
# A quoted article among the document's own counts little; a number left out costs less than one
# article, so that a misread number does not end the count.
QUOTED, LEFT_OUT = 0.3, 0.2
LOOK_BACK = 200
_STOP = re.compile(r"[.;:!?\n]\s+")
_KIND_INSIDE = re.compile(
    r"[^\w\s]\s*(NGHỊ ĐỊNH|THÔNG TƯ|QUYẾT ĐỊNH|NGHỊ QUYẾT|THÔNG BÁO|KẾ HOẠCH)(?:\s+(\w[^|]{15,}))?$"
)


@dataclass(frozen=True)
class _Article:
    """A line that begins like an article: its place, number ("9" of "9a"), and how it stands."""

    place: int
    number: int
    has_letter: bool
    is_quoted: bool


def title_of(pieces: Sequence[Piece], header: Header, name: str) -> str:
    """ "Luật Căn cước" or "Thông báo …" from the head of a document, else the file's name."""
    head = [one_line(piece.text) for piece in pieces[:14]]
    for place, line in enumerate(head):
        match = _KIND.match(line)
        if not match:
            continue
        rest = match[2].strip() or next(iter(head[place + 1 : place + 2]), "")
        kind = match[1].capitalize()
        if re.match(r"^(?:Căn cứ|Điều|Số)", rest):
            rest = ""
        rest = rest.capitalize() if rest.isupper() else rest
        return capped(f"{kind} {rest}".strip(), 250)
    for place, line in enumerate(head):  # a scan, where a stamp stands before it in the line
        if match := _KIND_INSIDE.search(line):
            rest = match[2] or next(iter(head[place + 1 : place + 2]), "")
            return capped(f"{match[1].capitalize()} {rest}".strip(), 250)
    about = next((line for line in head if re.match(r"^(?:V/v|Về việc)", line)), "")
    return capped(about, 250) or name


def passages_of(pieces: Sequence[Piece], header: Header, name: str) -> list[NewPassage]:
    """The passages of a document: by clause in a law, by paragraph elsewhere."""
    title = title_of(pieces, header, name)
    articles = sum(bool(ARTICLE.match(piece.text.strip())) for piece in pieces)
    cut = _by_clause if articles >= LEAST_ARTICLES else _by_paragraph
    until = until_in(" ".join(p.text for p in pieces[:3]))
    return [
        passage.model_copy(
            update={"effective_from": header.effective_from, "effective_until": until}
        )
        for passage in cut(pieces, header, title)
    ]


def _document(header: Header, title: str) -> str:
    kind = title.split(" ", 1)[0] if header.number else ""
    if header.number and kind.lower() in ("luật", "nghị", "thông", "quyết", "pháp"):
        words = " ".join(title.split()[:2]) if kind.lower() != "luật" else "Luật"
        return (
            f"{words} {header.number}"
            if kind.lower() != "luật"
            else (f"{title} ({header.number})" if len(title) < 60 else f"Luật {header.number}")
        )
    return f"{title} ({header.number})" if header.number else title


def _by_clause(pieces: Sequence[Piece], header: Header, title: str) -> Iterator[NewPassage]:
    document = _document(header, title)
    article, heading, clause = None, "", None
    held: list[Piece] = []
    own = _own_articles(pieces)
    quoting = between = False

    def flush() -> Iterator[NewPassage]:
        if held and (article or len(" ".join(p.text for p in held)) > LEAST_LETTERS):
            where = ", ".join(filter(None, [
                f"khoản {clause} Điều {article}" if clause else f"Điều {article}" if article else ""
            ]))  # fmt: skip
            citation = f"{where} {document}".strip()
            yield from _parts(held, header, title, citation, article, clause, heading)
        held.clear()

    for place, piece in enumerate(pieces):
        text = piece.text.strip()
        if not text:
            continue
        if place in own and (match := ARTICLE.match(text)):
            yield from flush()
            article, heading, clause = match[1], one_line(match[2]), None
            between = False
            if len(heading) > 200:
                held.append(Piece(heading, piece.page))
                heading = ""
            quoting = False
        elif article and _ATTACHED.match(text):
            yield from flush()
            article, heading, clause = None, "", None
        elif (
            article
            and (match := CLAUSE.match(text))
            and _follows(clause, match[1])
            and (not quoting or _AMENDS.match(match[2]))
        ):
            yield from flush()
            clause = match[1]
            held.append(piece)
            quoting = _quotes_on(text, False)
        elif re.match(r"^(?:Chương|CHƯƠNG|Mục|MỤC|Phần|PHẦN)\s+[IVX\d]+", text):
            yield from flush()
            between = True
        elif between and text.isupper():
            continue  # the chapter's name, not words of the article before it
        elif not (article is None and len(text) < LEAST_LETTERS):
            held.append(piece)
            quoting = bool(article) and _quotes_on(text, quoting)
    yield from flush()


def _quotes_on(text: str, quoting: bool) -> bool:
    """Whether what an amendment puts in place of old text goes on after this line."""
    if re.search(r"[”\"“'][.;,\s]*$", text) and (quoting or not text.startswith(("“", '"'))):
        return False
    opened = text.rfind("“")
    if opened >= 0:
        return "”" not in text[opened:]
    if text.startswith('"') and text.count('"') == 1:
        return True
    return quoting and "”" not in text


def _own_articles(pieces: Sequence[Piece]) -> set[int]:
    """The places where the document's own articles begin.

    An act that amends another quotes articles of that one ("“Điều 24. …"): they do not go on
    the count, 1, 2, 3 …, and an article without a quotation mark counts for more. A new "Điều 1"
    begins the count of what is attached.
    """
    found: list[_Article] = []
    for place, piece in enumerate(pieces):
        if match := ARTICLE.match(piece.text.strip()):
            number = int(re.sub(r"\D", "", match[1]))
            is_quoted = piece.text.strip()[0] in '“"'
            found.append(_Article(place, number, match[1][-1].isalpha(), is_quoted))
    own: set[int] = set()
    starts = [at for at, one in enumerate(found) if one.number == 1 and not one.is_quoted]
    for first, last in zip([0, *starts], [*starts, len(found)], strict=True):
        own |= _best_count(found[first:last])
    return own


def _best_count(found: Sequence[_Article]) -> set[int]:
    """The places of the longest count upwards with the fewest numbers left out."""
    best: list[tuple[float, int | None]] = []
    for at, one in enumerate(found):
        weight = QUOTED if one.is_quoted else 1.0
        worth: tuple[float, int | None] = (weight, None)
        for before in range(max(0, at - LOOK_BACK), at):
            step = one.number - found[before].number
            if step < 1 and not (step == 0 and one.has_letter):
                continue
            score = best[before][0] + weight - LEFT_OUT * max(step - 1, 0)
            if score > worth[0]:
                worth = (score, before)
        best.append(worth)
    at_best = max(range(len(found)), key=lambda at: best[at][0], default=None)
    chosen: set[int] = set()
    while at_best is not None:
        chosen.add(found[at_best].place)
        at_best = best[at_best][1]
    return chosen


def _follows(last: str | None, number: str) -> bool:
    return int(number) == int(last or 0) + 1


def _by_paragraph(pieces: Sequence[Piece], header: Header, title: str) -> Iterator[NewPassage]:
    citation = _document(header, title)
    held: list[Piece] = []
    for piece in pieces:
        text = piece.text.strip()
        if not text or (len(text) < 4 and not held):
            continue
        if held and sum(len(p.text) for p in held) + len(text) > MOST_LETTERS * 2 // 3:
            yield from _parts(held, header, title, citation, None, None, "")
            held = []
        held.append(piece)
    if held:
        yield from _parts(held, header, title, citation, None, None, "")


def _short(held: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces; one longer than a passage is cut after its sentences, or between words."""
    for piece in held:
        text = piece.text.strip()
        while len(text) > MOST_LETTERS:
            head = text[:MOST_LETTERS]
            ends = [match.end() for match in _STOP.finditer(head)]
            cut = ends[-1] if ends and ends[-1] > MOST_LETTERS // 3 else head.rfind(" ") + 1
            cut = cut or MOST_LETTERS
            yield replace(piece, text=text[:cut].strip())
            text = text[cut:].strip()
        if text:
            yield replace(piece, text=text)


def _parts(
    held: Sequence[Piece],
    header: Header,
    title: str,
    citation: str,
    article: str | None,
    clause: str | None,
    heading: str,
) -> Iterator[NewPassage]:
    """One passage, or several of at most ``MOST_LETTERS`` cut between lines."""
    chunk: list[str] = []
    page = held[0].page
    for piece in [*_short(held), None]:
        if piece is not None and (
            not chunk or sum(map(len, chunk)) + len(piece.text) <= MOST_LETTERS
        ):
            page = page if chunk else piece.page
            chunk.append(piece.text.strip())
            continue
        text = "\n".join(chunk)
        # Signs alone (a drawing, a broken file) are nothing to quote.
        if (clause or len(text) >= 15) and sum(map(str.isalpha, text)) * 3 >= len(text):
            yield NewPassage(
                title=title,
                citation=citation,
                text=f"{heading}\n{text}" if heading else text,
                number=header.number,
                article=article,
                clause=clause,
                page=page,
            )
        if piece is not None:
            chunk, page = [piece.text.strip()], piece.page
