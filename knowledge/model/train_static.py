"""Learns one vector a piece, from e5's view of it and then from pairs that belong together.

A piece's vector is ``gain · W e + own + Σ parts``: ``W`` turns e5's vector ``e``
for all pieces alike, so that words no pair mentions move along with the rest;
``own`` is the piece's correction; ``parts`` are the tone-less syllables and
pair inside it, shared by every way of writing them, so that "khai sinh" typed
with and without marks stay near by construction. The sum is one row in the end.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn

from knowledge.embedding import Encoder
from knowledge.model.noise import Noise
from knowledge.model.pairs import PairSampler, Subject
from knowledge.model.vocabulary import MARK, Vocabulary
from knowledge.vietnamese import fold

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the outcome besides the data; stored with the figures."""

    seed: int = 7
    dimensions: int = 256
    nested: tuple[int, ...] = (256, 128, 64)
    steps: int = 700
    batch: int = 512
    rivals: int = 384
    asked_share: float = 0.6
    temperature: float = 0.05
    rate: float = 0.001
    turn_rate: float = 0.001
    frequency_floor: float = 1e-4  # SIF: gain = a / (a + p)
    skip: float = 0.1  # share of a question's pieces left out
    halve: float = 0.1  # share of a question's pairs read as two syllables


def start_vectors(vocabulary: Vocabulary, teacher: Encoder) -> Floats:
    """The teacher's vectors of the pieces, centred.

    The teacher cannot read text without tones: a tone-less piece gets the mean
    of the toned pieces it may stand for, the frequent ones weighing more.
    """
    pieces = list(vocabulary.scores)[1:]
    plain = [p.replace(MARK, " ").strip() for p in pieces]
    forms: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(plain):
        if vocabulary.counts[pieces[i]] or fold(text) != text:
            forms[fold(text)].append(i)
    vectors = teacher.encode(plain, "query")
    counts = np.array([vocabulary.counts[p] + 1.0 for p in pieces], np.float32)
    merged = vectors.copy()
    for i, text in enumerate(plain):
        toned = [j for j in forms.get(text, ()) if j != i]
        if toned and fold(text) == text:
            weight = counts[toned]
            merged[i] = (vectors[toned] * weight[:, None]).sum(0) / weight.sum()
    merged -= np.average(merged, axis=0, weights=counts)
    return np.concatenate([np.zeros((1, merged.shape[1]), np.float32), merged])


def parts_of(pieces: Sequence[str]) -> tuple[list[list[int]], int]:
    """For each piece the ids of its tone-less syllables and pair, and how many ids there are."""
    ids: dict[str, int] = {}
    found = []
    for piece in pieces:
        folded = [fold(s) for s in piece.split(MARK) if s] if piece.startswith(MARK) else []
        names = {*folded, " ".join(folded)} if folded else set()
        found.append([ids.setdefault(name, len(ids)) for name in sorted(names)])
    return found, len(ids)


