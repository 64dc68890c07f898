"""What the head of the office sees on Monday: counted right, grouped by meaning, naming nobody."""

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import desk_at
from records import MORNING, TODAY, Clock
from staffroom import Browser, at_work, hire

from assistant import figures
from assistant.answers import Outcome
from assistant.desk import Desk
from channels.staff import plots
from channels.staff.number_tables import NumberTable
from knowledge.linking.alike import Alike

BIRTH = "1.001193"
YESTERDAY = TODAY - timedelta(days=1)
UNKNOWN = "phường có cho thuê sân bóng đá mini không"
SPAN = {"tu": YESTERDAY.isoformat(), "den": TODAY.isoformat()}


@pytest.fixture(scope="module")
def empty_desk(
    homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    home = shutil.copytree(homes[1], tmp_path_factory.mktemp("numbers") / "home")
    desk = desk_at(home, Clock())
    hire(desk)
    yield desk
    desk.library.engine.dispose()


@pytest.fixture(scope="module")
def own_desk(empty_desk: Desk) -> Desk:
    """Two days of questions through three channels, one of them with a citizen's number."""
    clock, reply = empty_desk.clock, empty_desk.receptionist.reply
    with at_work(empty_desk, "lan") as browser:  # before anybody asked anything
        assert "Chưa có câu hỏi nào" in browser.get("/staff/so-lieu").text
        assert "Tuần này chưa có câu hỏi nào" in browser.get("/staff/so-lieu/tuan").text
    clock.moment = MORNING - timedelta(days=1)  # type: ignore[attr-defined]
    first = reply("làm khai sinh cho con cần giấy tờ gì", None, "web")
    reply("lệ phí bao nhiêu", first.conversation_id)
    reply(f"{UNKNOWN}, căn cước của tôi 012345678901", None, "telegram")
    clock.moment = MORNING  # type: ignore[attr-defined]
    reply("khai sinh nộp ở quầy nào", None, "kiosk")
    reply("phường làm việc mấy giờ", None, "kiosk")
    reply("cho em hỏi phường có cho thuê sân bóng không ạ", None, "web")
    vague = reply("đăng ký", None, "web")
    assert vague.outcome is Outcome.CLARIFYING
    reply("ờ thì", vague.conversation_id)
    return empty_desk


@pytest.fixture
def browser(own_desk: Desk) -> Iterator[Browser]:
    with at_work(own_desk, "lan") as browser:
        yield browser


def asked(desk: Desk, first: date = YESTERDAY, last: date = TODAY) -> list[figures.Asked]:
    return figures.asked_between(desk.library.engine, "hoa-sen", first, last)


def test_questions_are_counted_by_day_hour_channel_and_procedure(own_desk: Desk) -> None:
    found = asked(own_desk)
    assert len(found) == 8 and len({one.talk for one in found}) == 6
    days = figures.by_day(found)
    assert (days[YESTERDAY, "web"], days[YESTERDAY, "telegram"], days[TODAY, "kiosk"]) == (2, 1, 2)
    assert figures.by_hour(found)[9, "web"] == 5
    assert figures.top_procedures(found)[0] == (BIRTH, 3)
    assert len(asked(own_desk, YESTERDAY, YESTERDAY)) == 3
    time = figures.answer_time(found)
    assert time is not None and time.count == 8 and 0 < time.median <= time.slowest_in_twenty < 60
    assert figures.answer_time([]) is None


def test_what_found_no_answer_is_grouped_by_meaning_and_a_question_left_open_is_noticed(
    own_desk: Desk,
) -> None:
    found = asked(own_desk)
    lost = figures.not_found(found)
    alike = Alike.load(own_desk.finder.encoder)
    groups = figures.by_meaning([one.question for one in lost], alike)
    field = next(group for group in groups if "sân bóng" in group.question)
    assert field.count == 2
    assert [one.question for one in figures.failed_clarifications(found)] == ["đăng ký"]
    assert figures.by_meaning([], alike) == []
    assert all(0 < one.probability < 0.7 for one in figures.unsure(found, 0.7))


def test_the_page_shows_pictures_with_their_tables_and_names_nobody(browser: Browser) -> None:
    page = browser.get("/staff/so-lieu", params=SPAN)
    assert page.status_code == 200 and "012345678901" not in page.text
    assert "sân bóng" in page.text and "2 câu" in page.text
    for name in ("ngay", "gio", "thu-tuc"):
        assert f"/staff/so-lieu/hinh/{name}.svg" in page.text
        picture = browser.client.get(f"/staff/so-lieu/hinh/{name}.svg", params=SPAN)
        assert picture.headers["content-type"] == "image/svg+xml" and b"<svg" in picture.content
        assert "script" not in picture.headers["content-security-policy"]
    assert browser.client.get("/staff/so-lieu/hinh/khac.svg").status_code == 404
    assert browser.get("/staff/so-lieu", params={"tu": "hôm qua", "den": "2999-01-01"}).is_success
    assert browser.get("/staff/so-lieu", params={"tu": "1900-01-01"}).is_success


def test_every_table_is_a_csv_that_a_spreadsheet_opens(browser: Browser) -> None:
    sent = browser.client.get("/staff/so-lieu/ngay.csv", params=SPAN)
    assert sent.content.startswith(b"\xef\xbb\xbf") and "attachment" in str(sent.headers)
    rows = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig"))))
    assert rows[0][0] == "Ngày" and rows[0][-1] == "Tổng"
    assert [row[-1] for row in rows[1:]] == ["3", "5"] and rows[1][0] == "23/11/2026"
    look = browser.client.get("/staff/so-lieu/can-xem.csv", params=SPAN).content.decode("utf-8-sig")
    assert "Vì sao" in look
    assert browser.client.get("/staff/so-lieu/khac.csv").status_code == 404


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("=1+1", "'=1+1"), ("-2+3", "'-2+3"), ("@SUM(A1)", "'@SUM(A1)"), (" +1", "' +1"),
        ("\uff1d1+1", "'\uff1d1+1"), ("giấy;=HYPERLINK(1)", "giấy;'=HYPERLINK(1)"),
        ("giấy\n=1", "giấy\n'=1"), ("phí + lệ phí; a-b", "phí + lệ phí; a-b"),
    ],
)  # fmt: skip
def test_what_a_resident_types_is_never_a_formula(typed: str, kept: str) -> None:
    """Nor where a spreadsheet parts the cells at ";", as it does with Vietnamese settings."""
    written = NumberTable("khong-thay", ("Câu hỏi", "Số"), [(typed, 2)]).to_csv()
    assert list(csv.reader(io.StringIO(written.lstrip("\ufeff"))))[1] == [kept, "2"]


def test_the_weekly_report_quotes_only_what_several_asked(browser: Browser) -> None:
    page = browser.get("/staff/so-lieu/tuan", params={"tuan": "2026-W48"})
    assert "23/11 – 29/11/2026" in page.text and "sân bóng" in page.text
    assert "đăng ký</td>" not in page.text and "012345678901" not in page.text
    last = browser.get("/staff/so-lieu/tuan").text
    assert "16/11 – 22/11/2026" in last and "tuan=2026-W48" in last


def test_a_picture_of_nothing_is_still_a_picture() -> None:
    assert b"<svg" in plots.stacked_bars(["24/11"], {"": [0]})
    assert b"<svg" in plots.level_bars([])
