"""The linking evaluation as an HTML page with plots, and as tables for README and terminal."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from jinja2 import Environment, FileSystemLoader, select_autoescape
from matplotlib.figure import Figure
from rich.table import Table

from evals.linking import Linked, reliability, risk_coverage

TEMPLATES = Path(__file__).parent / "templates"
COLUMNS = ("cases", "recall@1", "recall@3", "recall@5", "mrr", "in_choices", "false_answers")


def svg(figure: Figure) -> str:
    """A drawing as SVG text, the same for the same figures."""
    matplotlib.rcParams["svg.hashsalt"] = "letan"
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def reliability_plot(rows: Sequence[Linked]) -> str:
    """Stated probability against share right, as SVG."""
    figure = Figure(figsize=(4.2, 3.6), layout="constrained")
    axes = figure.subplots()
    points = reliability(rows)
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, linestyle="--")
    axes.plot([p for p, _, _ in points], [r for _, r, _ in points], color="#9b1c1c", marker="o")
    axes.set_xlabel("xác suất nêu ra")
    axes.set_ylabel("tỉ lệ đúng")
    return svg(figure)


def risk_coverage_plot(rows: Sequence[Linked]) -> str:
    """Share answered against share of those wrong, as SVG."""
    figure = Figure(figsize=(4.2, 3.6), layout="constrained")
    axes = figure.subplots()
    points = risk_coverage(rows)
    axes.plot([c for c, _ in points], [r for _, r in points], color="#9b1c1c")
    axes.set_xlabel("tỉ lệ câu được trả lời")
    axes.set_ylabel("tỉ lệ trả lời sai")
    axes.set_ylim(bottom=0)
    return svg(figure)


def kinds_plot(systems: Mapping[str, Mapping[str, Any]], kinds: Sequence[str]) -> str:
    """Right-first share of each system by kind, as SVG bars."""
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    axes = figure.subplots()
    width = 0.8 / len(systems)
    colours = ("#9b1c1c", "#c8a24a", "#7a8b99", "#b9c4cc")
    for number, (name, figures) in enumerate(systems.items()):
        values = [(figures["kinds"].get(kind) or {}).get("recall@1") or 0 for kind in kinds]
        at = [i + number * width for i in range(len(kinds))]
        axes.bar(at, values, width, label=name, color=colours[number % len(colours)])
    axes.set_xticks([i + 0.4 - width / 2 for i in range(len(kinds))], kinds, rotation=20)
    axes.set_ylabel("đúng ngay")
    axes.legend(loc="lower right", fontsize=8)
    return svg(figure)


def write_html(path: Path, worlds: Sequence[Mapping[str, Any]]) -> None:
    """One page for all catalogues; each world has title, systems, rows."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape())
    shown = []
    for world in worlds:
        kinds = [
            k
            for k, row in world["systems"]["Lễ Tân"]["kinds"].items()
            if row["recall@1"] is not None
        ]
        shown.append(
            {
                **world,
                "kinds_plot": kinds_plot(world["systems"], kinds),
                "reliability": reliability_plot(world["rows"]),
                "risk": risk_coverage_plot(world["rows"]),
            }
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    page = environment.get_template("linking.html").render(worlds=shown, columns=COLUMNS)
    path.write_text(page, "utf-8")


def to_table(title: str, systems: Mapping[str, Mapping[str, Any]]) -> Table:
    """Per kind for the desk, in all for every system."""
    table = Table(title=title)
    table.add_column("loại")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for name, figures in systems.items():
        rows = figures["kinds"].items() if name == "Lễ Tân" else ()
        for kind, row in rows:
            table.add_row(kind, *(shown(row.get(column)) for column in COLUMNS))
        table.add_row(
            f"{name}: tất cả", *(shown(figures["all"].get(c)) for c in COLUMNS), style="bold"
        )
    return table


def shown(value: float | int | None) -> str:
    """A figure as people read it; a dash where there is none."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
