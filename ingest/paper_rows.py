"""Reads the list or table of papers of a document as the portal lists them, with their counts."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingest.found import Piece
from ingest.labels import unbulleted
from ingest.paragraphs import ENDS, STARTS
from ingest.portal_cells import PAPER_START
from ingest.portal_documents import PAPERS_HEADING
from ingest.portal_text import one_line

# Letters; "Ảnh 4x6" is a paper, "chính)" the rest of one.
SHORTEST_NAME = 6

# A line that ends in a colon opens a group of papers: "Giấy tờ phải xuất trình:".
_GROUP = re.compile(r"^.{3,300}:\s*$", re.DOTALL)
# A speck between the number and its word: "(01-bản sao)".
_SIGN_IN_COUNT = re.compile(
    r"(?<=[(\[,;:–—-])(\s?\d{1,2})[-–.,' ]{1,3}(bản (?:chính|gốc|sao))", re.IGNORECASE
)
_TICK = re.compile(r"^\s*([VvYyOo0DL/])\s+(?=\S)")
_INSIDE = ";,:•"
# A cross in the column of originals asks for one.
_TICKED = re.compile(r"[xX×✓✔☑v]")
_COUNTS = re.compile(
    r"bản (?P<kind>chính|gốc|sao|chụp|photo)\s*:?\s*(?P<after>\d{1,2})"
    r"|(?P<before>\d{1,2})\s*bản (?P<kind2>chính|gốc|sao|chụp|photo)",
    re.IGNORECASE,
)
_TWO_COUNTS = re.compile(r"\s*\d{1,2}(?:\s+\d{1,2})+\s*")
_BULLET_INSIDE = re.compile(r"\s[-–«»•]\s+([^\W\d_])")
_COPIED = ("sao", "chụp", "photo")
_ONE_COUNT = (
    r"(?:\d{1,2}\s*bản (?:chính|gốc|sao|chụp|photo)"
    r"|bản (?:chính|gốc|sao|chụp|photo)\s*:?\s*\d{1,2}(?:\s*bản)?)"
)
# "– 1 bản chính, 1 bản sao;", "(bản chính: 01)", ": 01 bản chính và 02 bản sao."
_COUNT_AT_END = re.compile(
    rf"[\s,;:–—-]*[(\[]?\s*(?:số lượng\s*:?\s*)?{_ONE_COUNT}"
    rf"(?:\s*(?:,|;|và|\+)?\s*{_ONE_COUNT})*\s*[)\]]?[\s.;,]*$",
    re.IGNORECASE,
)


def papers_in(pieces: Sequence[Piece]) -> list[str]:
    """Papers as "[heading] text (1 bản chính)", the form the portal lists them in."""
    listed: list[str] = []
    heading = ""
    for piece in _apart(without_misread_ticks(pieces)):
        if piece.cells and len(piece.cells) > 1:
            text = _paper_row(piece)
            if text is None:
                heading = one_line(" ".join(piece.cells)).strip()
                continue
        else:
            text = _with_count(_SIGN_IN_COUNT.sub(r"\1 \2", one_line(piece.text)))
            if _GROUP.match(text) or PAPERS_HEADING.fullmatch(unbulleted(text).strip(" .")):
                heading = unbulleted(text).strip()
                continue
        if text:
            listed.append(f"[{heading}] {text}" if heading else text)
    return listed


def _apart(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with those cut at their semicolons that list several papers in one sentence.

    They do where most parts have a count of their own, or where the whole list is one sentence
    and every part begins like a paper.
    """
    found: list[Piece] = []
    for piece in pieces:
        parts = [] if len(piece.cells) > 1 else _parts(piece.text)
        counted = sum(bool(_COUNT_AT_END.search(part)) for part in parts)
        begin = all(PAPER_START.match(unbulleted(part).strip()) for part in parts)
        if len(parts) >= 2 and (counted * 2 > len(parts) or (len(pieces) == 1 and begin)):
            found += [replace(piece, text=part) for part in parts]
        else:
            found.append(piece)
    return found


def _parts(text: str) -> list[str]:
    """What stands between the semicolons of a text that are outside its brackets."""
    depth, parts = 0, [""]
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == ";" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    parts = [part.strip() for part in parts if part.strip(" .")]
    if not any(part[0].isupper() for part in parts[1:]):
        return parts
    # "Giấy chứng sinh; trường hợp không có thì nộp …" goes on where others begin with a capital
    whole: list[str] = []
    for part in parts:
        if whole and part[0].islower():
            whole[-1] = f"{whole[-1]}; {part}"
        else:
            whole.append(part)
    return whole


def is_one_sentence(pieces: Sequence[Piece]) -> bool:
    """Whether several papers were told apart in one sentence, where a cut is easily wrong."""
    return len(_apart(pieces)) > len(pieces)


def without_misread_ticks(pieces: Sequence[Piece]) -> list[Piece]:
    """The lines of a list without the letter a scan read for the tick before each ("V Đơn …")."""
    ticks = Counter(
        match[1]
        for piece in pieces
        if piece.confidence < 1 and not piece.cells and (match := _TICK.match(piece.text))
    )
    tick, count = ticks.most_common(1)[0] if ticks else ("", 0)
    if count < 2 or count * 2 < len(pieces):
        return list(pieces)
    return [
        replace(piece, text=piece.text[match.end() :])
        if (match := _TICK.match(piece.text)) and match[1] == tick
        else piece
        for piece in pieces
    ]


