"""What a document was cut into: procedures with labelled parts, rows of lists, other text."""

import re
from dataclasses import dataclass, field

from ingest.labels import unbulleted
from ingest.pages import Box
from ingest.portal_text import UPPER

# Parts that make a text a procedure; a code and a name alone are a list.
CONTENT = frozenset({"steps", "channel", "papers", "time", "fee", "result", "conditions", "who"})
_HEAD_WORDS = re.compile(
    r"^(?:tên )?(?:thủ tục(?: hành chính)?|tthc)\s*(?:số\s*)?\d*\s*[:.)]?\s*", re.I
)


@dataclass(frozen=True)
class Piece:
    """A line of a part, or a table row with its cells, and where it stands; ``is_guessed`` as
    of its block."""

    text: str
    page: int | None = None
    box: Box | None = None
    confidence: float = 1.0
    cells: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    is_guessed: bool = False


@dataclass
class Found:
    """A procedure as it stands in the document: labelled parts of pieces, in order.

    ``doubts`` says of a part why its text may not be what the document means.
    """

    code: str | None = None
    name: str = ""
    head: Piece | None = None
    parts: dict[str, list[Piece]] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether it says enough to be more than a line of a list."""
        return len(CONTENT & self.parts.keys()) >= 2 or bool(
            {"papers", "time", "fee"} & self.parts.keys()
        )

    def add(self, section: str, piece: Piece) -> None:
        self.parts.setdefault(section, []).append(piece)


@dataclass
class Segments:
    """The procedures of a document, the rows of its lists, and everything else."""

    procedures: list[Found] = field(default_factory=list)
    listed: list[Piece] = field(default_factory=list)
    rest: list[Piece] = field(default_factory=list)


def name_in(text: str) -> str:
    """A procedure's name without its number, the words "Thủ tục:" and its code."""
    bare = re.sub(r"\s*[-–]?\s*\(?\s*(?:mã(?: số| thủ tục| TTHC)*\s*:?\s*)?\d\.\d{6}\s*\)?", " ",
                  text, flags=re.IGNORECASE)  # fmt: skip
    bare = unbulleted(" ".join(bare.split()))
    if re.match(
        r"^(?:tên )?(?:thủ tục(?: hành chính)?|tthc)\s*(?:số\s*)?(?:\d*\s*:|\d+\s*[.)])", bare, re.I
    ):
        bare = _HEAD_WORDS.sub("", bare)
    # "1. Thủ tục Đăng ký …": the capital shows where the name begins.
    bare = re.sub(rf"^(?:Thủ tục|THỦ TỤC)\s+(?=[{UPPER}])", "", bare)
    return bare.strip(' .;:–-“”"')
