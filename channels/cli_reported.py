"""`letan eval reported FILE`: the questions staff reported, asked again."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

out = Console()
WORDS = {"right": "đúng", "offered": "có trong các lựa chọn", "wrong": "còn sai"}


def add_to(eval_app: typer.Typer) -> None:
    """Put the command under `letan eval`."""
    eval_app.command("reported")(reported)


def reported(
    file: Annotated[
        Path, typer.Argument(help="Tệp .jsonl tải từ trang Thử hỏi.", exists=True, dir_okay=False)
    ],
    home: Annotated[
        Path | None, typer.Option(help="LETAN_HOME của đơn vị; bỏ trống: phường mẫu mới.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Hỏi lại các câu cán bộ đã báo sai: nay câu nào đã đúng. Mã thoát 1 khi còn câu sai."""
    from evals import reported as cases
    from evals.desk import fresh_desk

    given = cases.read(file)
    with fresh_desk(home) as desk:
        found = cases.ask_again(desk, given)
    if as_json:
        rows = [
            {"id": a.case.id, **{k: v for k, v in asdict(a).items() if k != "case"}} for a in found
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for again in found:
            typer.echo(f"{WORDS[again.verdict]}\t{again.case.question}\t{', '.join(again.got)}")
        right = sum(again.verdict == "right" for again in found)
        out.print(f"Đúng {right}/{len(found)} câu.")
    raise typer.Exit(1 if any(again.verdict == "wrong" for again in found) else 0)
