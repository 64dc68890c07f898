"""Telegram through its webhook, against a strict fake server that speaks HTTP."""

from datetime import timedelta
from typing import Any

import anyio
import pytest
from chat_world import World, play
from fake_telegram import GROUP, FakeTelegram, group, membership, pressing, private, replying
from sqlalchemy import select

from assistant.desk import Desk
from assistant.inquiries import InquiryStatus
from channels.chats import Chat
from channels.gate import Mode, Room
from channels.telegram_sending import poll
from knowledge.database import reading
from knowledge.schema_faq import FaqRow

BIRTH = "Thủ tục đăng ký khai sinh cần giấy tờ gì ạ?"


@pytest.fixture
def fake() -> FakeTelegram:
    return FakeTelegram()


def question_room(world: World) -> None:
    room = Room(mode=Mode.QUESTIONS)
    world.hub.chats.put(Chat("telegram", str(GROUP), True, room=room, greeted=True))


def test_a_private_question_is_answered_once_however_often_it_is_delivered(
    ward: Desk, fake: FakeTelegram
) -> None:
    async def scene(world: World) -> None:
        asked = private(BIRTH)
        await world.telegram(asked, asked, asked)
        assert len(fake.sent) == 1
        assert "Tờ khai đăng ký khai sinh" in fake.texts()[0]
        assert "trợ lý tự động" in fake.texts()[0]
        await world.telegram(private("lệ phí bao nhiêu"))
        assert "lệ phí" in fake.texts()[1].lower()
        assert "trợ lý tự động" not in fake.texts()[1]

    play(ward, scene, fake)


def test_a_group_is_answered_when_it_calls_and_left_alone_when_it_talks(
    ward: Desk, fake: FakeTelegram
) -> None:
    async def scene(world: World) -> None:
        await world.telegram(
            group("Mai mấy giờ họp tổ dân phố ạ?"),
            group(BIRTH),
            group("8 giờ nhé", **replying(text="mấy giờ họp?", who=5)),
            group("/hoi@other_bot lệ phí khai sinh"),
            group("/unknown"),
        )
        assert fake.sent == []
        await world.telegram(group(f"/hoi@phuong_test_bot {BIRTH}"))
        assert len(fake.sent) == 1
        reply = fake.sent[0]["reply_parameters"]
        assert reply["allow_sending_without_reply"] is True
        await world.telegram(
            group("Lệ phí bao nhiêu?", **replying(fake.sent[0])),
            group("🙂 @PHUONG_test_bot chứng thực bản sao ở quầy nào?", who=77),
            group("cảm ơn em nhé", **replying(fake.sent[0])),
        )
        assert len(fake.sent) == 3
        assert "lệ phí" in fake.texts()[1].lower()
        assert "Quầy số 2" in fake.texts()[2]

    play(ward, scene, fake)


def test_a_question_room_answers_what_is_surely_meant_and_nothing_else(
    ward: Desk, fake: FakeTelegram
) -> None:
    async def scene(world: World) -> None:
        question_room(world)
        await world.telegram(
            group("Hôm qua tôi làm khai sinh cho cháu xong rồi, nhanh lắm"),
            group("Ai bán rau sạch không ạ?"),
            group("Chị ơi quán bún đầu ngõ hôm nay mở không?"),
            group("Trưa nay quán cơm cô Tư mở không nhỉ?"),
            group("mấy giờ vậy chị Bích?"),
            group("làm khai sinh cho con thì đặt tên gì cho hay, em bí quá"),
            group("tiệm chụp ảnh thẻ nào còn mở giờ này không"),
            group("ok"),
        )
        assert fake.sent == []
        assert ward.inquiries.waiting() == []
        await world.telegram(group(BIRTH))
        assert len(fake.sent) == 1
        assert fake.sent[0]["disable_notification"] == "true"

    play(ward, scene, fake)


