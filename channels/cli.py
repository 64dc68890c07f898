"""The command line `letan`: serve, ask, ingest, index, eval, bench.

Heavy modules are imported inside the commands, so that `letan --help` answers at once.
"""

import codecs
import io
import json
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from channels import cli_channels, cli_kiosk, cli_office, cli_reported, cli_talk
from channels.cli_bench import bench
from channels.cli_doctor import doctor
from channels.cli_groups import evaluate_groups
from channels.cli_hearing import evaluate_hearing
from channels.cli_ingest import ingest
from channels.cli_offices import office_app
from channels.cli_records import export, import_records
from channels.cli_staff import user_app
from channels.cli_streams import bench_streams
from channels.cli_voice import voice_app

app = typer.Typer(
    help="Lễ Tân – quầy lễ tân của phường, xã.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
index_app = typer.Typer(
    help="Chỉ mục tìm kiếm (dựng lại được bất cứ lúc nào).", no_args_is_help=True
)
app.add_typer(index_app, name="index")
eval_app = typer.Typer(help="Đánh giá: câu trả lời tốt đến đâu.", invoke_without_command=True)
app.add_typer(eval_app, name="eval")
bench_app = typer.Typer(invoke_without_command=True)
bench_app.callback()(bench)
app.add_typer(bench_app, name="bench")
cli_kiosk.add_to_bench(bench_app)
bench_app.command("streams")(bench_streams)
cli_channels.register(app)
cli_office.register(app)
cli_talk.add_to(eval_app)
cli_reported.add_to(eval_app)
eval_app.command("groups")(evaluate_groups)
eval_app.command("hearing")(evaluate_hearing)
app.add_typer(user_app, name="user")
app.add_typer(office_app, name="office")
app.add_typer(voice_app, name="voice")
app.command("export")(export)
app.command("import-records")(import_records)
out = Console()
err = Console(stderr=True)

OURS = frozenset({"assistant", "knowledge", "ingest", "channels", "evals"})

Json = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
    )


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Địa chỉ lắng nghe.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Cổng.")] = 8000,
    workers: Annotated[
        int, typer.Option(help="Số tiến trình cùng trả lời (mỗi lõi một tiến trình).", min=1)
    ] = 1,
) -> None:
    """Mở trang hỏi đáp và API."""
    from channels import serving

    def told(offices: list[serving.Served]) -> None:
        _, name, held = offices[0]
        err.print(f"[bold]Lễ Tân[/bold] của {name} ({held} thủ tục): http://{host}:{port}")
        for office_id, name, _ in offices[1:]:
            err.print(f"  {name}: http://{host}:{port}/o/{office_id}/")

    err.print("Đang chuẩn bị dữ liệu…")
    serving.run(host, port, workers, told)


