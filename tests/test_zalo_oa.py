"""A Zalo Official Account: signed webhook, rotating tokens, error codes, groups."""

import json
from datetime import timedelta

import anyio
import pytest
from browser import serving
from chat_world import World, open_world, settings
from fake_zalo_oa import OA_ID, FakeZaloOa, event, sign
from records import MORNING

from assistant.desk import Desk
from channels.chats import Chat
from channels.gate import Mode, Room
from channels.sending import SendFailed
from channels.zalo_oa_reading import is_signed
from channels.zalo_oa_sending import refusal

COUNTER = "chứng thực bản sao ở quầy nào?"


def play(desk: Desk, scene: object, fake: FakeZaloOa) -> None:
    """One scene of a linked account."""

    async def run(address: str) -> None:
        chat_settings = settings(zalo_oa=address)
        from channels.chat_hub import ChatHub
        from channels.threads import Workers

        hub = ChatHub(desk, chat_settings, Workers(2))
        hub.oa_tokens.store({"access_token": "AT0", "refresh_token": "RT0", "expires_in": "90000"})
        await hub.stop()
        async with open_world(desk, chat_settings) as world:
            await scene(world)  # type: ignore[operator]

    with serving(fake.app) as address:
        anyio.run(run, address)


def test_a_signed_message_is_answered_and_an_unsigned_one_refused(ward: Desk) -> None:
    fake = FakeZaloOa()

    async def scene(world: World) -> None:
        raw = event(COUNTER)
        await world.zalo_oa(raw, raw)
        assert len(fake.sent) == 1 and "Quầy số 2" in fake.texts()[0]
        changed = raw.replace(b"sao", b"san")
        refused = await world.client.post(
            "/hooks/zalo-oa", content=changed, headers={"X-ZEvent-Signature": sign(raw)}
        )
        assert refused.status_code == 403

    play(ward, scene, fake)


def test_a_token_that_ends_in_mid_conversation_is_refreshed_once(ward: Desk) -> None:
    fake = FakeZaloOa()

    async def scene(world: World) -> None:
        await world.zalo_oa(event(COUNTER))
        fake.access = "ended"  # Zalo no longer takes the one we hold
        await world.zalo_oa(event("lệ phí bao nhiêu"))
        assert len(fake.sent) == 2
        assert [login["refresh_token"] for login in fake.logins] == ["RT0"]
        stored = world.hub.oa_tokens.find()
        assert stored is not None and (stored.access, stored.refresh) == ("AT1", "RT1")

    play(ward, scene, fake)


def test_many_calls_at_once_spend_a_refresh_token_once(ward: Desk) -> None:
    fake = FakeZaloOa()

    async def scene(world: World) -> None:
        ward.clock.moment += timedelta(hours=23)  # type: ignore[attr-defined]
        got: list[str] = []

        async def ask() -> None:
            got.append(await world.hub.oa_tokens.access())

        async with anyio.create_task_group() as tasks:
            for _ in range(6):
                tasks.start_soon(ask)
        assert len(fake.logins) == 1
        assert set(got) <= {"AT0", "AT1"}
        assert await world.hub.oa_tokens.access() == "AT1"

    play(ward, scene, fake)


def test_a_lost_answer_to_a_refresh_leaves_the_old_token_working_and_asks_for_consent(
    ward: Desk,
) -> None:
    fake = FakeZaloOa()

    async def scene(world: World) -> None:
        tokens = world.hub.oa_tokens
        ward.clock.moment += timedelta(hours=23)  # type: ignore[attr-defined]
        fake.loses_next_login = True
        assert await tokens.access() == "AT0"
        assert await tokens.access() == "AT0"  # the second try learns that RT0 is spent
        stored = tokens.find()
        assert stored is not None and stored.needs_consent
        ward.clock.moment += timedelta(hours=4)  # type: ignore[attr-defined]
        with pytest.raises(SendFailed, match="linked again"):
            await tokens.access()
        assert "code_challenge=" in tokens.consent_url()
        await tokens.consent("CODE")
        assert await tokens.access() == fake.access

    play(ward, scene, fake)


