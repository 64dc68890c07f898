"""Fits the decision thresholds on linked cases and keeps the figures that justify them."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import product
from typing import Any

from assistant.decide import Thresholds, decide
from evals.linking import Linked
from knowledge.linking.linker import Linking

# One wrong answer costs a resident a day; a question back costs ten seconds.
COST_WRONG, COST_ASKED, COST_MISSED, COST_FALSE = 10.0, 1.0, 4.0, 12.0


def fit(rows: Sequence[tuple[Linked, Linking]]) -> tuple[Thresholds, dict[str, Any]]:
    """The thresholds of least cost over a grid, and what they cost."""
    grid = product(
        [0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75], [0.2, 0.25, 0.3, 0.35, 0.4, 0.5], [0.02, 0.03, 0.05, 0.08],
        [0.35, 0.45, 0.5, 0.55, 0.6],
    )  # fmt: skip
    best: tuple[float, Thresholds] | None = None
    for answer, clarify, choice, intent in grid:
        thresholds = Thresholds(answer, clarify, choice, intent)
        total = cost(rows, thresholds)
        if best is None or total < best[0]:
            best = (total, thresholds)
    assert best is not None
    return best[1], {"cost": best[0] / len(rows), "cases": len(rows), **asdict(best[1])}


def cost(rows: Sequence[tuple[Linked, Linking]], thresholds: Thresholds) -> float:
    """What the decisions of these thresholds cost in all."""
    total = 0.0
    for row, linking in rows:
        decided = Linked(row.case, row.ranking, decide(linking, thresholds), row.probability, 0.0)
        if row.must_be_silent:
            total += COST_FALSE if decided.answered else 0.0
        elif decided.right:
            total += 0.0
        elif decided.answered:
            total += COST_WRONG
        elif decided.in_choices:
            total += COST_ASKED
        else:
            total += COST_MISSED
    return total
