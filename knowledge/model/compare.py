"""How often an encoder finds the right procedure first, against BM25 and against each other.

Questions are held-out phrasings (never trained on), the same without tones, and
any file of questions with ``gold_codes``. A procedure's score is that of its
best passage; with ``phrasings`` the learned ways to ask count as passages too.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Encoder, load_encoder
from knowledge.model.pairs import Subject, held_out, read_subjects
from knowledge.vietnamese import fold, normalise
from knowledge.words import WordIndex

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the codes that answer it and the kind it belongs to."""

    text: str
    codes: frozenset[str]
    kind: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: shares in 0…1, ``first`` and ``five`` being recall at 1 and 5."""

    ranker: str
    corpus: str
    kind: str
    questions: int
    first: float
    five: float


class EncoderRanker:
    """Ranks procedures by the cosine of their nearest passage."""

    def __init__(self, encoder: Encoder, subjects: Sequence[Subject], *, phrasings: bool) -> None:
        self.name = encoder.name + (" + phrasings" if phrasings else "")
        self._encoder = encoder
        texts = [[*s.texts(), *(s.asks if phrasings else ())] for s in subjects]
        self._starts = np.cumsum([0, *(len(t) for t in texts)][:-1])
        self._vectors = encoder.encode([t for group in texts for t in group], "passage")

    def scores(self, question: str) -> Scores:
        """The score of every subject, in the order given."""
        near = self._vectors @ self._encoder.encode([question], "query")[0]
        return np.maximum.reduceat(near, self._starts)


class WordRanker:
    """Ranks procedures by BM25 over syllables and pairs of all their passages."""

    def __init__(self, subjects: Sequence[Subject], *, toned: bool) -> None:
        self.name = "BM25, with tones" if toned else "BM25, tone-less"
        self._index = WordIndex.build(
            [normalise(" ".join(s.texts())) for s in subjects], toned=toned
        )

    def scores(self, question: str) -> Scores:
        """The BM25 score of every subject, in the order given."""
        return self._index.scores(normalise(question))


def read_questions(path: Path) -> list[Asked]:
    """Questions with an answer among the procedures (JSON lines: question, gold_codes, kind)."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        Asked(r["question"], frozenset(r["gold_codes"]), r["kind"]) for r in rows if r["gold_codes"]
    ]


def without_tones(questions: Sequence[Asked]) -> list[Asked]:
    """The same questions typed without any marks."""
    return [Asked(fold(q.text), q.codes, f"{q.kind}, no tones") for q in questions]


def measure(
    ranker: EncoderRanker | WordRanker,
    subjects: Sequence[Subject],
    questions: Sequence[Asked],
    corpus: str,
) -> list[Figure]:
    """One figure a kind; questions whose codes the corpus does not hold are left out."""
    labels = [s.label for s in subjects]
    held = set(labels)
    hits: dict[str, list[tuple[bool, bool]]] = {}
    for question in questions:
        if question.codes & held:
            order = np.argsort(-ranker.scores(question.text), kind="stable")[:5]
            found = [labels[i] in question.codes for i in order]
            hits.setdefault(question.kind, []).append((found[0], any(found)))
    return [
        Figure(
            ranker.name,
            corpus,
            kind,
            len(rows),
            round(sum(a for a, _ in rows) / len(rows), 3),
            round(sum(b for _, b in rows) / len(rows), 3),
        )
        for kind, rows in hits.items()
    ]


def encoding_milliseconds(encoder: Encoder, texts: Sequence[str]) -> float:
    """The median time to encode one question, in milliseconds."""
    took = []
    for text in texts:
        start = time.perf_counter()
        encoder.encode([text], "query")
        took.append(time.perf_counter() - start)
    return round(float(np.median(took)) * 1000, 3)


def tone_agreement(encoder: Encoder, texts: Sequence[str]) -> float:
    """The mean cosine between a text and itself without tones."""
    plain = encoder.encode([fold(t) for t in texts], "query")
    return round(float((encoder.encode(texts, "query") * plain).sum(axis=1).mean()), 3)


def questions_for(files: Sequence[Path] = ()) -> list[Asked]:
    """Held-out phrasings and the questions of ``files``, each with and without tones."""
    own = [Asked(u.text, frozenset([u.label]), "held-out phrasings") for u in held_out()]
    asked = [*own, *without_tones(own)]
    for path in files:
        rows = [Asked(q.text, q.codes, path.stem) for q in read_questions(path)]
        asked += [*rows, *without_tones(rows)]
    return asked


def compare(
    encoders: Sequence[Encoder], subjects: dict[str, Subject], questions: Sequence[Asked]
) -> list[Figure]:
    """Figures of BM25 and of each encoder, over the office's procedures and over all."""
    written = [s for s in subjects.values() if s.sections]
    office = [s for s in written if s.is_office]
    figures: list[Figure] = []
    for corpus, chosen in (("office", office), ("office + portal", written)):
        if corpus != "office" and len(chosen) == len(office):
            continue
        corpus = f"{corpus} ({len(chosen)})"
        rankers: list[EncoderRanker | WordRanker] = [
            WordRanker(chosen, toned=True),
            WordRanker(chosen, toned=False),
        ]
        for ranker in rankers:
            figures += measure(ranker, chosen, questions, corpus)
        for encoder in encoders:
            for phrasings in (False, True):
                ranker = EncoderRanker(encoder, chosen, phrasings=phrasings)
                figures += measure(ranker, chosen, questions, corpus)
    return figures


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table: one row a ranker and corpus, one column a kind."""
    kinds = list(dict.fromkeys(f.kind for f in figures))
    cells = {(f.ranker, f.corpus, f.kind): f for f in figures}
    sizes = {f.kind: max(g.questions for g in figures if g.kind == f.kind) for f in figures}
    lines = [
        "| encoder | corpus | " + " | ".join(f"{k} (n={sizes[k]})" for k in kinds) + " |",
        "|---|---|" + "---|" * len(kinds),
    ]
    for ranker, corpus in dict.fromkeys((f.ranker, f.corpus) for f in figures):
        row = [cells.get((ranker, corpus, k)) for k in kinds]
        shown = [f"{c.first:.3f} · {c.five:.3f}" if c else "–" for c in row]
        lines.append(f"| {ranker} | {corpus} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print the table for the encoders named on the command line."""
    from knowledge.model.onnx_encoder import OnnxEncoder

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoders", nargs="*", help="folders or hub names; none: the shipped one")
    parser.add_argument("--e5", type=Path, help="folder made by extract_e5")
    parser.add_argument("--portal", type=Path, help="portal records, gzipped JSON lines")
    parser.add_argument("--questions", type=Path, action="append", default=[])
    options = parser.parse_args()
    encoders = [load_encoder(name) for name in options.encoders or [None]]
    encoders += [OnnxEncoder(options.e5)] if options.e5 else []
    questions = questions_for(options.questions)
    subjects = read_subjects(options.portal)
    print(table(compare(encoders, subjects, questions)))  # noqa: T201
    sample = [q.text for q in questions][:300]
    for encoder in encoders:
        took = encoding_milliseconds(encoder, sample)
        print(f"{encoder.name}: {took} ms a question, {tone_agreement(encoder, sample)} tone")  # noqa: T201


if __name__ == "__main__":
    main()