def test_buttons_go_to_private_chats_and_are_left_out_where_zalo_refuses_them(
    ward: Desk,
) -> None:
    fake = FakeZaloOa()

    async def scene(world: World) -> None:
        await world.zalo_oa(event("lệ phí thẻ căn cước bao nhiêu"))
        [button, *_] = fake.sent[0]["message"]["attachment"]["payload"]["buttons"]
        await world.zalo_oa(event(button["payload"]))
        assert "lệ phí" in fake.texts()[1].lower()
        fake.takes_buttons = False
        await world.zalo_oa(event("lệ phí thẻ căn cước bao nhiêu", who="2"))
        assert "attachment" not in fake.sent[2]["message"]

    play(ward, scene, fake)


@pytest.mark.parametrize("limit", [2000, 500])
def test_a_long_answer_arrives_whole_whichever_limit_holds(ward: Desk, limit: int) -> None:
    fake = FakeZaloOa(limit=limit)

    async def scene(world: World) -> None:
        await world.zalo_oa(event("đăng ký khai sinh cần giấy tờ gì ạ?"))
        assert all(len(text) <= limit for text in fake.texts())
        assert "Tờ khai đăng ký khai sinh" in fake.texts()[0]
        assert "trợ lý tự động" in fake.texts()[-1]
        assert world.hub.mailbox.letters.counts("zalo-oa")["out"] == {"sent": 1}

    play(ward, scene, fake)


def test_in_an_accounts_group_everything_arrives_and_only_calls_are_answered(
    ward: Desk,
) -> None:
    fake = FakeZaloOa()

    async def scene(world: World) -> None:
        await world.zalo_oa(event(COUNTER, chat="g1"), event("mai họp nhé", chat="g1"))
        assert fake.sent == []
        quote = {"msg_id": "m1", "text": "…", "sender": {"id": OA_ID}}
        await world.zalo_oa(event(COUNTER, chat="g1", quote_msg=quote))
        assert fake.sent[0]["recipient"] == {"group_id": "g1"}
        room = Room(mode=Mode.QUESTIONS)
        world.hub.chats.put(Chat("zalo-oa", "g2", True, room=room))
        await world.zalo_oa(event(COUNTER, chat="g2"), event("mai họp nhé", chat="g2"))
        assert len(fake.sent) == 2

    play(ward, scene, fake)


def test_outside_the_seven_days_an_answer_is_given_up_visibly(ward: Desk) -> None:
    fake = FakeZaloOa(faults=[-230])

    async def scene(world: World) -> None:
        await world.zalo_oa(event(COUNTER))
        [letter] = world.hub.mailbox.letters.all()
        assert "-230" in letter.error

    play(ward, scene, fake)


@pytest.mark.parametrize(
    ("code", "retry_after", "halts"),
    [(-32, 60.0, False), (-200, 0.0, False), (-211, None, True), (-213, None, False),
     (-224, None, True), (-234, 21 * 3600 + 60.0, False), (-999, None, False)],
)  # fmt: skip
def test_each_error_code_has_its_next_step(
    code: int, retry_after: float | None, halts: bool
) -> None:
    failed = refusal(code, "", MORNING)  # nine in the morning
    assert (failed.retry_after, failed.halts) == (retry_after, halts)


def test_the_time_may_stand_in_a_header_and_the_signature_may_lack_its_prefix() -> None:
    raw = json.dumps({"event_name": "user_send_text"}).encode()
    header = sign(raw, "99").removeprefix("mac=").upper()
    known = {"app_id": "1234567890123456789", "oa_secret": "OaSecretKeyForTests"}
    assert is_signed(raw, header, timestamps=("99",), **known)
    assert not is_signed(raw, header, timestamps=("98",), **known)
    assert not is_signed(raw, "", timestamps=("99",), **known)
