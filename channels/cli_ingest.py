"""`letan ingest`: files, folders and addresses in, drafts and passages out; and their review."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from channels.cli_ingest_review import indented

Json = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]
BY = "letan ingest"
out = Console()
err = Console(stderr=True)


def ingest(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Tệp, thư mục, địa chỉ web: PDF, ảnh quét, Word, Excel, HTML, Markdown, "
            "JSON/JSONL của cổng quốc gia."
        ),
    ] = None,
    review: Annotated[
        bool, typer.Option("--review", help="Xem những gì đang chờ duyệt (không công bố).")
    ] = False,
    accept: Annotated[
        int | None, typer.Option(help="Số bản thảo: nhận các phần chắc chắn thành bản nháp.")
    ] = None,
    sections: Annotated[
        str, typer.Option(help="Chỉ nhận các phần này, cách nhau bằng dấu phẩy.")
    ] = "",
    discard: Annotated[int | None, typer.Option(help="Số bản thảo: bỏ.")] = None,
    publish_passages: Annotated[
        int | None, typer.Option(help="Số tệp: cho trả lời từ các đoạn trích của tệp.")
    ] = None,
    retire: Annotated[
        int | None, typer.Option(help="Số đề nghị: bãi bỏ hoặc thay mã như quyết định ghi.")
    ] = None,
    keep: Annotated[int | None, typer.Option(help="Số đề nghị: giữ mã, bỏ đề nghị.")] = None,
    by: Annotated[str, typer.Option(help="Tên người thực hiện, ghi vào nhật ký.")] = BY,
    as_json: Json = False,
) -> None:
    """Nhập tài liệu của phường, xã và xem lại trước khi công bố.

    Tệp của cổng quốc gia được công bố ngay; tài liệu khác chỉ thành bản thảo chờ cán bộ duyệt.
    """
    from assistant.desk import open_library
    from ingest import review as reviewing
    from knowledge.settings import KnowledgeSettings, LetanSettings

    options = (accept, discard, publish_passages, retire, keep)
    decides = [option for option in options if option is not None]
    if not paths and not review and not decides:
        err.print("Chưa ghi tệp nào. Ví dụ: letan ingest quyet-dinh.pdf; letan ingest --review")
        raise typer.Exit(2)
    settings = LetanSettings()
    library = open_library(settings, KnowledgeSettings())
    if paths:
        _ingest(paths, library, settings, by, as_json)
    if accept is not None:
        wanted = [s.strip() for s in sections.split(",") if s.strip()] or None
        version = reviewing.accept(library.store, accept, wanted, by=by)
        out.print(f"Đã thành bản nháp {version}; công bố trong trang cán bộ.")
    if discard is not None:
        reviewing.discard(library.store, discard, by=by)
        out.print(f"Đã bỏ bản thảo {discard}.")
    if publish_passages is not None:
        count = reviewing.publish_passages(library.store, publish_passages, by=by)
        out.print(f"Trả lời được từ {count} đoạn trích.")
    if retire is not None:
        reviewing.accept_proposal(library.store, retire, by=by)
        library.index.update()
        code = library.store.get_proposal(retire).code
        out.print(f"Đã ghi: mã {code} thôi trả lời, từ ngày quyết định ghi.", highlight=False)
    if keep is not None:
        reviewing.dismiss_proposal(library.store, keep, by=by)
        out.print(f"Đã bỏ đề nghị {keep}, mã vẫn dùng.", highlight=False)
    if review:
        from channels.cli_ingest_review import review as show

        show(library.store, settings.office, as_json)


def _ingest(paths: list[str], library: Any, settings: Any, by: str, as_json: bool) -> None:
    from ingest.files import ingest_files

    with Progress(
        # A name may hold what rich takes for a colour.
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(), console=err,
    ) as progress:  # fmt: skip
        task = progress.add_task("Đọc", total=None)

        def moved(step: Any) -> None:
            name = step.source[-40:]
            progress.update(
                task,
                description=f"[{step.number}/{step.total}] {name}",
                completed=step.done,
                total=step.pages,
            )

        report = ingest_files(
            paths, library.store, home=settings.home, by=by, on_step=moved,
            mask=masking(library.store, settings.office),
        )  # fmt: skip
        index = None
        if any(file.records is not None for file in report.files):
            task = progress.add_task("Cập nhật chỉ mục", total=None)
            index = library.index.update(
                lambda done, total: progress.update(task, completed=done, total=total)
            )
    if as_json:
        typer.echo(json.dumps(_to_json(report, index), ensure_ascii=False))
    else:
        _show(report, index)
    if report.files and all(file.outcome == "refused" for file in report.files):
        raise typer.Exit(2)


def masking(store: Any, office_id: str) -> Callable[[str], str]:
    """Takes personal data out of passages; the office's own telephone numbers stay."""
    from assistant.faq import masked

    office = store.office(office_id)
    return lambda text: masked(text, office)


def _to_json(report: Any, index: Any) -> dict[str, Any]:
    files = []
    for file in report.files:
        entry = asdict(file)
        records = entry.pop("records")
        if records is not None:
            # a portal file keeps the form its report always had
            entry |= records | {"path": str(file.records.path)}
        files.append(entry)
    done = asdict(index) | {"seconds": round(index.seconds, 2)} if index else None
    return {"files": files, "index": done}


