"""Teaches the ranker and the topic model from the utterance bank: one command, minutes, seeded.

    python -m knowledge.linking.train --home var

``--home`` is a LETAN_HOME whose store holds the sample office and, for the large
catalogue, the imported portal records. Needs the extra ``train``. The encoder
must not have seen the fit part of the bank (`bank.is_fit_part`): only then do
the features here look like those of a stranger's question.
"""

import argparse
import json
import random
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from knowledge.database import connect
from knowledge.embedding import load_encoder
from knowledge.finder import PASSAGES, intent_label, procedure_label, usable_intents
from knowledge.linking.bank import (
    Intent,
    is_fit_part,
    read_intents,
    read_portal_utterances,
    read_utterances,
    read_vague,
)
from knowledge.linking.classes import GROUP_WEIGHTS, NATIONAL, Classifiers, class_terms, group_of
from knowledge.linking.classes import WEIGHTS as CLASS_WEIGHTS
from knowledge.linking.ranker import WEIGHTS, Ranker
from knowledge.linking.topics import WEIGHTS as TOPIC_WEIGHTS
from knowledge.linking.topics import topic_terms
from knowledge.linking.views import FEATURES, GLOBALS, Encoder, Measured, Phrase, Views
from knowledge.model.noise import Noise
from knowledge.passages import split
from knowledge.procedures import Procedure, Topic
from knowledge.settings import KnowledgeSettings
from knowledge.store import KnowledgeStore
from knowledge.vietnamese import normalise

