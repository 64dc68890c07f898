"""The Zalo Bot Platform through webhook and long polling, against a strict fake server."""

import anyio
import pytest
from browser import serving
from chat_world import World, open_world, play, settings
from fake_zalo_bot import FakeZaloBot, event

from assistant.desk import Desk
from channels.zalo_bot_reading import read

BIRTH = "Thủ tục đăng ký khai sinh cần giấy tờ gì ạ?"


@pytest.mark.parametrize("wrapped", [False, True])
def test_both_shapes_of_an_event_are_answered_once(ward: Desk, wrapped: bool) -> None:
    fake = FakeZaloBot()

    async def scene(world: World) -> None:
        asked = event(BIRTH, wrapped=wrapped)
        await world.zalo_bot(asked, asked)
        assert sum("Dạ, đăng ký khai sinh" in text for text in fake.texts()) == 1
        assert all(len(text) <= 2000 for text in fake.texts())

    play(ward, scene, fake)


def test_choices_are_numbered_and_a_number_answers(ward: Desk) -> None:
    fake = FakeZaloBot()

    async def scene(world: World) -> None:
        await world.zalo_bot(event("lệ phí thẻ căn cước bao nhiêu"))
        assert "2. " in fake.texts()[0] and "trả lời bằng số" in fake.texts()[0]
        await world.zalo_bot(event("2"))
        assert "lệ phí" in fake.texts()[1].lower()

    play(ward, scene, fake)


def test_common_matters_are_numbered_and_a_number_answers(ward: Desk) -> None:
    fake = FakeZaloBot()

    async def scene(world: World) -> None:
        await world.zalo_bot(event("/thutuc"))
        listed = [line for line in fake.texts()[0].splitlines() if line[:2] in ("1.", "2.", "5.")]
        assert len(listed) == 3 and "trả lời bằng số" in fake.texts()[0]
        await world.zalo_bot(event("2"))
        assert listed[1].removeprefix("2. ").lower() in fake.texts()[1].lower()

    play(ward, scene, fake)


def test_in_a_group_the_name_is_taken_off_and_the_asker_named(ward: Desk) -> None:
    fake = FakeZaloBot()

    async def scene(world: World) -> None:
        name = "@Bot Trợ lý phường"
        await world.zalo_bot(event(f"{name} chứng thực bản sao ở quầy nào?", chat="g1"))
        assert fake.texts("g1")[0].startswith("Trả lời Nguyễn Thị Hoa:")
        assert "Quầy số 2" in fake.texts("g1")[0]
        # A reply to the bot arrives without name and without quote; it is meant for the bot.
        await world.zalo_bot(event("Lệ phí bao nhiêu ạ?", chat="g1"))
        assert "lệ phí" in fake.texts("g1")[1].lower()
        await world.zalo_bot(
            event(None, chat="g1", sticker="46e5a1ba", name="message.sticker.received")
        )
        assert len(fake.sent) == 2

    play(ward, scene, fake)


def test_the_months_quota_is_not_tried_again_but_kept_for_a_person_to_see(ward: Desk) -> None:
    fake = FakeZaloBot(quota=0)

    async def scene(world: World) -> None:
        await world.zalo_bot(event("chứng thực bản sao ở quầy nào?"))
        [letter] = world.hub.mailbox.letters.all()
        assert "Quota exceeded" in letter.error and letter.attempts == 1
        fake.quota = 10
        assert world.hub.mailbox.letters.revive(letter.way, letter.id, by="lan")
        await world.hub.lanes.drain()
        assert len(fake.sent) == 1

    play(ward, scene, fake)


@pytest.mark.parametrize("in_body", [False, True])
@pytest.mark.parametrize("replays", [False, True])
def test_polling_takes_empty_polls_and_replayed_events(
    ward: Desk, in_body: bool, replays: bool
) -> None:
    fake = FakeZaloBot(empty_poll_in_body=in_body, replays=replays)
    fake.updates = [
        event("chứng thực bản sao ở quầy nào?"),
        event("lệ phí bao nhiêu"),
    ]

    async def run(address: str) -> None:
        async with open_world(ward, settings(zalo_bot=address)) as world:
            platform = world.hub.zalo_bot
            assert platform is not None
            complaints: list[str] = []

            async def take(body: dict[str, object]) -> bool:
                heard = read(body, platform.names)
                return heard is not None and await world.hub.lanes.receive(heard)

            async with anyio.create_task_group() as tasks:

                async def poll() -> None:
                    await platform.poll(take, complaints.append, floor_seconds=0.01)

                tasks.start_soon(poll)
                await fake_has_polled(fake, 6)
                tasks.cancel_scope.cancel()
            await world.hub.lanes.drain()
            assert len(fake.sent) == 2
            assert complaints == []

    with serving(fake.app) as address:
        anyio.run(run, address)


async def fake_has_polled(fake: FakeZaloBot, times: int) -> None:
    with anyio.fail_after(20):
        while fake.polls < times:  # noqa: ASYNC110  the fake lives in another thread
            await anyio.sleep(0.02)


def test_a_call_without_the_secret_is_refused_unread(ward: Desk) -> None:
    async def scene(world: World) -> None:
        for body in (b"", b"not json"):
            refused = await world.client.post("/hooks/zalo-bot", content=body)
            assert refused.status_code == 403

    play(ward, scene, FakeZaloBot())
