"""Numbers that are wanted at one moment are given together, as if one after the other."""

from datetime import timedelta
from pathlib import Path

import pytest
from queue_offices import ORDINARY, PRIORITY, a_queue
from records import Clock

from assistant.queue_giving import Refusal, Taken
from assistant.queue_numbers import QueueClosed, QueueNumber, UnknownNumber
from assistant.queue_rules import QueueRules
from assistant.queue_store import Queue, Wanted

HERE = [ORDINARY, PRIORITY, ORDINARY, Wanted("C"), PRIORITY, ORDINARY, PRIORITY, PRIORITY]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(tmp_path: Path, clock: Clock) -> Queue:
    return a_queue(tmp_path, clock)


def crowd(wishes: list[Wanted], name: str = "chạm") -> list[tuple[str, Wanted]]:
    return [(f"{name} {n}", wanted) for n, wanted in enumerate(wishes)]


def labels(taken: list[Taken | Refusal]) -> list[str]:
    return [type(each).__name__ if isinstance(each, Exception) else each[0].label for each in taken]


def visits_of_ten_minutes(queue: Queue, clock: Clock, count: int) -> None:
    """So many visits end; then the waits can be estimated."""
    for n in range(count):
        queue.take(f"trước {n}", ORDINARY)
        called = queue.call_next("2")
        assert called
        clock.moment += timedelta(minutes=10)
        queue.finish(called.id)


def test_a_crowd_gets_what_each_would_get_one_after_the_other(
    queue: Queue, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    single = a_queue(tmp_path / "other", Clock())
    visits_of_ten_minutes(queue, clock, 5)
    clock.moment = Clock().moment
    visits_of_ten_minutes(single, single._clock, 5)  # type: ignore[arg-type]
    single._clock = clock
    together = queue.take_places(crowd(HERE))
    alone = [single.take_places([visit])[0] for visit in crowd(HERE)]
    assert labels(together) == labels(alone)
    for one, other in zip(together, alone, strict=True):
        assert not isinstance(one, Exception) and not isinstance(other, Exception)
        assert one[1] and other[1]
        assert (one[1].ahead, one[1].wait) == (other[1].ahead, other[1].wait)
        assert one[0] == queue.find(one[0].token)
    assert queue.take("sau", ORDINARY).number == single.take("sau", ORDINARY).number


def test_those_who_came_together_are_called_in_the_order_they_came(queue: Queue) -> None:
    queue.take_places(crowd([ORDINARY] * 30))
    called: list[str] = []
    current = None
    while (number := queue.call_next("2", current=current)) is not None:
        called.append(number.label)
        current = number.id
    assert called == [f"B{n:03d}" for n in range(1, 31)]


def test_two_taps_that_come_together_are_one_visit(queue: Queue) -> None:
    first, second, other = queue.take_places([("a", ORDINARY), ("a", PRIORITY), ("b", ORDINARY)])
    assert first == second
    assert labels([first, other]) == ["B001", "B002"]


def test_who_has_a_number_gets_it_again_amid_a_crowd(queue: Queue) -> None:
    had = queue.take("đã có", ORDINARY)
    before, again, after = queue.take_places(
        [("trước", ORDINARY), ("đã có", Wanted("C")), ("sau", ORDINARY)]
    )
    assert again == (had, None)
    assert labels([before, after]) == ["B002", "B003"]


def test_a_refusal_leaves_the_others_their_numbers(tmp_path: Path, clock: Clock) -> None:
    queue = a_queue(tmp_path, clock, rules=QueueRules(daily_capacity=2))
    taken = queue.take_places(
        crowd([ORDINARY, Wanted("Z"), PRIORITY, ORDINARY, Wanted("C"), ORDINARY])
    )
    full, unknown = QueueClosed.__name__, UnknownNumber.__name__
    assert labels(taken) == ["B001", unknown, "UB001", full, "C001", full]
    assert labels(queue.take_places([("chạm 3", ORDINARY)])) == [full]
    assert queue.take("chạm 0", ORDINARY).label == "B001"


def test_after_hours_only_those_who_have_a_number_get_it(queue: Queue, clock: Clock) -> None:
    had = queue.take("đã có", ORDINARY)
    clock.moment = clock.moment.replace(hour=17, minute=30)
    late, again = queue.take_places([("muộn", ORDINARY), ("đã có", ORDINARY)])
    assert isinstance(late, QueueClosed)
    assert isinstance(again, tuple) and isinstance(again[0], QueueNumber) and again[0] == had