def test_the_same_question_within_minutes_gets_a_pointer(ward: Desk, fake: FakeTelegram) -> None:
    async def scene(world: World) -> None:
        await world.telegram(group(f"/hoi {BIRTH}", who=1), group(f"/hoi {BIRTH}", who=2))
        assert "vừa trả lời lúc" in fake.texts()[1]
        url = fake.sent[1]["reply_markup"]["inline_keyboard"][0][0]["url"]
        assert url == f"https://t.me/c/1234567890/{fake.sent[0]['message_id']}"

    play(ward, scene, fake)


def test_fragments_are_read_as_one_question(ward: Desk, fake: FakeTelegram) -> None:
    async def scene(world: World) -> None:
        await world.telegram(private("chào ad"), private("cho em hỏi chút ạ"))
        assert fake.sent == []
        await world.telegram(private(BIRTH))
        assert len(fake.sent) == 1
        assert "khai sinh" in fake.texts()[0]

    play(ward, scene, fake)


def test_choices_are_buttons_and_a_pressed_one_is_answered(ward: Desk, fake: FakeTelegram) -> None:
    async def scene(world: World) -> None:
        await world.telegram(private("lệ phí thẻ căn cước bao nhiêu"))
        rows = fake.sent[0]["reply_markup"]["inline_keyboard"]
        assert len(rows) >= 2
        await world.telegram(pressing(fake.sent[0], rows[0][0]["callback_data"]))
        assert fake.pressed
        assert "lệ phí" in fake.texts()[1].lower()

    play(ward, scene, fake)


def test_an_unanswerable_question_is_passed_on_and_the_clerks_answer_comes_back(
    ward: Desk, fake: FakeTelegram
) -> None:
    async def scene(world: World) -> None:
        asked = group("/hoi xin giấy phép nuôi cá sấu trên sân thượng")
        await world.telegram(asked)
        [inquiry] = ward.inquiries.waiting()
        assert inquiry.code in fake.texts()[0]
        ward.inquiries.answer(inquiry.code, "Anh/chị hỏi Chi cục Kiểm lâm ạ.", by="lan")
        await world.hub.lanes.drain()
        await world.hub.lanes.drain()
        assert len(fake.sent) == 2
        assert "Chi cục Kiểm lâm" in fake.texts()[1]
        assert fake.sent[1]["reply_parameters"]["message_id"] == asked["message"]["message_id"]

    play(ward, scene, fake)


def test_a_clerk_who_replies_in_the_group_is_noted_and_the_bot_keeps_quiet(
    ward: Desk, fake: FakeTelegram
) -> None:
    async def scene(world: World) -> None:
        question_room(world)
        world.hub.chats.add_clerk("telegram", "555", "Chị Hà")
        await world.telegram(
            group(
                "Bác mang giấy ra viện đến quầy 4 là được ạ",
                who=555,
                **replying(text="Con tôi sinh ở nhà thì làm sao?", who=9),
            ),
            group(BIRTH),
        )
        assert fake.sent == []

    play(ward, scene, fake)
    [noted] = ward.inquiries.waiting([InquiryStatus.ANSWERED])
    assert (noted.kind, noted.answered_by) == ("group_answer", "Chị Hà")
    assert noted.question == "Con tôi sinh ở nhà thì làm sao?"
    assert ward.inquiries.undelivered("telegram") == []
    with reading(ward.library.engine) as connection:
        drafts = connection.execute(select(FaqRow.question, FaqRow.status, FaqRow.source)).all()
    assert ("Con tôi sinh ở nhà thì làm sao?", "draft", "group") in [tuple(row) for row in drafts]


def test_admins_mute_and_unmute_and_others_are_not_heard(ward: Desk, fake: FakeTelegram) -> None:
    async def scene(world: World) -> None:
        fake.admins.add((str(GROUP), "42"))
        await world.telegram(group("/im", who=7))
        assert fake.sent == []
        await world.telegram(group("/im", who=42), group(f"@phuong_test_bot {BIRTH}"))
        assert len(fake.sent) == 1
        await world.telegram(group("/noi", who=42), group("/chedo hoi-dap", who=42))
        chat = world.hub.chats.find("telegram", str(GROUP))
        assert chat is not None and chat.room == Room(mode=Mode.QUESTIONS)

    play(ward, scene, fake)


