"""The linking evaluation as an HTML page with plots, and as tables for README and terminal."""

import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import matplotlib
from jinja2 import Environment, FileSystemLoader, select_autoescape
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from rich.table import Table

from evals.linking import Linked, reliability, risk_coverage
from evals.worlds import OURS

TEMPLATES = Path(__file__).parent / "templates"
COLUMNS = {
    "cases": "số câu",
    "recall@1": "đúng ngay",
    "recall@3": "trong 3",
    "recall@5": "trong 5",
    "mrr": "MRR",
    "in_choices": "đúng hoặc có trong lựa chọn",
    "false_answers": "trả lời điều không được trả lời",
}
KINDS = {
    "direct": "hỏi thẳng",
    "colloquial": "lời thường",
    "no_diacritics": "không dấu",
    "teencode": "viết tắt",
    "regional": "tiếng địa phương",
    "asr_error": "máy nghe nhầm",
    "vague": "mơ hồ",
    "wrong_assumption": "hiểu sai sẵn",
    "cross_level": "hỏi cấp nào",
    "multi_intent": "nhiều việc",
    "out_of_scope": "ngoài phạm vi",
    "unknown": "không có hồ sơ",
    "dangerous": "trái luật",
    "insult": "xúc phạm",
    "greeting": "chào hỏi",
    "office_info": "hỏi về cơ quan",
}
RED, GREY = "#9b1c1c", "#8a8f94"
COLOURS = (RED, "#c8a24a", "#5f7f95", "#b9c4cc", "#6b8f71", "#cbb9d3")


def svg(figure: Figure, says: str) -> str:
    """A drawing as SVG text, the same for the same figures; ``says`` is read in its place."""
    matplotlib.rcParams["svg.hashsalt"] = "letan"
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return f'<svg role="img" aria-label="{escape(says)}"' + text[text.index("<svg") + 4 :]


def _tidy(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def reliability_plot(rows: Sequence[Linked]) -> str:
    """Stated probability against share right, the size of a point its cases, as SVG."""
    figure = Figure(figsize=(4.6, 3.8), layout="constrained")
    axes = figure.subplots()
    points = reliability(rows)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="hoàn toàn đáng tin")
    said, right = [p for p, _, _ in points], [r for _, r, _ in points]
    axes.plot(said, right, color=RED, linewidth=1)
    most = max((n for _, _, n in points), default=1)
    axes.scatter(said, right, [14 + 150 * n / most for _, _, n in points], color=RED, zorder=3)
    for p, r, n in points:
        axes.annotate(str(n), (p, r), (5, -11), textcoords="offset points", fontsize=7, color=GREY)
    _tidy(axes, "Nói chắc đến đâu, đúng đến đó?")
    axes.set_ylim(-0.08, 1.06)  # room for the numbers below the lowest points
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel("xác suất nêu ra (số bên điểm: số câu)")
    axes.set_ylabel("tỉ lệ đúng")
    axes.legend(loc="upper left", fontsize=8, frameon=False)
    told = "; ".join(f"{p:.0%}: đúng {r:.0%} của {n} câu" for p, r, n in points)
    return svg(figure, f"Xác suất nêu ra và tỉ lệ đúng. {told}")


def risk_coverage_plot(rows: Sequence[Linked]) -> str:
    """Share answered against share of those wrong, with the desk's own place, as SVG."""
    figure = Figure(figsize=(4.6, 3.8), layout="constrained")
    axes = figure.subplots()
    points = risk_coverage(rows)
    told = "không câu nào được trả lời thẳng"
    axes.plot([c for c, _ in points], [r for _, r in points], color=RED)
    answered = [row for row in rows if row.answered]
    if answered:
        wrong = sum(not row.right for row in answered) / len(answered)
        share = len(answered) / len(rows)
        axes.scatter([share], [wrong], color="black", zorder=3)
        told = f"với ngưỡng đang dùng: {share:.0%} câu, sai {wrong:.1%}"
        axes.annotate(
            told, (share, wrong), (-8, 12), textcoords="offset points", ha="right", fontsize=8,
        )  # fmt: skip
    _tidy(axes, "Trả lời càng nhiều, sai càng nhiều?")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel("tỉ lệ câu được trả lời thẳng")
    axes.set_ylabel("trong đó sai")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    return svg(figure, f"Tỉ lệ câu được trả lời thẳng và tỉ lệ sai trong đó; {told}")


def kinds_plot(systems: Mapping[str, Mapping[str, Any]], kinds: Sequence[str]) -> str:
    """Right-first share of each system by kind, as SVG bars."""
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    axes = figure.subplots()
    width = 0.84 / len(systems)
    for number, (name, figures) in enumerate(systems.items()):
        values = [(figures["kinds"].get(kind) or {}).get("recall@1") or 0 for kind in kinds]
        at = [i + number * width for i in range(len(kinds))]
        axes.bar(at, values, width, label=name, color=COLOURS[number % len(COLOURS)])
    names = [KINDS.get(kind, kind) for kind in kinds]
    axes.set_xticks([i + 0.42 - width / 2 for i in range(len(kinds))], names, rotation=20)
    _tidy(axes, "Đúng ngay, theo cách hỏi")
    axes.set_ylim(0, 1)
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    return svg(figure, "Tỉ lệ đúng ngay của từng cách, theo cách hỏi; số liệu ở bảng bên dưới")


def write_html(path: Path, worlds: Sequence[Mapping[str, Any]]) -> None:
    """One page for all catalogues; each world has title, systems, rows."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape())
    shown_worlds = []
    for world in worlds:
        kinds = [k for k, row in world["systems"][OURS]["kinds"].items() if row["recall@1"]]
        shown_worlds.append(
            {
                **world,
                "kinds_plot": kinds_plot(world["systems"], kinds),
                "reliability": reliability_plot(world["rows"]),
                "risk": risk_coverage_plot(world["rows"]),
            }
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    page = environment.get_template("linking.html").render(
        worlds=shown_worlds, columns=COLUMNS, kinds=KINDS, ours=OURS, shown=shown
    )
    path.write_text(page, "utf-8")


def to_table(title: str, systems: Mapping[str, Mapping[str, Any]]) -> Table:
    """Per kind for the desk, in all for every system."""
    table = Table(title=title)
    table.add_column("loại")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for name, figures in systems.items():
        rows = figures["kinds"].items() if name == OURS else ()
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
