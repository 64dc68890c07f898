"""What the ranker is taught with: questions measured beside everything they could mean.

Lines come from the fit part of the bank, which the encoder never saw. Each is asked as
it is and with slips, against the sample office alone or among the national records;
some lose their right answer (so that "none" is learned) or all phrases of it (so that
a procedure imported this morning is learned).
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.finder import PASSAGES
from knowledge.linking.bank import (
    Intent,
    is_fit_part,
    read_intents,
    read_portal_utterances,
    read_utterances,
    read_vague,
)
from knowledge.linking.classes import Classifiers
from knowledge.linking.features import Cosines, Hidden, Measured
from knowledge.linking.labels import Phrase
from knowledge.linking.matter import heard
from knowledge.linking.meanings import (
    intent_label,
    procedure_label,
    settled,
    successors,
    usable_intents,
)
from knowledge.linking.views import Encoder, Views
from knowledge.model.noise import Noise
from knowledge.passages import split
from knowledge.procedures import Procedure
from knowledge.vietnamese import fold, normalise

CHUNK = 256
HEAD_ONLY = 0.25  # share of official names asked by their beginning alone
# Where the beginning of an official name ends and what only a law needs to say begins.
_LAWYERS_PART = re.compile(
    r"\s*(?:[(;,]|\b(?:theo quy định|thuộc thẩm quyền|thuộc phạm vi|thực hiện tại|trong trường hợp"
    r"|trường hợp|đối với|do Chủ tịch|do Ủy ban)\b)"
)
LEAST_HEAD = 4  # words; a shorter beginning names nothing
MUCH_ALIKE = 0.75  # cosine of two names; above it an office's record may well answer
NAME_TAILS = (
    "", "cần giấy tờ gì", "hồ sơ gồm những gì", "lệ phí bao nhiêu", "mất bao lâu", "nộp ở đâu",
    "ở quầy mấy", "quầy nào nhận", "có mất phí không", "mấy ngày thì xong", "ai được làm",
    "làm thế nào", "thủ tục ra sao", "điều kiện là gì", "có nộp online được không",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """One question for teaching: features, the wanted share of each candidate, and of none.

    ``like_life``: neither made harder than questions are nor robbed of its answer, so
    that probabilities may be calibrated on it.
    """

    measured: Measured
    wanted: NDArray[np.float32]
    none: float
    weight: float
    source: str
    like_life: bool
    is_large: bool


@dataclass(slots=True)
class Universe:
    """One catalogue to rank in: its views and the passages of its procedures."""

    views: Views
    passage_vectors: NDArray[np.float32]
    passage_codes: list[str]
    phrase_at: Mapping[str, list[int]]
    is_large: bool

    def holds(self, phrase: str, label: str) -> bool:
        """Whether a phrase of the bank stands for ``label`` here."""
        at = self.views.index.get(label)
        owners = self.views.phrases.owners
        return any(owners[i] == at for i in self.phrase_at.get(phrase, ()))

    def nearest(self, cosines: NDArray[np.float32]) -> dict[str, float]:
        """The best cosine by procedure among the nearest passages, as Chroma would give it."""
        best: dict[str, float] = {}
        for i in np.argpartition(cosines, -PASSAGES)[-PASSAGES:]:
            code = self.passage_codes[i]
            best[code] = max(best.get(code, 0.0), float(cosines[i]))
        return best


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to be measured.

    ``own`` is the bank line it came from, hidden while measuring. ``remove`` takes the
    right labels out of the catalogue, so that "none" becomes right.
    """

    universe: Universe
    text: str
    wanted: Mapping[str, float]
    source: str
    own: str | None = None
    remove: bool = False
    forget_phrases: bool = False
    weight: float = 1.0
    like_life: bool = False


def head(name: str) -> str:
    """The beginning of an official name, as people say it; all of it where that is too little."""
    said = _LAWYERS_PART.split(name, maxsplit=1)[0]
    return said if len(said.split()) >= LEAST_HEAD else name


def bank_lines(*, fit_part: bool | None = None) -> list[tuple[str, str]]:
    """(text, label) of the bank: all, only the fit part, or all but it."""
    lines = [(u.text, u.label) for u in read_utterances()]
    lines += [(u.text, u.label) for u in read_portal_utterances()]
    lines += [(text, intent.id) for intent in read_intents() for text in intent.utterances]
    return [line for line in lines if fit_part is None or is_fit_part(line[0]) is fit_part]


def build_universe(
    procedures: Sequence[Procedure],
    intents: Sequence[Intent],
    phrases: Sequence[Phrase],
    encoder: Encoder,
    classifiers: Classifiers,
) -> Universe:
    """Views and passages over ``procedures`` and all intents, as the desk has them."""
    records = [procedure_label(p) for p in procedures]
    replaced = successors(records)
    held = [label for label in records if label.id not in replaced]
    labels = [*held, *(intent_label(i) for i in usable_intents(intents, held))]
    renamed = [Phrase(p.text, replaced.get(p.label, p.label)) for p in phrases]
    views = Views(labels, settled(renamed, labels), encoder, classifiers)
    passages = [passage for p in procedures for passage in split(p, 1)]
    phrase_at: dict[str, list[int]] = {}
    for i, text in enumerate(views.phrases.texts):
        phrase_at.setdefault(text, []).append(i)
    return Universe(
        views,
        encoder.encode([p.text for p in passages], "passage"),
        [p.code for p in passages],
        phrase_at,
        any(p.origin == "portal" for p in procedures),
    )


