"""Fits the decision thresholds on linked cases and keeps the figures that justify them."""

import zlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import product
from typing import Any

import yaml

from assistant.decide import FILE, Meant, Thresholds, decide
from evals.linking import Linked

# One wrong answer costs a resident a day, half of that where the right thing was offered
# beside it; a question back costs ten seconds, a list below a right answer a glance.
COST_WRONG, COST_WRONG_BESIDE, COST_ASKED, COST_GLANCE = 10.0, 5.0, 1.0, 0.1
COST_MISSED, COST_FALSE = 4.0, 12.0
MOST_FALSE = 0.02  # of the questions that must not be answered, in each catalogue


def is_fitted_on(row: Linked) -> bool:
    """Whether a case chooses the thresholds; the other half only reports what they cost."""
    return zlib.crc32(row.case.id.encode()) % 2 == 0


def fit(worlds: Sequence[Sequence[Linked]]) -> tuple[Thresholds, dict[str, Any]]:
    """The thresholds of least cost over a grid on half the cases, and what both halves cost.

    Those that answer more than MOST_FALSE of what must not be answered come only after all
    that do not.
    """
    parts = [[row for row in world if is_fitted_on(row)] for world in worlds]
    rows = [row for part in parts for row in part]
    held = [row for world in worlds for row in world if not is_fitted_on(row)]
    grid = product(
        [0.6, 0.7, 0.8, 0.9],
        [0.15, 0.25],
        [0.01, 0.02],
        [0.5, 0.6, 0.7],
        [0.45, 0.6, 0.75],
        [3.0, 6.0],
        [0.9, 0.95],
    )  # fmt: skip
    best: tuple[float, float, Thresholds] | None = None
    for values in grid:
        thresholds = Thresholds(*values)
        over = sum(max(0.0, false_share(part, thresholds) - MOST_FALSE) for part in parts)
        total = cost(rows, thresholds)
        if best is None or (over, total) < best[:2]:
            best = (over, total, thresholds)
    assert best is not None
    _, total, chosen = best
    return chosen, {
        "fitted_cost": total / len(rows),
        "fitted_cases": len(rows),
        "held_out_cost": cost(held, chosen) / len(held),
        "held_out_cases": len(held),
        "held_out_false": false_share(held, chosen),
    }


def false_share(rows: Sequence[Linked], thresholds: Thresholds) -> float:
    """The share answered of the questions that must not be; 0 without any."""
    silent = [row for row in rows if row.must_be_silent]
    answered = sum(_decided(row, thresholds).answered for row in silent)
    return answered / len(silent) if silent else 0.0


def _decided(row: Linked, thresholds: Thresholds) -> Linked:
    return replace(row, decision=decide(row.linking, thresholds))


def cost(rows: Sequence[Linked], thresholds: Thresholds) -> float:
    """What the decisions of these thresholds cost in all."""
    return sum(_cost_of(_decided(row, thresholds)) for row in rows)


def _cost_of(row: Linked) -> float:
    if row.must_be_silent:
        return COST_FALSE if row.answered else 0.0
    if row.right:
        return COST_GLANCE if isinstance(row.decision, Meant) and row.decision.beside else 0.0
    if row.answered:
        return COST_WRONG_BESIDE if row.in_choices else COST_WRONG
    return COST_ASKED if row.in_choices else COST_MISSED


def save(thresholds: Thresholds, figures: dict[str, Any]) -> None:
    """Write the thresholds with the figures that justify them where the desk reads them."""
    content = {
        "thresholds": asdict(thresholds),
        "figures": {name: round(value, 4) for name, value in figures.items()},
    }
    note = "# Ngưỡng xác suất và số đo đã dùng để chọn; ghi bởi `letan eval linking --fit`.\n"
    FILE.write_text(note + yaml.safe_dump(content, sort_keys=False), "utf-8")
