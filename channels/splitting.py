"""Cuts a long answer into messages a platform accepts, where a reader would pause."""

# Tried in turn; a cut that leaves less than a third of a message is no good cut.
BREAKS = ("\n\n", "\n", ". ", "; ", ", ", " ")
LEAST = 3


def units(text: str) -> int:
    """Length in UTF-16 units, as the platforms count: an emoji is two."""
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)


def split(text: str, limit: int) -> list[str]:
    """The pieces of ``text``, each at most ``limit`` UTF-16 units and none empty.

    Cut between paragraphs, else lines, sentences, words; a word longer than a whole message is
    cut where the message ends.
    """
    pieces: list[str] = []
    rest = text.strip()
    while units(rest) > limit:
        head = _head(rest, limit)
        cut = next(
            (at + len(mark.rstrip(" \n")) for mark in BREAKS if (at := _last(head, mark)) > 0),
            len(head),
        )
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        pieces.append(rest)
    return pieces


def _last(head: str, mark: str) -> int:
    at = head.rfind(mark)
    return at if at * LEAST >= len(head) else -1


def _head(text: str, limit: int) -> str:
    size = 0
    for i, letter in enumerate(text):
        size += 2 if ord(letter) > 0xFFFF else 1
        if size > limit:
            return text[:i]
    return text
