"""Whatever residents and clerks do in whatever order, the queue keeps its promises."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule
from queue_offices import a_queue, queueing_office
from records import Clock

from assistant.queue_numbers import NumberMoved, NumberState, QueueNumber
from assistant.queue_rules import in_calling_order
from assistant.queue_store import Wanted

OFFICE = queueing_office()
GROUP_OF = {c.number: c.queue for c in OFFICE.counters if c.queue}


class TheQueue(RuleBasedStateMachine):
    """The real queue on SQLite beside a list in memory."""

    numbers = Bundle("numbers")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.queue = a_queue(Path(self.folder.name), self.clock, OFFICE)
        self.taken: dict[str, QueueNumber] = {}  # by client key
        self.waits: dict[int, str] = {}  # number id → group it waits in
        self.at: dict[str, int] = {}  # counter → number id
        self.skipped: dict[int, str] = {}
        self.streak: dict[str, int] = {}
        self.priority: dict[int, bool] = {}
        self.calls: list[tuple[str, str]] = []

    def teardown(self) -> None:
        self.queue._engine.dispose()
        self.folder.cleanup()

    @rule(target=numbers, letter=st.sampled_from("ABC"), priority=st.booleans())
    def take(self, letter: str, priority: bool) -> QueueNumber:
        key = f"chạm {len(self.taken)}"
        number = self.queue.take(key, Wanted(letter, priority))
        assert number.id not in self.priority, "a number was given twice"
        same_series = [
            n.number for n in self.taken.values()
            if (n.letter, n.is_priority) == (letter, priority)
        ]  # fmt: skip
        assert number.number == len(same_series) + 1
        self.taken[key] = number
        self.waits[number.id] = letter
        self.priority[number.id] = priority
        return number

    @precondition(lambda self: self.taken)
    @rule(data=st.data())
    def tap_again(self, data: Any) -> None:
        key = data.draw(st.sampled_from(sorted(self.taken)))
        assert self.queue.take(key, Wanted("A")).token == self.taken[key].token

    @rule(counter=st.sampled_from(sorted(GROUP_OF)), knows=st.booleans())
    def call_next(self, counter: str, knows: bool) -> None:
        here = self.at.get(counter)
        number = self.queue.call_next(counter, current=here if knows else None)
        if here is not None and not knows:
            assert number is not None and number.id == here
            return
        self.at.pop(counter, None)
        letter = GROUP_OF[counter]
        waiting = sorted(i for i, group in self.waits.items() if group == letter)
        expected = in_calling_order(
            [i for i in waiting if self.priority[i]],
            [i for i in waiting if not self.priority[i]],
            self.streak.get(letter, 0),
            self.queue.rules,
        )
        assert (number.id if number else None) == (expected[0] if expected else None)
        if number:
            del self.waits[number.id]
            self.at[counter] = number.id
            self.streak[letter] = self.streak.get(letter, 0) + 1 if number.is_priority else 0
            self.calls.append((number.label, counter))

    @precondition(lambda self: self.at)
    @rule(data=st.data(), what=st.sampled_from(["skip", "finish", "A", "B", "C", "recall"]))
    def leave_the_counter(self, data: Any, what: str) -> None:
        counter = data.draw(st.sampled_from(sorted(self.at)))
        number = self.at[counter]
        if what == "recall":
            self.queue.recall(number, counter)
            label = next(n.label for n in self.taken.values() if n.id == number)
            self.calls.append((label, counter))
            return
        del self.at[counter]
        if what == "skip":
            self.queue.skip(number)
            self.skipped[number] = str(GROUP_OF[counter])
        elif what == "finish":
            self.queue.finish(number)
        else:
            self.queue.transfer(number, what)
            self.waits[number] = what

    @precondition(lambda self: self.skipped)
    @rule(data=st.data(), counter=st.sampled_from(sorted(GROUP_OF)))
    def call_the_absent(self, data: Any, counter: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.skipped)))
        allowed = counter not in self.at and self.skipped[number] == GROUP_OF[counter]
        try:
            self.queue.recall(number, counter)
            assert allowed
        except NumberMoved:
            assert not allowed
            return
        del self.skipped[number]
        self.at[counter] = number
        label = next(n.label for n in self.taken.values() if n.id == number)
        self.calls.append((label, counter))

    @rule(number=numbers)
    def give_up(self, number: QueueNumber) -> None:
        self.queue.leave(number.token)
        self.waits.pop(number.id, None)

    @rule(minutes=st.integers(0, 2))
    def time_passes(self, minutes: int) -> None:
        self.clock.moment += timedelta(minutes=minutes) / 10

    @invariant()
    def nobody_is_lost(self) -> None:
        for counter, letter in GROUP_OF.items():
            view = self.queue.at_counter(counter)
            assert (view.current.id if view.current else None) == self.at.get(counter)
            assert sorted(n.id for n in view.waiting) == sorted(
                i for i, group in self.waits.items() if group == letter
            )
            assert all(n.state is NumberState.WAITING for n in view.waiting)
            assert {n.id for n in view.skipped} == {
                i for i, group in self.skipped.items() if group == letter
            }

    @invariant()
    def the_board_says_every_call_once_in_order(self) -> None:
        heard = [(call.label, call.counter) for call in self.queue.calls(limit=1000)]
        assert heard == self.calls


TestTheQueue = TheQueue.TestCase
TestTheQueue.settings = settings(max_examples=10, stateful_step_count=25, deadline=None)
