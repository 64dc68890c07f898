"""The office's page: what staff change there is what the next resident reads."""

import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from conftest import desk_at
from records import MORNING, Clock
from staffroom import Browser, at_work, hire

from assistant.answers import Outcome
from assistant.desk import Desk
from channels.staff import office_form
from channels.staff.fee_proposals import FeeDesk, fingerprint
from channels.staff.office_change import Front, Refused, seen
from channels.staff.settings import StaffSettings
from channels.widget.permits import Permits
from knowledge.sample import read_office
from knowledge.versions import EditConflict

BIRTH = "1.001193"
BUILDING = "1.013225"


@pytest.fixture(scope="module")
def home(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(homes[1], tmp_path_factory.mktemp("front") / "home")


@pytest.fixture(scope="module")
def the_desk(home: Path) -> Iterator[Desk]:
    desk = desk_at(home, Clock())
    yield desk
    desk.library.engine.dispose()


@pytest.fixture
def own_desk(the_desk: Desk) -> Desk:
    """One desk for all of these tests, on the usual morning, with the office as it came."""
    the_desk.clock.moment = MORNING  # type: ignore[attr-defined]
    the_desk.library.store.put_office(read_office(), by="test")
    hire(the_desk)
    return the_desk


@pytest.fixture
def browser(own_desk: Desk) -> Iterator[Browser]:
    with at_work(own_desk, "binh") as browser:
        yield browser


def test_a_notice_and_a_half_day_are_told_to_who_asks_for_the_hours(
    own_desk: Desk, browser: Browser
) -> None:
    browser.get("/staff/office")
    browser.post(
        "/staff/office/notices", text="Sáng mai nghỉ họp.",
        shown_from="2026-11-24", shown_until="2026-11-25",
    )  # fmt: skip
    done = browser.post(
        "/staff/office/days", date="2026-11-25", hours="13h30 đến 17h", reason="nghỉ họp buổi sáng"
    )
    assert "Đã ghi ngày đặc biệt" in done.text and "làm việc 13:30-17:00" in done.text
    answer = own_desk.receptionist.reply("phường làm việc mấy giờ")
    assert "Sáng mai nghỉ họp." in answer.text
    assert "Thứ Tư (25/11/2026) chỉ làm việc 13:30–17:00: nghỉ họp buổi sáng." in answer.text
    page = browser.client.get("/").text
    assert "Sáng mai nghỉ họp." in page and "nghỉ họp buổi sáng" in page
    assert "Sáng mai nghỉ họp." in browser.client.get("/kiosk").text
    own_desk.clock.moment = own_desk.clock.moment.replace(day=25, hour=9)  # type: ignore[attr-defined]
    answer = own_desk.receptionist.reply("giờ này phường có mở cửa không")
    assert "chưa đến giờ làm việc (nghỉ họp buổi sáng)" in answer.text
    assert "13 giờ 30 hôm nay" in answer.text
    assert browser.sign_in("hoa").url.path == "/staff"
    dropped = browser.post("/staff/office/days/drop", date="2026-11-25")
    assert "Đã bỏ ngày đặc biệt" in dropped.text
    browser.post("/staff/office/notices/drop", text="Sáng mai nghỉ họp.", **{"from": "2026-11-24"})
    answer = own_desk.receptionist.reply("giờ này phường có mở cửa không")
    assert "nghỉ họp" not in answer.text.lower() and "đang mở cửa" in answer.text
    lines = own_desk.library.store.audit(subject="office:hoa-sen")
    assert [line.by for line in lines[:4]] == ["hoa", "hoa", "binh", "binh"]
    assert lines[0].before != lines[0].after


def test_a_channel_that_is_off_says_one_sentence_with_the_phone_and_the_others_go_on(
    own_desk: Desk, browser: Browser
) -> None:
    reply = own_desk.receptionist.reply
    before = reply("làm khai sinh cần giấy tờ gì", None, "telegram")
    browser.get("/staff/office")
    browser.client.post(
        "/staff/office/channels",
        data={"csrf": browser.token, "closed": ["telegram", "kiosk"]},
    )
    for channel in ("telegram", "telegram_group", "kiosk"):
        off = reply("làm khai sinh cần giấy tờ gì", None, channel)
        assert off.outcome is Outcome.HANDED_OFF and off.procedure is None
        assert "đang tạm ngừng" in off.text and "024 0000 0111" in off.text
        assert "113" in off.text and off.turn_id and off.speech
    assert reply("lệ phí?", before.conversation_id, "telegram").outcome is Outcome.HANDED_OFF
    assert reply("làm khai sinh cần giấy tờ gì", None, "web").outcome is Outcome.ANSWERED
    assert own_desk.inquiries.waiting() == []
    assert "đang tạm ngừng trả lời" in browser.client.get("/kiosk").text
    assert "đang tạm ngừng" not in browser.client.get("/").text
    browser.get("/staff/office")
    browser.post("/staff/office/channels")
    assert reply("lệ phí?", before.conversation_id, "telegram").outcome is Outcome.ANSWERED


def test_an_urgent_banner_is_on_the_pages_and_told_once_in_a_conversation(
    own_desk: Desk, browser: Browser
) -> None:
    reply = own_desk.receptionist.reply
    browser.get("/staff/office")
    browser.post("/staff/office/banner", text="Mất điện, tạm ngừng nhận hồ sơ đến 14 giờ.")
    for page in ("/", "/kiosk"):
        assert "Thông báo khẩn:</b> Mất điện" in browser.client.get(page).text
    first = reply("làm khai sinh cần giấy tờ gì", None, "zalo")
    assert first.text.startswith("THÔNG BÁO KHẨN: Mất điện")
    assert "Mất điện" in first.speech and first.procedure and first.procedure.code == BIRTH
    second = reply("lệ phí bao nhiêu", first.conversation_id)
    assert "Mất điện" not in second.text
    browser.post("/staff/office/banner", text="Có điện lại.", until="2026-11-24")
    assert reply("bao lâu xong", first.conversation_id).text.startswith("THÔNG BÁO KHẨN: Có điện")
    own_desk.clock.moment = own_desk.clock.moment.replace(day=25)  # type: ignore[attr-defined]
    assert "Có điện" not in reply("làm khai sinh cần gì").text
    assert "Có điện" not in browser.client.get("/").text


def test_hours_phones_and_a_counter_are_changed_and_seen_by_another_worker(
    own_desk: Desk, home: Path, browser: Browser
) -> None:
    other = desk_at(home, Clock())
    page = browser.get("/staff/office/hours")
    assert 'value="07:30-11:30, 13:30-17:00"' in page.text
    fields = {key: "8h-12h và 13h-16h30" for key, _ in office_form.WEEK[:5]}
    fields |= {
        "saturday": "8:00-11:30", "holidays": "02/09/2027 Quốc khánh\n1/1/2027 Tết Dương lịch",
        "seen": seen(own_desk.library.store.office("hoa-sen"), "hours", "hours_note", "holidays"),
    }  # fmt: skip
    assert "Đã lưu" in browser.post("/staff/office/hours", **fields).text
    said = other.receptionist.reply("phường làm việc mấy giờ").text
    assert "8:00–12:00 và 13:00–16:30" in said and "Thứ Bảy 8:00–11:30" in said
    browser.get("/staff/office/counter", params={"number": "9"})
    counter = {
        "was": "9", "number": "9A", "name": "Hộ tịch", "sectors": "Hộ tịch\nNuôi con nuôi",
        "body": "commune", "floor": "tầng 2", "queue": "k",
        "seen": seen(own_desk.library.store.office("hoa-sen"), "counters"),
    }  # fmt: skip
    assert "Đã lưu quầy" in browser.post("/staff/office/counter", **counter).text
    answer = other.receptionist.reply("khai sinh nộp ở quầy nào")
    assert answer.facts.counter and answer.facts.counter["number"] == "9A"
    held = next(c for c in other.library.store.office("hoa-sen").counters if c.number == "9A")
    assert held.spot is not None and held.queue == "K"
    other.library.engine.dispose()


def test_what_cannot_be_read_is_named_and_nothing_typed_is_lost(browser: Browser) -> None:
    page = browser.get("/staff/office/hours").text
    mark = page.split('name="seen" value="')[1].split('"')[0]
    wrong = browser.post(
        "/staff/office/hours", monday="sáng", tuesday="11:00-09:00", holidays="mai nghỉ", seen=mark
    )
    assert wrong.status_code == 422
    assert "Thứ Hai: chưa đọc được “sáng”" in wrong.text and 'value="sáng"' in wrong.text
    wrong = browser.post("/staff/office/hours", tuesday="11:00-09:00", seen=mark)
    assert "Giờ đóng cửa 09:00 phải sau giờ mở 11:00" in wrong.text
    wrong = browser.post("/staff/office/hours", holidays="31/02/2027 Lễ", seen=mark)
    assert "Chưa đọc được dòng “31/02/2027 Lễ”" in wrong.text
    wrong = browser.post("/staff/office/notices", text="", shown_from="x", shown_until="")
    assert wrong.status_code == 422 and "chọn một ngày" in wrong.text
    wrong = browser.post(
        "/staff/office/notices", text="A", shown_from="2026-11-25", shown_until="2026-11-24"
    )
    assert "Thông báo hết hạn trước ngày bắt đầu." in wrong.text
    twice = browser.post("/staff/office/counter", was="", number="9", name="Hai", seen="cũ")
    assert twice.status_code == 409 and 'value="Hai"' in twice.text


def test_who_saves_second_is_told_and_two_parts_do_not_disturb_each_other(own_desk: Desk) -> None:
    front = Front(own_desk.library.store, "hoa-sen")
    mark = seen(front.office(), "phones")
    front.change(lambda office: {"phones": []}, by="binh")
    with pytest.raises(EditConflict, match="binh vừa sửa"):
        front.change(lambda o: {"phones": []}, by="hoa", as_seen=(mark, ("phones",)))
    hours = (seen(front.office(), "hours"), ("hours",))
    front.change(lambda office: {"name": "phường Khác"}, by="binh")
    front.change(lambda office: {"hours": {"monday": ["08:00-09:00"]}}, by="hoa", as_seen=hours)
    assert front.office().name == "phường Khác"
    with pytest.raises(Refused, match="quầy"):
        front.change(
            lambda o: {"counters": [c.model_dump() for c in (*o.counters, o.counters[0])]}, by="x"
        )


def test_a_fee_of_the_province_is_answered_with_its_resolution(
    own_desk: Desk, browser: Browser
) -> None:
    assert "Phí, lệ phí của tỉnh" in browser.get("/staff/office/fees").text
    browser.get("/staff/office/fee", params={"code": f"{BUILDING} Giấy phép"})
    fields = {
        "code": BUILDING, "scope": "province", "status-0": "fixed", "amount-0": "75.000",
        "channel-0": "", "as_of": "2026-01-05", "effective_from": "2026-11-01", "do": "save",
    }  # fmt: skip
    unnamed = browser.post("/staff/office/fee", source="Nghị quyết của HĐND", **fields)
    assert unnamed.status_code == 422 and "ghi cả số của nghị quyết" in unnamed.text
    free = browser.post("/staff/office/fee", source="NQ 1", **fields | {"amount-0": "0"})
    assert "lớn hơn 0" in free.text
    source = "Nghị quyết 99/2026/NQ-HĐND (thử)"
    assert "Đã công bố mức phí" in browser.post("/staff/office/fee", source=source, **fields).text
    answer = own_desk.receptionist.reply(f"{BUILDING} lệ phí bao nhiêu")
    assert "75.000 đồng" in answer.text
    assert any(c.section == "fee" and c.source == source for c in answer.citations)
    again = browser.post("/staff/office/fee", source=source, **fields)
    assert again.status_code == 200  # another rule of the same procedure
    rules = [r for r in own_desk.library.store.rules("hoa-sen") if r.code == BUILDING and r.fees]
    assert len({r.id for r in rules}) == 2
    stale = browser.post("/staff/office/fee", id=rules[0].id, seen="cũ", source=source, **fields)
    assert stale.status_code == 409 and "75.000" in stale.text
    for rule in rules:
        browser.get("/staff/office/fees")
        browser.post("/staff/office/fees/drop", rule=rule.id)
    assert "75.000" not in own_desk.receptionist.reply(f"{BUILDING} lệ phí bao nhiêu").text


def proposed(browser: Browser, amount: str, **more: str) -> str:
    """What the console says to a fee handed in for ``BUILDING``; its form is opened first."""
    browser.get("/staff/office/fee", params={"code": BUILDING})
    fields = {
        "code": BUILDING, "scope": "province", "status-0": "fixed", "amount-0": amount,
        "as_of": "2026-01-05", "source": "Nghị quyết 99/2026/NQ-HĐND (thử)", "do": "submit",
    }  # fmt: skip
    return browser.post("/staff/office/fee", **fields | more).text


def test_a_clerks_fee_waits_for_review_and_only_then_answers(own_desk: Desk) -> None:
    asked = f"{BUILDING} lệ phí bao nhiêu"
    fees = FeeDesk(own_desk.library.store, own_desk.office_id, own_desk.clock)
    with at_work(own_desk, "lan") as clerk:
        browser_said = proposed(clerk, "81.000", do="save")
        assert "cần người có quyền duyệt" in browser_said and not fees.waiting()
        assert "người dân chưa thấy" in proposed(clerk, "81.000")
        assert "81.000" not in own_desk.receptionist.reply(asked).text
        (waiting,) = fees.waiting()
        clerk.get("/staff/office/fees")
        order = {"rule": waiting.id, "seen": fingerprint(waiting)}
        refused = clerk.post("/staff/office/fees/review", do="publish", **order)
        assert refused.status_code == 403
    with at_work(own_desk, "hoa") as publisher:
        assert "1 mức phí theo nghị quyết" in publisher.get("/staff").text
        page = publisher.get("/staff/office/fees").text
        assert "Sẽ thành" in page and "81.000 đồng" in page and "Nguyễn Thị Lan gửi" in page
        late = publisher.post("/staff/office/fees/review", **order | {"seen": "cũ"}, do="publish")
        assert late.status_code == 409 and "vừa được sửa" in late.text
        publisher.get("/staff/office/fees")
        done = publisher.post("/staff/office/fees/review", do="publish", **order)
        assert "Đã công bố mức phí" in done.text and not fees.waiting()
        assert "81.000 đồng" in own_desk.receptionist.reply(asked).text
        publisher.post("/staff/office/fees/drop", rule=waiting.id)
    assert "81.000" not in own_desk.receptionist.reply(asked).text


def test_where_a_second_person_is_needed_a_fee_and_its_removal_need_one_too(
    own_desk: Desk,
) -> None:
    two = StaffSettings(_env_file=None, second_person=True)
    asked = f"{BUILDING} lệ phí bao nhiêu"
    fees = FeeDesk(own_desk.library.store, own_desk.office_id, own_desk.clock)
    with at_work(own_desk, "hoa", two) as one, at_work(own_desk, "binh", two) as other:
        assert "cần người thứ hai" in proposed(one, "82.000", do="save")
        (waiting,) = fees.waiting()
        order = {"rule": waiting.id, "seen": fingerprint(waiting), "do": "publish"}
        one.get("/staff/office/fees")
        assert one.post("/staff/office/fees/review", **order).status_code == 409
        other.get(f"/staff/office/fee?rule={waiting.id}")
        assert "82.000" not in own_desk.receptionist.reply(asked).text
        other.get("/staff/office/fees")
        assert other.post("/staff/office/fees/review", **order).status_code == 200
        assert "82.000 đồng" in own_desk.receptionist.reply(asked).text
        other.get("/staff/office/fees")
        said = other.post("/staff/office/fees/drop", rule=waiting.id).text
        assert "cần người thứ hai" in said and "Đề nghị bỏ quy định" in said
        assert "82.000 đồng" in own_desk.receptionist.reply(asked).text
        (removal,) = fees.waiting()
        one.get("/staff/office/fees")
        one.post("/staff/office/fees/review", **order | {"seen": fingerprint(removal)})
    assert "82.000" not in own_desk.receptionist.reply(asked).text and not fees.waiting()


def test_a_clerk_sees_the_office_and_changes_nothing(own_desk: Desk) -> None:
    before = own_desk.library.store.office("hoa-sen")
    with at_work(own_desk, "lan") as browser:
        assert "chỉ xem được" in browser.get("/staff/office").text
        for path in ("notices", "notices/drop", "days", "days/drop", "banner", "channels",
                     "hours", "contact", "counter", "fees/drop"):  # fmt: skip
            assert browser.post(f"/staff/office/{path}", text="x").status_code == 403, path
            browser.get("/staff/office")
    with at_work(own_desk, "hoa") as browser:
        browser.get("/staff/office")
        for path in ("hours", "contact", "counter"):
            assert browser.post(f"/staff/office/{path}").status_code == 403, path
            browser.get("/staff/office")
    assert own_desk.library.store.office("hoa-sen") == before


def test_an_administrator_lets_a_site_show_the_chat_and_takes_it_away(
    own_desk: Desk, browser: Browser
) -> None:
    permits = Permits(own_desk.library.store)
    page = browser.get("/staff/office/widget")
    assert "Chưa trang nào được phép" in page.text and "data-office" not in page.text
    wrong = browser.post("/staff/office/widget/allow", origin="phuong hoa sen")
    assert wrong.status_code == 422 and "phuong hoa sen" in wrong.text
    done = browser.post("/staff/office/widget/allow", origin="HTTPS://HoaSen.gov.vn:443/tin-tuc")
    permit = permits.of(own_desk.office_id)
    assert permit is not None and permit.origins == ("https://hoasen.gov.vn",)
    assert "Đã cho phép" in done.text and f'data-office="{permit.key}"' in unescape(done.text)
    changed = browser.post("/staff/office/widget/key")
    assert "Đã đổi khóa" in changed.text and permit.key not in changed.text
    gone = browser.post("/staff/office/widget/deny", origin="https://hoasen.gov.vn")
    assert "Chưa trang nào được phép" in gone.text
    lines = own_desk.library.store.audit(subject="setting:widget")
    assert [line.by for line in lines[:3]] == ["binh"] * 3


def test_who_is_no_administrator_sees_the_sites_and_changes_none(
    own_desk: Desk, browser: Browser
) -> None:
    browser.get("/staff/office/widget")
    browser.post("/staff/office/widget/allow", origin="https://hoasen.gov.vn")
    browser.post("/staff/logout")
    assert browser.sign_in("hoa").url.path == "/staff"
    page = browser.get("/staff/office/widget")
    assert "https://hoasen.gov.vn" in page.text and "Thôi cho phép" not in page.text
    refused = browser.post("/staff/office/widget/allow", origin="https://khac.example")
    assert refused.status_code == 403
    permit = Permits(own_desk.library.store).of(own_desk.office_id)
    assert permit is not None and permit.origins == ("https://hoasen.gov.vn",)
