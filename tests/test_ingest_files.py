"""From a file to reviewed knowledge: drafts wait, people decide, nothing is answered from twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from browser import missing
from docx import Document
from records import MORNING, Clock, empty_store, fixed, paper, record

from assistant.privacy import mask
from evals.layouts import write_docx
from evals.rendering import sheet_of_procedure
from ingest import review
from ingest.files import ingest_files
from ingest.pages import Unreadable
from ingest.reports import FileReport
from knowledge.catalogue import CodeStatus
from knowledge.database import connect
from knowledge.documents import Decision, FileStatus
from knowledge.legal import LegalFinder, LegalPassages
from knowledge.procedures import Procedure, ProcessingTime, TimeUnit
from knowledge.store import KnowledgeStore
from knowledge.versions import EditConflict, Status, StoreError

ROOT = Path(__file__).parent.parent
REAL = ROOT.parent / "shared/data/documents"
CODE = "9.000001"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> KnowledgeStore:
    return empty_store(tmp_path / "home", clock)


@pytest.fixture
def ingest(store: KnowledgeStore, tmp_path: Path) -> Callable[..., FileReport]:
    def run(path: str | Path) -> FileReport:
        (entry,) = ingest_files([path], store, home=tmp_path / "home", by="Lan").files
        return entry

    return run


def cat_licence(**more: object) -> Procedure:
    return record(
        CODE, "Đăng ký nuôi mèo trong khu dân cư", documents=(
            paper("Tờ khai đăng ký nuôi mèo"),
            paper("Giấy tiêm phòng của mèo", originals=0, copies=1),
        ),
        fees=(fixed(20000, per="con"),),
        times=(ProcessingTime(amount=3, unit=TimeUnit.WORKING_DAY),),
        steps=("Chủ nuôi nộp hồ sơ tại quầy.", "Cán bộ ghi vào sổ và trả giấy."),
        result="Giấy đăng ký nuôi mèo", **more,
    )  # fmt: skip


def handbook(folder: Path, *procedures: Procedure, layout: str = "decision") -> Path:
    path = folder / "so-tay.docx"
    write_docx([sheet_of_procedure(p) for p in procedures], layout, path)  # type: ignore[arg-type]
    return path


def written(path: Path, *lines: str) -> Path:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return path


@pytest.mark.parametrize("layout", ["portal", "decision", "handbook"])
def test_a_published_procedure_becomes_a_draft_with_places_and_confidence(
    layout: str, store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    entry = ingest(handbook(tmp_path, cat_licence(), layout=layout))
    assert (entry.outcome, entry.procedures, entry.passages) == ("read", 1, 0)
    (held,) = review.drafts(store)
    draft = held.draft
    assert (draft.code, draft.name) == (CODE, "Đăng ký nuôi mèo trong khu dân cư")
    papers = draft.field("papers")
    assert [(p["name"], p["originals"], p["copies"]) for p in papers.value["documents"]] == [
        ("Tờ khai đăng ký nuôi mèo", 1, 0), ("Giấy tiêm phòng của mèo", 0, 1),
    ]  # fmt: skip
    assert papers.is_sure and papers.spot.page == 1 and "tiêm phòng" in papers.quote
    (fee,) = draft.field("fee").value["fees"]
    assert (fee["amount_vnd"], fee["per"]) == (20000, "con")
    (time_,) = draft.field("time").value["times"]
    assert (time_["amount"], time_["unit"]) == (3, "working_day")


def test_what_a_file_does_not_say_stays_unsaid(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    ingest(written(
        tmp_path / "a.docx", f"1. Thủ tục Đăng ký nuôi mèo ({CODE})", "a) Trình tự thực hiện:",
        "Nộp hồ sơ tại quầy.", "b) Thành phần hồ sơ:", "- Tờ khai (01 bản chính)",
        "c) Thời hạn giải quyết: 3",
    ))  # fmt: skip
    draft = review.drafts(store)[0].draft
    assert not draft.field("fee").is_found
    assert draft.field("time").is_found and not draft.field("time").is_sure
    found = review.compare(store, 1)
    assert 3 in {warning.trap for warning in found.warnings}


def test_nothing_is_live_before_somebody_publishes(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    store.publish(cat_licence(), by="Hoa")
    cheaper = cat_licence().model_copy(update={"fees": (fixed(15000, per="con"),)})
    ingest(handbook(tmp_path, cheaper))
    (held,) = review.drafts(store)
    found = review.compare(store, held.id)
    changed = [change.section for change in found.changes if change.kind == "changed"]
    assert "fee" in changed and "time" not in changed and "papers" not in changed
    assert "fee" in found.answers_changed
    version = review.accept(store, held.id, ["fee"], by="Lan")
    live = store.find_live_versions()[CODE]
    assert store.get_version(CODE, live).fees[0].amount_vnd == 20000
    store.publish_draft(CODE, version, by="Hoa")
    now = store.get_version(CODE, store.find_live_versions()[CODE])
    assert now.fees[0].amount_vnd == 15000
    assert now.documents == cat_licence().documents  # what was not taken over stays
    with pytest.raises(EditConflict):
        review.accept(store, held.id, ["fee"], by="Lan")


def test_a_section_the_file_lacks_cannot_be_taken_over(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    ingest(written(tmp_path / "a.docx", f"1. Thủ tục Đăng ký nuôi mèo ({CODE})",
                   "a) Trình tự thực hiện:", "Nộp tại quầy.", "b) Lệ phí: Không"))  # fmt: skip
    (held,) = review.drafts(store)
    with pytest.raises(StoreError, match="Thời hạn"):
        review.accept(store, held.id, ["time"], by="Lan")
    with pytest.raises(StoreError, match="phải có"):
        review.accept(store, held.id, ["fee"], by="Lan")
    review.discard(store, held.id, by="Lan", reason="thiếu")
    assert review.drafts(store) == []


def test_the_same_file_again_changes_nothing(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    path = handbook(tmp_path, cat_licence())
    ingest(path)
    lines = len(store.audit(limit=1000))
    assert ingest(path).outcome == "unchanged"
    assert len(store.audit(limit=1000)) == lines
    assert len(review.drafts(store)) == 1


def test_a_new_edition_takes_the_place_of_the_old_one(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    ingest(handbook(tmp_path, cat_licence()))
    ingest(handbook(tmp_path, cat_licence(deadline="trong 30 ngày"), record("9.000002", "Việc khác",
           documents=(paper("Đơn đề nghị"),), steps=("Nộp đơn.",))))  # fmt: skip
    assert [d.code for d in review.drafts(store)] == [CODE, "9.000002"]
    old, new = sorted(store.ingested_files(with_superseded=True), key=lambda file: file.id)
    assert (old.status, new.status) == (FileStatus.SUPERSEDED, FileStatus.READ)


def test_a_file_with_a_later_day_waits_for_it(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path, clock: Clock
) -> None:
    ingest(written(
        tmp_path / "a.docx", "ỦY BAN NHÂN DÂN TỈNH THỬ", "Số: 12/QĐ-UBND",
        "Thử, ngày 20 tháng 11 năm 2026", "QUYẾT ĐỊNH", "Công bố thủ tục hành chính",
        "Quyết định này có hiệu lực từ ngày 01 tháng 12 năm 2026.",
        f"1. Thủ tục Đăng ký nuôi mèo ({CODE})", "a) Lĩnh vực: Vật nuôi",
        "b) Trình tự thực hiện:", "Nộp tại quầy.", "c) Thành phần hồ sơ:",
        "- Tờ khai (01 bản chính)", "d) Thời hạn giải quyết: 03 ngày làm việc",
        "đ) Cơ quan thực hiện: Ủy ban nhân dân cấp xã",
    ))  # fmt: skip
    (held,) = review.drafts(store)
    version = review.accept(store, held.id, by="Lan")
    store.publish_draft(CODE, version, by="Hoa")
    assert CODE not in store.find_live_versions()
    clock.moment = MORNING + timedelta(days=10)
    assert CODE in store.find_live_versions()


def test_a_decision_that_abolishes_codes_proposes_their_retirement(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    store.publish(cat_licence(), by="Hoa")
    ingest(written(
        tmp_path / "qd.docx", "Số: 9/QĐ-UBND", "Thử, ngày 02 tháng 11 năm 2026",
        "Điều 1. Công bố danh mục thủ tục hành chính bị bãi bỏ:",
        f"Thủ tục Đăng ký nuôi mèo ({CODE}) bị bãi bỏ.",
        "Thủ tục Nuôi chó (9.000005) được thay thế bằng thủ tục Nuôi vật (9.000006).",
        "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.",
    ))  # fmt: skip
    gone, replaced = review.proposals(store)
    assert (gone.code, gone.kind, gone.is_live) == (CODE, "retire", True)
    assert (replaced.code, replaced.replaced_by) == ("9.000005", ("9.000006",))
    assert CODE in store.find_live_versions()
    review.accept_proposal(store, gone.id, by="Hoa")
    review.accept_proposal(store, replaced.id, by="Hoa")
    assert CODE not in store.find_live_versions()
    known = store.find_known_code("9.000005")
    assert known is not None and known.status is CodeStatus.SUPERSEDED
    assert store.proposals(None, Decision.WAITING) == []


def test_a_list_updates_the_catalogue_and_says_what_contradicts_itself(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for row in (["Mã số", "Tên", "Lĩnh vực"], ["9.000001", "Nuôi mèo", "Vật nuôi"],
                ["9.000002", "Nuôi chó", "Vật nuôi"], ["9.000001", "Nuôi chim", ""]):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "ds.xlsx")
    entry = ingest(tmp_path / "ds.xlsx")
    assert (entry.codes_listed, entry.codes_new, entry.procedures) == (2, 2, 0)
    assert any("hai tên" in problem for problem in entry.problems)
    known = store.find_known_code("9.000001")
    assert known is not None and (known.name, known.sector) == ("Nuôi mèo", "Vật nuôi")


@pytest.mark.slow
def test_ten_thousand_rows_whose_names_begin_like_labels_are_one_list(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["STT", "Mã TTHC", "Tên thủ tục", "Lĩnh vực"])
    for number in range(10_000):
        sheet.append([number, f"9.{number:06d}", f"Thủ tục nuôi vật số {number}", "Vật nuôi"])
    book.save(tmp_path / "ds.xlsx")
    started = time.process_time()
    entry = ingest(tmp_path / "ds.xlsx")
    assert (entry.codes_listed, entry.passages) == (10_000, 0)
    assert time.process_time() - started < 60  # 4 s where it was written
    known = store.find_known_code("9.001234")
    assert known is not None and known.sector == "Vật nuôi"


def test_codes_that_lost_their_point_or_their_zeros_are_codes(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    rows = ["Mã thủ tục,Tên thủ tục", "9000101,Đăng ký nuôi mèo", "9.0002,Đăng ký nuôi chó"]
    (tmp_path / "ds.csv").write_text("\n".join(rows) + "\n", "utf-8")
    assert ingest(tmp_path / "ds.csv").codes_listed == 2
    assert store.find_known_code("9.000101") and store.find_known_code("9.000200")


LAW = (
    "Luật số: 7/2026/QH16", "LUẬT", "NUÔI MÈO", "Điều 1. Phạm vi",
    "Luật này quy định việc nuôi mèo trong khu dân cư.", "Điều 2. Quyền của chủ nuôi",
    "1. Được nuôi không quá năm con mèo trong một nhà.", "2. Được đăng ký nuôi mèo miễn phí.",
)  # fmt: skip


def test_a_law_is_cited_by_article_and_clause_once_it_is_published(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    entry = ingest(written(tmp_path / "luat.docx", *LAW))
    finder = LegalFinder(LegalPassages(store))
    assert finder.find("nuôi mèo trong khu dân cư") == []
    assert entry.file_id is not None
    review.publish_passages(store, entry.file_id, by="Hoa")
    (first, *_) = finder.find("khoản 2 Điều 2 Luật Nuôi mèo nói gì")
    assert first.is_named and first.passage.citation.startswith("khoản 2 Điều 2 Luật Nuôi mèo")
    assert "miễn phí" in first.passage.text
    (by_words, *_) = finder.find("được nuôi mấy con mèo trong một nhà")
    assert (by_words.passage.article, by_words.passage.clause) == ("2", "1")


def test_a_letter_is_kept_without_the_numbers_of_the_people_it_names(
    store: KnowledgeStore, tmp_path: Path
) -> None:
    letter = written(
        tmp_path / "cong-van.docx", "Số: 12/UBND-VP", "CÔNG VĂN",
        "Ông Nguyễn Văn A, căn cước 001082012345, điện thoại 0912345678, hỏi về việc nuôi mèo "
        "theo Luật 7/2026/QH16; phường trả lời là được nuôi không quá năm con.",
    )  # fmt: skip
    (entry,) = ingest_files(
        [letter], store, home=tmp_path / "home", by="Lan", mask=lambda text: mask(text).text
    ).files
    kept = " ".join(p.text for p in review.passages(store, entry.file_id or 0))
    assert "không quá năm con" in kept and "7/2026/QH16" in kept
    assert "001082012345" not in kept and "0912345678" not in kept
    assert any("che dữ liệu cá nhân" in problem for problem in entry.problems)


def test_old_and_new_editions_of_a_law_are_never_both_cited(
    store: KnowledgeStore, ingest: Callable[..., FileReport], tmp_path: Path
) -> None:
    first = ingest(written(tmp_path / "luat.docx", *LAW))
    review.publish_passages(store, first.file_id or 0, by="Hoa")
    newer = [line.replace("năm con", "ba con") for line in LAW]
    second = ingest(written(tmp_path / "luat.docx", *newer))
    assert {p.file_id for p in store.live_passages()} == {first.file_id}
    review.publish_passages(store, second.file_id or 0, by="Hoa")
    assert {p.file_id for p in store.live_passages()} == {second.file_id}


def test_a_blank_form_is_no_knowledge(ingest: Callable[..., FileReport], tmp_path: Path) -> None:
    lines = [f"Họ và tên {n}: ................................" for n in range(8)]
    entry = ingest(written(tmp_path / "mau.docx", "TỜ KHAI NUÔI MÈO", *lines))
    assert entry.passages == entry.procedures == 0
    assert any("biểu mẫu" in problem for problem in entry.problems)


def test_one_bad_file_does_not_stop_a_folder(store: KnowledgeStore, tmp_path: Path) -> None:
    folder = tmp_path / "tep"
    folder.mkdir()
    (folder / "a-hong.pdf").write_bytes(b"%PDF-1.4 hong")
    (folder / "~$b.docx").write_bytes(b"lock")
    (folder / "lien-ket.txt").symlink_to("/etc/passwd")
    handbook(folder, cat_licence())
    sources = [
        "http://localhost/a.pdf", "http://192.168.1.1/", "ftp://vi-du.vn/a", folder,
        tmp_path / "khong-co",
    ]  # fmt: skip
    report = ingest_files(sources, store, home=tmp_path / "home", by="Lan")
    assert [(f.source, f.outcome) for f in report.files] == [
        ("http://localhost/a.pdf", "refused"), ("http://192.168.1.1/", "refused"),
        ("ftp://vi-du.vn/a", "refused"), ("a-hong.pdf", "refused"), ("so-tay.docx", "read"),
        ("khong-co", "refused"),
    ]  # fmt: skip
    why = [f.problems[0] for f in report.files if f.outcome == "refused"]
    assert "nội bộ" in why[0] and "nội bộ" in why[1] and "http" in why[2]


def test_an_expired_version_is_told_to_staff(store: KnowledgeStore, clock: Clock) -> None:
    ends = clock.moment.date() + timedelta(days=3)
    store.publish(cat_licence(effective_until=ends), by="Hoa")
    assert [info.code for info in review.expiring(store)] == [CODE]
    clock.moment = MORNING + timedelta(days=5)
    assert CODE not in store.find_live_versions()
    assert [info.code for info in review.expiring(store, within_days=0)] == [CODE]
    assert store.versions_in(Status.LIVE)


@pytest.mark.slow
def test_killed_at_any_moment_the_next_run_finishes_the_work(tmp_path: Path) -> None:
    """A real process, killed without warning again and again; then one that may finish."""
    folder, home = tmp_path / "tep", tmp_path / "home"
    folder.mkdir()
    for number in range(6):
        licence = cat_licence().model_copy(update={"code": f"9.00010{number}"})
        handbook(folder, licence).rename(folder / f"tep-{number}.docx")
    script = (
        "import sys; from pathlib import Path; from ingest.files import ingest_files; "
        "from knowledge.database import connect, migrate; "
        "from knowledge.store import KnowledgeStore; home = Path(sys.argv[2]); "
        "engine = connect(f'sqlite:///{home}/letan.db'); migrate(engine); "
        "r = ingest_files([sys.argv[1]], KnowledgeStore(engine), home=home, by='Lan'); "
        "print([f.outcome for f in r.files])"
    )
    command = [sys.executable, "-c", script, str(folder), str(home)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for wait in (1.2, 2.0, 2.9):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    outcomes = done.stdout
    assert outcomes.count("read") + outcomes.count("unchanged") == 6
    engine = connect(f"sqlite:///{home / 'letan.db'}")
    store = KnowledgeStore(engine)
    assert sorted(str(d.code) for d in review.drafts(store)) == [f"9.00010{n}" for n in range(6)]
    assert len(store.ingested_files(with_superseded=True)) == 6
    engine.dispose()


@pytest.mark.slow
def test_the_image_only_lists_of_a_ward_give_nearly_all_their_codes(
    ingest: Callable[..., FileReport],
) -> None:
    lists = sorted(REAL.glob("linh-vuc-*.pdf"))
    if not lists:
        pytest.skip("no ward lists beside the checkout")
    printed = {"bao-tro": 7, "tu-phap": 13, "xay-dung": 4, "y-te": 21}  # different codes, counted
    entries = [ingest(path) for path in lists]
    if any("Tesseract" in str(entry.problems) for entry in entries):
        missing("Tesseract with Vietnamese is not installed")
    assert sum(entry.codes_listed for entry in entries) >= 0.95 * sum(printed.values())


def test_the_command_ingests_and_reviews(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from channels.cli import app

    for name in list(os.environ):
        if name.startswith(("LETAN_", "KNOWLEDGE_", "ASSISTANT_", "CHANNELS_", "INGEST_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LETAN_HOME", str(own_home))
    monkeypatch.chdir(tmp_path)
    path = handbook(tmp_path, cat_licence())
    done = CliRunner().invoke(app, ["ingest", str(path), "--json"])
    assert done.exit_code == 0, done.output
    (file,) = json.loads(done.stdout)["files"]
    assert (file["outcome"], file["procedures"], file["kind"]) == ("read", 1, "docx")
    seen = CliRunner().invoke(app, ["ingest", "--review", "--json"])
    (draft,) = json.loads(seen.stdout)["drafts"]
    assert draft["code"] == CODE and draft["comparison"]["live_version"] is None
    assert CliRunner().invoke(app, ["ingest"]).exit_code == 2


def test_the_doctor_names_what_is_missing_and_what_to_do(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from channels import cli_doctor

    monkeypatch.setenv("LETAN_HOME", str(own_home))
    monkeypatch.setenv("PATH", "/nowhere")
    found = {check.name: check for check in cli_doctor.run_checks([cli_doctor.tesseract,
             cli_doctor.libreoffice, cli_doctor.disk, cli_doctor.database])}  # fmt: skip
    assert "apt install tesseract-ocr" in found["Nhận dạng chữ (Tesseract)"].to_do
    assert "libreoffice" in found["Tệp Word đời cũ (LibreOffice)"].to_do
    assert found["Cơ sở dữ liệu"].ok and found["Ổ đĩa"].ok


def test_without_the_parts_a_scan_and_an_old_file_say_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.ocr import check_available
    from ingest.read_word import read_doc

    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unreadable, match="tesseract-ocr-vie"):
        check_available()
    with pytest.raises(Unreadable, match="libreoffice"):
        read_doc(tmp_path / "a.doc")
