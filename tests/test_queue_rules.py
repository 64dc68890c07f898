"""The rules of the queue: who gives numbers, whose turn it is, how long, until when."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from queue_offices import queueing_office
from records import MORNING, an_office, record

from assistant.queue_numbers import ClosedReason, QueueClosed, Wait, label
from assistant.queue_rules import (
    QueueRules,
    calls_before,
    check_open,
    check_room,
    estimate,
    groups,
    in_calling_order,
    where_to_queue,
)
from knowledge.offices import HANOI, Place
from knowledge.procedures import Body

RULES = QueueRules()


def test_a_number_is_printed_with_its_letter_and_priority_with_u_before_it() -> None:
    assert (label("A", 12, False), label("A", 3, True), label("K", 1000, False)) == (
        "A012",
        "UA003",
        "K1000",
    )


def test_counters_with_the_same_letter_call_from_one_series_and_others_give_none() -> None:
    found = {g.letter: [c.number for c in g.counters] for g in groups(queueing_office())}
    assert found == {"A": ["1"], "B": ["2", "3"], "C": ["4"]}


def test_a_procedure_queues_at_its_counter_and_anything_else_at_the_reception_desk() -> None:
    office = queueing_office()
    birth = where_to_queue(office, record(sector="Hộ tịch"))
    unknown = where_to_queue(office, record(sector="Đường sắt"))
    assert [g.letter for g in (birth, unknown, where_to_queue(office, None))] == ["C", "A", "A"]
    assert where_to_queue(an_office(), None) is None


def test_what_the_police_takes_has_no_number_here() -> None:
    police = Place(id="police", body=Body.COMMUNE_POLICE, name="Công an phường Thử")
    office = queueing_office(places=(police,))
    assert where_to_queue(office, record(receiving_body=Body.COMMUNE_POLICE)) is police


def test_after_two_priority_numbers_an_ordinary_one_is_called() -> None:
    order = in_calling_order(["U1", "U2", "U3", "U4", "U5"], ["1", "2"], 0, RULES)
    assert order == ["U1", "U2", "1", "U3", "U4", "2", "U5"]
    assert in_calling_order(["U9"], ["8"], 2, RULES) == ["8", "U9"]


@given(st.lists(st.integers()), st.lists(st.integers()), st.integers(0, 5), st.integers(1, 4))
def test_calling_order_loses_nobody_and_keeps_each_series_in_order(
    priority: list[int], ordinary: list[int], streak: int, in_a_row: int
) -> None:
    first, second = [("u", n) for n in priority], [("o", n) for n in ordinary]
    order = in_calling_order(first, second, streak, QueueRules(priority_in_a_row=in_a_row))
    assert [x for x in order if x[0] == "u"] == first
    assert [x for x in order if x[0] == "o"] == second


def test_a_wait_is_estimated_from_real_visits_or_not_at_all() -> None:
    visits = [300.0] * 6
    assert estimate(4, visits[:4], 1) is None
    assert estimate(4, visits, 1) == Wait(10, 30)
    assert estimate(4, visits, 2) == Wait(5, 15)
    assert estimate(0, visits, 1) == Wait(0, 5)


def test_a_visit_nobody_finished_does_not_make_the_wait_hours() -> None:
    assert estimate(1, [300.0] * 9 + [3 * 3600.0], 1) == Wait(0, 10)


@pytest.mark.parametrize(
    ("clock", "is_open"),
    [("06:59", False), ("07:00", True), ("11:29", True), ("11:30", False), ("13:05", True),
     ("16:59", True), ("17:00", False)],
)  # fmt: skip
def test_numbers_are_given_from_half_an_hour_before_opening_until_closing(
    clock: str, is_open: bool
) -> None:
    hour, minute = map(int, clock.split(":"))
    now = MORNING.replace(hour=hour, minute=minute)
    if is_open:
        check_open(queueing_office(), now, RULES)
        return
    with pytest.raises(QueueClosed) as refusal:
        check_open(queueing_office(), now, RULES)
    assert refusal.value.reason is ClosedReason.CLOSED
    assert refusal.value.opens_at is not None
    assert refusal.value.opens_at > now


def room(now: datetime, waiting: int, given: int = 0, capacity: int = 0) -> None:
    check_room(
        queueing_office(), now, given=given, waiting=waiting, visit_seconds=[600.0] * 5,
        counters_open=1, rules=QueueRules(daily_capacity=capacity),
    )  # fmt: skip


def test_no_number_is_given_that_nobody_could_serve_before_closing() -> None:
    room(MORNING.replace(hour=16), waiting=5)
    with pytest.raises(QueueClosed) as refusal:
        room(MORNING.replace(hour=16), waiting=6)
    assert refusal.value.reason is ClosedReason.TOO_LATE
    assert refusal.value.opens_at == datetime(2026, 11, 25, 7, 30, tzinfo=HANOI)


def test_lunch_is_not_time_to_serve_anybody() -> None:
    before_lunch = MORNING.replace(hour=11)
    left = timedelta(minutes=30) + timedelta(hours=3, minutes=30)
    room(before_lunch, waiting=left // timedelta(minutes=10) - 1)
    with pytest.raises(QueueClosed):
        room(before_lunch, waiting=left // timedelta(minutes=10))


def test_a_group_gives_no_more_than_its_numbers_of_the_day() -> None:
    room(MORNING, waiting=0, given=49, capacity=50)
    with pytest.raises(QueueClosed) as refusal:
        room(MORNING, waiting=0, given=50, capacity=50)
    assert refusal.value.reason is ClosedReason.FULL


@given(
    priority=st.integers(0, 12),
    ordinary=st.integers(0, 12),
    streak=st.integers(0, 4),
    row=st.integers(0, 3),
)
def test_a_place_is_counted_as_the_order_would_call_it(
    priority: int, ordinary: int, streak: int, row: int
) -> None:
    rules = QueueRules(priority_in_a_row=row)
    first = [(True, n) for n in range(priority)]
    second = [(False, n) for n in range(ordinary)]
    for place, (is_priority, n) in enumerate(in_calling_order(first, second, streak, rules)):
        ahead = calls_before(
            is_priority=is_priority,
            own_ahead=n,
            others=ordinary if is_priority else priority,
            streak=streak,
            rules=rules,
        )
        assert ahead == place