class PieceVectors(nn.Module):
    """The table while it is being learned."""

    def __init__(self, vocabulary: Vocabulary, start: Floats, recipe: Recipe) -> None:
        super().__init__()
        self._tokenizer = vocabulary.tokenizer()
        self._known: dict[str, list[int]] = {}
        pieces = list(vocabulary.scores)
        total = sum(vocabulary.counts.values())
        share = np.array([vocabulary.counts[p] / total for p in pieces], np.float32)
        gain = recipe.frequency_floor / (recipe.frequency_floor + share)
        gain[0] = 0.0
        self._start = torch.from_numpy(start * gain[:, None])
        self._parts, count = parts_of(pieces)
        own = torch.zeros(len(pieces), recipe.dimensions)
        parts = torch.zeros(count, recipe.dimensions)
        self.own = nn.EmbeddingBag.from_pretrained(own, freeze=False, mode="sum", sparse=True)
        self.parts = nn.EmbeddingBag.from_pretrained(parts, freeze=False, mode="sum", sparse=True)
        _, _, axes = np.linalg.svd(start[:: max(1, len(start) // 20_000)], full_matrices=False)
        self.turn = nn.Linear(start.shape[1], recipe.dimensions, bias=False)
        self.turn.weight.data.copy_(torch.from_numpy(axes[: recipe.dimensions].copy()))
        order = {p: i for i, p in enumerate(pieces)}
        halves = [[order.get(MARK + s, 0) for s in p.split(MARK) if s] for p in pieces]
        self._halves = [h if len(h) == 2 and all(h) else None for h in halves]
        self._recipe = recipe

    def forward(self, texts: Sequence[str], rng: random.Random | None = None) -> torch.Tensor:
        """Vectors of texts before any scaling, shape (texts, dimensions).

        With ``rng`` some pieces are left out or halved, so that no question
        hangs on a single one.
        """
        ids, parts = [], []
        for cut in self._cut(texts):
            found = self._blur(cut, rng) if rng else cut
            ids.append(found or [0])
            parts.append([p for i in found for p in self._parts[i]])
        flat, offsets = _bag(ids)
        start = nn.functional.embedding_bag(flat, self._start, offsets, mode="sum")
        vectors: torch.Tensor = (
            self.turn(start) + self.own(flat, offsets) + self.parts(*_bag(parts))
        )
        return vectors

    def _cut(self, texts: Sequence[str]) -> list[list[int]]:
        new = list({text for text in texts if text not in self._known})
        cuts = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
        self._known.update((text, cut.ids) for text, cut in zip(new, cuts, strict=True))
        return [self._known[text] for text in texts]

    def _blur(self, ids: list[int], rng: random.Random) -> list[int]:
        out: list[int] = []
        for i in ids:
            halves = self._halves[i]
            draw = rng.random()
            if draw < self._recipe.skip and len(ids) > 2:
                continue
            out += halves if halves and draw > 1 - self._recipe.halve else [i]
        return out

    @torch.no_grad()
    def table(self) -> Floats:
        """The finished row of every piece; the unknown piece a faint fixed direction."""
        flat, offsets = _bag(self._parts)
        rows = self.turn(self._start) + self.own.weight + self.parts(flat, offsets)
        norm = rows.norm(dim=1).median()
        rows[0] = torch.ones(rows.shape[1]) / rows.shape[1] ** 0.5 * norm * 1e-3
        return np.asarray(rows.numpy(), np.float32)


def _bag(lists: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    sizes = torch.tensor([0, *(len(x) for x in lists)][:-1])
    return torch.tensor([i for x in lists for i in x], dtype=torch.long), torch.cumsum(sizes, 0)


def contrast(
    questions: torch.Tensor,
    texts: torch.Tensor,
    asked: Sequence[str],
    offered: Sequence[str],
    recipe: Recipe,
) -> torch.Tensor:
    """The in-batch contrastive loss, both directions, at every nested size.

    ``offered`` labels the texts; the first ``len(asked)`` of them are the
    answers, the rest rivals. Texts of the question's own label are no rivals.
    """
    count = len(asked)
    names = {label: i for i, label in enumerate({*asked, *offered})}
    rows = torch.tensor([names[a] for a in asked])
    columns = torch.tensor([names[o] for o in offered])
    same = rows[:, None] == columns[None, :]
    same[torch.arange(count), torch.arange(count)] = False
    target = torch.arange(count)
    loss = torch.zeros(())
    for size in recipe.nested:
        q = nn.functional.normalize(questions[:, :size], dim=1)
        t = nn.functional.normalize(texts[:, :size], dim=1)
        scores = (q @ t.T / recipe.temperature).masked_fill(same, -1e4)
        there = nn.functional.cross_entropy(scores, target)
        back = nn.functional.cross_entropy(scores[:, :count].T, target)
        loss = loss + (there + 0.5 * back) / len(recipe.nested)
    return loss


def train(
    subjects: dict[str, Subject],
    vocabulary: Vocabulary,
    start: Floats,
    recipe: Recipe,
    on_step: Callable[[int, float], Any] = lambda step, loss: None,
) -> tuple[Tokenizer, Floats]:
    """The tokenizer and the learned table (pieces, dimensions); the same for the same seed."""
    torch.manual_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    sampler, noise = PairSampler(subjects, rng), Noise(rng)
    model = PieceVectors(vocabulary, start, recipe)
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.SparseAdam([model.own.weight, model.parts.weight], lr=recipe.rate),
        torch.optim.Adam(model.turn.parameters(), lr=recipe.turn_rate),
    ]
    rates = [group["lr"] for o in optimisers for group in o.param_groups]
    for step in range(recipe.steps):
        left = 1 - step / recipe.steps
        for group, rate in zip((g for o in optimisers for g in o.param_groups), rates, strict=True):
            group["lr"] = rate * min(left, (step + 1) / 50)
        pairs = sampler.draw(recipe.batch, recipe.asked_share)
        asked = [label for _, _, label in pairs]
        rivals = sampler.rivals(set(asked), recipe.rivals)
        questions = model([noise.question(q) for q, _, _ in pairs], rng)
        texts = model(
            [noise.passage(t) for _, t, _ in pairs] + [noise.passage(t) for t, _ in rivals]
        )
        loss = contrast(questions, texts, asked, asked + [label for _, label in rivals], recipe)
        for optimiser in optimisers:
            optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        for optimiser in optimisers:
            optimiser.step()
        on_step(step, float(loss.detach()))
    return vocabulary.tokenizer(), model.table()


def settings(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain values, for the report."""
    return asdict(recipe)
