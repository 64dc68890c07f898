"""What `letan bench` measured, as one HTML page with plots."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evals.linking_report import TEMPLATES, svg

RED, GOLD, BLUE, GREY, PALE, GREEN, PURPLE, BROWN = (
    "#9b1c1c", "#b8860b", "#31587a", "#7a8b99", "#b9c4cc", "#4b7a4b", "#6b4a7b", "#8a5a34",
)  # fmt: skip
COLOURS = (RED, BLUE, GOLD, GREY, GREEN, BROWN, PALE, PURPLE)
Line = tuple[str, Sequence[Mapping[str, Any]]]


def write(target: Path, figures: Mapping[str, Any], when: datetime) -> None:
    """The page at ``target``, and everything it shows as JSON beside it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape())
    environment.filters["figure"] = figure
    page = environment.get_template("bench.html").render(f=figures, when=when, plots=plots(figures))
    target.write_text(page, "utf-8")
    target.with_suffix(".json").write_text(
        json.dumps({**figures, "measured_at": when.isoformat()}, ensure_ascii=False, indent=1),
        "utf-8",
    )


def figure(value: object, digits: int = 0) -> str:
    """A number as Vietnamese write it, thousands apart and never broken; a dash for none."""
    if not isinstance(value, int | float):
        return "–"
    text = f"{value:,.{digits}f}"
    return text.replace(",", "\u00a0").replace(".", ",")


def plots(figures: Mapping[str, Any]) -> dict[str, str]:
    """The plots of what was measured, by name, as SVG."""
    found = {}
    lines = speed_lines(figures)
    if lines:
        found["speed"] = _by_clients(lines, "per_second", "câu trả lời mỗi giây", log=True)
        found["wait"] = _by_clients(lines, "p95_ms", "p95, mili giây", log=True)
    if sides := [side for side in figures.get("sides", ()) if side["accuracy"]]:
        found["accuracy"] = _accuracy(sides)
    if len(sizes := figures.get("sizes", ())) > 1:
        found["memory"] = _by_passages(sizes, {"memory_mib": "bộ nhớ", "index_mib": "chỉ mục"},
                                       "MiB", limit=(900, "mức cho phép 900 MiB"))  # fmt: skip
        found["latency"] = _by_passages(sizes, {"p50_ms": "p50", "p95_ms": "p95"}, "mili giây")
        found["building"] = _by_passages(
            sizes, {"index_seconds": "dựng chỉ mục", "publish_seconds": "ghi hồ sơ",
                    "start_seconds": "khởi động"}, "giây")  # fmt: skip
    if figures.get("soak"):
        found["soak"] = _soak(figures["soak"])
    return found


def speed_lines(figures: Mapping[str, Any]) -> list[Line]:
    """Every system that was asked by crowds, the desk's own shapes first."""
    lines: list[Line] = []
    beside = {side["name"] for side in figures.get("sides", ())}
    if "workers_by_clients" in figures:
        name = f"Lễ Tân, {figures['workers']} tiến trình"
        if name not in beside:
            lines.append((name, figures["workers_by_clients"]))
    if large := figures.get("large"):
        name = f"Lễ Tân, PostgreSQL + Chroma, {large['workers']} tiến trình"
        lines.append((name, large["by_clients"]))
    lines += [(side["name"], side["by_clients"]) for side in figures.get("sides", ())]
    return lines


def _by_clients(lines: Sequence[Line], key: str, label: str, *, log: bool) -> str:
    drawing = Figure(figsize=(7.4, 4.4), layout="constrained")
    axes = drawing.subplots()
    for number, (name, rows) in enumerate(lines):
        axes.plot(
            [row["clients"] for row in rows], [row[key] for row in rows], marker="o",
            color=COLOURS[number % len(COLOURS)], label=name,
            linewidth=2.4 if name.startswith("Lễ Tân") else 1.4,
            linestyle="-" if name.startswith("Lễ Tân") else "--",
        )  # fmt: skip
    _on_clients(axes, lines)
    if log:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(_count)
    axes.set_ylabel(label)
    axes.grid(True, which="major", color="#eeeeee")
    drawing.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    return svg(drawing, label)


