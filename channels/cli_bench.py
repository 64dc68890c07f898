"""`letan bench`: everything that is measured, as one HTML report and its JSON."""

import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from evals.bench_parts import Parts

out = Console()
err = Console(stderr=True)


BEGUN = time.monotonic()


def _step(what: str) -> None:
    minutes, seconds = divmod(int(time.monotonic() - BEGUN), 60)
    err.print(f"[{minutes:02}:{seconds:02}] {what}…", markup=False, highlight=False)


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
        str,
        typer.Option(
            help="Mô hình của bài hướng dẫn: tên hay thư mục; bỏ trống: multilingual-e5-small."
        ),
    ] = "",
    minutes: Annotated[
        float, typer.Option(help="Đo tối đa bấy nhiêu phút; phần không kịp được nêu tên.", min=1)
    ] = 120,
    reading: Annotated[bool, typer.Option(help="Đo tốc độ đọc tài liệu (báo cáo).")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Đo tốc độ nhập, khởi động, bộ nhớ, thời gian trả lời qua HTTP và qua tin nhắn."""
    if context.invoked_subcommand:
        return
    import os
    from tempfile import TemporaryDirectory

    from evals.bench import bench as measure
    from evals.bench import machine
    from evals.bench_parts import Parts
    from evals.chat_bench import bench_chats

    figures: dict[str, Any] = {"load_before": os.getloadavg()[0], "machine": machine()}
    parts = Parts(figures, minutes, lambda so_far: _write(report, so_far) if report else None)
    with TemporaryDirectory(prefix="letan-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"

        def chats() -> dict[str, Any]:
            found = bench_chats(
                Path(folder) / "chats", os.environ, per_second=per_second, seconds=seconds,
                step=_step,
            )  # fmt: skip
            return {"chats": found.to_json()}

        if not only_chats:
            figures |= measure(
                home, os.environ, portal=portal, questions=questions, step=_step
            ).to_json()
        parts.run("tin nhắn nhóm", chats)
        if report:
            if not only_chats:
                counts = [int(size) for size in sizes.split(",") if size.strip()]
                _beside(parts, home, Path(folder), portal, counts, soak, workers, rival_model)
            if reading:
                parts.run("đọc tài liệu", _reading)
    if report:
        figures["load_after"] = os.getloadavg()[0]
        _write(report, figures)
        err.print(f"Báo cáo: {report} và {report.with_suffix('.json')}", markup=False)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    table = Table(title="Lễ Tân: đo trên " + figures["machine"])
    table.add_column("chỉ số")
    table.add_column("giá trị", justify="right")
    for name, value in figures.items():
        table.add_row(name, str(value))
    out.print(table)


def _beside(
    parts: "Parts",
    home: Path,
    folder: Path,
    portal: Path | None,
    sizes: list[int],
    soak_requests: int,
    workers: int,
    rival_model: str,
) -> None:
    """What only the report shows, over the records of ``home``."""
    import os

    from evals import large_shape
    from evals.bench import UNBOUND
    from evals.growth import grow, likely_seconds
    from evals.side_by_side import compare, table, usual
    from evals.soak import soak
    from evals.tutorial import E5, tutorial_model

    own = {**os.environ, "LETAN_HOME": str(home)} | UNBOUND
    processes = parts.figures.get("workers", 1)  # as many as `bench` has just measured

    tutorial: list[str] = []  # empty where its model cannot be had

    def model() -> dict[str, Any]:
        _step("Lấy mô hình mà bài hướng dẫn dùng")
        tutorial.append(tutorial_model(rival_model))
        return {"rival_model": rival_model or E5}

    def sides() -> dict[str, Any]:
        found = compare(
            home, own, rivals=usual(next(iter(tutorial), None)), step=_step, workers=processes,
            with_portal=portal is not None, left_out=parts.left_out,
        )  # fmt: skip
        return {"sides": [side.to_json() for side in found], "table": table(found)}

    def large() -> dict[str, Any]:
        return {"large": large_shape.measure(folder / "large", portal, workers, _step)}

    measured: list[dict[str, Any]] = []

    def size(passages: int) -> dict[str, Any]:
        measured.extend(one.to_json() for one in grow(home, os.environ, [passages], _step))
        return {"sizes": measured}

    def long_run() -> dict[str, Any]:
        return {"soak": soak(own, soak_requests, _step, parts.seconds_left).to_json()}

    parts.run("mô hình của bài hướng dẫn", model)
    parts.run("đặt cạnh cách làm thường thấy", sides)
    parts.run("bản lớn", large)
    for passages in sizes:
        parts.run(
            f"{passages} đoạn trích", partial(size, passages), likely_seconds(measured, passages)
        )
    if soak_requests:
        parts.run("chạy dài", long_run)


def _reading() -> dict[str, Any]:
    from dataclasses import asdict

    from evals.ingest_speed import measure_speed

    return {"reading": [asdict(speed) for speed in measure_speed(_step)]}


def _write(report: Path, figures: dict[str, Any]) -> None:
    from datetime import datetime

    from evals.bench_report import write
    from knowledge.offices import HANOI

    write(report, figures, datetime.now(HANOI))
