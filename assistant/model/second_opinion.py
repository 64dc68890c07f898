"""Asks a model what an unclear message means, where our own calibrated reading is unsure.

The model chooses among candidates that were found, and completes a follow-up from words that
were said. It can turn "not found" into a question and change which choice comes first; an
answer needs our own ranking to be sure of the completed question.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import structlog

from assistant.decide import MAX_CHOICES, Decision, Meant, Thresholds, Unsure, decide
from assistant.model.errors import ModelUnavailable
from assistant.model.own_words import FILE
from assistant.model.phrasing import Asks
from assistant.privacy import mask, without_placeholders
from knowledge.data_files import parse_yaml
from knowledge.linking.linker import Candidate, Linking
from knowledge.vietnamese import fold, tokens

log = structlog.get_logger()
PROMPTS = Path(__file__).parent.parent / "prompts"
CHOOSE = (PROMPTS / "choose.txt").read_text("utf-8")
REWRITE = (PROMPTS / "rewrite.txt").read_text("utf-8")
# What a model may choose among; the ranking's tail is noise.
OFFERED = 6
LONGEST_REWRITE = 200
_CHOICE = re.compile(r'\s*(?:\{\s*"[a-z_]{1,12}"\s*:\s*)?\[?(\d{1,2})[\].]?\s*\}?\s*')


class Finds(Protocol):
    """The finder, as far as it is needed here."""

    def link(self, text: str) -> Linking: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What was said before: the question before this one (masked) and the procedure in hand."""

    last_question: str = ""
    in_hand: str = ""


class SecondOpinion:
    """Reconsiders decisions that were unsure. Safe between threads; blocking."""

    def __init__(
        self,
        model: Asks,
        finder: Finds,
        thresholds: Thresholds,
        title_of: Callable[[str], str | None],
    ) -> None:
        self._model = model
        self._finder = finder
        self._thresholds = thresholds
        self._title_of = title_of

    def reconsider(
        self, asked: str, linking: Linking, decision: Decision, context: Context
    ) -> Decision:
        """The same decision, or a better founded one; a sure one is returned at once.

        ``asked`` is masked text without placeholders. Never raises.
        """
        if isinstance(decision, Meant) or not asked.strip():
            return decision
        try:
            if context.in_hand and (completed := self._completed(asked, context)):
                again = decide(self._finder.link(completed), self._thresholds, in_hand=True)
                if isinstance(again, Meant) and not again.candidate.is_intent:
                    return again
            return self._chosen(asked, linking, decision)
        except ModelUnavailable:
            return decision

    def _completed(self, asked: str, context: Context) -> str | None:
        """A follow-up as a whole question, made of words that were said; None when it is not."""
        request = (
            f"Tên việc đang nói: {context.in_hand}\n"
            f"Câu hỏi trước: {context.last_question}\nCâu nói tiếp: {asked}"
        )
        reply = self._model.ask(REWRITE, request).strip()
        text = without_placeholders(mask(reply).text)
        allowed = set(_words(f"{asked} {context.in_hand} {context.last_question}"))
        if len(reply) > LONGEST_REWRITE or "\n" in reply or not text:
            return None
        if not set(_words(text)) <= allowed | _question_words():
            log.info("rewrite_dropped")
            return None
        return text

    def _chosen(self, asked: str, linking: Linking, decision: Decision) -> Decision:
        """The candidates with the model's choice first, as a question back."""
        candidates = [c for c in linking.procedures if self._title_of(c.label)][:OFFERED]
        if len(candidates) < 2 and isinstance(decision, Unsure):
            return decision
        if not candidates:
            return decision
        listed = "\n".join(f"{n}. {self._title_of(c.label)}" for n, c in enumerate(candidates, 1))
        reply = _CHOICE.fullmatch(
            self._model.ask(CHOOSE, f"{listed}\n0. Không có\nCâu hỏi: {asked}")
        )
        number = int(reply[1]) if reply else 0
        if not 1 <= number <= len(candidates):
            return decision
        picked = candidates[number - 1]
        if not isinstance(decision, Unsure):
            return Unsure((picked,))
        others = [c for c in decision.candidates if c.label != picked.label]
        return Unsure(_first_of((picked, *others)))


def _first_of(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple(candidates[:MAX_CHOICES])


def _words(text: str) -> list[str]:
    return tokens(fold(text))


@lru_cache(maxsize=1)
def _question_words() -> frozenset[str]:
    listed = parse_yaml(FILE.read_text("utf-8"))["questions"]
    return frozenset(fold(word) for word in listed)
