"""`/t/<code>`: the papers as a page to share and print."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import NARROW, chromium, serving
from conftest import desk_at
from fastapi.testclient import TestClient
from playwright.sync_api import Page
from records import Clock, paper, record

from assistant.desk import Desk
from channels.checklist import groups_of, sheet_of
from channels.web import create_app
from knowledge.procedures import Case

BIRTH = "1.001193"


def test_the_page_has_papers_place_fee_source_and_says_who_made_it(client: TestClient) -> None:
    page = client.get(f"/t/{BIRTH}")
    assert page.status_code == 200 and "unsafe" not in page.headers["content-security-policy"]
    for said in ("Giấy chứng sinh", "Quầy số 9", "miễn phí", "Nguồn:", "17/07/2026", "tự động",
                 "Sổ hộ khẩu giấy"):  # fmt: skip
        assert said in page.text
    assert "<script" not in page.text and "style=" not in page.text


def test_a_case_leaves_only_its_papers(client: TestClient) -> None:
    page = client.get(f"/t/{BIRTH}?case=no_certificate").text
    assert "người làm chứng về việc sinh" in page and "mang thai hộ (1 bản chính)" not in page
    assert "Trường hợp:" in page


def test_an_unknown_case_shows_all_and_an_unknown_code_is_not_found(client: TestClient) -> None:
    assert "bị bỏ rơi (UBND" in client.get(f"/t/{BIRTH}?case=x").text
    assert client.get("/t/9.999999").status_code == 404
    assert client.get("/t/9.999999/qr.svg").status_code == 404


def test_the_code_to_scan_is_a_picture_without_script(client: TestClient) -> None:
    picture = client.get(f"/t/{BIRTH}/qr.svg?case=no_certificate")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.text.startswith("<svg") and "script" not in picture.text
    assert picture.text != client.get(f"/t/{BIRTH}/qr.svg").text


def test_papers_stand_by_what_to_do_with_them() -> None:
    procedure = record(
        cases=(Case(id="a", label="Có giấy"), Case(id="b", label="Mất giấy")),
        documents=(
            paper("Tờ khai"),
            paper("Giấy cũ", cases=("a",)),
            paper("Căn cước", handling="show"),
            paper("Giấy ủy quyền", when="chỉ khi nhờ người khác"),
        ),
    )
    headings = [group.heading for group in groups_of(procedure, chosen=False)]
    assert headings == [
        "Giấy tờ phải nộp", "Nếu: Có giấy", "Mang theo để xuất trình",
        "Chỉ cần khi rơi vào trường hợp ghi bên cạnh",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("papers", "letters", "sheet"),
    [(3, 60, ""), (20, 120, "dense"), (30, 150, "denser"), (40, 250, "clipped"),
     (50, 400, "short"), (80, 450, "names")],
)  # fmt: skip
def test_the_longer_a_record_the_smaller_its_print(papers: int, letters: int, sheet: str) -> None:
    assert sheet_of(["x" * letters] * papers) == sheet


@pytest.fixture(scope="module")
def page(desk: Desk) -> Iterator[Page]:
    with serving(create_app(desk)) as address, chromium() as browser:
        yield browser.new_page(viewport=NARROW, base_url=address)


@pytest.mark.slow
@pytest.mark.parametrize("path", [BIRTH, "1.000656", "1.004222", f"{BIRTH}?case=has_certificate"])
def test_it_prints_on_one_sheet_and_fits_a_phone(page: Page, path: str) -> None:
    page.goto(f"/t/{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert _sheets(page) == 1


def _sheets(page: Page) -> int:
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    return printed.count(b"/Type /Page") - printed.count(b"/Type /Pages")


@pytest.mark.slow
def test_the_longest_records_of_the_portal_still_print_on_one_sheet(
    page: Page, tmp_path: Path
) -> None:
    text = "bản sao giấy tờ chứng minh điều kiện của người đề nghị " * 12
    desk = desk_at(tmp_path, Clock())
    with serving(create_app(desk)) as address:
        for papers, letters in ((14, 220), (25, 200), (32, 380), (50, 500), (80, 450)):
            long = record(documents=tuple(paper(f"{n} {text}"[:letters]) for n in range(papers)))
            desk.library.store.publish(long, by="lan")
            page.goto(f"{address}/t/{long.code}")
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
            assert _sheets(page) == 1, (papers, letters)
