"""Words an answer anew with a model; what it may not say is dropped, what it left out is added."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Protocol

import structlog

from assistant.address import UNKNOWN, Address
from assistant.answers import Answer
from assistant.model.errors import ModelUnavailable
from assistant.model.facts import Facts, facts_of
from assistant.model.own_words import Checked, check
from assistant.speech import to_speech

log = structlog.get_logger()
INSTRUCTIONS = (Path(__file__).parent.parent / "prompts" / "phrase.txt").read_text("utf-8")
_REFERENCE = re.compile(r"\[([PFL])(\d{0,2})\]")
_LOOSE_END = re.compile(r"[\s.,!?:;]+$")


class Asks(Protocol):
    """A guarded model."""

    def ask(self, instructions: str, request: str) -> str: ...


class Phrasing:
    """Words answers with a model, or leaves them as they are. Safe between threads; blocking."""

    def __init__(self, model: Asks) -> None:
        self._model = model
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    @property
    def counts(self) -> dict[str, int]:
        """``worded`` answers, ``kept`` ones (nothing usable came), ``dropped`` sentences."""
        with self._lock:
            return dict(self._counts)

    def word(self, answer: Answer, asked_masked: str, address: Address = UNKNOWN) -> Answer:
        """The answer in a model's order and connecting words; its facts are the record's, whole.

        Facts, sources and choices are untouched. Never raises: without a usable reply
        the answer comes back as it is.
        """
        facts = facts_of(answer)
        if facts is None:
            return answer
        request = (
            f"Gọi người hỏi: {address.you}. Tự xưng: {address.me}.\n"
            f"Câu hỏi: {asked_masked}\n{facts.for_model()}"
        )
        try:
            checked = check(self._model.ask(INSTRUCTIONS, request), facts)
        except ModelUnavailable:
            self._count(kept=1)
            return answer
        text = assemble(checked, facts)
        self._count(dropped=checked.dropped, **{"worded" if text else "kept": 1})
        if checked.dropped:
            log.info("sentences_dropped", count=checked.dropped)
        return replace(answer, text=text, speech=to_speech(text)) if text else answer

    def _count(self, **more: int) -> None:
        with self._lock:
            self._counts.update(more)


def assemble(checked: Checked, facts: Facts) -> str | None:
    """The text to show; None when nothing of the model's own is left.

    Facts the model left out follow in the record's order, so nothing is ever missing.
    """
    if not checked.sentences:
        return None
    lines: list[str] = []
    if not any(sentence.names_subject for sentence in checked.sentences):
        lines.append(facts.head)
    used: set[int] = set()
    for sentence in checked.sentences:
        lines += _lines(sentence.text, facts)
        used |= set(sentence.facts)
    missing = [block for n, block in enumerate(facts.blocks, 1) if n not in used]
    closing = _closing(checked)
    if missing and closing:  # "cần hỏi thêm gì cứ hỏi" stays the last word
        lines = [*lines[:-closing], *missing, *lines[-closing:]]
    else:
        lines += missing
    return "\n".join(lines)


def _lines(text: str, facts: Facts) -> list[str]:
    """One sentence with its references filled in; a fact begins a line of its own."""
    lines: list[str] = []
    current, at = "", 0
    for match in _REFERENCE.finditer(text):
        current += text[at : match.start()]
        at = match.end()
        kind, number = match[1], match[2]
        if kind == "F":
            lead = _LOOSE_END.sub("", current).strip(" ,.;:")
            if " " in lead:  # a lone "và" between two facts leads to nothing
                lines.append(f"{lead}:")
            lines.append(facts.blocks[int(number) - 1])
            current = ""
        else:
            current += facts.subject if kind == "P" else facts.links[int(number) - 1]
    rest = (current + text[at:]).strip()
    if rest.strip(" .,!?:;–-"):
        lines.append(rest[0].upper() + rest[1:] if current == "" else rest)
    return lines


def _closing(checked: Checked) -> int:
    """How many sentences at the end refer to nothing, if others before them do."""
    count = 0
    for sentence in reversed(checked.sentences):
        if sentence.facts or sentence.names_subject:
            break
        count += 1
    return count if count < len(checked.sentences) else 0
