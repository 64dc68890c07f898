"""`/t/<code>`: the papers as a page to share and print."""

from collections.abc import Iterator

import pytest
from browser import NARROW, chromium, serving
from fastapi.testclient import TestClient
from playwright.sync_api import Page
from records import paper, record

from assistant.desk import Desk
from channels.checklist import groups_of
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


@pytest.fixture(scope="module")
def page(desk: Desk) -> Iterator[Page]:
    with serving(create_app(desk)) as address, chromium() as browser:
        yield browser.new_page(viewport=NARROW, base_url=address)


@pytest.mark.slow
@pytest.mark.parametrize("path", [BIRTH, "1.000656", "1.004194", f"{BIRTH}?case=has_certificate"])
def test_it_prints_on_one_sheet_and_fits_a_phone(page: Page, path: str) -> None:
    page.goto(f"/t/{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    sheets = page.pdf(format="A4", prefer_css_page_size=True)
    assert sheets.count(b"/Type /Page\n") + sheets.count(b"/Type /Page ") == 1 or (
        sheets.count(b"/Type /Page") - sheets.count(b"/Type /Pages") == 1
    )
