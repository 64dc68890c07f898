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
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from knowledge.database import connect
from knowledge.embedding import load_encoder
from knowledge.linking.bank import read_intents, read_utterances
from knowledge.linking.beside import beside, load
from knowledge.linking.classes import GROUP_WEIGHTS, NATIONAL, Classifiers, class_terms, group_of
from knowledge.linking.classes import WEIGHTS as CLASS_WEIGHTS
from knowledge.linking.features import FEATURES, GLOBALS
from knowledge.linking.labels import Phrase
from knowledge.linking.ranker import WEIGHTS, Ranker
from knowledge.linking.teaching import Example, bank_lines, build_universe, measured, questions
from knowledge.linking.topics import WEIGHTS as TOPIC_WEIGHTS
from knowledge.linking.topics import topic_terms
from knowledge.model.noise import Noise
from knowledge.procedures import Procedure, Topic
from knowledge.settings import KnowledgeSettings
from knowledge.store import KnowledgeStore
from knowledge.vietnamese import normalise

SEED = 20261123
MEMBERS = 3  # networks whose scores are averaged: what one learns by chance, the others do not
BATCH = 256
_SIZE = GLOBALS.index("catalogue_size")
MARGIN = 4.0  # SVM margins of 1 apart become a softmax ratio of about 55


def fit_ranker(
    taught: Sequence[Example], unseen: Sequence[Example], epochs: int = 24
) -> dict[str, Any]:
    """Weights of the two networks and the temperature, as arrays for `Ranker.load`."""
    torch.manual_seed(SEED)
    feature_rows = np.concatenate([e.measured.features for e in taught])
    question_rows = np.stack([e.measured.question for e in taught])
    mean, scale = feature_rows.mean(0), feature_rows.std(0) + 1e-3
    qmean, qscale = question_rows.mean(0), question_rows.std(0) + 1e-3
    batches = _padded(taught, mean, scale, qmean, qscale)
    held = _padded(unseen, mean, scale, qmean, qscale)
    members = [_fit_member(batches, epochs, SEED + m) for m in range(MEMBERS)]
    logits = torch.stack([_logits(*m, held).detach() for m in members]).mean(0)
    small, large = (
        _temperature(logits, held, [e.like_life and e.is_large is big for e in unseen])
        for big in (False, True)
    )
    sizes = [
        np.mean([e.measured.question[_SIZE] for e in unseen if e.is_large is big] or [0.0])
        for big in (False, True)
    ]
    growth = np.log(large / small) / (sizes[1] - sizes[0]) if sizes[1] else 0.0
    weights: dict[str, Any] = {
        "features": np.asarray(FEATURES), "globals": np.asarray(GLOBALS),
        "feature_mean": mean, "feature_scale": scale,
        "question_mean": qmean, "question_scale": qscale,
        "temperature": np.float32(small), "growth": np.float32(growth),
        "reference": np.float32(sizes[0]), "span": np.float32(sizes[1] - sizes[0]),
    }  # fmt: skip
    for prefix, networks in zip(("layer", "none"), zip(*members, strict=True), strict=True):
        for i, linears in enumerate(zip(*map(_linears, networks), strict=True)):
            weights[f"{prefix}_weight{i}"] = np.stack([_array(x.weight).T for x in linears])
            weights[f"{prefix}_bias{i}"] = np.stack([_array(x.bias)[None] for x in linears])
    return weights


def _linears(network: torch.nn.Sequential) -> list[torch.nn.Linear]:
    return [layer for layer in network if isinstance(layer, torch.nn.Linear)]


def _array(values: torch.Tensor) -> Any:
    return values.detach().numpy()


