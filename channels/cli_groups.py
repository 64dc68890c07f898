"""`letan eval groups`: days of a busy group, replayed on each platform."""

import json
from functools import partial
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

# Wide enough for the platforms of both days side by side, on paper and in a log as well.
WIDTH = 150
out = Console(width=WIDTH)
err = Console(stderr=True)


def evaluate_groups(
    only: Annotated[str, typer.Option(help="Chỉ nền tảng này: telegram, zalo-bot, zalo-oa.")] = "",
    day: Annotated[str, typer.Option(help="Chỉ ngày này: 1 hoặc 2 (khác xóm, khác lời).")] = "",
    failures: Annotated[bool, typer.Option(help="In từng tin chưa đạt.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác.")] = False,
) -> None:
    """Một ngày của nhóm đông: trả lời đủ khi được gọi, không xen vào khi bà con nói chuyện."""
    from evals.cases import read_cases
    from evals.group_day import GroupMessage
    from evals.group_replay import DAYS, each_day

    if day and day not in DAYS:
        err.print(f"Chỉ có các ngày {', '.join(DAYS)}.")
        raise typer.Exit(2)
    runs, figures = [], []
    with Progress(console=err, transient=True) as progress:
        for number in [day] if day else DAYS:
            task = progress.add_task(f"Ngày {number}", total=None)
            messages = read_cases(GroupMessage, DAYS[number])
            for run in each_day(messages, only, partial(_shown, progress, task)):
                runs.append(run)
                figures.append({"day": number} | run.figures())
    if failures:
        for run in runs:
            _print_failures(run)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
    else:
        _print(figures)
    raise typer.Exit(0 if all(run.holds for run in runs) else 1)


def _shown(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


def _print(figures: list[dict[str, Any]]) -> None:
    table = Table(title="Lễ Tân trong nhóm")
    headings = (
        "ngày", "nền tảng", "tin", "người", "câu gọi", "trả lời", "đúng ngay", "tin giữa người",
        "xen vào", "hỏi ngỏ", "đáp đúng", "đáp lạc",
    )  # fmt: skip
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "nền tảng" else "right")
    for row in figures:
        table.add_row(
            row["day"], row["title"], str(row["messages"]), str(row["people"]), str(row["called"]),
            f"{row['answered']:.1%}", f"{row['at_once']:.1%}",
            str(row["between_people"]), f"{row['uninvited']:.2%}",
            str(row["asked_openly"]), str(row["answered_openly"]), str(row["misread"]),
        )  # fmt: skip
    out.print(table)
    kinds = Table(title="Theo loại: số tin · đến được bot · bot lên tiếng")
    kinds.add_column("loại")
    for row in figures:
        kinds.add_column(f"{row['title']} ({row['day']})", justify="right")
    for kind in sorted({kind for row in figures for kind in row["kinds"]}):
        cells = (row["kinds"].get(kind, {}) for row in figures)
        kinds.add_row(kind, *(
            f"{c.get('messages', 0)} · {c.get('delivered', 0)} · {c.get('spoken', 0)}"
            for c in cells
        ))  # fmt: skip
    out.print(kinds)


def _print_failures(run: Any) -> None:
    for name in ("unanswered", "uninvited", "misread", "twice"):
        for message in getattr(run, name):
            for spoken in run.said(message) or [None]:
                got = f"{spoken.outcome} {','.join(spoken.codes)}" if spoken else "–"
                said = " ".join(spoken.text.split())[:90] if spoken else ""
                typer.echo(
                    f"{run.title}\t{name}\t{message.id}\t{message.text}\t"
                    f"{','.join(message.accept)}\t{got}\t{said}"
                )