def test_added_it_greets_once_and_removed_it_forgets(ward: Desk, fake: FakeTelegram) -> None:
    async def scene(world: World) -> None:
        await world.telegram(membership("left", "member"), membership("left", "member"))
        assert len(fake.sent) == 1
        assert "trợ lý tự động (AI)" in fake.texts()[0]
        await world.telegram(group(f"/hoi {BIRTH}"), membership("member", "kicked"))
        assert world.hub.chats.find("telegram", str(GROUP)) is None

    play(ward, scene, fake)


def test_an_edited_question_changes_the_answer_in_place(ward: Desk, fake: FakeTelegram) -> None:
    async def scene(world: World) -> None:
        asked = private(BIRTH)
        await world.telegram(asked)
        edited = private("Chứng thực bản sao ở quầy nào?")
        edited["edited_message"] = edited.pop("message") | {
            "message_id": asked["message"]["message_id"], "edit_date": 1790000030,
        }  # fmt: skip
        await world.telegram(edited)
        assert len(fake.sent) == 1
        assert "Quầy số 2" in fake.texts()[0]

    play(ward, scene, fake)


def test_an_edit_that_arrives_before_its_message_is_answered_once(
    ward: Desk, fake: FakeTelegram
) -> None:
    async def scene(world: World) -> None:
        asked = private("Chứng thực bản sao ở quầy nào?")
        edited = private(BIRTH)
        edited["edited_message"] = edited.pop("message") | {
            "message_id": asked["message"]["message_id"], "edit_date": 1790000030,
        }  # fmt: skip
        await world.telegram(edited, asked, edited)
        assert len(fake.sent) == 1 and "khai sinh" in fake.texts()[0]

    play(ward, scene, fake)


def test_a_picture_is_not_judged_by_what_its_caption_calls_it(
    ward: Desk, fake: FakeTelegram
) -> None:
    photo = [{"file_id": "A", "file_unique_id": "B", "width": 90, "height": 51}]

    def shown(caption: str) -> dict[str, Any]:
        update = private(caption)
        del update["message"]["text"]
        update["message"] |= {"caption": caption, "photo": photo}
        return update

    async def scene(world: World) -> None:
        await world.telegram(shown("Ảnh giấy chứng sinh"))
        assert "chưa đọc được ảnh" in fake.texts()[0]
        await world.telegram(shown("làm khai sinh cần thêm giấy tờ gì ạ?"))
        assert "Tờ khai" in fake.texts()[1] and "chưa xem được ảnh" in fake.texts()[1]

    play(ward, scene, fake)


def test_common_matters_are_buttons_and_the_disclosure_stands_below(
    ward: Desk, fake: FakeTelegram
) -> None:
    async def scene(world: World) -> None:
        await world.telegram(private("/thutuc"))
        rows = fake.sent[0]["reply_markup"]["inline_keyboard"]
        assert len(rows) == 5 and "trợ lý tự động" in fake.texts()[0]
        await world.telegram(pressing(fake.sent[0], rows[1][0]["callback_data"]))
        assert rows[1][0]["text"].lower() in fake.texts()[1].lower()

    play(ward, scene, fake)


def test_a_group_that_became_a_supergroup_is_answered_there(ward: Desk, fake: FakeTelegram) -> None:
    async def scene(world: World) -> None:
        fake.moved["-4165"] = str(GROUP)
        await world.telegram(group(f"/hoi {BIRTH}", chat=-4165))
        await world.hub.lanes.drain()
        assert [m["chat_id"] for m in fake.sent] == [str(GROUP)]

    play(ward, scene, fake)


def test_what_telegram_cannot_parse_or_place_is_sent_plainer(
    ward: Desk, fake: FakeTelegram
) -> None:
    async def scene(world: World) -> None:
        fake.fault(400, "Bad Request: can't parse entities: Unsupported start tag")
        await world.telegram(group(f"/hoi {BIRTH}", message_thread_id=31, is_topic_message=True))
        assert len(fake.sent) == 1
        assert "parse_mode" not in fake.sent[0]
        assert "message_thread_id" not in fake.sent[0]

    play(ward, scene, fake)