@app.command()
def ask(
    question: Annotated[
        str | None, typer.Argument(help="Câu hỏi; bỏ trống để hỏi liên tiếp.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hỏi một câu, hoặc trò chuyện khi không ghi câu hỏi."""
    from assistant.desk import build_desk
    from assistant.privacy_text import visible

    if question is not None and not visible(question).strip():
        err.print("Câu hỏi trống.")
        raise typer.Exit(2)
    desk = build_desk()

    def say(message: str, conversation: str | None) -> str:
        answer = desk.receptionist.reply(message, conversation, "api")
        if as_json:
            typer.echo(json.dumps(answer.to_json(), ensure_ascii=False))
        else:
            out.print(answer.text, highlight=False, markup=False, soft_wrap=True)
        return answer.conversation_id

    if question is not None:
        say(question, None)
        return
    conversation: str | None = None
    if sys.stdin.isatty():
        err.print("Gõ câu hỏi rồi Enter; Ctrl-D để kết thúc.")
    while True:
        try:
            message = input("› " if sys.stdin.isatty() else "")
        except (EOFError, KeyboardInterrupt):
            return
        if visible(message).strip():
            conversation = say(message, conversation)


app.command()(ingest)
app.command()(doctor)


@index_app.command("rebuild")
def index_rebuild(as_json: Json = False) -> None:
    """Dựng lại chỉ mục vào chỗ mới, kiểm tra, rồi mới chuyển sang."""
    from assistant.desk import open_library
    from knowledge.index import IndexCheckFailed
    from knowledge.settings import KnowledgeSettings, LetanSettings

    library = open_library(LetanSettings(), KnowledgeSettings())
    with _progress() as progress:
        task = progress.add_task("Dựng chỉ mục", total=None)
        try:
            report = library.index.rebuild(
                lambda done, total: progress.update(task, completed=done, total=total)
            )
        except IndexCheckFailed as problem:
            err.print(f"Chỉ mục mới không đạt kiểm tra, vẫn dùng chỉ mục cũ: {problem}")
            raise typer.Exit(1) from problem
    if as_json:
        typer.echo(json.dumps(_report(report)))
    else:
        out.print(
            f"Chỉ mục {report.collection}: {report.procedures} thủ tục, "
            f"{report.passages} đoạn, {report.seconds:.1f} giây."
        )


@eval_app.callback()
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

    with fresh_desk(home) as desk, _progress() as progress:
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


@eval_app.command("linking")
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

    from assistant.decide import Thresholds
    from evals import calibrating
    from evals.desk import fresh_desk
    from evals.fitting import fit as choose
    from evals.fitting import save as save_thresholds
    from evals.worlds import evaluate_world, record, with_recorded
    from knowledge.offices import HANOI

    worlds = []
    homes: list[tuple[str, Path | None]] = [("Phường mẫu", None)]
    if home:
        homes.append(("Phường mẫu và dữ liệu cổng quốc gia", home))
    for title, place in homes:
        with fresh_desk(place) as desk, _progress() as progress:
            task = progress.add_task(title, total=None)

            def moved(done: int, total: int, at: Any = progress, task: Any = task) -> None:
                at.update(task, completed=done, total=total)

            worlds.append(
                evaluate_world(
                    desk,
                    title,
                    with_portal=place is not None,
                    baseline_model=baseline_model or None,
                    progress=moved,
                )
            )
    if fit:
        factors: list[float] = []
        costs: dict[str, float] = {}
        for world in worlds:
            factor, measured = calibrating.fit_factor(world["rows"])
            factors.append(factor)
            costs |= {f"{name}_{len(factors)}": value for name, value in measured.items()}
            world["rows"] = [
                replace(row, linking=calibrating.cooled(row.linking, factor))
                for row in world["rows"]
            ]
        calibrating.save(factors)
        thresholds, cost = choose([world["rows"] for world in worlds])
        costs |= cost
        save_thresholds(thresholds, costs)
        Thresholds.shipped.cache_clear()
        err.print(f"Ngưỡng mới: {thresholds}")
    if failures:
        for world in worlds:
            for row in world["rows"]:
                wrong = row.answered if row.must_be_silent else not row.right_at(1)
                if wrong:
                    top = [(c.label, round(c.probability, 2)) for c in row.linking.candidates[:3]]
                    typer.echo(
                        f"{world['title']}\t{row.case.kind}\t{row.case.question}\t"
                        f"{','.join(row.case.codes)}\t{top}"
                    )
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


@eval_app.command("ingest")
def evaluate_ingest(
    portal: Annotated[
        Path | None, typer.Option(help="Tệp cổng quốc gia; bỏ trống: thủ tục của phường mẫu.")
    ] = None,
    procedures: Annotated[int, typer.Option(help="Số thủ tục.", min=1)] = 12,
    forms: Annotated[str, typer.Option(help="Dạng tệp: docx, pdf, scan.")] = "docx,pdf,scan",
    layouts: Annotated[str, typer.Option(help="Cách trình bày, hoặc tuned, later, all.")] = "tuned",
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


def _report(report: Any) -> dict[str, Any]:
    return {**asdict(report), "seconds": round(report.seconds, 2)}


def speak_vietnamese() -> None:
    """Let what is printed reach a file, a pipe or an old console in one piece.

    Windows gives a pipe or a file an encoding that lacks most Vietnamese letters; a console of
    one is shown a mark in place of a letter rather than a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8")


def main() -> None:
    """Entry point of the console script.

    Our own errors are sentences for whoever runs the command; any other is a fault of ours
    and keeps its traceback.
    """
    # One answer, one core: several threads answer at once, and a library that starts threads of
    # its own for each product of matrices doubles the work (43 instead of 21 ms CPU an answer).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    speak_vietnamese()
    try:
        app()
    except Exception as problem:
        if type(problem).__module__.split(".")[0] not in OURS:
            raise
        err.print(f"Lỗi: {problem}", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(1) from problem


if __name__ == "__main__":
    main()
