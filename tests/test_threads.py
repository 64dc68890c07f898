"""Work that many ask for at once is done in one go, and each gets its own end of it."""

from collections.abc import Sequence
from threading import Event

import anyio
import pytest
from anyio import create_task_group

from channels.threads import Together, Workers
from knowledge.database import DatabaseUnavailable


class Desk:
    """Doubles numbers; holds the first go until it is told to go on."""

    def __init__(self, *, held: bool = True) -> None:
        self.goes: list[list[int]] = []
        self.begun, self.on = Event(), Event()
        if not held:
            self.on.set()

    def __call__(self, asked: Sequence[int]) -> list[int]:
        self.goes.append(list(asked))
        self.begun.set()
        assert self.on.wait(10)
        if 13 in asked:
            raise ValueError("thirteen")
        if 14 in asked:
            raise DatabaseUnavailable("gone")
        return [2 * number for number in asked]


def ask(desk: Desk, numbers: Sequence[int], *, leaves: int | None = None) -> dict[int, object]:
    """What each got: the first asks alone, the others while the first is worked for."""
    got: dict[int, object] = {}

    async def main() -> None:
        together = Together(Workers(4), desk)

        async def one(number: int) -> None:
            try:
                got[number] = await together.run(number)
            except (ValueError, DatabaseUnavailable) as problem:
                got[number] = type(problem)

        async with create_task_group() as tasks:
            tasks.start_soon(one, numbers[0])
            await anyio.to_thread.run_sync(desk.begun.wait)
            for number in numbers[1:]:
                if number == leaves:
                    with anyio.move_on_after(0):
                        await together.run(number)
                else:
                    tasks.start_soon(one, number)
            await anyio.wait_all_tasks_blocked()
            desk.on.set()

    anyio.run(main)
    return got


def test_who_comes_during_a_go_is_in_the_next_one_together_with_the_others() -> None:
    desk = Desk()
    assert ask(desk, [1, 2, 3, 4]) == {1: 2, 2: 4, 3: 6, 4: 8}
    assert desk.goes == [[1], [2, 3, 4]]


def test_what_one_breaks_is_no_matter_of_the_others() -> None:
    desk = Desk()
    assert ask(desk, [1, 2, 13, 3]) == {1: 2, 2: 4, 13: ValueError, 3: 6}


def test_a_database_that_is_away_is_asked_once_for_all() -> None:
    desk = Desk()
    away = DatabaseUnavailable
    assert ask(desk, [1, 2, 14, 3]) == {1: 2, 2: away, 14: away, 3: away}
    assert desk.goes == [[1], [2, 14, 3]]


def test_who_went_away_before_the_go_is_not_worked_for() -> None:
    desk = Desk()
    assert ask(desk, [1, 2, 3], leaves=2) == {1: 2, 3: 6}
    assert desk.goes == [[1], [3]]


def test_a_go_takes_no_more_than_its_share() -> None:
    desk = Desk()
    asked = [*range(1, 13), *range(20, 100)]
    assert ask(desk, asked) == {number: 2 * number for number in asked}
    assert [len(go) for go in desk.goes] == [1, 64, 27]


@pytest.mark.parametrize("times", [3])
def test_one_after_the_other_each_gets_a_go_whichever_loop_asks(times: int) -> None:
    desk = Desk(held=False)
    together = Together(Workers(4), desk)
    assert [anyio.run(together.run, number) for number in range(times)] == [0, 2, 4]
    assert desk.goes == [[0], [1], [2]]
