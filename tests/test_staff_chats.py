"""Zalo and Telegram in the console: what failed, why, and what a publisher may do about it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from records import MORNING
from sqlalchemy import insert, select
from staffroom import at_work, hire

from assistant.desk import Desk
from channels.chats import Chat, Chats
from channels.gate import Mode, Room
from channels.heard import Heard, Kind, Say
from channels.mail_tables import INBOUND, OUTBOUND
from channels.troubles import explain
from knowledge.database import reading, writing
from knowledge.schema_groups import TokenRow

HOME = "/staff/kenh"
QUOTA = "Zalo sendMessage: 429 Quota exceeded"
ASKED = Heard("zalo-bot", "k1", Kind.TEXT, "lan", False, "lan", "m1", "làm khai sinh cần gì?")


@pytest.fixture
def office(ward: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The ward with a Zalo bot whose servers cannot be reached, and its staff."""
    monkeypatch.setenv("CHANNELS_ZALO_BOT_TOKEN", "1:a")
    monkeypatch.setenv("CHANNELS_ZALO_BOT_API_URL", "http://127.0.0.1:9")
    hire(ward)
    yield ward


def dead(desk: Desk, error: str = QUOTA, *, out: bool = True, platform: str = "zalo-bot") -> int:
    row: dict[str, Any] = {
        "office_id": desk.office_id, "platform": platform, "key": f"{error}:{out}",
        "chat_id": "lan", "status": "dead", "attempts": 3, "error": error,
        "due_at": MORNING, "settled_at": MORNING,
    }  # fmt: skip
    if out:
        row |= {"payload": Say("lan", "Dạ, cần tờ khai ạ.").to_json(), "created_at": MORNING}
    else:
        row |= {"payload": ASKED.to_json(), "received_at": MORNING, "person_id": "lan",
                "message_id": "m1"}  # fmt: skip
    with writing(desk.library.engine) as connection:
        table = OUTBOUND if out else INBOUND
        number: int = connection.execute(insert(table).values(row)).inserted_primary_key[0]  # type: ignore[index]
        return number


def status(desk: Desk, number: int, *, out: bool = True) -> tuple[str, Any]:
    table = OUTBOUND if out else INBOUND
    with reading(desk.library.engine) as connection:
        query = select(table.c.status, table.c.payload).where(table.c.id == number)
        row = connection.execute(query).one()
        return row[0], row[1]


def test_nothing_set_up_and_nothing_failed_says_what_would_be_here(ward: Desk) -> None:
    hire(ward)
    with at_work(ward, "lan") as browser:
        seen = browser.get(HOME).text
    assert seen.count("Chưa nối") == 3 and "Không có tin nào bị kẹt" in seen
    assert "Chưa ở nhóm nào" in seen and "Chưa ghi nhận tài khoản cán bộ" in seen


def test_a_clerk_reads_why_and_what_to_do_but_only_a_publisher_acts(office: Desk) -> None:
    number = dead(office)
    with at_work(office, "lan") as browser:
        seen = browser.get(HOME).text
        assert "Bot đã hết số tin Zalo cho gửi trong tháng này" in seen
        assert "Câu trả lời chưa tới người dân" in seen and "Dạ, cần tờ khai ạ." in seen
        assert "Gửi lại hoặc bỏ tin cần quyền" in seen
        assert "Gửi lại</button>" not in seen
        for path in (f"{HOME}/gui/{number}/gui-lai", f"{HOME}/gui/{number}/bo",
                     f"{HOME}/gui-lai-het"):  # fmt: skip
            assert browser.post(path).status_code == 403
    assert status(office, number)[0] == "dead"


def test_retrying_puts_it_back_and_discarding_deletes_its_words(office: Desk) -> None:
    again, away = dead(office), dead(office, "RuntimeError: boom", out=False)
    with at_work(office, "hoa") as browser:
        assert "Câu hỏi chưa trả lời được" in browser.get(HOME).text
        done = browser.post(f"{HOME}/gui/{again}/gui-lai")
        assert "Đang gửi lại" in done.text and status(office, again)[0] == "waiting"
        done = browser.post(f"{HOME}/tra-loi/{away}/bo")
        assert "Đã bỏ tin" in done.text and status(office, away, out=False) == ("done", None)
        late = browser.post(f"{HOME}/tra-loi/{away}/bo")  # a colleague was quicker
        assert late.status_code == 404 and "người khác vừa" in late.text
        assert browser.post(f"{HOME}/khac/{away}/bo").status_code == 404
    actions = {(line.action, line.by) for line in office.library.store.audit(limit=5)}
    assert {("letter.retry", "hoa"), ("letter.discard", "hoa")} <= actions