def looks_cut(names: Iterable[str]) -> bool:
    """Whether a name in a list of papers may be half of one, or no paper at all.

    A paper begins like one ("Bản sao …", "Giấy …") with a capital and closes its brackets.
    """
    return any(
        not name[:1].isalnum()
        or name[:1].islower()
        or name.count("(") != name.count(")")
        or name.endswith((":", ","))
        or len(_COUNTS.findall(name)) > 1
        or len(name) < SHORTEST_NAME
        or not PAPER_START.match(name)
        for name in names
    )


def has_broken_name(names: Iterable[str]) -> bool:
    """Whether a name stops in the middle, or holds the count of another paper."""
    return any(
        name.count("(") != name.count(")")
        or name.endswith((":", ",", "(", "-"))
        or len(_COUNTS.findall(name)) > 1
        or len(name) < SHORTEST_NAME
        for name in names
    )


def may_hold_two(pieces: Iterable[Piece], names: Iterable[str]) -> bool:
    """Whether a recognised list may have two papers in one: two counts stand in a row whose
    dividing rule the scan lost, or a bullet in the middle of a name."""
    recognised = [piece for piece in pieces if piece.confidence < 1]
    return bool(recognised) and (
        any(_TWO_COUNTS.fullmatch(cell) for piece in recognised for cell in piece.cells)
        or any(letter.isupper() for name in names for letter in _BULLET_INSIDE.findall(name))
    )


def begins_inside(pieces: Iterable[Piece]) -> bool:
    """Whether a line of the list is, behind its sign, the rest of a sentence or another list.

    Where every line begins small, the office writes its lists so.
    """
    bare = [unbulleted(piece.text).strip() for piece in pieces if len(piece.cells) < 2]
    small = sum(text[:1].islower() for text in bare)
    return 0 < small < len(bare) or any(text[:1] in _INSIDE for text in bare if text)


def is_told_apart(pieces: Sequence[Piece]) -> bool:
    """Whether the document itself shows where each paper begins: a sign, a row of a table, or
    the count or full stop that ends the one before."""
    return all(
        len(piece.cells) > 1
        or STARTS.match(piece.text)
        or (
            not piece.is_guessed
            and not piece.text[:1].islower()
            and (not place or ENDS.search(pieces[place - 1].text))
        )
        for place, piece in enumerate(pieces)
    )  # fmt: skip


def _with_count(text: str) -> str:
    """A paper's text with the count at its end in brackets, however the office wrote it."""
    match = _COUNT_AT_END.search(text)
    name = text[: match.start()].rstrip(" ,;:–—-") if match else ""
    if match is None or not name:
        return text
    counts = {"bản chính": 0, "bản sao": 0}
    for one in _COUNTS.finditer(match[0]):
        copied = (one["kind"] or one["kind2"]).lower() in _COPIED
        counts["bản sao" if copied else "bản chính"] += int(one["after"] or one["before"])
    said = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number)
    return f"{name} ({said})" if said else name


def _paper_row(piece: Piece) -> str | None:
    """A row of the papers' table; None when it is a heading across the table."""
    filled = [cell for cell in piece.cells if cell.strip()]
    if len(filled) == 1 and (filled[0].strip().endswith(":") or len(filled[0]) < 60):
        return None
    name, originals, copies = "", 0, 0
    for place, cell in enumerate(piece.cells):
        head = piece.heads[place].lower() if place < len(piece.heads) else ""
        text = unwrapped(cell)
        if re.fullmatch(r"\W*\d{0,3}\W*", text) and not re.search(r"số lượng|bản", head):
            continue
        if re.search(r"số lượng|bản chính|bản sao|số bản", head) or (
            _COUNTS.search(text) and len(text) < 40 and (name or not head)
        ):
            one, two = _counts("1" if _TICKED.fullmatch(text) else text, head)
            originals, copies = originals + one, copies + two
        elif re.search(r"mẫu đơn|tờ khai|biểu mẫu|ghi chú", head) and name:
            continue
        elif not name:
            name = text
    counts = ", ".join(
        f"{number} {kind}"
        for number, kind in ((originals, "bản chính"), (copies, "bản sao"))
        if number
    )
    return (f"{name} ({counts})" if counts else name) if name else ""


def _counts(text: str, head: str) -> tuple[int, int]:
    originals = copies = 0
    for match in _COUNTS.finditer(text):
        kind = (match["kind"] or match["kind2"]).lower()
        number = int(match["after"] or match["before"])
        if kind in _COPIED:
            copies += number
        else:
            originals += number
    if not originals and not copies and (plain := re.search(r"\d{1,2}", text)):
        if "bản sao" in head and "bản chính" not in head:
            copies = int(plain[0])
        else:
            originals = int(plain[0])
    return originals, copies


def unwrapped(cell: str) -> str:
    """A cell's text with the line ends of its narrow column taken out again."""
    lines = [line.strip() for line in cell.split("\n") if line.strip()]
    joined: list[str] = []
    for line in lines:
        if joined and not re.match(r"^[-+*•]\s|^(?:Phí|Lệ phí)\s*:", line):
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return "\n".join(joined)