def _fit_member(
    batches: Mapping[str, torch.Tensor], epochs: int, seed: int
) -> tuple[torch.nn.Sequential, torch.nn.Sequential]:
    """One pair of networks, the candidates' and that of none; members differ by their seed."""
    torch.manual_seed(seed)
    hidden = 48
    score = torch.nn.Sequential(
        torch.nn.Linear(len(FEATURES) + len(GLOBALS), hidden), torch.nn.ReLU(),
        torch.nn.Linear(hidden, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 1),
    )  # fmt: skip
    none = torch.nn.Sequential(
        torch.nn.Linear(len(GLOBALS), 16), torch.nn.ReLU(), torch.nn.Linear(16, 1)
    )
    optimiser = torch.optim.AdamW(
        [*score.parameters(), *none.parameters()], lr=3e-3, weight_decay=1e-3
    )
    count = len(batches["weight"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 6e-3, total_steps=epochs * (count // BATCH + 1)
    )
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        for chunk in torch.randperm(count, generator=generator).split(BATCH):
            part = {name: tensor[chunk] for name, tensor in batches.items()}
            longest = int(part["there"].sum(1).max())
            part["features"] = part["features"][:, :longest]
            part["there"] = part["there"][:, :longest]
            part["wanted"] = torch.cat([part["wanted"][:, :longest], part["wanted"][:, -1:]], 1)
            loss = _loss(_logits(score, none, part), part)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return score, none


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


def _temperature(
    logits: torch.Tensor, part: Mapping[str, torch.Tensor], like_life: Sequence[bool]
) -> float:
    """The temperature of least loss on the examples that are like life; 1 where none is."""
    rows = torch.from_numpy(np.flatnonzero(np.asarray(like_life)))
    if not len(rows):
        return 1.0
    here = {name: tensor[rows] for name, tensor in part.items()}
    grid = [0.3 + 0.02 * i for i in range(86)]
    losses = [float(_loss(logits[rows] / t, here)) for t in grid]
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


def _save_classifiers(procedures: Sequence[Procedure], lines: Sequence[tuple[str, str]]) -> None:
    """Fit the classifiers of labels and of groups on these lines and the office's own names.

    Each part of the training draws its own chance, so that one alone comes out as in all.
    """
    office = [p for p in procedures if p.origin == "office"]
    said = [*lines, *((name, p.code) for p in office for name in {p.name, p.title, *p.aliases})]
    outcomes = {intent.id: intent.outcome for intent in read_intents()}
    own = {p.code for p in office} | outcomes.keys()
    classed = [(text, label if label in own else NATIONAL) for text, label in said]
    grouped = [(text, group_of(label, outcomes.get(label))) for text, label in said]
    np.savez_compressed(CLASS_WEIGHTS, **fit_classes(classed, random.Random(SEED)))
    np.savez_compressed(GROUP_WEIGHTS, **fit_classes(grouped, random.Random(SEED)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var"))
    parser.add_argument("--encoder", default=None)
    parser.add_argument(
        "--classifiers", action="store_true", help="only the classifiers, on the bank as it is now"
    )
    parser.add_argument(
        "--beside", action="store_true", help="keep the ranker that ships beside the new one"
    )
    args = parser.parse_args()
    torch.set_num_threads(1)  # a second thread only waits for the first when cores are shared
    started = perf_counter()
    store = KnowledgeStore(connect(KnowledgeSettings().database_at(args.home)))
    procedures = [procedure for procedure, _ in store.live_procedures()]
    if args.classifiers:
        _save_classifiers(procedures, bank_lines())
        return
    topic_weights = fit_topics(random.Random(SEED))
    exact = topic_weights.pop("exact")
    TOPIC_WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(TOPIC_WEIGHTS, **topic_weights)

    encoder = load_encoder(args.encoder)
    # The ranker learns beside classifiers that have not seen its lines; the shipped see all.
    _save_classifiers(procedures, bank_lines(fit_part=False))
    classifiers = Classifiers.load()
    phrases = [Phrase(normalise(text), label) for text, label in bank_lines()]
    intents = read_intents()
    small = build_universe(
        [p for p in procedures if p.origin == "office"], intents, phrases, encoder, classifiers
    )
    imported = any(p.origin == "portal" for p in procedures)
    large = build_universe(procedures, intents, phrases, encoder, classifiers) if imported else None
    made = list(measured(list(questions(small, large, procedures, random.Random(SEED)))))
    taught = [e for e in made if zlib.crc32(e.source.encode()) % 7]
    unseen = [e for e in made if not zlib.crc32(e.source.encode()) % 7]
    fitted = fit_ranker(taught, unseen)
    np.savez_compressed(WEIGHTS, **(beside(load(WEIGHTS), fitted) if args.beside else fitted))
    on_unseen = {
        name: score_ranker([e for e in unseen if e.like_life and e.is_large is big], WEIGHTS)
        for name, big in (("office", False), ("office and portal", True))
    }
    _save_classifiers(procedures, bank_lines())
    report = {
        "seconds": round(perf_counter() - started, 1),
        "procedures": len(procedures),
        "phrases": len(phrases),
        "taught": len(taught),
        "topics_exact": round(exact, 4),
        "on_taught": score_ranker(taught, WEIGHTS),
        "on_unseen_like_life": on_unseen,
    }
    (WEIGHTS.parent / "report.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print(json.dumps(report, indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