def test_flood_and_outage_lose_nothing_and_repeat_nothing(ward: Desk, fake: FakeTelegram) -> None:
    async def scene(world: World) -> None:
        clock = ward.clock
        fake.fault(429, "Too Many Requests: retry after 17", retry_after=17)
        await world.telegram(private(BIRTH))
        assert fake.sent == []
        clock.moment += timedelta(seconds=10)  # type: ignore[attr-defined]
        await world.hub.lanes.drain()
        assert fake.sent == []
        clock.moment += timedelta(seconds=10)  # type: ignore[attr-defined]
        await world.hub.lanes.drain()
        assert len(fake.sent) == 1
        fake.down = True
        await world.telegram(private("lệ phí bao nhiêu"))
        fake.down = False
        clock.moment += timedelta(seconds=10)  # type: ignore[attr-defined]
        await world.hub.lanes.drain()
        await world.hub.lanes.drain()
        assert len(fake.sent) == 2
        assert world.hub.mailbox.letters.all() == []

    play(ward, scene, fake)


def test_a_busy_group_waits_for_telegrams_minute_and_loses_nothing(
    ward: Desk, fake: FakeTelegram
) -> None:
    async def scene(world: World) -> None:
        fake.clock, fake.group_budget = ward.clock, 3
        matters = ("khai sinh", "khai tử", "đăng ký kết hôn", "tạm trú", "thường trú", "tách hộ")
        for who, matter in enumerate(matters, 1):
            await world.telegram(group(f"/hoi {matter} cần giấy tờ gì", who=who))
        assert len(fake.sent) == 3
        for _ in range(3):
            ward.clock.moment += timedelta(seconds=61)  # type: ignore[attr-defined]
            await world.hub.lanes.drain()
        asked = [m["reply_parameters"]["message_id"] for m in fake.sent]
        assert len(asked) == len(matters) and asked == sorted(asked)  # each once, in order
        assert world.hub.mailbox.letters.all() == []

    play(ward, scene, fake)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [({"webhook": "https://x.example"}, "webhook is active"),
     ({"other_poller": True}, "other getUpdates")],
)  # fmt: skip
def test_polling_that_cannot_work_is_complained_of_in_telegrams_words(
    ward: Desk, fake: FakeTelegram, trouble: dict[str, Any], said: str
) -> None:
    for name, value in trouble.items():
        setattr(fake, name, value)
    complaints: list[str] = []

    async def scene(world: World) -> None:
        async def take(_: dict[str, Any]) -> None: ...

        assert world.hub.telegram is not None
        async with anyio.create_task_group() as tasks:

            def complain(why: str) -> None:
                complaints.append(why)
                tasks.cancel_scope.cancel()

            await poll(world.hub.telegram.bot, take, complain, timeout_seconds=1)

    play(ward, scene, fake)
    assert len(complaints) == 1 and said in complaints[0]


def test_a_wrong_secret_is_refused_and_an_unknown_update_ignored(
    ward: Desk, fake: FakeTelegram
) -> None:
    async def scene(world: World) -> None:
        refused = await world.client.post("/hooks/telegram", json=private(BIRTH), headers={})
        assert refused.status_code == 403
        await world.telegram({"update_id": 1, "stopped_message_generation": {"draft_id": 1}})
        assert fake.sent == []

    play(ward, scene, fake)


def test_personal_data_is_masked_before_it_is_stored(ward: Desk, fake: FakeTelegram) -> None:
    async def scene(world: World) -> None:
        from channels.telegram_reading import read

        assert world.hub.telegram is not None
        heard = read(private("số cccd 001085012345 của tôi mất rồi"), world.hub.telegram.me)
        assert heard is not None and "001085012345" not in str(heard.to_json())
        await world.telegram(private("số cccd 001085012345 của tôi, làm khai sinh cần gì"))
        assert "đã che và không lưu" in fake.texts()[0]

    play(ward, scene, fake)
