"""Cuts laws, decisions, letters and notices into passages that can be cited."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

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
_STOP = re.compile(r"[.;:!?\n]\s+")
_DOTS = re.compile(r"\.{5,}|…{3,}|_{5,}")


def is_blank_form(pieces: Sequence[Piece]) -> bool:
    """Whether a file is a form to fill in: every fourth line waits for a pen."""
    lines = [piece.text for piece in pieces if piece.text.strip()]
    dotted = sum(bool(_DOTS.search(line)) for line in lines)
    if any(re.match(r"^\W*(?:V/v|Về việc)\b|.*\| ?V/v", line) for line in lines[:10]):
        return False  # a letter may bring its form with it
    named = any(re.search(r"^(?:Mẫu|MẪU|Mau) |TỜ KHAI|ĐƠN |PHIẾU ", line) for line in lines[:12])
    return len(lines) >= 5 and (dotted * 4 >= len(lines) or (named and dotted * 8 >= len(lines)))


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

    def flush() -> Iterator[NewPassage]:
        if held and (article or len(" ".join(p.text for p in held)) > LEAST_LETTERS):
            where = ", ".join(filter(None, [
                f"khoản {clause} Điều {article}" if clause else f"Điều {article}" if article else ""
            ]))  # fmt: skip
            citation = f"{where} {document}".strip()
            yield from _parts(held, header, title, citation, article, clause, heading)
        held.clear()

    for piece in pieces:
        text = piece.text.strip()
        if not text:
            continue
        if match := ARTICLE.match(text):
            yield from flush()
            article, heading, clause = match[1], one_line(match[2]), None
            if len(heading) > 200:
                held.append(Piece(heading, piece.page))
                heading = ""
        elif article and (match := CLAUSE.match(text)) and _follows(clause, match[1]):
            yield from flush()
            clause = match[1]
            held.append(piece)
        elif re.match(r"^(?:Chương|CHƯƠNG|Mục|MỤC|Phần|PHẦN)\s+[IVX\d]+", text):
            yield from flush()
        elif not (article is None and len(text) < LEAST_LETTERS):
            held.append(piece)
    yield from flush()


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
        if len(text) >= 15 and sum(map(str.isalpha, text)) * 3 >= len(text):
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
