"""Uploads: read in the background, reviewed beside their source, taken over field by field."""

import io
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import desk_at
from PIL import Image, ImageDraw
from records import Clock, fixed, paper, record
from sqlalchemy import update
from staffroom import SETTINGS, Browser, at_work, hire

from assistant.desk import Desk
from channels.staff.import_jobs import ImportJobs, Job, Upload, safe_name
from channels.staff.page_image import find_page_image
from evals.layouts import write_docx
from evals.rendering import sheet_of_procedure
from ingest import review
from knowledge.database import writing
from knowledge.schema_work import ImportJobRow

CODE = "9.000001"
COPIES = "2.000815"
NAME = "Đăng ký nuôi mèo trong khu dân cư"
NOTICE = """ỦY BAN NHÂN DÂN PHƯỜNG HOA SEN
THÔNG BÁO
Về việc tiếp công dân định kỳ
Lãnh đạo phường tiếp công dân vào sáng thứ Năm hằng tuần tại trụ sở tiếp công dân của phường.
Người dân đăng ký trước tại quầy hướng dẫn hoặc gọi điện đến tổng đài của trung tâm.
"""
PORTAL = b'{"code": "1.999999", "name": "x"}\n'


@pytest.fixture(scope="module")
def own_desk(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = shutil.copytree(homes[1], tmp_path_factory.mktemp("imports") / "home")
    desk = desk_at(home, Clock())
    hire(desk)
    yield desk
    desk.library.engine.dispose()


@pytest.fixture(scope="module")
def jobs(own_desk: Desk) -> ImportJobs:
    return ImportJobs(own_desk.library, own_desk.home, "hoa-sen", own_desk.clock)


@pytest.fixture
def browser(own_desk: Desk) -> Iterator[Browser]:
    with at_work(own_desk, "lan") as browser:
        yield browser


@pytest.fixture(scope="module")
def decision(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("files") / "qd.docx"
    cats = record(
        CODE, NAME, documents=(paper("Tờ khai đăng ký nuôi mèo"),), fees=(fixed(20000),),
        result="Giấy đăng ký nuôi mèo",
    )  # fmt: skip
    write_docx([sheet_of_procedure(cats)], "decision", path)
    return path.read_bytes()


def finished(jobs: ImportJobs, number: int, within_seconds: float = 120) -> Job:
    end = time.monotonic() + within_seconds
    while (job := jobs.get(number)).status == "running":
        assert time.monotonic() < end, job
        time.sleep(0.1)
    return job


def upload(browser: Browser, *files: tuple[str, bytes]) -> int:
    browser.get("/staff/nhap")
    sent = browser.client.post(
        "/staff/nhap",
        data={"csrf": browser.token},
        files=[("files", (name, content)) for name, content in files],
    )
    assert sent.status_code == 200, sent.text
    return int(sent.url.path.rsplit("/", 1)[1])


def test_an_upload_is_read_beside_the_work_and_a_reload_finds_its_progress(
    browser: Browser, jobs: ImportJobs, decision: bytes, own_desk: Desk
) -> None:
    assert "Chưa có tệp nào" in browser.get("/staff/nhap").text
    number = upload(
        browser, ("C:\\quyết định\\qd-12.docx", decision), ("hong.pdf", b"%PDF-1.4 nothing"),
        ("portal.jsonl", PORTAL),
    )  # fmt: skip
    running = browser.get(f"/staff/nhap/viec/{number}").text
    assert "<progress" in running or "Đã đọc xong 3 tệp" in running
    job = finished(jobs, number)
    assert [f["source"] for f in job.report] == ["qd-12.docx", "hong.pdf", "portal.jsonl"]
    assert [f["outcome"] for f in job.report] == ["read", "refused", "refused"]
    page = browser.get(f"/staff/nhap/viec/{number}").text
    assert "1 thủ tục" in page and "Xem và duyệt" in page
    assert job.report[1]["problems"][0] in page and "cần người có quyền duyệt nhập" in page
    assert own_desk.library.store.find_view("1.999999", "hoa-sen") is None
    part = browser.client.get(f"/staff/api/nhap/viec/{number}").text
    assert "<html" not in part and "Đã đọc xong" in part
    assert browser.get("/staff/nhap/viec/99999").status_code == 409
    again = browser.post(f"/staff/nhap/viec/{number}/lai")
    assert finished(jobs, int(again.url.path.rsplit("/", 1)[1])).report[0]["outcome"] == "unchanged"


def test_a_draft_is_seen_beside_its_text_and_taken_over_in_part_then_published_as_ever(
    browser: Browser, own_desk: Desk
) -> None:
    (entry,) = review.drafts(own_desk.library.store)
    page = browser.get(f"/staff/nhap/ban/{entry.id}", params={"xem": "papers"}).text
    assert "Tệp không ghi, thủ tục mới phải có" in page and "given-sector" in page
    assert "Thủ tục mới" in page and "20.000 đồng" in page
    marked = re.findall("<mark>([^<]+)</mark>", page)
    assert any("Tờ khai đăng ký nuôi mèo" in line for line in marked)
    assert not any("20.000" in line for line in marked)
    nothing = browser.post(f"/staff/nhap/ban/{entry.id}")
    assert nothing.status_code == 409 and "ít nhất một phần" in nothing.text
    browser.get(f"/staff/nhap/ban/{entry.id}")
    short = browser.client.post(
        f"/staff/nhap/ban/{entry.id}", data={"csrf": browser.token, "section": ["fee"]}
    )
    assert short.status_code == 409 and "Thủ tục mới phải có" in short.text
    browser.get(f"/staff/nhap/ban/{entry.id}")
    wanted = [f.section for f in entry.draft.fields if f.is_found and f.section != "result"]
    taken = browser.client.post(
        f"/staff/nhap/ban/{entry.id}",
        data={
            "csrf": browser.token,
            "section": wanted,
            "do": "accept",
            "given-sector": "Chăn nuôi",
        },
    )
    assert taken.url.path == f"/staff/procedures/{CODE}", taken.text
    version = int(taken.url.params["version"])
    assert own_desk.library.store.get_version(CODE, version).result is None
    assert own_desk.library.store.find_view(CODE, "hoa-sen") is None
    with at_work(own_desk, "hoa") as publisher:
        publisher.get(f"/staff/procedures/{CODE}", params={"version": version})
        done = publisher.post(f"/staff/procedures/{CODE}/versions/{version}/publish")
        assert done.status_code == 200
    answer = own_desk.receptionist.reply(f"{CODE} lệ phí bao nhiêu")
    assert "20.000 đồng" in answer.text
    assert "đã nhận" in browser.get(f"/staff/nhap/tep/{entry.file_id}").text


def test_a_draft_whose_file_says_no_code_is_given_one_and_compared_with_it(
    browser: Browser, own_desk: Desk, jobs: ImportJobs, tmp_path: Path
) -> None:
    store = own_desk.library.store
    held = store.find_view(COPIES, "hoa-sen")
    assert held is not None
    dearer = held.procedure.model_copy(update={"fees": (fixed(2500),), "short_name": None})
    sheet = replace(sheet_of_procedure(dearer), code="")
    write_docx([sheet], "decision", tmp_path / "khong-ma.docx")
    number = upload(browser, ("khong-ma.docx", (tmp_path / "khong-ma.docx").read_bytes()))
    finished(jobs, number)
    (entry,) = (e for e in review.drafts(store) if e.code is None)
    page = browser.get(f"/staff/nhap/ban/{entry.id}").text
    assert "Đây là thủ tục nào?" in page and f'value="{COPIES}"' in page
    assert "Nhận các phần đã chọn" not in page
    early = browser.post(f"/staff/nhap/ban/{entry.id}", section="fee", do="accept")
    assert early.status_code == 409 and "hãy chọn hoặc gõ mã" in early.text
    odd = browser.get(f"/staff/nhap/ban/{entry.id}", params={"ma_khac": "khai sinh"})
    assert odd.status_code == 409 and "không phải mã thủ tục" in odd.text
    compared = browser.get(f"/staff/nhap/ban/{entry.id}", params={"ma": COPIES}).text
    assert "So với bản đang dùng" in compared and "2.500 đồng" in compared
    taken = browser.post(f"/staff/nhap/ban/{entry.id}", section="fee", do="accept", ma=COPIES)
    assert taken.url.path == f"/staff/procedures/{COPIES}", taken.text
    version = int(taken.url.params["version"])
    drafted = store.get_version(COPIES, version)
    assert drafted.fees[0].amount_vnd == 2500 and drafted.documents == held.procedure.documents
    assert f"/staff/procedures/{COPIES}" in browser.get(f"/staff/nhap/ban/{entry.id}").text


def test_passages_that_answer_can_be_withdrawn_and_come_back(
    own_desk: Desk, jobs: ImportJobs
) -> None:
    store = own_desk.library.store
    two = SETTINGS.model_copy(update={"second_person": True})
    with at_work(own_desk, "hoa", two) as browser:
        number = upload(browser, ("thong-bao.txt", NOTICE.encode()))
        assert finished(jobs, number).report[0]["outcome"] == "read"
        file_id = store.ingested_files()[0].id
        browser.get(f"/staff/nhap/tep/{file_id}")
        alone = browser.post(f"/staff/nhap/tep/{file_id}/doan")
        assert alone.status_code == 409 and "cần người khác" in alone.text
    with at_work(own_desk, "binh", two) as browser:
        browser.get(f"/staff/nhap/tep/{file_id}")
        browser.post(f"/staff/nhap/tep/{file_id}/doan")
        count = len(store.live_passages())
        page = browser.post(f"/staff/nhap/tep/{file_id}/doan", do="retire").text
        assert count and store.live_passages() == []
        assert "Cho trả lời từ các đoạn này" in page
        browser.post(f"/staff/nhap/tep/{file_id}/doan")
        assert len(store.live_passages()) == count


def test_what_only_a_publisher_may_decide_is_refused_to_a_clerk(browser: Browser) -> None:
    browser.get("/staff/nhap")
    for path in ("/staff/nhap/tep/1/doan", "/staff/nhap/de-xuat/1"):
        assert browser.post(path).status_code == 403
        browser.get("/staff/nhap")


def test_a_job_whose_process_is_gone_can_be_started_again(
    browser: Browser, jobs: ImportJobs, own_desk: Desk
) -> None:
    number = finished(jobs, upload(browser, ("thông báo.md", NOTICE.encode()))).id
    long_ago = own_desk.clock() - timedelta(minutes=5)
    with writing(own_desk.library.engine) as connection:
        connection.execute(
            update(ImportJobRow)
            .where(ImportJobRow.id == number)
            .values(status="running", updated_at=long_ago)
        )
    assert jobs.get(number).status == "stopped"
    assert "Đọc lại" in browser.get(f"/staff/nhap/viec/{number}").text


def test_a_file_keeps_its_name_and_never_leaves_its_folder(jobs: ImportJobs) -> None:
    assert safe_name("../../etc/passwd") == "passwd"
    assert safe_name("C:\\a\\Quyết định.pdf") == "Quyết định.pdf"
    assert safe_name("..") and safe_name("")
    assert len(safe_name("đ" * 300 + ".docx").encode()) < 200
    assert jobs.find_file("../../../letan.db", "x") is None
    digest, path = jobs._keep(Upload("a.txt", io.BytesIO(b"abc")))
    assert jobs.find_file("a.txt", digest) == path


def test_a_pages_picture_is_drawn_once_and_a_broken_file_has_none(tmp_path: Path) -> None:
    folder = tmp_path / "hash"
    folder.mkdir()
    picture = Image.new("L", (1654, 2339), 255)
    ImageDraw.Draw(picture).rectangle((100, 100, 800, 300), fill=0)
    picture.save(folder / "scan.png")
    drawn = find_page_image(folder / "scan.png", "image", 1, tmp_path)
    assert drawn is not None and (drawn.width, drawn.height) == (1100, 1556)
    (folder / "scan.png").write_bytes(b"gone")
    assert find_page_image(folder / "scan.png", "image", 1, tmp_path) == drawn
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4")
    assert find_page_image(folder / "bad.pdf", "pdf", 2, tmp_path) is None
    assert find_page_image(folder / "bad.pdf", "docx", 1, tmp_path) is None
