"""The office's knowledge as files: `letan export` writes, `letan import-records` takes in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

if TYPE_CHECKING:
    from knowledge.store import KnowledgeStore

out = Console()
err = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]


@contextmanager
def _knowledge() -> Iterator[tuple["KnowledgeStore", str]]:
    from assistant.desk import now
    from knowledge.database import connect, migrate
    from knowledge.sample import prepare
    from knowledge.settings import KnowledgeSettings, LetanSettings
    from knowledge.store import KnowledgeStore

    settings = LetanSettings()
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = connect(KnowledgeSettings().database_at(settings.home))
    migrate(engine)
    store = KnowledgeStore(engine, now)
    prepare(store)
    store.office(settings.office)
    try:
        yield store, settings.office
    finally:
        engine.dispose()


def export(
    folder: Annotated[Path, typer.Argument(help="Thư mục để ghi, mỗi thủ tục một tệp.")],
    prune: Annotated[
        bool, typer.Option(help="Xóa tệp của thủ tục không còn dùng trong thư mục đó.")
    ] = False,
) -> None:
    """Ghi mọi thủ tục và câu thường gặp đang dùng thành tệp YAML, để lưu hoặc đưa nơi khác."""
    from knowledge.record_files import write_records

    with _knowledge() as (store, office_id):
        live = (procedure for procedure, _ in store.live_procedures(office_id))
        count, questions, left = write_records(folder, live, store.published_faq(office_id))
    out.print(
        f"Đã ghi {count} thủ tục và {questions} câu thường gặp vào {folder}.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    if prune:
        for path in left:
            path.unlink()
    elif left:
        names = ", ".join(path.name for path in left)
        err.print(f"Còn tệp của thủ tục không còn dùng: {names} (--prune để xóa).", markup=False)


def import_records(
    folder: Annotated[Path, typer.Argument(help="Thư mục do `letan export` ghi.")],
    publish: Annotated[
        bool, typer.Option(help="Công bố ngay; không có thì chỉ thành bản nháp để duyệt.")
    ] = False,
    by: Annotated[str, typer.Option(help="Tên ghi vào nhật ký.")] = "letan",
    as_json: Json = False,
) -> None:
    """Nhập thủ tục và câu thường gặp từ tệp; tệp nào sai thì nói rõ và không nhập gì cả."""
    from channels.record_import import take_in
    from knowledge.record_files import BadRecords, read_records

    try:
        records = read_records(folder)
    except BadRecords as problem:
        err.print("Chưa nhập gì. Hãy sửa các chỗ sau:", markup=False)
        err.print(str(problem), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from problem
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with _knowledge() as (store, office_id), Progress(*columns, console=err) as progress:
        task = progress.add_task("Nhập", total=len(records.procedures) + len(records.faq))
        taken = take_in(
            store, office_id, records, by=by, publish=publish,
            step=lambda: progress.advance(task),
        )  # fmt: skip
    names = {
        "drafts": "thủ tục thành bản nháp", "published": "thủ tục đã công bố",
        "faq_drafts": "câu thường gặp thành bản nháp",
        "faq_published": "câu thường gặp đã công bố", "unchanged": "không đổi",
    }  # fmt: skip
    if as_json:
        body = {name: taken.counts[name] for name in names} | {"held": taken.held}
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    for name, label in names.items():
        out.print(f"{taken.counts[name]} {label}", markup=False, highlight=False)
    for line in taken.held:
        err.print(line, markup=False, highlight=False, soft_wrap=True)
