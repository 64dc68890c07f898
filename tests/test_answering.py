"""Messages that wait in line for the threads that answer are made ready together."""

from collections.abc import Sequence
from threading import Event
from typing import cast

import anyio
import pytest
from anyio import create_task_group
from sqlalchemy import Engine, create_mock_engine

from assistant.receptionist import Ready
from channels.answering import A_GO, Answering
from channels.serving import answering
from channels.settings import ChannelSettings


class Desk:
    """Reads messages, and holds the first answer until it is told to go on."""

    def __init__(self) -> None:
        self.goes: list[list[str]] = []
        self.answered: list[str] = []
        self.begun, self.on = Event(), Event()

    def prepare(self, messages: Sequence[str]) -> list[Ready]:
        self.goes.append(list(messages))
        if "hỏng" in messages:
            raise ValueError("cannot be read")
        return [Ready.of(message) for message in messages]

    def answer(self, message: str, ready: Ready | None) -> str:
        self.begun.set()
        assert self.on.wait(10)
        self.answered.append(message)
        return f"{message}: {ready.asked if ready else 'chưa đọc'}"


def ask(
    desks: Sequence[Desk], messages: Sequence[str], *, threads: int = 1, leaves: str = ""
) -> dict[str, str]:
    """What each message got: the first is being answered while the others come, desk by desk."""
    got: dict[str, str] = {}

    async def main() -> None:
        line = Answering(threads)

        async def one(desk: Desk, message: str) -> None:
            got[message] = await line.run(
                message, desk.prepare, lambda ready: desk.answer(message, ready)
            )

        async with create_task_group() as tasks:
            for at, message in enumerate(messages):
                desk = desks[at % len(desks)]
                if message == leaves:
                    with anyio.move_on_after(0.01):
                        await one(desk, message)
                    continue
                tasks.start_soon(one, desk, message)
                if not at:
                    await anyio.to_thread.run_sync(desk.begun.wait)
            await anyio.wait_all_tasks_blocked()
            for desk in desks:
                desk.on.set()

    anyio.run(main)
    return got


def test_what_waits_is_read_in_one_go_and_answered_one_by_one() -> None:
    desk = Desk()
    messages = ["khai sinh", "kết hôn", "hộ khẩu", "tạm trú"]
    assert ask([desk], messages) == {message: f"{message}: {message}" for message in messages}
    assert desk.goes == [["khai sinh"], ["kết hôn", "hộ khẩu", "tạm trú"]]
    assert desk.answered == messages


def test_a_go_takes_no_more_than_its_share() -> None:
    desk = Desk()
    ask([desk], [f"câu {n}" for n in range(A_GO + 4)])
    assert [len(go) for go in desk.goes] == [1, A_GO, 3]


def test_a_message_that_cannot_be_read_leaves_each_of_its_go_to_itself() -> None:
    desk = Desk()
    got = ask([desk], ["khai sinh", "kết hôn", "hỏng"])
    assert got == {
        "khai sinh": "khai sinh: khai sinh",
        "kết hôn": "kết hôn: chưa đọc",
        "hỏng": "hỏng: chưa đọc",
    }


def test_who_went_away_while_waiting_is_neither_read_nor_answered() -> None:
    desk = Desk()
    assert ask([desk], ["một", "hai", "ba"], leaves="hai") == {"một": "một: một", "ba": "ba: ba"}
    assert desk.goes == [["một"], ["ba"]]


def test_each_desk_reads_only_what_it_is_asked() -> None:
    here, there = Desk(), Desk()
    ask([here, there], ["một", "hai", "ba", "bốn", "năm"])
    assert here.goes == [["một"], ["ba", "năm"]]
    assert there.goes == [["hai", "bốn"]]


@pytest.mark.parametrize("threads", [2, 4])
def test_several_threads_answer_everybody_once(threads: int) -> None:
    desk = Desk()
    desk.on.set()
    messages = [f"câu {n}" for n in range(60)]
    assert ask([desk], messages, threads=threads) == {m: f"{m}: {m}" for m in messages}
    assert sorted(desk.answered) == sorted(messages)
    assert sorted(message for go in desk.goes for message in go) == sorted(messages)


@pytest.mark.parametrize(
    ("url", "said", "alone", "threads"),
    [
        ("sqlite://", 0, False, 1),
        ("sqlite://", 0, True, 0),  # as many as `Shared` has for a process alone
        ("sqlite://", 3, False, 3),
        ("postgresql+psycopg://", 0, False, 0),
    ],
)
def test_several_processes_over_a_file_answer_with_one_thread_each(
    url: str, said: int, alone: bool, threads: int
) -> None:
    engine = create_mock_engine(url, lambda *_: None)
    settings = ChannelSettings(answer_threads=said)
    assert answering(settings, cast(Engine, engine), alone=alone).answer_threads == threads