def measured(asked: Sequence[Asked]) -> Iterator[Example]:
    """Every question that has words and candidates, measured; many at once is faster."""
    for universe in {id(a.universe): a.universe for a in asked}.values():
        here = [a for a in asked if a.universe is universe and normalise(a.text)]
        for start in range(0, len(here), CHUNK):
            yield from _chunk(universe, here[start : start + CHUNK])


def _chunk(universe: Universe, asked: Sequence[Asked]) -> Iterator[Example]:
    views = universe.views
    vectors = views.encode([heard(normalise(a.text)) for a in asked])
    phrases, names = vectors @ views.phrases.vectors.T, vectors @ views.names.vectors.T
    passages = vectors @ universe.passage_vectors.T
    for row, question in enumerate(asked):
        made = _example(
            question,
            Cosines(phrases[row], names[row]),
            universe.nearest(passages[row]),
        )
        if made:
            yield made


def _example(asked: Asked, cosines: Cosines, passages: Mapping[str, float]) -> Example | None:
    universe, views = asked.universe, asked.universe.views
    labels = {
        views.index[label]: share for label, share in asked.wanted.items() if label in views.index
    }
    found = views.measure(
        heard(normalise(asked.text)),
        cosines,
        passages,
        hidden=Hidden(
            phrases=universe.phrase_at.get(asked.own, ()) if asked.own else (),
            labels=tuple(labels) if asked.remove else (),
            without=next(iter(labels), None) if asked.forget_phrases else None,
        ),
    )
    if not len(found.candidates):
        return None
    shares = np.asarray(
        [0.0 if asked.remove else labels.get(int(c), 0.0) for c in found.candidates], np.float32
    )
    total = float(shares.sum())
    wanted, none = (shares / total, 0.0) if total > 0 else (shares, 1.0)
    return Example(
        found, wanted, none, asked.weight, asked.source, asked.like_life, universe.is_large
    )


def questions(
    small: Universe, large: Universe | None, procedures: Sequence[Procedure], rng: random.Random
) -> Iterator[Asked]:
    """Teaching questions: as they are, without tones, and with every slip."""
    noise = Noise(rng)
    universes = [small, large] if large else [small]
    replaced = successors([procedure_label(p) for p in procedures if p.replaces])
    for text, line_label in bank_lines(fit_part=True):
        label = replaced.get(line_label, line_label)
        holding = [u for u in universes if u.holds(normalise(text), label)]
        is_procedure = label[0].isdigit()
        for universe in holding:
            for variant, said in enumerate((text, fold(text), noise.question(text))):
                chance = rng.random()
                if variant == 1 and chance < 0.5:
                    continue
                remove = chance > 0.92 and is_procedure
                forget = 0.8 < chance <= 0.92 and is_procedure
                yield Asked(
                    universe, said, {label: 1.0}, text, normalise(text), remove, forget,
                    weight=1.0 if variant < 2 else 0.6,
                    like_life=variant < 2 and not remove and not forget,
                )  # fmt: skip
    yield from _unheld(small, large, noise, rng)
    for vague in read_vague():
        shares = {code: 1.0 / (1 + 0.3 * i) for i, code in enumerate(vague.codes)}
        for universe in universes:
            yield Asked(universe, noise.question(vague.text), shares, vague.text)
    for procedure in procedures:
        if procedure.origin != "office":
            continue
        names = [procedure.title, procedure.name, *procedure.aliases]
        for universe in universes:
            for name in rng.sample(names, k=min(3, len(names))):
                text = noise.question(f"{name} {rng.choice(NAME_TAILS)}")
                yield Asked(universe, text, {procedure.code: 1.0}, name, weight=0.5)
    for procedure in procedures if large else ():
        if procedure.origin != "portal" or procedure.code in replaced or rng.random() < 0.4:
            continue
        words = procedure.name.split()
        if rng.random() < HEAD_ONLY:
            words = head(procedure.name).split()
        elif rng.random() < 0.5 and len(words) > 6:
            keep = rng.uniform(0.45, 0.9)
            words = [w for w in words if rng.random() < keep]
        text = noise.question(" ".join([*words, rng.choice(NAME_TAILS)]))
        assert large is not None
        yield Asked(
            large, text, {procedure.code: 1.0}, procedure.name,
            remove=rng.random() < 0.15, weight=0.3,
        )  # fmt: skip


def _unheld(
    small: Universe, large: Universe | None, noise: Noise, rng: random.Random
) -> Iterator[Asked]:
    """Questions about national matters put to an office that does not hold them: "none" is right.

    Left out are matters an intent answers and those whose record is much like one of the office.
    """
    if large is None:
        return
    answered = {code for intent in read_intents() for code in intent.held_as}
    own = small.views.names.vectors
    for said in read_portal_utterances():
        at = large.views.index.get(said.label)
        if at is None or not is_fit_part(said.text) or said.label in answered:
            continue
        names = large.views.names.vectors[large.views.names.owners == at]
        if said.label in small.views.index or (names @ own.T).max(initial=0.0) > MUCH_ALIKE:
            continue
        text = noise.question(said.text) if rng.random() < 0.4 else said.text
        yield Asked(small, text, {}, said.text, weight=0.5)
