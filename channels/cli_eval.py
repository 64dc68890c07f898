"""How good answers, linking and reading are: `letan eval`, `letan eval linking · ingest`."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from channels.cli_progress import progress_bar

out = Console()
err = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]
World = dict[str, Any]


def add_to(eval_app: typer.Typer) -> None:
    """Put the commands of this area under `letan eval`."""
    eval_app.callback()(evaluate)
    eval_app.command("linking")(evaluate_linking)
    eval_app.command("ingest")(evaluate_ingest)


def evaluate(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="LETAN_HOME có sẵn; bỏ trống: phường mẫu mới.")
    ] = None,
    save: Annotated[bool, typer.Option(help="Ghi lại làm mốc so sánh.")] = False,
    failures: Annotated[bool, typer.Option(help="In từng câu chưa đạt.")] = False,
    as_json: Json = False,
) -> None:
    """Chạy mọi câu thử trong evals/cases và so với mốc đã lưu."""
    if context.invoked_subcommand:
        return
    from evals import report as reports
    from evals.desk import fresh_desk
    from evals.running import judge, run_conversations, run_questions

    with fresh_desk(home) as desk, progress_bar() as progress:
        asking = progress.add_task("Câu hỏi", total=None)
        rows = run_questions(
            desk, lambda done, total: progress.update(asking, completed=done, total=total)
        )
        verdicts = [judge(desk, row) for row in rows]
        talking = progress.add_task("Hội thoại", total=None)
        turns = run_conversations(
            desk, lambda done, total: progress.update(talking, completed=done, total=total)
        )
    figures = reports.to_json(verdicts, turns)
    if failures:
        _print_failures(rows, verdicts, turns)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
    else:
        out.print(reports.to_table(figures))
    if save:
        reports.write_baseline(figures)
    worse = reports.worse_than_baseline(figures)
    for line in worse:
        err.print(f"[red]Kém hơn mốc:[/red] {line}")
    raise typer.Exit(1 if worse else 0)


def evaluate_linking(
    home: Annotated[
        Path | None, typer.Option(help="LETAN_HOME đã nhập dữ liệu cổng quốc gia, để đo thêm.")
    ] = None,
    baseline_model: Annotated[
        str,
        typer.Option(
            help="Mô hình cho cách làm thông thường: e5, tên hoặc thư mục; bỏ trống: kèm theo."
        ),
    ] = "",
    save: Annotated[bool, typer.Option(help="Ghi số đo vào evals/baseline/linking.json.")] = False,
    report: Annotated[Path, typer.Option(help="Trang báo cáo HTML.")] = Path("out/linking.html"),
    fit: Annotated[bool, typer.Option(help="Chọn lại ngưỡng và ghi vào thresholds.yaml.")] = False,
    failures: Annotated[bool, typer.Option(help="In từng câu chưa đạt.")] = False,
    as_json: Json = False,
) -> None:
    """Hiểu câu hỏi: đúng thủ tục đến đâu, so với cách làm thông thường."""
    from datetime import datetime

    from evals.worlds import record, with_recorded
    from knowledge.offices import HANOI

    worlds = [_measured("Phường mẫu", None, baseline_model)]
    if home:
        worlds.append(_measured("Phường mẫu và dữ liệu cổng quốc gia", home, baseline_model))
    if fit:
        _fit_thresholds(worlds)
    if failures:
        _print_misses(worlds)
    if save:
        record(worlds, datetime.now(HANOI).date())
    if as_json:
        body = [{"title": w["title"], "systems": w["systems"]} for w in worlds]
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    from evals.linking_report import to_table, write_html

    worlds = [with_recorded(world) for world in worlds]
    for world in worlds:
        out.print(to_table(world["title"], world["systems"]))
        own = world["systems"]["Lễ Tân"]
        out.print(f"ECE {own['ece']:.3f}, trung vị {own['p50_ms']:.1f} ms một câu")
    write_html(report, worlds)
    out.print(f"Báo cáo: {report}")


def _measured(title: str, home: Path | None, baseline_model: str) -> World:
    """The linking cases over one desk, and over what is usually shipped."""
    from evals.desk import fresh_desk
    from evals.worlds import evaluate_world

    with fresh_desk(home) as desk, progress_bar() as progress:
        task = progress.add_task(title, total=None)
        return evaluate_world(
            desk,
            title,
            with_portal=home is not None,
            baseline_model=baseline_model or None,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )


def _fit_thresholds(worlds: Sequence[World]) -> None:
    """Choose calibration and thresholds anew over all worlds, and write them down."""
    from assistant.decide import Thresholds
    from evals import calibrating
    from evals.fitting import fit, save

    factors: list[float] = []
    costs: dict[str, float] = {}
    for world in worlds:
        factor, measured = calibrating.fit_factor(world["rows"])
        factors.append(factor)
        costs |= {f"{name}_{len(factors)}": value for name, value in measured.items()}
        world["rows"] = [
            replace(row, linking=calibrating.cooled(row.linking, factor)) for row in world["rows"]
        ]
    calibrating.save(factors)
    thresholds, cost = fit([world["rows"] for world in worlds])
    costs |= cost
    save(thresholds, costs)
    Thresholds.shipped.cache_clear()
    err.print(f"Ngưỡng mới: {thresholds}")


def _print_misses(worlds: Sequence[World]) -> None:
    for world in worlds:
        for row in world["rows"]:
            wrong = row.answered if row.must_be_silent else not row.right_at(1)
            if wrong:
                top = [(c.label, round(c.probability, 2)) for c in row.linking.candidates[:3]]
                typer.echo(
                    f"{world['title']}\t{row.case.kind}\t{row.case.question}\t"
                    f"{','.join(row.case.codes)}\t{top}"
                )


def evaluate_ingest(
    portal: Annotated[
        Path | None, typer.Option(help="Tệp cổng quốc gia; bỏ trống: thủ tục của phường mẫu.")
    ] = None,
    procedures: Annotated[int, typer.Option(help="Số thủ tục.", min=1)] = 12,
    forms: Annotated[str, typer.Option(help="Dạng tệp: docx, pdf, scan.")] = "docx,pdf,scan",
    layouts: Annotated[
        str,
        typer.Option(
            help="Tên cách trình bày, hay tuned, later, unseen, fresh, leaflets, office, all."
        ),
    ] = "tuned",
    seed: Annotated[int, typer.Option(help="Hạt ngẫu nhiên của nhiễu khi quét.")] = 0,
    failures: Annotated[bool, typer.Option(help="In từng phần chưa đúng.")] = False,
    bars: Annotated[bool, typer.Option(help="In tỉ lệ sai trên và dưới từng mức chắc.")] = False,
    speed: Annotated[bool, typer.Option(help="Đo 200 trang chữ và 20 trang quét.")] = False,
    as_json: Json = False,
) -> None:
    """Đọc tài liệu: giấy tờ, phí, thời hạn đúng đến đâu, nhanh đến đâu."""
    from channels.cli_ingest import evaluate, evaluate_speed

    if speed:
        evaluate_speed(as_json)
        return
    evaluate(portal, procedures, forms.split(","), layouts, seed, failures, bars, as_json)


def _print_failures(rows: Any, verdicts: Any, turns: Any) -> None:
    for row, verdict in zip(rows, verdicts, strict=True):
        if not (verdict.first and verdict.outcome_ok and verdict.facts_ok) or verdict.wrong_facts:
            procedure = row.answer["procedure"]
            got = procedure["code"] if procedure else [c["code"] for c in row.answer["choices"]]
            typer.echo(
                f"{verdict.case}\t{verdict.kind}\t{row.case.question}\t"
                f"{row.answer['outcome']} {got} "
                f"{verdict.probability:.2f}\t{verdict.wrong_facts or ''}"
            )
    for turn in turns:
        if turn.problems:
            typer.echo(
                f"{turn.case}#{turn.turn}\tconversation\t{turn.say}\t{'; '.join(turn.problems)}"
            )
