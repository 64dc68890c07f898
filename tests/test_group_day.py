"""A day of a busy group: the script is what it says it is, and the desk keeps the bars in it."""

from collections import Counter
from datetime import time

import pytest

from evals.cases import read_cases
from evals.group_day import GroupMessage, GroupRun, Spoken
from evals.group_replay import each_day, worlds

DAY = read_cases(GroupMessage, "groups")
BY_ID = {message.id: message for message in DAY}


def test_the_day_is_a_busy_one_in_the_order_of_the_clock() -> None:
    kinds = Counter(message.kind for message in DAY)
    assert len(DAY) >= 300 and len({message.who for message in DAY}) >= 40
    assert kinds["call"] >= 60 and kinds["ask"] >= 10
    assert min(kinds[kind] for kind in ("thanks", "sticker", "other_bot", "fragment")) >= 5
    assert [m.at for m in DAY] == sorted(m.at for m in DAY) and len(BY_ID) == len(DAY)


def test_every_message_refers_to_an_earlier_one_and_questions_have_a_fair_answer() -> None:
    for message in DAY:
        for other in filter(None, (message.re, message.bot_re)):
            assert BY_ID[other].at <= message.at, message.id
        assert bool(message.accept) == (message.kind in ("call", "ask")), message.id
        assert bool(message.call) == (message.kind == "call"), message.id


def test_figures_count_what_was_said_to_whom() -> None:
    def said(number: int, kind: str, **more: str) -> GroupMessage:
        return GroupMessage(id=str(number), at=time(9, number), who="a", kind=kind, **more)

    messages = (
        said(1, "call", call="mention", accept=("1.001193",)),
        said(2, "call", call="mention", accept=("1.001193",)),
        said(3, "talk"), said(4, "thanks"), said(5, "ask", accept=("1.004194",)),
    )  # fmt: skip
    right, wrong = Spoken(("1.001193",), "answered", ""), Spoken(("9.9",), "answered", "")
    offered = Spoken((), "clarifying", "", ("1.001193",))
    run = GroupRun("", messages, frozenset("1"), {"1": [right], "2": [offered], "3": [right],
                                                  "5": [wrong]})  # fmt: skip
    figures = run.figures()
    assert figures["answered"] == 1 and figures["at_once"] == 0.5
    assert figures["uninvited"] == 0.5 and figures["misread"] == 1 and not run.holds
    twice = GroupRun("", messages[:2], frozenset(), {"1": [right, right], "2": [right]})
    assert twice.figures()["twice"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("title", [world.title for world in worlds(DAY)])
def test_called_it_answers_and_among_themselves_it_lets_people_be(title: str) -> None:
    for run in each_day(DAY, title, lambda done, total: None):
        figures = run.figures()
        assert run.title == title and figures["messages"] == len(DAY)
        assert figures["answered"] >= 0.95, [m.text for m in run.unanswered]
        assert figures["uninvited"] <= 0.01, [m.text for m in run.uninvited]
        assert figures["twice"] == 0 and figures["misread"] <= 1, [m.text for m in run.misread]
        assert run.holds
