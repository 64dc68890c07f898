"""`letan bench streams`: how many conversations stay open at once."""

import json
from typing import Annotated

import typer
from rich.console import Console

out = Console()
err = Console(stderr=True)


def bench_streams(
    streams: Annotated[int, typer.Option(help="Số luồng mở cùng lúc.", min=1, max=5000)] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Mở nhiều cuộc trò chuyện cùng lúc trên máy này và giữ chúng mở."""
    import os
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from evals.streams import bench_streams as measure

    with TemporaryDirectory(prefix="letan-bench-", ignore_cleanup_errors=True) as folder:
        report = measure(
            Path(folder),
            os.environ,
            streams=streams,
            step=lambda what: err.print(f"{what}…"),
        )
    if as_json:
        typer.echo(json.dumps(report.to_json()))
    else:
        for name, value in report.to_json().items():
            out.print(f"{name}: {value}", highlight=False)
    raise typer.Exit(0 if report.held == report.ended == streams else 1)
