"""`letan ingest --review`: what waits, file by file, beside what is answered today."""

import json
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

out = Console()


def review(store: Any, office_id: str, as_json: bool) -> None:
    """Print everything that waits for a person, and the command for each decision."""
    from ingest import review as reviewing

    entries = reviewing.drafts(store)
    found = [(entry, reviewing.compare(store, entry.id, office_id)) for entry in entries]
    proposals = reviewing.proposals(store)
    files = reviewing.files(store)
    ending = reviewing.expiring(store)
    if as_json:
        body = {
            "files": [file.model_dump(mode="json") for file in files],
            "drafts": [
                entry.model_dump(mode="json") | {"comparison": seen.model_dump(mode="json")}
                for entry, seen in found
            ],
            "proposals": [proposal.model_dump(mode="json") for proposal in proposals],
            "expiring": [info.model_dump(mode="json") for info in ending],
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    waiting = [file for file in files if file.passages and not file.passages_live]
    counts = (
        (len(found), "bản thảo"), (len(proposals), "đề nghị bãi bỏ, thay thế"),
        (len(waiting), "tệp có đoạn trích"), (len(ending), "thủ tục hết hiệu lực"),
    )  # fmt: skip
    said = ", ".join(f"{count} {what}" for count, what in counts if count)
    _line(f"Chờ duyệt: {said}." if said else "Không có gì chờ duyệt.", style="bold")
    for file in files:
        of_file = [(entry, seen) for entry, seen in found if entry.file_id == file.id]
        asked = [proposal for proposal in proposals if proposal.file_id == file.id]
        if not (of_file or asked or file in waiting):
            continue
        out.print()
        pages = f", {file.pages} trang" if file.pages else ""
        _line(f"Tệp {file.id}: {file.name} ({file.read_how}{pages})", style="bold")
        for problem in file.problems:
            indented(problem, "  ! ", "yellow")
        for entry, seen in of_file:
            _show_draft(entry, seen)
        for proposal in asked:
            _show_proposal(proposal)
        if file in waiting:
            indented(f"{file.passages} đoạn trích chờ công bố", "  ")
            indented(f"letan ingest --publish-passages {file.id}", "  → ", "dim")
    if ending:
        out.print()
    for info in ending:
        _line(f"Hết hiệu lực {info.effective_until:%d/%m/%Y}: {info.code} {info.name}")


def indented(text: str, lead: str, style: str | None = None) -> None:
    """Text whose later lines stand below its first word, not below the sign before it."""
    grid = Table.grid()
    grid.add_column(width=len(lead))
    grid.add_column(overflow="fold")
    grid.add_row(lead, Text(text, style=style or ""))
    out.print(grid)


def _line(text: str, style: str | None = None) -> None:
    out.print(text, style=style, markup=False, highlight=False)


def _show_proposal(proposal: Any) -> None:
    what = "Thay thế" if proposal.replaced_by else "Bãi bỏ"
    instead = f" → {', '.join(proposal.replaced_by)}" if proposal.replaced_by else ""
    day = f", từ {proposal.effective_from:%d/%m/%Y}" if proposal.effective_from else ""
    live = " (đang trả lời)" if proposal.is_live else ""
    indented(
        f"{what} {proposal.id}: {proposal.code} {proposal.name}{instead}{day}{live}", "  ", "bold"
    )
    page = f"trang {proposal.page}: " if proposal.page else ""
    indented(f"{page}“{proposal.quote}”", "    ")
    indented(f"letan ingest --retire {proposal.id}  (giữ mã: --keep {proposal.id})", "  → ", "dim")


def _show_draft(entry: Any, seen: Any) -> None:
    held = f"đang dùng bản {seen.live_version}" if seen.live_version else "thủ tục mới"
    indented(
        f"Bản thảo {entry.id}: {entry.code or '(chưa có mã)'} {entry.name} – {held}", "  ", "bold"
    )
    labels = {change.section: change.label for change in seen.changes}
    for warning in seen.warnings:
        indented(f"{labels[warning.section]}: {warning.text}", "    ! ", "yellow")
    for problem in entry.draft.problems:
        indented(problem, "    ! ", "yellow")
    if seen.live_version:
        names = [labels[section] for section in seen.answers_changed]
        said = f"câu trả lời đổi ở: {', '.join(names)}" if names else "không câu trả lời nào đổi"
        indented(f"Công bố hết thì {said}", "    ", "bold")
    for change in seen.changes:
        if change.kind not in ("absent", "same"):
            _show_change(change)
    same = [change.label for change in seen.changes if change.kind == "same"]
    absent = [change.label for change in seen.changes if change.kind == "absent"]
    for label, names in (("Không đổi", same), ("Tệp không ghi", absent)):
        if names:
            indented(f"{label}: {', '.join(names)}", "    ")
    indented(
        f"letan ingest --accept {entry.id}  (chỉ vài phần: --sections papers,fee; "
        f"bỏ: --discard {entry.id})", "  → ", "dim",
    )  # fmt: skip


def _show_change(change: Any) -> None:
    """Line by line, as two columns of long names could not be read beside each other."""
    field = change.field
    page = f"trang {field.spot.page}, " if field.spot.page else ""
    doubt = "" if field.is_sure else ", CHƯA CHẮC"
    sure = "" if field.is_sure else "red"
    named = f"{change.label} [{change.section}] ({page}chắc {field.confidence:.0%}{doubt})"
    indented(named, "    ", sure)
    both = set(change.before) & set(change.after)
    for line in change.before:
        if line not in both:
            indented(line, "      đang dùng: ", "red")
    for line in change.after:
        if line not in both:
            indented(line, "      trong tệp: ", "green")
    if not change.after:
        indented("(không có)", "      trong tệp: ", "green")
    if both:
        indented(f"{len(both)} dòng giống nhau", "      ")
