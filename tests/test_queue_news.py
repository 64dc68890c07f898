"""Chats that asked after a number hear of it once as the turn nears, once at the call."""

from datetime import timedelta

import pytest
from chat_world import World, play
from fake_telegram import FakeTelegram, group, private
from fake_zalo_bot import FakeZaloBot, event
from records import Clock
from sqlalchemy import func, select

from assistant.desk import Desk
from assistant.queue_following import NEAR, WATCHES
from assistant.queue_store import Wanted
from knowledge.database import reading, writing
from knowledge.schema import Base

PLACE = "số {label} còn mấy người nữa"


@pytest.fixture
def lobby(ward: Desk) -> Desk:
    """The ward with nobody in the hall."""
    with writing(ward.library.engine) as connection:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name.startswith("queue_"):
                connection.execute(table.delete())
    return ward


def take(desk: Desk, many: int) -> list[str]:
    return [desk.queue.take(f"tin-{n:05d}", Wanted("B")).label for n in range(many)]


def call(desk: Desk, times: int) -> None:
    for _ in range(times):
        current = desk.queue.at_counter("2").current
        desk.queue.call_next("2", current=current.id if current else None)


def watched(desk: Desk) -> int:
    with reading(desk.library.engine) as connection:
        return connection.execute(select(func.count()).select_from(WATCHES)).scalar() or 0


def test_the_chat_is_told_when_the_turn_nears_and_when_it_is_called(lobby: Desk) -> None:
    fake = FakeTelegram()
    labels = take(lobby, 6)

    async def scene(world: World) -> None:
        await world.telegram(private(PLACE.format(label=labels[-1])))
        assert "Còn 5 người trước" in fake.texts()[0]
        assert "Khi sắp đến lượt, em sẽ nhắn ở đây ạ." in fake.texts()[0]
        await world.hub.lanes.drain()
        assert len(fake.sent) == 1  # five are before it: nothing to tell yet
        call(lobby, 6 - 1 - NEAR)
        await world.hub.lanes.drain()
        await world.hub.lanes.drain()
        assert len(fake.sent) == 2
        assert f"sắp đến lượt số {labels[-1]}: còn {NEAR} người trước" in fake.texts()[1]
        await world.telegram(private(PLACE.format(label=labels[-1])))
        assert "em sẽ nhắn" not in fake.texts()[2]  # it was promised before
        call(lobby, NEAR + 1)
        await world.hub.lanes.drain()
        await world.hub.lanes.drain()
        assert fake.texts()[3:] == [f"Dạ, đến lượt số {labels[-1]}. Mời anh/chị đến quầy 2 ạ."]
        assert watched(lobby) == 0  # which chat had which number is not kept

    play(lobby, scene, fake)


def test_a_group_is_never_told_and_whoever_is_called_already_is_not_promised_anything(
    lobby: Desk,
) -> None:
    fake = FakeTelegram()
    labels = take(lobby, 2)

    async def scene(world: World) -> None:
        call(lobby, 1)
        await world.telegram(private(PLACE.format(label=labels[0])))
        assert "Mời đến quầy 2" in fake.texts()[0] and "em sẽ nhắn" not in fake.texts()[0]
        await world.telegram(group(f"/hoi@phuong_test_bot {PLACE.format(label=labels[1])}"))
        assert "em sẽ nhắn" not in fake.texts()[-1]
        assert watched(lobby) == 0

    play(lobby, scene, fake)


def test_a_zalo_bot_tells_it_too(lobby: Desk) -> None:
    fake = FakeZaloBot()
    labels = take(lobby, 2)

    async def scene(world: World) -> None:
        await world.zalo_bot(event(PLACE.format(label=labels[1])))
        call(lobby, 2)
        await world.hub.lanes.drain()
        assert fake.texts()[-1] == f"Dạ, đến lượt số {labels[1]}. Mời anh/chị đến quầy 2 ạ."

    play(lobby, scene, fake)


def test_yesterdays_numbers_are_forgotten(lobby: Desk) -> None:
    clock = lobby.clock
    assert isinstance(clock, Clock)
    number = lobby.queue.take("tin-hôm-qua", Wanted("B"))
    assert lobby.queue.follow(number.id, "telegram", "7")
    assert not lobby.queue.follow(number.id, "telegram", "7")
    clock.moment += timedelta(days=3)
    try:
        assert lobby.queue.news() == []
        fresh = lobby.queue.take("tin-hôm-nay", Wanted("B"))
        assert lobby.queue.follow(fresh.id, "telegram", "8")
        assert watched(lobby) == 1
    finally:
        clock.moment -= timedelta(days=3)