def _show(report: Any, index: Any) -> None:
    for file in report.files:
        if file.records is not None:
            _show_import(file.records)
    others = [file for file in report.files if file.records is None]
    if others:
        for file in others:
            _show_file(file)
        if any(file.procedures or file.passages or file.proposals for file in others):
            out.print("Chưa có gì được công bố. Xem và duyệt: letan ingest --review")
    if index is not None:
        out.print(
            f"Chỉ mục: {index.procedures} thủ tục, {index.passages} đoạn, "
            f"thêm {index.added}, bỏ {index.removed}."
        )


def _show_file(file: Any) -> None:
    """A line for the file, one for what was found in it, one for each problem.

    No table: names of files are long and terminals narrow.
    """
    signs = {"refused": "[red]✗[/red]", "unchanged": "="}
    out.print(
        f"{signs.get(file.outcome, '[green]✓[/green]')} [bold]{escape(file.source)}[/bold]",
        highlight=False,
    )
    if file.outcome == "refused":
        found = ["từ chối"]
    elif file.outcome == "unchanged":
        found = ["đã nhập từ trước, không đổi"]
    else:
        counts = (
            (file.procedures, "thủ tục"), (file.doubtful_fields, "phần chưa chắc"),
            (file.proposals, "đề nghị bãi bỏ"), (file.passages, "đoạn trích"),
            (file.codes_listed, f"mã ({file.codes_new} mã mới)"),
        )  # fmt: skip
        found = [f"{file.read_how}, {file.pages} trang"]
        found += [f"{count} {what}" for count, what in counts if count]
    indented(f"{'; '.join(found)} ({file.seconds:.1f} giây)", "  ")
    for problem in file.problems:
        indented(problem, "  ! ")


def _show_import(report: Any) -> None:
    table = Table(title=report.path.name)
    for heading in ("Mới", "Thay đổi", "Không đổi", "Chờ duyệt", "Từ chối", "Giây"):
        table.add_column(heading, justify="right")
    table.add_row(
        str(report.new), str(report.changed), str(report.unchanged),
        str(report.held_for_review), str(len(report.rejected)), f"{report.seconds:.1f}",
    )  # fmt: skip
    out.print(table)
    for rejection in report.rejected[:20]:
        out.print(
            f"  dòng {rejection.line}, mã {rejection.code or '?'}: {rejection.why}", markup=False
        )
    if len(report.rejected) > 20:
        out.print(f"  … và {len(report.rejected) - 20} bản ghi khác (xem đủ bằng --json)")


def evaluate(
    portal: Path | None,
    procedures: int,
    forms: list[str],
    layouts: str,
    seed: int,
    failures: bool,
    bars: bool,
    as_json: bool,
) -> None:
    """Print how well rendered files are read; behind `letan eval ingest`."""
    from evals.ingesting import by_bar, measure, own_records, portal_records
    from evals.layouts import FRESH, LATER, LAYOUTS, LEAFLETS, OFFICE, TUNED, UNSEEN

    sets = {
        "tuned": TUNED,
        "later": LATER,
        "unseen": UNSEEN,
        "fresh": FRESH,
        "leaflets": LEAFLETS,
        "office": OFFICE,
        "all": LAYOUTS,
    }
    chosen = list(sets.get(layouts) or [name for name in layouts.split(",") if name])
    if strange := [name for name in chosen if name not in LAYOUTS]:
        err.print(f"Không có cách trình bày {strange[0]!r}; có: {', '.join(LAYOUTS)}")
        raise typer.Exit(2)
    printed = portal_records(portal, procedures, seed=seed) if portal else own_records(procedures)
    kinds = [form for form in forms if form]
    figures = measure(
        printed, forms=kinds, layouts=chosen, seed=seed, step=lambda what: err.print(f"{what}…")
    )
    rows, table_of_bars = figures.to_json(kinds), by_bar(figures.judged)
    if failures:
        for line in figures.wrong:
            typer.echo(line)
    if as_json:
        typer.echo(json.dumps({"forms": rows, "bars": table_of_bars}, ensure_ascii=False))
        return
    table = Table(title=f"Đọc tài liệu: {len(printed)} thủ tục, {len(chosen)} cách trình bày")
    headings = ("dạng", "đúng", "phần", "tỉ lệ", "sai không đánh dấu", "trang", "giây/trang")
    for heading in headings:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    out.print(table)
    if bars:
        table = Table(title="Mức chắc: bao nhiêu phần sai ở trên và ở dưới")
        for heading in ("mức", "trên", "sai", "tỉ lệ sai", "dưới", "sai", "tỉ lệ sai"):
            table.add_column(heading, justify="right")
        for row in table_of_bars:
            table.add_row(*(str(value) for value in row.values()))
        out.print(table)


def evaluate_speed(as_json: bool) -> None:
    """Print how long the measured files take; behind `letan eval ingest --speed`."""
    from evals.ingest_speed import measure_speed

    found = measure_speed(lambda what: err.print(f"{what}…"))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found]))
        return
    table = Table(title=f"Tốc độ đọc trên {found[0].cores} lõi (tải máy lúc đo {found[0].load})")
    for heading in ("tệp", "trang", "giây", "cho phép", "bản thảo"):
        table.add_column(heading, justify="right")
    for one in found:
        kind = "chữ" if one.kind == "text" else "quét"
        table.add_row(kind, str(one.pages), str(one.seconds), str(one.allowed), str(one.drafts))
    out.print(table)
