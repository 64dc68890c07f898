"""Figures of the lobby: `letan bench queue`."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

out = Console()
err = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]


def add_to_bench(bench_app: typer.Typer) -> None:
    """Put the command of this area under `letan bench`."""
    bench_app.command("queue")(bench_queue)


def bench_queue(
    numbers: Annotated[int, typer.Option(help="Số lượt lấy số.", min=20)] = 1000,
    clients: Annotated[int, typer.Option(help="Số khách cùng lúc.", min=1)] = 20,
    as_json: Json = False,
) -> None:
    """Đo hàng đợi: lấy số cùng lúc, và bao lâu thì bảng hiện số vừa gọi."""
    import os
    from tempfile import TemporaryDirectory

    from evals.queueing import bench_queue as measure

    with TemporaryDirectory(prefix="letan-bench-", ignore_cleanup_errors=True) as folder:
        report = measure(
            Path(folder),
            os.environ,
            numbers=numbers,
            clients=clients,
            step=lambda what: err.print(f"{what}…"),
        ).to_json()
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        for name, value in report.items():
            out.print(f"{name}: {value}", markup=False, highlight=False)
    raise typer.Exit(0 if report["distinct"] == numbers and not report["errors"] else 1)