def test_the_first_page_tells_that_residents_wait_in_vain(office: Desk) -> None:
    with at_work(office, "lan") as browser:
        assert "không gửi được" not in browser.get("/staff").text
        dead(office)
        assert "1 tin Zalo, Telegram không gửi được" in browser.get("/staff").text


def test_all_are_retried_at_once_after_the_cause_is_mended(office: Desk) -> None:
    numbers = [dead(office, f"{QUOTA} {i}") for i in range(3)]
    with at_work(office, "hoa") as browser:
        browser.get(HOME)
        assert "Đang gửi lại 3 tin" in browser.post(f"{HOME}/gui-lai-het").text
    assert {status(office, number)[0] for number in numbers} == {"waiting"}


def test_what_fails_right_now_is_told_before_it_is_given_up(office: Desk) -> None:
    number = dead(office, "Zalo not reached: ConnectError")
    with writing(office.library.engine) as connection:
        connection.execute(OUTBOUND.update().where(OUTBOUND.c.id == number).values(
            status="waiting", created_at=MORNING - timedelta(minutes=12)))  # fmt: skip
    with at_work(office, "lan") as browser:
        seen = browser.get(HOME).text
    assert "Đang gặp trục trặc" in seen and "Không tới được máy chủ" in seen
    assert "1 tin chưa gửi" in seen and "12 phút" in seen


def test_an_account_that_must_be_linked_again_is_told(
    ward: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hire(ward)
    monkeypatch.setenv("CHANNELS_ZALO_OA_APP_ID", "1")
    with at_work(ward, "lan") as browser:
        assert "Chưa liên kết" in browser.get(HOME).text
        row = {
            "office_id": ward.office_id, "platform": "zalo-oa", "access_token": "AT-kept",
            "refresh_token": "RT-kept", "expires_at": MORNING + timedelta(hours=2),
            "needs_consent": True, "updated_at": MORNING,
        }  # fmt: skip
        with writing(ward.library.engine) as connection:
            connection.execute(insert(TokenRow).values(row))
        seen = browser.get(HOME).text
    assert "Phải liên kết lại" in seen and "T-kept" not in seen


def test_groups_and_clerks_are_listed_in_words(office: Desk) -> None:
    chats = Chats(office.library.engine, office.office_id, office.clock)
    room = Room(mode=Mode.QUESTIONS)
    chats.put(Chat("telegram", "-1", True, title="Tổ dân phố 5", room=room))
    chats.put(Chat("telegram", "-2", True, title="Tổ 6", room=Room(muted=True)))
    chats.add_clerk("telegram", "555", "Chị Hà")
    with at_work(office, "lan") as browser:
        seen = browser.get(HOME).text
    assert "Tổ dân phố 5" in seen and "phòng hỏi đáp" in seen and "đang im lặng" in seen
    assert "Chị Hà (Telegram)" in seen


@pytest.mark.parametrize(
    ("platform", "error", "why"),
    [
        ("zalo-bot", QUOTA, "hết số tin"),
        ("zalo-bot", "Zalo sendMessage: 401 Unauthorized", "token"),
        ("zalo-oa", "Zalo OA: -230 outside", "7 ngày"),
        ("zalo-oa", "Zalo OA: -224 ", "Gói"),
        ("telegram", "chat is closed to the bot: Forbidden: bot was kicked", "chặn bot"),
        ("telegram", "flood limit, 7 s", "nhanh quá"),
        ("telegram", "Telegram refuses the message: Message is too long", "không nhận tin này"),
        ("telegram", "DatabaseUnavailable: disk is full", "Cơ sở dữ liệu"),
        ("telegram", "KeyError: 'x'", "chưa có lời giải thích"),
    ],
)
def test_each_failure_has_words_that_a_clerk_understands(
    platform: str, error: str, why: str
) -> None:
    trouble = explain(platform, error)
    assert why in trouble.why and trouble.to_do.endswith(".")
