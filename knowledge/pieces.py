"""Cuts a sentence into the pieces of the shipped encoder, as its ``tokenizer.json`` says.

Pieces are whole syllables and pairs of syllables (`knowledge.model.vocabulary`), so that words can
be looked up where the ``tokenizers`` library walks a tree of letters: the same cuts in a quarter
of its 74 MB, and sooner than its two dozen regular expressions over each question. A tokenizer
of any other kind is left to the library.
"""

import json
import math
import re
import unicodedata
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MARK = "▁"  # before each syllable of a piece
UNKNOWN = 0
# What the library's Unigram model takes off its worst score for a letter that no piece covers.
PENALTY = 10.0
_NOT_WORDS = re.compile(r"[\W_]+")
# What `knowledge.model.vocabulary` writes, in the library's own notation of patterns.
_ENDING = re.compile(r"(?P<not_after_q>\(\?<!q\))?(?P<old>[^\W\d_]{2})\(\?!\\p\{L\}\)")
_FIRST = [{"type": "NFC"}, {"type": "Lowercase"}, ("[\\p{Cf}]", "")]
_LAST = [
    ("[^\\p{L}\\p{N}]+", " "),
    {"type": "Strip", "strip_left": True, "strip_right": True},
]
_SPACES = {"type": "Metaspace", "replacement": MARK, "prepend_scheme": "always", "split": False}


class Pieces:
    """Sentence in, ids of its pieces out; immutable, safe between threads.

    ``vocabulary`` are the pieces with their scores in the order of their ids, ``endings`` what a
    word may end in with what is read instead; after a "q" those in ``not_after_q`` stay.
    """

    def __init__(
        self,
        vocabulary: Sequence[tuple[str, float]],
        endings: Mapping[str, str],
        not_after_q: Sequence[str] = (),
    ) -> None:
        self._at = {piece: at for at, (piece, _) in enumerate(vocabulary)}
        self._scores = array("d", (score for _, score in vocabulary))
        self._letter = min(self._scores) - PENALTY
        anywhere = "|".join(old for old in endings if old not in not_after_q)
        rest = f"|(?<!q)(?:{'|'.join(not_after_q)})" if not_after_q else ""
        self._endings = dict(endings)
        self._old = re.compile(f"{anywhere}{rest}".strip("|")) if endings else None

    @classmethod
    def read(cls, path: Path) -> "Pieces | None":
        """The pieces of a ``tokenizer.json``; None where it is of another kind."""
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        endings = _endings(told)
        model = told["model"]
        kind = model.get("type"), model.get("unk_id"), model.get("byte_fallback", False)
        if endings is None or kind != ("Unigram", UNKNOWN, False):
            return None
        vocabulary = model["vocab"]
        if not all(_is_piece(piece) for piece, _ in vocabulary[1:]):
            return None
        return cls(vocabulary, *endings)

    def ids(self, text: str) -> list[int]:
        """The cut with the best sum of scores; letters beside each other that no piece covers are
        one `UNKNOWN`.
        """
        words = [f"{MARK}{word}" for word in self._words(text)]
        count = len(words)
        # Up to each word: the best sum, and the way there: from which word, by which piece,
        # and how many letters after it are unknown.
        best = [0.0, *[-math.inf] * count]
        way = [(0, UNKNOWN, 0)] * (count + 1)

        def try_(start: int, end: int, piece: int, unknown: int) -> None:
            score = best[start] + unknown * self._letter
            if piece:
                score += self._scores[piece]
            if score > best[end]:
                best[end], way[end] = score, (start, piece, unknown)

        at = self._at
        for start, word in enumerate(words):
            single = at.get(word)
            if single is not None:
                try_(start, start + 1, single, 0)
            else:
                try_(start, start + 1, *self._beginning("", word))
            if start + 1 < count:
                after = words[start + 1]
                pair = at.get(word + after)
                if pair is not None:
                    try_(start, start + 2, pair, 0)
                elif single is None or after not in at:
                    piece, unknown = self._beginning(word, after)
                    if piece:
                        try_(start, start + 2, piece, unknown)
        return _along(way, count)

    def _beginning(self, before: str, word: str) -> tuple[int, int]:
        """The longest piece that ``before`` makes with a beginning of ``word``, and how many
        letters are then left; `UNKNOWN` and all of them where there is none.
        """
        for length in range(len(word), 1, -1):
            piece = self._at.get(before + word[:length])
            if piece is not None:
                return piece, len(word) - length
        return UNKNOWN, len(word)

    def _words(self, text: str) -> list[str]:
        composed = unicodedata.normalize("NFC", text).lower()
        if not composed.isprintable():
            composed = "".join(c for c in composed if unicodedata.category(c) != "Cf")
        if self._old:
            composed = self._old.sub(self._ending, composed)
        return _NOT_WORDS.sub(" ", composed).split()

    def _ending(self, found: re.Match[str]) -> str:
        ends = not found.string[found.end() : found.end() + 1].isalpha()
        return self._endings[found[0]] if ends else found[0]


def _along(way: Sequence[tuple[int, int, int]], end: int) -> list[int]:
    """The pieces of the way to ``end``, unknown ones beside each other as one."""
    ids: list[int] = []
    while end:
        end, piece, unknown = way[end]
        if unknown and (not ids or ids[-1] != UNKNOWN):
            ids.append(UNKNOWN)
        if piece:
            ids.append(piece)
    return ids[::-1]


def _endings(told: Mapping[str, Any]) -> tuple[dict[str, str], list[str]] | None:
    """What words may end in with what is read instead, and which of these not after a "q"."""
    steps = [_step(step) for step in (told.get("normalizer") or {}).get("normalizers", ())]
    head, tail = len(_FIRST), len(steps) - len(_LAST)
    if steps[:head] != _FIRST or steps[tail:] != _LAST or told.get("pre_tokenizer") != _SPACES:
        return None
    endings, not_after_q = {}, []
    for step in steps[head:tail]:
        found = _ENDING.fullmatch(step[0]) if isinstance(step, tuple) else None
        if not found:
            return None
        endings[found["old"]] = step[1]
        if found["not_after_q"]:
            not_after_q.append(found["old"])
    return endings, not_after_q


def _step(told: Mapping[str, Any]) -> Any:
    """A step of the normaliser; one that replaces as the pattern and what it puts there."""
    if told.get("type") != "Replace":
        return told
    return told["pattern"].get("Regex"), told["content"]


def _is_piece(piece: str) -> bool:
    """Whether it is a syllable or a pair: each with its mark."""
    syllables = piece.split(MARK)
    return not syllables[0] and 2 <= len(syllables) <= 3 and all(syllables[1:])