SEED = 20261123
VARIANTS = 3
MARGIN = 4.0  # SVM margins of 1 apart become a softmax ratio of about 55
NAME_TAILS = (
    "", "cần giấy tờ gì", "hồ sơ gồm những gì", "lệ phí bao nhiêu", "mất bao lâu", "nộp ở đâu",
    "ở quầy mấy", "quầy nào nhận", "có mất phí không", "mấy ngày thì xong", "ai được làm",
    "làm thế nào", "thủ tục ra sao", "điều kiện là gì", "có nộp online được không",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """One question for teaching: features, the wanted share of each candidate, and of none."""

    measured: Measured
    wanted: NDArray[np.float32]
    none: float
    weight: float


@dataclass(slots=True)
class Universe:
    """One catalogue to rank in: its views and the passages of its procedures."""

    views: Views
    passage_vectors: NDArray[np.float32]
    passage_codes: list[str]
    phrase_at: Mapping[str, list[int]]

    def passages(self, vector: NDArray[np.float32]) -> dict[str, float]:
        """The best cosine by procedure among the nearest passages, as Chroma would give it."""
        cosines = self.passage_vectors @ vector
        best: dict[str, float] = {}
        for i in np.argpartition(cosines, -PASSAGES)[-PASSAGES:]:
            code = self.passage_codes[i]
            best[code] = max(best.get(code, 0.0), float(cosines[i]))
        return best


def build_universe(
    procedures: Sequence[Procedure],
    intents: Sequence[Intent],
    phrases: Sequence[Phrase],
    encoder: Encoder,
    classifiers: Classifiers,
) -> Universe:
    """Views and passages over ``procedures`` and all intents."""
    held = [procedure_label(p) for p in procedures]
    labels = [*held, *(intent_label(i) for i in usable_intents(intents, held))]
    views = Views(labels, phrases, encoder, classifiers)
    passages = [passage for p in procedures for passage in split(p, 1)]
    phrase_at: dict[str, list[int]] = {}
    for i, text in enumerate(views.phrases.texts):
        phrase_at.setdefault(text, []).append(i)
    return Universe(
        views,
        encoder.encode([p.text for p in passages], "passage"),
        [p.code for p in passages],
        phrase_at,
    )


def example(
    universe: Universe,
    text: str,
    wanted: Mapping[str, float],
    *,
    own: str | None = None,
    remove: bool = False,
    forget_phrases: bool = False,
    weight: float = 1.0,
) -> Example | None:
    """Measure one question; None when it has no words or no candidate.

    ``own`` is the bank line it came from, hidden while measuring. ``remove`` takes
    the right labels out of the catalogue, so that "none" becomes right.
    """
    views = universe.views
    normalised = normalise(text)
    if not normalised:
        return None
    vector = views.encode(normalised)
    labels = {views.index[label]: share for label, share in wanted.items() if label in views.index}
    measured = views.measure(
        normalised,
        vector,
        universe.passages(vector),
        hidden_phrases=universe.phrase_at.get(own, ()) if own else (),
        hidden_labels=tuple(labels) if remove else (),
        without_phrases=next(iter(labels), None) if forget_phrases else None,
    )
    if not len(measured.candidates):
        return None
    shares = np.asarray(
        [0.0 if remove else labels.get(int(c), 0.0) for c in measured.candidates], dtype=np.float32
    )
    total = float(shares.sum())
    if total > 0:
        return Example(measured, shares / total, 0.0, weight)
    return Example(measured, shares, 1.0, weight)


def examples(
    small: Universe, large: Universe | None, procedures: Sequence[Procedure], rng: random.Random
) -> Iterator[tuple[str, Example]]:
    """Teaching questions with the text they come from (for the split)."""
    noise = Noise(rng)
    universes = [small, large] if large else [small]
    for text, label in bank_lines(fit_part=True):
        for variant in range(VARIANTS):
            said = text if variant == 0 else noise.question(text)
            chance = rng.random()
            holding = [u for u in universes if label in u.views.index]
            if not holding:  # a phrase for a national procedure that is not imported here
                break
            made = example(
                rng.choice(holding),
                said,
                {label: 1.0},
                own=normalise(text),
                remove=chance < 0.08 and "." in label and label[0].isdigit(),
                forget_phrases=0.08 <= chance < 0.2 and label[0].isdigit(),
            )
            if made:
                yield text, made
    for vague in read_vague():
        for _ in range(2):
            shares = {code: 1.0 / (1 + 0.3 * i) for i, code in enumerate(vague.codes)}
            if made := example(rng.choice(universes), noise.question(vague.text), shares):
                yield vague.text, made
    for procedure in procedures:
        if procedure.origin != "office":
            continue
        names = [procedure.title, procedure.name, *procedure.aliases]
        for name in rng.sample(names, k=min(3, len(names))):
            text = noise.question(f"{name} {rng.choice(NAME_TAILS)}")
            universe = rng.choice(universes)
            if made := example(universe, text, {procedure.code: 1.0}, weight=0.5):
                yield name, made
    if large is None:
        return
    for procedure in procedures:
        if procedure.origin != "portal" or rng.random() < 0.4:
            continue
        words = procedure.name.split()
        if rng.random() < 0.5 and len(words) > 6:
            keep = rng.uniform(0.45, 0.9)
            words = [w for w in words if rng.random() < keep]
        text = noise.question(" ".join([*words, rng.choice(NAME_TAILS)]))
        made = example(large, text, {procedure.code: 1.0}, remove=rng.random() < 0.2, weight=0.35)
        if made:
            yield procedure.name, made


def fit_ranker(
    taught: Sequence[Example], unseen: Sequence[Example], epochs: int = 30
) -> dict[str, Any]:
    """Weights of the two networks and the temperature, as arrays for `Ranker.load`."""
    torch.manual_seed(SEED)
    feature_rows = np.concatenate([e.measured.features for e in taught])
    question_rows = np.stack([e.measured.question for e in taught])
    mean, scale = feature_rows.mean(0), feature_rows.std(0) + 1e-3
    qmean, qscale = question_rows.mean(0), question_rows.std(0) + 1e-3
    hidden = 32
    score = torch.nn.Sequential(
        torch.nn.Linear(len(FEATURES) + len(GLOBALS), hidden), torch.nn.ReLU(),
        torch.nn.Linear(hidden, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 1),
    )  # fmt: skip
    none = torch.nn.Sequential(
        torch.nn.Linear(len(GLOBALS), 16), torch.nn.ReLU(), torch.nn.Linear(16, 1)
    )
    batches = _padded(taught, mean, scale, qmean, qscale)
    held = _padded(unseen, mean, scale, qmean, qscale)
    optimiser = torch.optim.AdamW(
        [*score.parameters(), *none.parameters()], lr=3e-3, weight_decay=1e-3
    )
    steps = epochs * (len(taught) // 256 + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, total_steps=steps)
    generator = torch.Generator().manual_seed(SEED)
    for _ in range(epochs):
        order = torch.randperm(len(taught), generator=generator)
        for chunk in order.split(256):
            part = {name: tensor[chunk] for name, tensor in batches.items()}
            loss = _loss(_logits(score, none, part), part)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    temperature = _temperature(_logits(score, none, held).detach(), held)
    weights: dict[str, Any] = {
        "features": np.asarray(FEATURES), "globals": np.asarray(GLOBALS),
        "feature_mean": mean, "feature_scale": scale,
        "question_mean": qmean, "question_scale": qscale,
        "temperature": np.float32(temperature),
    }  # fmt: skip
    for prefix, network in (("layer", score), ("none", none)):
        linears = [m for m in network if isinstance(m, torch.nn.Linear)]
        for i, linear in enumerate(linears):
            weights[f"{prefix}_weight{i}"] = linear.weight.detach().numpy().T.copy()
            weights[f"{prefix}_bias{i}"] = linear.bias.detach().numpy().copy()
    return weights


def _padded(
    given: Sequence[Example], mean: Any, scale: Any, qmean: Any, qscale: Any
) -> dict[str, torch.Tensor]:
    longest = max(len(e.measured.candidates) for e in given)
    features = np.zeros((len(given), longest, len(FEATURES)), np.float32)
    wanted = np.zeros((len(given), longest + 1), np.float32)
    there = np.zeros((len(given), longest), bool)
    for i, e in enumerate(given):
        size = len(e.measured.candidates)
        features[i, :size] = (e.measured.features - mean) / scale
        wanted[i, :size], wanted[i, -1], there[i, :size] = e.wanted, e.none, True
    question = (np.stack([e.measured.question for e in given]) - qmean) / qscale
    return {
        "features": torch.from_numpy(features),
        "question": torch.from_numpy(question.astype(np.float32)),
        "wanted": torch.from_numpy(wanted),
        "there": torch.from_numpy(there),
        "weight": torch.tensor([e.weight for e in given]),
    }


def _logits(
    score: torch.nn.Module, none: torch.nn.Module, part: Mapping[str, torch.Tensor]
) -> torch.Tensor:
    features, question = part["features"], part["question"]
    wide = torch.cat([features, question[:, None].expand(-1, features.shape[1], -1)], dim=2)
    scores = score(wide).squeeze(-1).masked_fill(~part["there"], -1e4)
    return torch.cat([scores, none(question)], dim=1)


def _loss(logits: torch.Tensor, part: Mapping[str, torch.Tensor]) -> torch.Tensor:
    each = -(part["wanted"] * torch.log_softmax(logits, dim=1)).sum(1)
    return (each * part["weight"]).sum() / part["weight"].sum()


def _temperature(logits: torch.Tensor, part: Mapping[str, torch.Tensor]) -> float:
    grid = [0.5 + 0.05 * i for i in range(61)]
    losses = [float(_loss(logits / t, part)) for t in grid]
    return grid[int(np.argmin(losses))]


def score_ranker(given: Sequence[Example], weights_path: Path) -> dict[str, float]:
    """Right-first share, mean top probability and ECE of written weights on examples."""
    ranker = Ranker.load(weights_path)
    right, sure = [], []
    for e in given:
        shares, none = ranker.probabilities(e.measured)
        every = np.append(shares, none)
        wanted = np.append(e.wanted, e.none)
        top = int(np.argmax(every))
        right.append(float(wanted[top] > 0))
        sure.append(float(every[top]))
    return {
        "questions": len(given),
        "right_first": float(np.mean(right)),
        "ece": expected_calibration_error(right, sure),
    }


def expected_calibration_error(
    right: Sequence[float], sure: Sequence[float], bins: int = 10
) -> float:
    """Mean gap between stated probability and share of right answers, over equal-width bins."""
    hits, said = np.asarray(right), np.asarray(sure)
    at = np.minimum((said * bins).astype(int), bins - 1)
    gaps = [
        abs(hits[at == b].mean() - said[at == b].mean()) * (at == b).mean()
        for b in range(bins)
        if (at == b).any()
    ]
    return float(sum(gaps))


def fit_classes(said: Sequence[tuple[str, str]], rng: random.Random) -> dict[str, Any]:
    """Weights of the classifier from (text, label) lines, each as it is and disturbed.

    One-against-rest linear SVM (liblinear): seconds where a softmax takes minutes, and
    as good on unseen lines. Rows are int8 with a scale each, so the file stays small.
    """
    noise = Noise(rng)
    clean = [(normalise(text), label) for text, label in said]
    lines = clean + [(normalise(noise.question(text)), label) for text, label in said]
    met = Counter(term for text, _ in clean for term in set(class_terms(text)))
    kept = sorted(term for term, count in met.items() if count >= 2)
    vectoriser = TfidfVectorizer(analyzer=class_terms, vocabulary=kept, binary=True)
    rows = vectoriser.fit_transform([text for text, _ in lines])
    model = LinearSVC(C=0.5, tol=1e-2, max_iter=200, random_state=SEED).fit(
        rows, [label for _, label in lines]
    )
    weights = np.asarray(model.coef_.T, np.float32) * MARGIN
    scale = np.maximum(np.abs(weights).max(axis=1), 1e-9) / 127
    return {
        "vocabulary": np.asarray(kept),
        "labels": np.asarray([str(label) for label in model.classes_]),
        "idf": np.asarray(vectoriser.idf_, np.float32),
        "weights": np.rint(weights / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": np.asarray(model.intercept_, np.float32) * MARGIN,
    }


def bank_lines(*, fit_part: bool | None = None) -> list[tuple[str, str]]:
    """(text, label) of the bank: all, only the fit part, or all but it."""
    lines = [(u.text, u.label) for u in read_utterances()]
    lines += [(u.text, u.label) for u in read_portal_utterances()]
    lines += [(text, intent.id) for intent in read_intents() for text in intent.utterances]
    return [line for line in lines if fit_part is None or is_fit_part(line[0]) is fit_part]


def fit_topics(rng: random.Random) -> dict[str, Any]:
    """Weights of the topic model from every labelled utterance and follow-up."""
    topics, noise = list(Topic), Noise(rng)
    said = [(u.text, {Topic(t) for t in u.topics}) for u in read_utterances()]
    said += [
        (text, {Topic(i.topic)} if i.topic in set(topics) else set())
        for i in read_intents()
        if i.outcome == "follow_up" or i.outcome in ("small_talk", "out_of_scope")
        for text in i.utterances
    ]
    rows = [
        (topic_terms(normalise(noise.question(text) if n else text)), wanted)
        for text, wanted in said
        for n in range(3)
    ]
    counts: dict[str, int] = {}
    for words, _ in rows:
        for word in set(words):
            counts[word] = counts.get(word, 0) + 1
    vocabulary = {w: i for i, w in enumerate(sorted(w for w, c in counts.items() if c >= 4))}
    width = 60
    ids = np.full((len(rows), width), len(vocabulary), np.int64)
    wanted_rows = np.zeros((len(rows), len(topics)), np.float32)
    for r, (words, wanted) in enumerate(rows):
        known = sorted({vocabulary[w] for w in words if w in vocabulary})[:width]
        ids[r, : len(known)] = known
        for topic in wanted:
            wanted_rows[r, topics.index(topic)] = 1.0
    torch.manual_seed(SEED)
    bag = torch.nn.EmbeddingBag(
        len(vocabulary) + 1, len(topics), mode="sum", padding_idx=len(vocabulary)
    )
    torch.nn.init.zeros_(bag.weight)
    bias = torch.nn.Parameter(torch.full((len(topics),), -2.0))
    optimiser = torch.optim.Adam([*bag.parameters(), bias], lr=0.03)
    held = np.asarray([zlib.crc32(said[r // 3][0].encode()) % 10 == 0 for r in range(len(rows))])
    x, y = torch.from_numpy(ids), torch.from_numpy(wanted_rows)
    fit_on = torch.from_numpy(np.flatnonzero(~held))
    for _ in range(30):
        for chunk in fit_on[torch.randperm(len(fit_on))].split(512):
            logits = bag(x[chunk]) + bias
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, y[chunk])
            loss = loss + 2e-5 * (bag.weight**2).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    with torch.no_grad():
        test = torch.from_numpy(np.flatnonzero(held))
        guess = (bag(x[test]) + bias) > 0
        exact = float((guess == (y[test] > 0)).all(1).float().mean())
    return {
        "vocabulary": np.asarray(list(vocabulary)),
        "topics": np.asarray([t.value for t in topics]),
        "weights": bag.weight.detach().numpy()[:-1].astype(np.float16),
        "bias": bias.detach().numpy(),
        "exact": exact,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var"))
    parser.add_argument("--encoder", default=None)
    args = parser.parse_args()
    torch.set_num_threads(1)  # a second thread only waits for the first when cores are shared
    started, rng = perf_counter(), random.Random(SEED)
    topic_weights = fit_topics(rng)
    exact = topic_weights.pop("exact")
    TOPIC_WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(TOPIC_WEIGHTS, **topic_weights)

    store = KnowledgeStore(connect(KnowledgeSettings().database_at(args.home)))
    procedures = [procedure for procedure, _ in store.live_procedures()]
    encoder = load_encoder(args.encoder)
    names = [
        (name, p.code)
        for p in procedures
        if p.origin == "office"
        for name in {p.name, p.title, *p.aliases}
    ]
    outcomes = {intent.id: intent.outcome for intent in read_intents()}

    def grouped(lines: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(text, group_of(label, outcomes.get(label))) for text, label in lines]

    own = {p.code for p in procedures if p.origin == "office"} | outcomes.keys()

    def classed(lines: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(text, label if label in own else NATIONAL) for text, label in lines]

    # The ranker learns beside classifiers that have not seen its lines; the shipped see all.
    blind = bank_lines(fit_part=False) + names
    np.savez_compressed(CLASS_WEIGHTS, **fit_classes(classed(blind), rng))
    np.savez_compressed(GROUP_WEIGHTS, **fit_classes(grouped(blind), rng))
    classifiers = Classifiers.load()
    phrases = [Phrase(normalise(text), label) for text, label in bank_lines()]
    intents = read_intents()
    small = build_universe(
        [p for p in procedures if p.origin == "office"], intents, phrases, encoder, classifiers
    )
    imported = any(p.origin == "portal" for p in procedures)
    large = build_universe(procedures, intents, phrases, encoder, classifiers) if imported else None
    made = list(examples(small, large, procedures, rng))
    taught = [e for text, e in made if zlib.crc32(text.encode()) % 7]
    unseen = [e for text, e in made if not zlib.crc32(text.encode()) % 7]
    np.savez_compressed(WEIGHTS, **fit_ranker(taught, unseen))
    on_unseen = score_ranker(unseen, WEIGHTS)
    every = bank_lines() + names
    np.savez_compressed(CLASS_WEIGHTS, **fit_classes(classed(every), rng))
    np.savez_compressed(GROUP_WEIGHTS, **fit_classes(grouped(every), rng))
    report = {
        "seconds": round(perf_counter() - started, 1),
        "procedures": len(procedures),
        "phrases": len(phrases),
        "taught": len(taught),
        "topics_exact": round(exact, 4),
        "on_taught": score_ranker(taught, WEIGHTS),
        "on_unseen": on_unseen,
    }
    (WEIGHTS.parent / "report.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print(json.dumps(report, indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
