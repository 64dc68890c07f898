"""A day of a busy group: the script is what it says it is, and the desk keeps the bars in it."""

from collections import Counter
from datetime import time

import pytest

from evals.cases import read_cases
from evals.group_day import GroupMessage, GroupRun, Spoken
from evals.group_replay import DAYS, each_day, worlds
from knowledge.vietnamese import fold

SCRIPTS = {number: read_cases(GroupMessage, name) for number, name in DAYS.items()}
TITLES = [world.title for world in worlds(SCRIPTS["1"])]


@pytest.mark.parametrize("number", DAYS)
def test_the_day_is_a_busy_one_in_the_order_of_the_clock(number: str) -> None:
    day = SCRIPTS[number]
    kinds = Counter(message.kind for message in day)
    assert len(day) >= 300 and len({message.who for message in day}) >= 40
    assert kinds["call"] >= 60 and kinds["ask"] >= 10
    assert min(kinds[kind] for kind in ("thanks", "sticker", "other_bot", "fragment")) >= 4
    assert [m.at for m in day] == sorted(m.at for m in day)
    assert len({m.id for m in day}) == len(day)


def test_the_second_day_repeats_no_question_of_the_first() -> None:
    first, second = ({fold(m.text) for m in day if m.accept} for day in SCRIPTS.values())
    assert not {text for text in first & second if len(text.split()) > 4}


@pytest.mark.parametrize("number", DAYS)
def test_every_message_refers_to_an_earlier_one_and_questions_have_a_fair_answer(
    number: str,
) -> None:
    by_id = {message.id: message for message in SCRIPTS[number]}
    for message in SCRIPTS[number]:
        for other in filter(None, (message.re, message.bot_re)):
            assert by_id[other].at <= message.at, message.id
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


# `letan eval groups` fails below 95 % on either day. Here the second, whose words nothing was
# fitted on, only keeps what it has: the linking moves a question or two with every change.
LEAST = {"1": 0.95, "2": 0.92}
EACH = [("1", title) for title in TITLES] + [("2", TITLES[0])]  # the desk is told everything there


@pytest.mark.slow
@pytest.mark.parametrize(("number", "title"), EACH)
def test_called_it_answers_and_among_themselves_it_lets_people_be(number: str, title: str) -> None:
    day = SCRIPTS[number]
    for run in each_day(day, title, lambda done, total: None):
        figures = run.figures()
        assert run.title == title and figures["messages"] == len(day)
        assert figures["answered"] >= LEAST[number], [m.text for m in run.unanswered]
        assert figures["uninvited"] <= 0.01, [m.text for m in run.uninvited]
        assert figures["twice"] == 0 and figures["misread"] <= 1, [m.text for m in run.misread]
        assert run.holds or number != "1"
