"""A resident asks after their queue number, in any channel."""

import shutil
from pathlib import Path

import pytest
from conftest import desk_at
from records import Clock

from assistant.answers import Outcome
from assistant.desk import Desk
from assistant.queue_store import Wanted


@pytest.fixture(scope="module")
def lobby(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = desk_at(shutil.copytree(homes[1], tmp_path_factory.mktemp("own") / "home"), Clock())
    for n in range(3):
        desk.queue.take(f"riêng-{n}-000", Wanted("K"))
    desk.queue.take("riêng-ưu-tiên", Wanted("K", is_priority=True))
    return desk


def said(desk: Desk, message: str) -> tuple[Outcome, str]:
    answer = desk.receptionist.reply(message, None, "telegram")
    return answer.outcome, answer.text


@pytest.mark.parametrize(
    "message",
    [
        "số K003 còn mấy người nữa mới đến lượt",
        "K003",
        "so k003",
        "số thứ tự K-003 bao giờ được gọi",
        "mình cầm số K3, sắp đến lượt chưa",
        "stt k 003",
    ],
)
def test_the_place_of_a_number_is_told_in_every_way_it_is_asked(lobby: Desk, message: str) -> None:
    outcome, text = said(lobby, message)
    assert outcome is Outcome.OFFICE_INFO
    # two ordinary numbers and the priority one are called before it
    assert text.startswith("Số K003: Còn 3 người trước.")


def test_a_priority_number_is_another_number(lobby: Desk) -> None:
    assert said(lobby, "số UK001 đến lượt chưa")[1].startswith("Số UK001: Sắp đến lượt")


def test_a_called_number_is_sent_to_its_counter(lobby: Desk) -> None:
    called = lobby.queue.call_next("9")
    assert called
    assert "Mời đến quầy 9" in said(lobby, f"số {called.label}")[1]
    lobby.queue.skip(called.id)


def test_a_number_that_was_not_given_is_not_made_up(lobby: Desk) -> None:
    assert "hôm nay chưa phát số K900" in said(lobby, "số K900 đến đâu rồi")[1]


@pytest.mark.parametrize(
    "message",
    [
        "photo giấy A4 chứng thực ở đâu",
        "nhà tôi ở số B12 ngõ 5, đăng ký tạm trú cần gì",
        "mẫu K01 tải ở đâu",
        "B2",
        "tiền gửi xe bao lâu thì trả",
    ],
)
def test_paper_sizes_house_numbers_and_forms_are_no_queue_numbers(
    lobby: Desk, message: str
) -> None:
    text = said(lobby, message)[1]
    assert not text.startswith("Số ") and "chưa phát số" not in text


def test_yesterdays_number_is_gone(lobby: Desk) -> None:
    from datetime import timedelta

    clock = lobby.clock
    before = clock.moment  # type: ignore[attr-defined]
    clock.moment = before + timedelta(days=1)  # type: ignore[attr-defined]
    try:
        assert "chưa phát số K002" in said(lobby, "số K002 đến lượt chưa")[1]
    finally:
        clock.moment = before  # type: ignore[attr-defined]
