"""Finds the ruled lines of a page picture and the tables they make; the same for print and scan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]

# Of the page width: shorter strokes are underlines and dashes, not rules of a table.
SHORTEST = 0.035
# Of the paper's brightness: lighter is the paper's own grain, not the edge of a letter.
LIGHT = 0.88
# Of the page height.
TALL = 0.15
# Pixels of ink a rule may be interrupted by, of a hundred.
LEAST_INK = 0.92
# Of the page height, from its head and foot: where a table may be cut off.
PAGE_END = 0.15
# Share of a strip's height that the faintest upright rule of a scan fills.
FAINTEST = 0.3


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: ``at`` across it, ``start``–``end`` along it, in pixels."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a ruled table by its rows and columns, in pixels."""

    row: int
    column: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: its cells in reading order and its outline; ``is_cut`` when the page cuts
    it off where no line ends it."""

    cells: tuple[Cell, ...]
    left: float
    top: float
    right: float
    bottom: float
    rows: int
    columns: int
    is_cut: bool = False


def ink_of(picture: Picture) -> Mask:
    """Where there is ink: darker than the paper around the page by a good measure."""
    paper = float(np.percentile(picture, 90))
    return np.asarray(picture < min(paper - 45, paper * 0.82))


def rules_in(ink: Mask) -> tuple[list[Rule], list[Rule]]:
    """Horizontal and vertical rules of a page."""
    length = max(int(ink.shape[1] * SHORTEST), 20)
    return _rules(ink, length), _rules(ink.T, length)


def _rules(ink: Mask, length: int) -> list[Rule]:
    thick = ink.copy()
    # a rule that leans by a pixel or two is still one
    thick[1:] |= ink[:-1]
    thick[:-1] |= ink[1:]
    sums = np.cumsum(thick, axis=1, dtype=np.int32)
    windows = np.zeros_like(ink)
    inked = (sums[:, length:] - sums[:, :-length]) >= LEAST_INK * length
    windows[:, length // 2 : length // 2 + inked.shape[1]] = inked
    open_runs: list[list[float]] = []
    done: list[list[float]] = []
    half = length / 2
    for y in np.flatnonzero(windows.any(axis=1)):
        row = windows[y]
        edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(np.int8)))
        still: list[list[float]] = []
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            for run in open_runs:
                if run[1] >= y - 2 and run[2] < end and start < run[3]:
                    run[1], run[2], run[3] = float(y), min(run[2], start), max(run[3], end)
                    break
            else:
                still.append([float(y), float(y), float(start), float(end)])
        for run in open_runs:
            (still if run[1] >= y - 2 else done).append(run)
        open_runs = still
    done += open_runs
    thickest = max(length // 3, 10)
    limit = ink.shape[1]
    return [
        Rule((top + bottom) / 2, max(start - half, 0), min(end + half, limit))
        for top, bottom, start, end in done
        if bottom - top <= thickest
    ]


def grids_in(ink: Mask) -> list[Grid]:
    """The ruled tables of a page, from top to bottom. A frame around one cell is no table."""
    across, down = rules_in(ink)
    slack = max(ink.shape[1] * 0.006, 4)
    grids = [
        grid
        for h, v in _groups(_joined(across, slack), _joined(down, slack), slack)
        for h_, v_ in _cut_apart(h, v, ink, slack)
        if (grid := _grid(h_, v_, slack, ink.shape[0])) is not None
    ]
    return sorted(grids, key=lambda grid: grid.top)


def _joined(rules: Iterable[Rule], slack: float) -> list[Rule]:
    """Rules in one line whose pieces follow each other become one."""
    joined: list[Rule] = []
    for rule in sorted(rules, key=lambda r: (round(r.at / slack), r.start)):
        for place, held in enumerate(joined):
            if (
                abs(held.at - rule.at) <= slack / 2
                and rule.start <= held.end + 3 * slack
                and (held.start <= rule.end + 3 * slack)
            ):
                joined[place] = Rule(
                    (held.at + rule.at) / 2, min(held.start, rule.start), max(held.end, rule.end)
                )
                break
        else:
            joined.append(rule)
    return joined


def _groups(
    across: Sequence[Rule], down: Sequence[Rule], slack: float
) -> list[tuple[list[Rule], list[Rule]]]:
    """Rules that meet each other, directly or through others."""
    parent = list(range(len(across) + len(down)))

    def root(item: int) -> int:
        while parent[item] != item:
            item = parent[item]
        return item

    for i, h in enumerate(across):
        for j, v in enumerate(down):
            if (
                h.start - slack <= v.at <= h.end + slack
                and v.start - slack <= h.at <= v.end + slack
            ):
                parent[root(i)] = root(len(across) + j)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for item in range(len(parent)):
        held = groups.setdefault(root(item), ([], []))
        if item < len(across):
            held[0].append(across[item])
        else:
            held[1].append(down[item - len(across)])
    return list(groups.values())


def _cut_apart(
    across: Sequence[Rule], down: Sequence[Rule], ink: Mask, slack: float
) -> list[tuple[list[Rule], list[Rule]]]:
    """Tables so close below each other that their rules were joined, each with its own rules.

    Between two tables there is a strip that no upright rule crosses.
    """
    ys = _places((rule.at for rule in across), slack)
    cuts = [
        (one + two) / 2
        for one, two in pairwise(ys)
        if two - one > slack and not _is_crossed(down, one, two, ink)
    ]
    if not cuts:
        return [(list(across), list(down))]
    parts = []
    for top, bottom in pairwise([-1.0, *cuts, float(ink.shape[0])]):
        held = [rule for rule in across if top < rule.at < bottom]
        upright = [
            Rule(rule.at, max(rule.start, top), min(rule.end, bottom))
            for rule in down
            if rule.start < bottom and rule.end > top
        ]
        parts.append((held, upright))
    return parts


def _is_crossed(down: Sequence[Rule], top: float, bottom: float, ink: Mask) -> bool:
    """Whether any upright rule has ink between two lines; a faint one has some."""
    start, end = int(top) + 2, int(bottom) - 1
    if end - start < 2:
        return True
    for rule in down:
        if rule.start <= bottom and rule.end >= top:
            left = max(int(rule.at) - 3, 0)
            strip = ink[start:end, left : int(rule.at) + 4]
            if float(strip.mean(axis=0).max(initial=0.0)) > FAINTEST:
                return True
    return False


def _places(values: Iterable[float], slack: float) -> list[float]:
    places: list[list[float]] = []
    for value in sorted(values):
        if places and value - places[-1][-1] <= slack:
            places[-1].append(value)
        else:
            places.append([value])
    return [sum(place) / len(place) for place in places]


def _cut_off(
    down: Sequence[Rule], ys: Sequence[float], xs: Sequence[float], slack: float, height: int
) -> tuple[float | None, float | None]:
    """Where the outer upright rules end near the head and foot of the page, beyond every line
    across: a browser draws none where a page cuts a row off."""
    if not ys or len(xs) < 2:
        return None, None
    outer = [[rule for rule in down if abs(rule.at - x) <= slack] for x in (xs[0], xs[-1])]
    top = max(min(rule.start for rule in rules) for rules in outer)
    bottom = min(max(rule.end for rule in rules) for rules in outer)
    return (
        top if top < ys[0] - 3 * slack and top < PAGE_END * height else None,
        bottom if bottom > ys[-1] + 3 * slack and bottom > (1 - PAGE_END) * height else None,
    )


def _grid(across: Sequence[Rule], down: Sequence[Rule], slack: float, height: int) -> Grid | None:
    ys, xs = _places((r.at for r in across), slack), _places((r.at for r in down), slack)
    top, bottom_ = _cut_off(down, ys, xs, slack, height)
    ys = [*([top] if top is not None else []), *ys, *([bottom_] if bottom_ is not None else [])]
    if len(ys) < 2 or len(xs) < 2 or (len(ys) - 1) * (len(xs) - 1) < 2:
        return None

    def is_ruled(rules: Sequence[Rule], at: float, start: float, end: float) -> bool:
        need = 0.6 * (end - start)
        covered = sum(
            max(0.0, min(rule.end, end) - max(rule.start, start))
            for rule in rules
            if abs(rule.at - at) <= slack
        )
        return covered >= need

    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    for row in range(len(ys) - 1):
        column = 0
        while column < len(xs) - 1:
            if (row, column) in taken:
                column += 1
                continue
            last = column
            while last + 2 < len(xs) and not is_ruled(down, xs[last + 1], ys[row], ys[row + 1]):
                last += 1
            bottom = row
            while bottom + 2 < len(ys) and not is_ruled(
                across, ys[bottom + 1], xs[column], xs[last + 1]
            ):
                bottom += 1
            taken |= {(r, c) for r in range(row, bottom + 1) for c in range(column, last + 1)}
            cells.append(Cell(row, column, xs[column], ys[row], xs[last + 1], ys[bottom + 1]))
            column = last + 1
    if len(cells) < 2:
        return None
    is_cut = top is not None or bottom_ is not None
    return Grid(tuple(cells), xs[0], ys[0], xs[-1], ys[-1], len(ys) - 1, len(xs) - 1, is_cut)


def is_table(grid: Grid, page_height: float, *, goes_on: bool = False) -> bool:
    """Whether a grid is more than a letterhead's two fields side by side.

    One row of two cells is a table where it is tall, a row that runs over a whole page, or
    where the page cuts it off. So is one at the head of a page after the first (``goes_on``),
    where the last row of a table may have gone.
    """
    last_row = goes_on and grid.top < PAGE_END * page_height and grid.columns > 1
    tall = (grid.bottom - grid.top) / page_height > TALL
    return (
        grid.rows > 1 or grid.is_cut or last_row or grid.columns > 2 or (grid.columns == 2 and tall)
    )


def without_rules(picture: Picture, ink: Mask, grids: Sequence[Grid]) -> Picture:
    """The picture with the rules of its tables painted over.

    Only the edges of cells are painted, and only where a rule was found: the bars of a row of
    capitals look like a rule too, and a word whose bars are painted over reads as another.
    """
    if not grids:
        return picture
    cleaned = picture.copy()
    paper = int(np.percentile(picture, 90))
    across, down = rules_in(ink)
    slack = max(ink.shape[1] * 0.006, 4)
    for grid in grids:
        ys = sorted({y for cell in grid.cells for y in (cell.top, cell.bottom)})
        xs = sorted({x for cell in grid.cells for x in (cell.left, cell.right)})
        _paint(cleaned, across, ys, (grid.left, grid.right), slack, paper)
        _paint(cleaned.T, down, xs, (grid.top, grid.bottom), slack, paper)
    return cleaned


def _paint(
    view: Picture,
    rules: Sequence[Rule],
    edges: Sequence[float],
    span: tuple[float, float],
    slack: float,
    paper: int,
) -> None:
    for rule in rules:
        if any(abs(rule.at - edge) <= slack for edge in edges):
            start, end = max(rule.start, span[0] - slack), min(rule.end, span[1] + slack)
            if end > start:
                top, bottom = max(int(rule.at) - 3, 0), int(rule.at) + 5
                view[top:bottom, int(start) : int(end) + 1] = paper


def quietened(picture: Picture) -> Picture:
    """The picture without single dark specks and with its paper white.

    In an empty cell Tesseract reads the grain of a scan as letters.
    """
    paper = float(np.percentile(picture, 90))
    ink = ink_of(picture)
    near = np.zeros(picture.shape, dtype=np.uint8)
    padded = np.pad(ink, 1).astype(np.uint8)
    height, width = picture.shape
    for down in range(3):
        for right in range(3):
            near += padded[down : down + height, right : right + width]
    quiet = picture.copy()
    quiet[ink & (near <= 2)] = 255
    quiet[picture > paper * LIGHT] = 255
    return quiet
