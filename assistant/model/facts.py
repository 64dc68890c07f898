"""The facts of an answer, numbered, so that a model can refer to them and never state them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answers import Answer, Outcome

_ITEM = re.compile(r"^\s*(?:[•–*-]|\d{1,2}\.)\s")
_LINK = re.compile(r"https?://[^\s)\"”]+")
_OPENING = "Dạ, "


@dataclass(frozen=True, slots=True)
class Facts:
    """The blocks of one answer in their order, and what it is about.

    ``blocks[0]`` is [F1]; ``subject`` is [P]; ``links[0]`` is [L1], in the text a model sees.
    """

    head: str
    subject: str
    blocks: tuple[str, ...]
    links: tuple[str, ...]

    def for_model(self) -> str:
        """The facts as a model sees them: numbered, links as tokens."""
        lines = [f"[P] {self.subject}"]
        for number, block in enumerate(self.blocks, 1):
            shown = block
            for at, link in enumerate(self.links, 1):
                shown = shown.replace(link, f"[L{at}]")
            lines.append(f"[F{number}] {shown}")
        return "\n".join(lines)


def facts_of(answer: Answer) -> Facts | None:
    """What a model may word; None for answers that stay as they are.

    Only an answer from one record whose first line names the procedure is worded; fixed
    replies, questions back and combined answers have their words already.
    """
    if answer.outcome is not Outcome.ANSWERED or answer.also or answer.procedure is None:
        return None
    if any(citation.section == "faq" for citation in answer.citations):
        return None  # a clerk's own words
    head, *rest = [line for line in answer.text.split("\n") if line.strip()]
    if not (head.startswith(_OPENING) and head.endswith(":") and rest):
        return None
    if any(line.startswith(_OPENING) for line in rest):
        return None
    links = tuple(dict.fromkeys(link.rstrip(".,;") for link in _LINK.findall(answer.text)))
    # The longest first: one address may be the beginning of another.
    ordered = tuple(sorted(links, key=len, reverse=True))
    return Facts(head, head[len(_OPENING) : -1], _blocks(rest), ordered)


def _blocks(lines: Sequence[str]) -> tuple[str, ...]:
    """Lines that only hold together: a heading with its items, or one sentence."""
    blocks: list[str] = []
    for line in lines:
        if blocks and _ITEM.match(line):
            blocks[-1] += f"\n{line}"
        else:
            blocks.append(line)
    return tuple(blocks)
