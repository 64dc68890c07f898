"""`letan bench`: everything that is measured, as one HTML report and its JSON."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

out = Console()
err = Console(stderr=True)


def _step(what: str) -> None:
    err.print(f"{what}…", markup=False, highlight=False)


def bench(
    context: typer.Context,
    portal: Annotated[
        Path | None, typer.Option(help="Tệp cổng quốc gia để nhập trước khi đo.")
    ] = None,
    questions: Annotated[int, typer.Option(help="Số câu hỏi của một khách.", min=20)] = 1000,
    only_chats: Annotated[bool, typer.Option(help="Chỉ đo tin nhắn qua webhook.")] = False,
    per_second: Annotated[float, typer.Option(help="Tin nhắn mỗi giây qua webhook.")] = 50,
    seconds: Annotated[float, typer.Option(help="Gửi tin trong bao lâu.")] = 30,
    report: Annotated[
        Path | None,
        typer.Option(help="Đo cả cách làm thường thấy, bản lớn, lượng kiến thức; ghi trang HTML."),
    ] = None,
    sizes: Annotated[
        str, typer.Option(help="Số đoạn trích để đo, cách nhau dấu phẩy; thêm 1000000 nếu đủ RAM.")
    ] = "1000,10000,100000",
    soak: Annotated[int, typer.Option(help="Chạy dài bấy nhiêu câu (báo cáo).", min=0)] = 0,
    workers: Annotated[int, typer.Option(help="Số tiến trình của bản lớn.", min=1)] = 4,
    rival_model: Annotated[
        str, typer.Option(help="Mô hình sentence-transformers để so sánh; bỏ trống: cùng mô hình.")
    ] = "",
    reading: Annotated[bool, typer.Option(help="Đo tốc độ đọc tài liệu (báo cáo).")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Đo tốc độ nhập, khởi động, bộ nhớ, thời gian trả lời qua HTTP và qua tin nhắn."""
    if context.invoked_subcommand:
        return
    import os
    from tempfile import TemporaryDirectory

    from evals.bench import bench as measure
    from evals.chat_bench import bench_chats

    figures: dict[str, Any] = {"load_before": os.getloadavg()[0]}
    with TemporaryDirectory(prefix="letan-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        if not only_chats:
            figures |= measure(
                home, os.environ, portal=portal, questions=questions, step=_step
            ).to_json()
            if report:
                counts = [int(size) for size in sizes.split(",") if size.strip()]
                figures |= _beside(home, Path(folder), portal, counts, soak, workers, rival_model)
        chats = bench_chats(
            Path(folder) / "chats", os.environ, per_second=per_second, seconds=seconds, step=_step
        )
    figures["chats"] = chats.to_json()
    figures.setdefault("machine", chats.machine)
    if report:
        figures["reading"] = _reading() if reading else []
        figures["load_after"] = os.getloadavg()[0]
        _write(report, figures)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    table = Table(title="Lễ Tân: đo trên " + chats.machine)
    table.add_column("chỉ số")
    table.add_column("giá trị", justify="right")
    for name, value in figures.items():
        table.add_row(name, str(value))
    out.print(table)


def _beside(
    home: Path,
    folder: Path,
    portal: Path | None,
    sizes: list[int],
    soak_requests: int,
    workers: int,
    rival_model: str,
) -> dict[str, Any]:
    """What only the report shows, over the records of ``home``."""
    import os

    from evals import large_shape
    from evals.bench import UNBOUND
    from evals.growth import grow
    from evals.side_by_side import compare, table
    from evals.soak import soak

    own = {**os.environ, "LETAN_HOME": str(home)} | UNBOUND
    sides = compare(home, own, model=rival_model, step=_step)
    found: dict[str, Any] = {
        "sides": [side.to_json() for side in sides],
        "table": table(sides),
        "rival_model": rival_model or "mô hình kèm theo Lễ Tân",
    }
    try:
        found["large"] = large_shape.measure(folder / "large", portal, workers, _step)
    except large_shape.PartMissing as missing:
        found["large_missing"] = str(missing)
    found["sizes"] = [size.to_json() for size in grow(home, os.environ, sizes, _step)]
    if soak_requests:
        found["soak"] = soak(own, soak_requests, _step).to_json()
    return found


def _reading() -> list[dict[str, Any]]:
    from dataclasses import asdict

    from evals.ingest_speed import measure_speed
    from evals.rendering import NoOffice

    try:
        return [asdict(speed) for speed in measure_speed(_step)]
    except NoOffice as missing:
        _step(f"không đo đọc tài liệu: {missing}")
        return []


def _write(report: Path, figures: dict[str, Any]) -> None:
    from datetime import datetime

    from evals.bench_report import write
    from knowledge.offices import HANOI

    write(report, figures, datetime.now(HANOI))
    err.print(f"Báo cáo: {report} và {report.with_suffix('.json')}", markup=False)
