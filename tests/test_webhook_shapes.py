"""Every shape in which the three platforms bring and refuse messages, through the real webhooks."""

import json
from collections.abc import Awaitable
from typing import Any

import anyio
import fake_telegram as tg
import fake_zalo_bot as bot
import fake_zalo_oa as oa
import pytest
from browser import serving
from chat_world import World, open_world, play, settings
from fastapi.testclient import TestClient

from assistant.desk import Desk
from channels import telegram_reading, zalo_bot_reading, zalo_oa_reading
from channels.chat_hub import ChatHub
from channels.heard import Heard, Kind
from channels.telegram_reading import Me
from channels.threads import Workers

BIRTH = "đăng ký khai sinh cần giấy tờ gì ạ?"
COUNTER = "chứng thực bản sao ở quầy nào?"
ME = Me(tg.BOT["id"], tg.BOT["username"], tg.BOT["first_name"])  # type: ignore[arg-type]
NAMES = (bot.ACCOUNT["display_name"], bot.ACCOUNT["account_name"])
FORUM = -1002000000001
FILE = {"file_id": "BQADFake", "file_unique_id": "AQADfake", "file_size": 9000}
MEMBER = tg.person(900100201, "Bình")


def without_text(update: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The same update with something else in place of its words."""
    message = {name: value for name, value in update["message"].items() if name != "text"}
    return update | {"message": message | more}


def service(**more: Any) -> dict[str, Any]:
    return without_text(tg.group("."), **more)


def in_topic(text: str, *, opened_by: dict[str, Any], **more: Any) -> dict[str, Any]:
    """In a forum every message that replies to nobody points at the opening of its topic."""
    place = {"id": FORUM, "title": "Hỏi đáp", "type": "supergroup", "is_forum": True}
    opening = {
        "message_id": 30, "from": opened_by, "chat": place, "date": 1789999000,
        "message_thread_id": 30, "is_topic_message": True,
        "forum_topic_created": {"name": "Hộ tịch", "icon_color": 7322096},
    }  # fmt: skip
    thread = {"message_thread_id": 30, "is_topic_message": True, "reply_to_message": opening}
    return tg.update("message", text, place, tg.person(), **thread | more)


def by_the_group(text: str, chat: int = tg.GROUP) -> dict[str, Any]:
    """An administrator who hides behind the group."""
    place = {"id": chat, "title": "Tổ dân phố 5", "type": "supergroup"}
    hidden = {"id": 1087968824, "is_bot": True, "first_name": "Group",
              "username": "GroupAnonymousBot"}  # fmt: skip
    return tg.update("message", text, place, hidden, sender_chat=place)


def promoted() -> dict[str, Any]:
    change = tg.membership("member", "administrator")
    rights = ("can_be_edited", "can_manage_chat", "can_change_info", "can_delete_messages",
              "can_invite_users", "can_restrict_members", "can_promote_members", "is_anonymous",
              "can_manage_video_chats", "can_post_stories", "can_edit_stories",
              "can_delete_stories")  # fmt: skip
    change["my_chat_member"]["new_chat_member"] |= dict.fromkeys(rights, False)
    return change


def chain(text: str) -> dict[str, Any]:
    """A reply chain of a plain supergroup carries a thread number that is no topic."""
    more = tg.replying(text="mai ai đi không", who=5)
    number = more["reply_to_message"]["message_id"]
    return tg.group(text, **more, message_thread_id=number)


def quoting(text: str) -> dict[str, Any]:
    said = {"message_id": 504, "text": "Hồ sơ gồm tờ khai và giấy chứng sinh."}
    quote = {"text": "giấy chứng sinh", "position": 21, "is_manual": True}
    return tg.group(text, **tg.replying(said), quote=quote)


TELEGRAM: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "private text": (tg.private(BIRTH), {"kind": Kind.TEXT, "is_group": False}),
    "start with a deep link": (
        tg.private("/start p_1-001193"), {"command": "start", "text": "p_1-001193"},
    ),
    "an emoji before the mention": (
        tg.group("🙂 @phuong_test_bot thủ tục tạm trú?"),
        {"called": True, "to_person": False, "text": "🙂 thủ tục tạm trú?"},
    ),
    "a mention in capitals": (tg.group("@PHUONG_TEST_BOT alo"), {"called": True}),
    "a command for us": (
        tg.group(f"/hoi@phuong_test_bot {COUNTER}"),
        {"command": "hoi", "text": COUNTER, "for_other_bot": False},
    ),
    "a command for another bot": (tg.group("/hoi@khac_bot gì đó"), {"for_other_bot": True}),
    "a reply to us": (
        tg.group("Mất thì làm sao?", **tg.replying({"message_id": 504, "text": "Hồ sơ gồm…"})),
        {"to_bot": True, "to_person": False, "reply_to": "504", "reply_text": ""},
    ),
    "a reply to a piece of what we said": (
        quoting("Mất thì làm sao?"), {"to_bot": True, "text": "Mất thì làm sao?"},
    ),
    "a reply to a neighbour": (
        tg.group("8 giờ nhé", **tg.replying(text="mấy giờ họp?", who=5)),
        {"to_person": True, "to_bot": False, "reply_text": "mấy giờ họp?"},
    ),
    "another person is named": (tg.group("@chi_hanh mai qua nhé"), {"to_person": True}),
    "a photo with a caption": (
        without_text(
            tg.group("."), caption="@phuong_test_bot giấy này được không",
            caption_entities=[{"type": "mention", "offset": 0, "length": 16}],
            photo=[FILE | {"width": 90, "height": 51}, FILE | {"width": 800, "height": 450}],
        ),
        {"kind": Kind.MEDIA, "called": True, "text": "giấy này được không"},
    ),
    "a sticker": (
        service(sticker=FILE | {"type": "regular", "width": 512, "height": 512,
                                "is_animated": False, "is_video": True}),
        {"kind": Kind.MEDIA, "text": ""},
    ),
    "a voice message": (
        service(voice=FILE | {"duration": 4, "mime_type": "audio/ogg"}), {"kind": Kind.MEDIA},
    ),
    "a document": (service(document=FILE | {"file_name": "don.pdf"}), {"kind": Kind.MEDIA}),
    "an edited message": (
        {"update_id": 7, "edited_message": tg.group(BIRTH)["message"] | {"edit_date": 1790000030}},
        {"kind": Kind.EDITED},
    ),
    "a neighbour joins": (
        service(new_chat_members=[MEMBER], new_chat_member=MEMBER, new_chat_participant=MEMBER),
        None,
    ),
    "we join, as a service message": (service(new_chat_members=[tg.BOT]), None),
    "we are added": (tg.membership("left", "member"), {"kind": Kind.ADDED}),
    "we are removed": (tg.membership("member", "kicked"), {"kind": Kind.REMOVED}),
    "we become an administrator": (promoted(), None),
    "a topic that we opened": (
        in_topic("Cho hỏi giờ làm việc?", opened_by=tg.BOT),
        {"to_bot": False, "to_person": False, "topic_id": "30", "reply_to": ""},
    ),
    "the general topic": (
        in_topic("Cho hỏi", opened_by=MEMBER, message_thread_id=1), {"topic_id": ""},
    ),
    "a chain of replies": (chain("cho tôi đi với"), {"to_person": True, "topic_id": ""}),
    "an administrator who hides": (
        by_the_group("/im"), {"command": "im", "is_admin": True, "person_id": str(tg.GROUP)},
    ),
    "another bot": (
        tg.update("message", "giá vàng hôm nay", {"id": tg.GROUP, "type": "supergroup"},
                  {"id": 8, "is_bot": True, "first_name": "Vàng"}), None,
    ),
    "the group moves": (
        service(migrate_to_chat_id=-1009990001112),
        {"kind": Kind.MOVED, "moved_to": "-1009990001112"},
    ),
    "where it moved to": (
        without_text(by_the_group(".", -1009990001112), migrate_from_chat_id=-4165056164), None,
    ),
    "a pressed button": (
        tg.pressing({"chat_id": tg.GROUP, "message_id": 900, "text": "Thủ tục nào?"}, "p:1.001193"),
        {"kind": Kind.PRESSED, "pressed": "p:1.001193"},
    ),
    "a command that only we were shown": (
        tg.group("/hoi khai sinh", message_id=0, ephemeral_message_id=29341834,
                 receiver_user={k: tg.BOT[k] for k in ("id", "is_bot", "first_name")}),
        {"command": "hoi", "message_id": ""},
    ),
    "a kind of update to come": (
        {"update_id": 9, "stopped_message_generation": {"draft_id": 1}}, None,
    ),
    "a channel's post": (
        {"update_id": 9, "channel_post": {"message_id": 3, "date": 1790000000, "text": BIRTH,
                                          "chat": {"id": -1005, "type": "channel"}}}, None,
    ),
}  # fmt: skip

ZALO_BOT: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "flat, as live traffic is": (bot.event(BIRTH), {"kind": Kind.TEXT, "is_group": False}),
    "wrapped, as documented": (bot.event(BIRTH, wrapped=True), {"kind": Kind.TEXT}),
    "a group with the name that the picker puts in front": (
        bot.event(f"@{NAMES[0]} {COUNTER}", chat="g1"), {"called": True, "text": COUNTER},
    ),
    "the account's name instead": (
        bot.event(f"@{NAMES[1].lower()}: {COUNTER}", chat="g1"), {"text": COUNTER},
    ),
    "a reply to us, without name or quote": (
        bot.event("Lệ phí bao nhiêu ạ?", chat="g1"), {"called": True},
    ),
    "an image, as it comes": (
        bot.event(None, name="message.image.received", photo_url="https://photo.zdn.vn/a.jpg",
                  message_type="CHAT_PHOTO", caption="giấy này"),
        {"kind": Kind.MEDIA, "text": "giấy này"},
    ),
    "an image, as documented": (
        bot.event(None, name="message.image.received", photo="https://photo.zdn.vn/a.jpg"),
        {"kind": Kind.MEDIA},
    ),
    "a sticker": (
        bot.event(None, name="message.sticker.received", sticker="46e5a1ba", url="https://z/s"),
        {"kind": Kind.MEDIA},
    ),
    "a voice message": (
        bot.event(None, name="message.voice.received", voice_url="https://z/voice.aac"),
        {"kind": Kind.MEDIA},
    ),
    "what Zalo does not show": (
        bot.event(None, name="message.unsupported.received"), {"kind": Kind.UNREADABLE},
    ),
    "an event that nobody documented": (
        bot.event(None, name="message.reaction.received"), None,
    ),
    "seconds in place of milliseconds": (
        bot.event(BIRTH, date=1789033572), {"kind": Kind.TEXT},
    ),
    "a bot": (bot.event(BIRTH, **{"from": {"id": "9", "is_bot": True}}), None),
}  # fmt: skip


def oa_event(name: str, message: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    body = json.loads(oa.event("."))
    if message is not None:
        body["message"] = message
    return body | {"event_name": name} | more


ATTACHED = {"attachments": [{"type": "file", "payload": {"url": "https://z/x.pdf", "size": "11"}}]}
ZALO_OA: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "a text": (json.loads(oa.event(BIRTH)), {"kind": Kind.TEXT, "is_group": False}),
    "an image": (
        oa_event("user_send_image", ATTACHED | {"msg_id": "a1", "text": "giấy này"}),
        {"kind": Kind.MEDIA, "text": "giấy này"},
    ),
    "a file": (oa_event("user_send_file", ATTACHED | {"msg_id": "a2"}), {"kind": Kind.MEDIA}),
    "somebody follows": (
        {"event_name": "follow", "oa_id": oa.OA_ID, "follower": {"id": "35"}, "app_id": oa.APP_ID,
         "source": "oa_profile", "timestamp": "1717061839659"},
        {"kind": Kind.FOLLOWED, "chat_id": "35"},
    ),
    "a receipt": (
        oa_event("user_seen_message", {"msg_ids": ["96d3"]}, sender={"id": oa.OA_ID}), None,
    ),
    "our own words": (oa_event("oa_send_text", {"text": "Dạ…", "msg_id": "m1"}), None),
    "a group's talk": (
        json.loads(oa.event("Mọi người cho hỏi thủ tục tạm trú", chat="g1")),
        {"is_group": True, "chat_id": "g1", "called": False, "to_bot": False},
    ),
    "a reply to us in a group": (
        json.loads(oa.event("lệ phí?", chat="g1",
                            quote_msg={"msg_id": "m1", "text": "…", "sender": {"id": oa.OA_ID}})),
        {"to_bot": True, "reply_text": ""},
    ),
    "the account is named": (
        json.loads(oa.event(f"@{oa.NAME.lower()} {COUNTER}", chat="g1")),
        {"called": True, "text": COUNTER},
    ),
    "a kind of event to come": (oa_event("user_click_button", {"msg_id": "z"}), None),
}  # fmt: skip


def check(heard: Heard | None, expected: dict[str, Any] | None) -> None:
    if expected is None:
        assert heard is None
        return
    assert heard is not None
    assert {name: getattr(heard, name) for name in expected} == expected


@pytest.mark.parametrize("name", TELEGRAM)
def test_a_telegram_update_is_read_for_what_it_is(name: str) -> None:
    body, expected = TELEGRAM[name]
    check(telegram_reading.read(body, ME), expected)


@pytest.mark.parametrize("name", ZALO_BOT)
def test_an_event_of_the_zalo_bot_is_read_for_what_it_is(name: str) -> None:
    body, expected = ZALO_BOT[name]
    check(zalo_bot_reading.read(body, NAMES), expected)


@pytest.mark.parametrize("name", ZALO_OA)
def test_an_event_of_the_account_is_read_for_what_it_is(name: str) -> None:
    body, expected = ZALO_OA[name]
    check(zalo_oa_reading.read(body, oa.NAME), expected)


SPOKEN_TELEGRAM = {
    "private text", "start with a deep link", "an emoji before the mention", "a command for us",
    "a reply to us", "a reply to a piece of what we said", "we are added", "a pressed button",
    "a command that only we were shown", "an administrator who hides", "a photo with a caption",
    "a mention in capitals",
}  # fmt: skip


def test_telegrams_webhook_takes_every_shape_and_speaks_only_where_it_is_called(
    ward: Desk,
) -> None:
    fake = tg.FakeTelegram()

    async def scene(world: World) -> None:
        for name, (body, _) in TELEGRAM.items():
            if name in ("we are removed", "the group moves"):
                continue
            await spoken_about(fake.sent, name, SPOKEN_TELEGRAM, world.telegram(body))
            await world.telegram(tg.membership("member", "kicked"))  # each shape finds a new group
        shown = next(m for m in fake.sent if "Trả lời Lan:" in m["text"])
        assert "reply_parameters" not in shown

    play(ward, scene, fake, burst_seconds=0)


def test_the_zalo_bots_webhook_takes_every_shape(ward: Desk) -> None:
    fake = bot.FakeZaloBot()
    silent = {"an event that nobody documented", "a bot"}

    async def scene(world: World) -> None:
        for name, (body, _) in ZALO_BOT.items():
            await spoken_about(fake.sent, name, set(ZALO_BOT) - silent, world.zalo_bot(body))
        grouped = bot.event(None, chat="g1", sticker="46", name="message.sticker.received")
        shown = bot.event(None, chat="g1", name="message.unsupported.received")
        before = len(fake.sent)
        await world.zalo_bot(grouped, shown)
        assert len(fake.sent) == before

    play(ward, scene, fake)


def test_the_accounts_webhook_takes_every_shape(ward: Desk) -> None:
    fake = oa.FakeZaloOa()
    silent = {"a receipt", "our own words", "a group's talk", "a kind of event to come"}

    async def scene(world: World) -> None:
        for name, (body, _) in ZALO_OA.items():
            raw = json.dumps(body, ensure_ascii=False).encode()
            await spoken_about(fake.sent, name, set(ZALO_OA) - silent, world.zalo_oa(raw))

    with serving(fake.app) as address:
        hub = ChatHub(ward, settings(zalo_oa=address), Workers(2))
        hub.oa_tokens.store({"access_token": "AT0", "refresh_token": "RT0", "expires_in": "90000"})
        anyio.run(hub.stop)

        async def run() -> None:
            async with open_world(ward, settings(zalo_oa=address)) as world:
                await scene(world)

        anyio.run(run)


async def spoken_about(
    sent: list[Any], name: str, speaks: set[str], delivery: Awaitable[None]
) -> None:
    before = len(sent)
    await delivery
    assert (len(sent) > before) == (name in speaks), name


# -- refusals: what becomes of the message -------------------------------------------------------

TELEGRAM_REFUSALS: dict[str, tuple[int, str, dict[str, int], str]] = {
    "too fast": (429, "Too Many Requests: retry after 7", {"retry_after": 7}, "waiting"),
    "token": (401, "Unauthorized", {}, "waiting"),
    "no such method": (404, "Not Found: method not found", {}, "waiting"),
    "kicked": (403, "Forbidden: bot was kicked from the supergroup chat", {}, "dead"),
    "blocked": (403, "Forbidden: bot was blocked by the user", {}, "dead"),
    "never met": (403, "Forbidden: bot can't initiate conversation with a user", {}, "dead"),
    "too long": (400, "Bad Request: message is too long", {}, "dead"),
    "unparsable": (400, "Bad Request: can't parse entities: Unsupported start tag", {}, "sent"),
    "no such topic": (400, "Bad Request: message thread not found", {}, "dead"),
    "no message to reply to": (400, "Bad Request: message to be replied not found", {}, "dead"),
    "two pollers": (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance "
        "is running", {}, "waiting",
    ),
    "server": (502, "Bad Gateway", {}, "waiting"),
}  # fmt: skip


@pytest.mark.parametrize("name", TELEGRAM_REFUSALS)
def test_what_telegram_refuses_waits_is_sent_plainer_or_is_shown_to_a_person(
    ward: Desk, name: str
) -> None:
    code, description, parameters, expected = TELEGRAM_REFUSALS[name]
    fake = tg.FakeTelegram()
    fake.fault(code, description, **parameters)

    async def scene(world: World) -> None:
        await world.telegram(tg.private(COUNTER))
        assert world.hub.mailbox.letters.counts("telegram")["out"] == {expected: 1}

    play(ward, scene, fake)


ZALO_REFUSALS = {
    "bad request": (400, "Bad request", "dead"),
    "token": (401, "Unauthorized", "waiting"),
    "their fault, by their own table": (403, "Internal server error", "waiting"),
    "no such method": (404, "Not found", "dead"),
    "time ran out": (408, "Request timeout", "waiting"),
    "the month's quota": (429, "Quota exceeded", "dead"),
}


@pytest.mark.parametrize("name", ZALO_REFUSALS)
def test_what_the_zalo_bot_refuses_waits_or_is_shown_to_a_person(ward: Desk, name: str) -> None:
    code, description, expected = ZALO_REFUSALS[name]
    fake = bot.FakeZaloBot(faults=[(code, description)])

    async def scene(world: World) -> None:
        await world.zalo_bot(bot.event(COUNTER))
        assert world.hub.mailbox.letters.counts("zalo-bot")["out"] == {expected: 1}

    play(ward, scene, fake)


# -- size and content of what is posted ----------------------------------------------------------


def test_a_webhook_takes_256_kilobytes_where_a_question_may_have_32(client: TestClient) -> None:
    large = b" " * 200_000
    assert client.post("/api/chat", content=large).status_code == 413
    for path in ("/hooks/telegram", "/hooks/zalo-bot", "/hooks/zalo-oa"):
        assert client.post(path, content=large).status_code == 404  # not set up here, but heard
        assert client.post(path, content=large + large).status_code == 413


def test_an_authentic_call_that_says_nothing_is_not_asked_for_again(ward: Desk) -> None:
    async def scene(world: World) -> None:
        secret = {"X-Bot-Api-Secret-Token": bot.SECRET}
        for body in (b"", b"[]", b"null", b"{", b'{"message": 7}', b'{"result": []}', b"\xff\xfe"):
            response = await world.client.post("/hooks/zalo-bot", content=body, headers=secret)
            assert response.status_code == 200, body

    play(ward, scene, bot.FakeZaloBot())