def _count(value: float, _: float = 0) -> str:
    """A number on an axis."""
    return figure(value, 0 if value >= 1 or not value else 1)


def _on_clients(axes: Axes, lines: Sequence[Line]) -> None:
    counts = sorted({row["clients"] for _, rows in lines for row in rows})
    axes.set_xscale("log", base=2)
    axes.set_xticks(counts, [str(count) for count in counts])
    axes.set_xlabel("khách hỏi cùng lúc")


def _by_passages(
    sizes: Sequence[Mapping[str, Any]],
    keys: Mapping[str, str],
    label: str,
    limit: tuple[float, str] | None = None,
) -> str:
    drawing = Figure(figsize=(4.8, 3.6), layout="constrained")
    axes = drawing.subplots()
    at = [size["passages"] for size in sizes]
    for (key, name), colour in zip(keys.items(), COLOURS, strict=False):
        axes.plot(at, [size[key] for size in sizes], marker="o", color=colour, label=name)
    if limit:
        axes.axhline(limit[0], color=GREY, linestyle=":", linewidth=1.2, label=limit[1])
    axes.set_xscale("log")
    axes.set_xticks(at, [figure(count) for count in at], fontsize=8)
    axes.minorticks_off()
    axes.set_xlabel("đoạn trích")
    axes.yaxis.set_major_formatter(_count)
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.grid(True, color="#eeeeee")
    axes.legend(fontsize=8, frameon=False)
    return svg(drawing, label)


def _accuracy(sides: Sequence[Mapping[str, Any]]) -> str:
    drawing = Figure(figsize=(7.4, 3.4), layout="constrained")
    axes = drawing.subplots()
    shown = {
        "first": "đúng ngay", "offered": "đúng trong 4 mục đưa ra",
        "answered_wrongly": "vẫn trả lời câu không được trả lời",
    }  # fmt: skip
    width = 0.8 / len(shown)
    for number, (key, name) in enumerate(shown.items()):
        bars = axes.bar(
            [i + number * width for i in range(len(sides))],
            [100 * side["accuracy"][key] for side in sides], width,
            label=name, color=(RED, GOLD, PALE)[number],
        )  # fmt: skip
        axes.bar_label(bars, fmt="%.0f", fontsize=8)
    axes.set_xticks(
        [i + width for i in range(len(sides))],
        [side["name"].replace(" + ", " +\n") for side in sides], fontsize=8,
    )  # fmt: skip
    axes.set_ylabel("phần trăm số câu")
    axes.set_ylim(0, 108)
    drawing.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    return svg(drawing, "Phần trăm số câu")


def _soak(soak: Mapping[str, Any]) -> str:
    drawing = Figure(figsize=(7.4, 4.2), layout="constrained")
    above, below = drawing.subplots(2, sharex=True)
    each = soak["requests"] / len(soak["memory_mib"])
    asked = [each * (i + 1) for i in range(len(soak["memory_mib"]))]
    above.plot([0.0, *asked], [soak["started_mib"], *soak["memory_mib"]], color=RED)
    above.set_ylabel("bộ nhớ, MiB")
    for key, name, colour in (("p50_ms", "p50", BLUE), ("p95_ms", "p95", GOLD)):
        below.plot(asked, soak[key], color=colour, label=name)
    below.set_ylabel("mili giây")
    below.set_xlabel("số câu đã hỏi")
    below.legend(fontsize=8, frameon=False)
    below.xaxis.set_major_formatter(_count)
    for axes in (above, below):
        axes.yaxis.set_major_formatter(_count)
        axes.set_ylim(0, axes.get_ylim()[1] * 1.1)
        axes.grid(True, color="#eeeeee")
    return svg(drawing, "Bộ nhớ và thời gian trả lời theo số câu đã hỏi")
