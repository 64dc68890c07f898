"""The queue in SQL: what residents take, what clerks call, and what a day ends."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from queue_offices import ORDINARY, PRIORITY, a_queue
from records import Clock
from sqlalchemy import func, select

from assistant.queue_numbers import NumberMoved, NumberState, QueueClosed, UnknownNumber, Wait
from assistant.queue_rules import QueueRules
from assistant.queue_store import Queue, Wanted
from knowledge.database import reading
from knowledge.schema_queue import QueueCallRow, QueueNumberRow

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(tmp_path: Path, clock: Clock) -> Queue:
    return a_queue(tmp_path, clock)


@pytest.fixture
def take(queue: Queue) -> Callable[..., Any]:
    keys = iter(range(10_000))
    return lambda wanted=ORDINARY: queue.take(f"chạm {next(keys)}", wanted)


def test_each_series_counts_for_itself(take: Callable[..., Any]) -> None:
    labels = [take(w).label for w in (ORDINARY, ORDINARY, PRIORITY, Wanted("C"), ORDINARY)]
    assert labels == ["B001", "B002", "UB001", "C001", "B003"]


def test_a_double_tap_gets_the_same_number(queue: Queue) -> None:
    first = queue.take("một chạm", ORDINARY)
    assert queue.take("một chạm", ORDINARY) == first
    assert queue.take("chạm khác", ORDINARY).label == "B002"


def test_the_procedure_and_the_missing_papers_travel_with_the_number(queue: Queue) -> None:
    wanted = Wanted("C", False, "1.001193", "no_certificate", ("Giấy chứng sinh",))
    queue.take("chạm", wanted)
    called = queue.call_next("4")
    assert called is not None
    assert called.procedure_code == "1.001193"
    assert (called.case_id, called.missing_papers) == ("no_certificate", ("Giấy chứng sinh",))


def test_a_number_of_an_unknown_group_is_refused(queue: Queue) -> None:
    with pytest.raises(UnknownNumber):
        queue.take("chạm", Wanted("Z"))
    with pytest.raises(UnknownNumber):
        queue.call_next("5")


def test_numbers_are_called_in_order_with_priority_as_ruled(
    queue: Queue, take: Callable[..., Any]
) -> None:
    for wanted in (ORDINARY, ORDINARY, ORDINARY, PRIORITY, PRIORITY, PRIORITY):
        take(wanted)
    current = None
    called = []
    while (number := queue.call_next("2", current=current)) is not None:
        called.append(number.label)
        current = number.id
    assert called == ["UB001", "UB002", "B001", "UB003", "B002", "B003"]


def test_a_second_tap_on_call_next_calls_nobody_else(
    queue: Queue, take: Callable[..., Any]
) -> None:
    take(), take()
    first = queue.call_next("2")
    assert queue.call_next("2") == first
    assert [call.label for call in queue.calls()] == ["B001"]


def test_two_counters_of_a_group_never_call_the_same_number(
    queue: Queue, take: Callable[..., Any]
) -> None:
    take(), take()
    called = [queue.call_next(counter) for counter in ("2", "3")]
    assert [number.label for number in called if number] == ["B001", "B002"]
    assert sorted(queue.now_serving()) == [("2", "B001"), ("3", "B002")]


def test_who_did_not_come_can_be_called_again_later(queue: Queue, take: Callable[..., Any]) -> None:
    take(), take()
    absent = queue.call_next("2")
    assert absent
    queue.skip(absent.id)
    present = queue.call_next("2", current=absent.id)
    assert present and present.label == "B002"
    with pytest.raises(NumberMoved):  # the counter is busy
        queue.recall(absent.id, "2")
    queue.finish(present.id)
    queue.recall(absent.id, "2")
    assert queue.at_counter("2").current == queue.find(absent.token)
    assert [call.label for call in queue.calls()] == ["B001", "B002", "B001"]


def test_a_recall_is_said_again_and_changes_nothing(queue: Queue, take: Callable[..., Any]) -> None:
    take()
    number = queue.call_next("2")
    assert number
    queue.recall(number.id, "2")
    assert [(call.label, call.is_repeat) for call in queue.calls()] == [
        ("B001", False), ("B001", True)
    ]  # fmt: skip
    assert queue.at_counter("2").current == number


def test_a_transferred_number_keeps_its_time_of_arrival(
    queue: Queue, take: Callable[..., Any], clock: Clock
) -> None:
    take(Wanted("C"))
    moved = take()
    take(Wanted("C"))
    number = queue.call_next("2")
    assert number == queue.find(moved.token)
    queue.transfer(number.id, "C")
    assert [n.label for n in queue.at_counter("4").waiting] == ["C001", "B001", "C002"]
    with pytest.raises(NumberMoved):
        queue.transfer(number.id, "A")


def test_a_place_tells_how_many_and_how_long_once_visits_were_measured(
    queue: Queue, take: Callable[..., Any], clock: Clock
) -> None:
    first, second = take(), take()
    assert queue.standing(second.token).ahead == 1
    assert queue.standing(second.token).wait is None
    current = None
    for _ in range(6):
        take()
        number = queue.call_next("2", current=current)
        assert number
        current = number.id
        clock.moment += 5 * MINUTE
    last = take()
    assert queue.standing(last.token).ahead == 2
    assert queue.standing(last.token).wait == Wait(5, 15)
    assert queue.standing(first.token).number.state is NumberState.DONE


def test_a_resident_can_give_the_number_up(queue: Queue, take: Callable[..., Any]) -> None:
    first, second = take(), take()
    queue.leave(first.token)
    assert queue.standing(first.token).number.state is NumberState.LEFT
    called = queue.call_next("2")
    assert called and called.label == second.label
    queue.leave(second.token)  # too late
    assert queue.standing(second.token).number.state is NumberState.CALLED


def test_the_day_in_vietnam_starts_every_series_anew(
    queue: Queue, take: Callable[..., Any], clock: Clock
) -> None:
    old = take()
    clock.moment = clock.moment.replace(hour=23, minute=59)
    assert queue.standing(old.token).ahead == 0
    clock.moment += MINUTE  # midnight in Hà Nội, five in the afternoon of the day before in UTC
    with pytest.raises(UnknownNumber):
        queue.standing(old.token)
    assert queue.call_next("2") is None
    assert queue.calls() == []
    clock.moment = clock.moment.replace(hour=7, minute=5)
    assert take().label == "B001"


def test_numbers_older_than_a_month_are_deleted_by_a_new_day(
    queue: Queue, take: Callable[..., Any], clock: Clock
) -> None:
    take()
    queue.call_next("2")
    clock.moment += timedelta(days=31)
    take()
    with reading(queue._engine) as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar()
            for table in (QueueNumberRow, QueueCallRow)
        ]
    assert counts == [1, 0]


def test_a_closed_office_gives_no_number_but_a_second_tap_still_gets_its_own(
    queue: Queue, clock: Clock
) -> None:
    number = queue.take("chạm", ORDINARY)
    clock.moment = clock.moment.replace(hour=17)
    assert queue.take("chạm", ORDINARY) == number
    with pytest.raises(QueueClosed):
        queue.take("chạm khác", ORDINARY)


def test_the_daily_limit_holds_over_both_series(tmp_path: Path, clock: Clock) -> None:
    queue = a_queue(tmp_path, clock, rules=QueueRules(daily_capacity=2))
    queue.take("1", ORDINARY)
    queue.take("2", PRIORITY)
    with pytest.raises(QueueClosed):
        queue.take("3", ORDINARY)


def test_the_board_hears_only_what_came_after(queue: Queue, take: Callable[..., Any]) -> None:
    for _ in range(3):
        take()
    first = queue.call_next("2")
    queue.call_next("3")
    assert first
    queue.call_next("2", current=first.id)
    every = queue.calls()
    assert [(c.label, c.counter) for c in every] == [("B001", "2"), ("B002", "3"), ("B003", "2")]
    assert queue.calls(after=every[0].id) == every[1:]
    assert queue.calls(limit=1) == every[-1:]
