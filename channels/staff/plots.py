"""The pictures of the numbers, as SVG from matplotlib; a table with the same figures is beside
each. Letters are drawn as paths, so no font has to be on the reader's machine."""

import io
from collections.abc import Mapping, Sequence
from threading import Lock

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

# Told apart without colour as well: by lightness, and by the order of the legend.
COLOURS = ("#8f1d1f", "#d99a2b", "#2f6f4f", "#5c7fa8", "#b9a58a")
# Inches: drawn as wide as it is shown, letters keep their size on a phone.
WIDE, NARROW = 7.6, 3.9
INK, LINE = "#221b17", "#e5dac8"
# matplotlib keeps its settings for the whole process.
_lock = Lock()


def stacked_bars(
    labels: Sequence[str],
    series: Mapping[str, Sequence[int]],
    *,
    every: int = 1,
    narrow: bool = False,
) -> bytes:
    """Bars of counts, one on another by series; each ``every``-th label is written."""
    figure, axes = _figure(3.2, narrow)
    floor = [0] * len(labels)
    for n, (name, counts) in enumerate(series.items()):
        colour = COLOURS[n % len(COLOURS)]
        axes.bar(range(len(labels)), counts, bottom=floor, label=name, color=colour, width=0.72)
        floor = [below + count for below, count in zip(floor, counts, strict=True)]
    at = range(0, len(labels), every)
    axes.set_xticks(list(at), [labels[n] for n in at])
    axes.set_ylim(0, max([*floor, 4]) * 1.1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    if len(series) > 1:
        columns, top = (2, 1 + 0.08 * -(-len(series) // 2) + 0.02) if narrow else (5, 1.16)
        axes.legend(
            frameon=False, loc="upper left", bbox_to_anchor=(0, top), ncols=columns, fontsize=9
        )
    return _svg(figure)


def level_bars(rows: Sequence[tuple[str, int]], *, narrow: bool = False) -> bytes:
    """Named counts as level bars, the largest on top."""
    figure, axes = _figure(0.6 + 0.36 * max(len(rows), 1), narrow)
    places = range(len(rows))
    bars = axes.barh(places, [count for _, count in rows], color=COLOURS[0], height=0.62)
    axes.bar_label(bars, padding=3, fontsize=9, color=INK)
    axes.set_yticks(list(places), [_short(name, 20 if narrow else 38) for name, _ in rows])
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.grid(axis="x", color=LINE)
    axes.grid(axis="y", visible=False)
    return _svg(figure)


def _figure(height: float, narrow: bool) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(NARROW if narrow else WIDE, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.tick_params(colors=INK, labelsize=9, length=0)
    axes.grid(axis="y", color=LINE)
    axes.set_axisbelow(True)
    return figure, axes


def _short(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: letters - 2].rstrip()}…"


def _svg(figure: Figure) -> bytes:
    out = io.BytesIO()
    with _lock:
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()
