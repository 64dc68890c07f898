"""Fits the decision thresholds on linked cases and keeps the figures that justify them."""

import zlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import product
from typing import Any

import yaml

from assistant.decide import FILE, Thresholds, decide
from evals.linking import Linked

# One wrong answer costs a resident a day; a question back costs ten seconds.
COST_WRONG, COST_ASKED, COST_MISSED, COST_FALSE = 10.0, 1.0, 4.0, 12.0


def is_fitted_on(row: Linked) -> bool:
    """Whether a case chooses the thresholds; the other half only reports what they cost."""
    return zlib.crc32(row.case.id.encode()) % 2 == 0


def fit(every: Sequence[Linked]) -> tuple[Thresholds, dict[str, Any]]:
    """The thresholds of least cost over a grid on half the cases, and what both halves cost."""
    rows = [row for row in every if is_fitted_on(row)]
    held = [row for row in every if not is_fitted_on(row)]
    grid = product(
        [0.5, 0.6, 0.7],
        [0.15, 0.25, 0.35],
        [0.02, 0.05],
        [0.4, 0.5, 0.6],
        [0.3, 0.35, 0.45],
        [1.5, 2.0, 3.0],
    )  # fmt: skip
    best: tuple[float, Thresholds] | None = None
    for answer, clarify, choice, intent, leading, lead in grid:
        thresholds = Thresholds(answer, clarify, choice, intent, leading, lead)
        total = cost(rows, thresholds)
        if best is None or total < best[0]:
            best = (total, thresholds)
    assert best is not None
    return best[1], {
        "fitted_cost": best[0] / len(rows),
        "fitted_cases": len(rows),
        "held_out_cost": cost(held, best[1]) / len(held),
        "held_out_cases": len(held),
    }


def cost(rows: Sequence[Linked], thresholds: Thresholds) -> float:
    """What the decisions of these thresholds cost in all."""
    total = 0.0
    for row in rows:
        decided = replace(row, decision=decide(row.linking, thresholds))
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


def save(thresholds: Thresholds, figures: dict[str, Any]) -> None:
    """Write the thresholds with the figures that justify them where the desk reads them."""
    content = {
        "thresholds": asdict(thresholds),
        "figures": {name: round(value, 4) for name, value in figures.items()},
    }
    note = "# Ngưỡng xác suất và số đo đã dùng để chọn; ghi bởi `letan eval linking --fit`.\n"
    FILE.write_text(note + yaml.safe_dump(content, sort_keys=False), "utf-8")
