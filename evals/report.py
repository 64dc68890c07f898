"""The evaluation as a table, as JSON, and against the committed baseline."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from evals.running import TurnVerdict
from evals.scoring import Verdict, share, summarise

BASELINE = Path(__file__).parent / "baseline" / "answers.json"
# A share may fall by this much before it counts as worse: one case in a kind of 60.
TOLERANCE = 0.017


def to_json(verdicts: Sequence[Verdict], turns: Sequence[TurnVerdict]) -> dict[str, Any]:
    """All figures: per kind, in all, and for the scripted conversations."""
    kinds = sorted({v.kind for v in verdicts})
    talks: dict[str, bool] = {}
    for turn in turns:
        talks[turn.case] = talks.get(turn.case, True) and not turn.problems
    return {
        "kinds": {kind: summarise([v for v in verdicts if v.kind == kind]) for kind in kinds},
        "all": summarise(verdicts),
        "conversations": {
            "turns": len(turns),
            "as_expected": share([not turn.problems for turn in turns]),
            "talks": len(talks),
            "whole": share(list(talks.values())),
        },
    }


def to_table(figures: dict[str, Any]) -> Table:
    """The figures as a table for the terminal."""
    table = Table(title="Lễ Tân: đánh giá câu trả lời")
    table.add_column("loại")
    for heading in (
        "số câu",
        "đúng ngay",
        "đúng hoặc có trong lựa chọn",
        "đúng kết cục",
        "đúng dữ kiện",
        "dữ kiện sai",
        "p50 ms",
        "p95 ms",
    ):
        table.add_column(heading, justify="right")
    for kind, row in [*figures["kinds"].items(), ("TẤT CẢ", figures["all"])]:
        table.add_row(
            kind,
            str(row["cases"]),
            *(_percent(row[name]) for name in ("first", "in_choices", "outcome", "facts")),
            str(row["wrong_facts"]),
            f"{row['p50_ms']:.1f}",
            f"{row['p95_ms']:.1f}",
            style="bold" if kind == "TẤT CẢ" else None,
        )
    talks = figures["conversations"]
    table.caption = (
        f"Hội thoại: {talks['turns']} lượt, đúng {_percent(talks['as_expected'])}; "
        f"{talks['talks']} cuộc, đúng trọn cuộc {_percent(talks['whole'])}"
    )
    return table


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def worse_than_baseline(figures: dict[str, Any], path: Path = BASELINE) -> list[str]:
    """What got worse than the committed figures beyond the tolerance; empty without a baseline."""
    if not path.exists():
        return []
    baseline = json.loads(path.read_text("utf-8"))
    worse = []
    for kind, then in {**baseline["kinds"], "all": baseline["all"]}.items():
        now = figures["all"] if kind == "all" else figures["kinds"].get(kind)
        if now is None:
            continue
        for name in ("first", "in_choices", "outcome", "facts"):
            if then[name] is not None and (now[name] or 0.0) < then[name] - TOLERANCE:
                worse.append(f"{kind} {name}: {now[name]:.3f}, trước đây {then[name]:.3f}")
        if now["wrong_facts"] > then["wrong_facts"]:
            worse.append(
                f"{kind} wrong_facts: {now['wrong_facts']}, trước đây {then['wrong_facts']}"
            )
    return worse


def write_baseline(figures: dict[str, Any], path: Path = BASELINE) -> None:
    """Commit the figures as the new baseline; latencies stay out, machines differ."""
    kept = json.loads(json.dumps(figures))
    for row in [*kept["kinds"].values(), kept["all"]]:
        row.pop("p50_ms")
        row.pop("p95_ms")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
