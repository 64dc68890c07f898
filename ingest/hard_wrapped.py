"""Joins the lines of a plain text that an editor cut at a fixed width."""

from collections.abc import Sequence
from itertools import pairwise

from ingest.labels import heading_of
from ingest.paragraphs import STARTS, is_left_open, joined_text

# An editor, a mail or a typewriter cuts its lines in this range; longer lines were not cut.
NARROWEST, WIDEST = 40, 110
# Of all breaks of lines, those that only the width explains: fewer, and the lines are as meant.
LEAST_CUT = 0.2


def unwrapped_lines(lines: Sequence[str]) -> list[str]:
    """The lines with those whole again that were cut where the next word no longer fitted.

    Items of lists, headings and lines after a blank one begin anew.
    """
    lines = [line.rstrip() for line in lines]
    width = max(map(len, lines), default=0)
    pairs = [(one, two) for one, two in pairwise(lines) if one and two]
    cut = sum(_was_cut(one, two, width) for one, two in pairs)
    if not NARROWEST <= width <= WIDEST or cut < max(3, LEAST_CUT * len(pairs)):
        return lines
    joined: list[str] = []
    last = ""
    for line in lines:
        text = line.strip()
        if joined and last and text and _was_cut(last, line, width):
            joined[-1] = joined_text(joined[-1], text)
        else:
            joined.append(line)
        last = line
    return joined


def _was_cut(line: str, after: str, width: int) -> bool:
    text = after.strip()
    if is_left_open(line, text):
        return True
    return (
        len(line) + 1 + len(text.split(" ", 1)[0]) > width
        and not STARTS.match(text)
        and (heading_of(text) is None or text[:1].islower())
    )
