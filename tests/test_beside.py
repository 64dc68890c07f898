"""What may have been meant instead stands beside an answer that is not quite certain."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.answers import Answer, Outcome
from assistant.conversations import State
from assistant.desk import Desk
from assistant.dialogue.beside import are_beside

BIRTH, DEATH, WED = "1.001193", "1.000656", "1.000894"
Ask = Callable[..., Answer]


@pytest.fixture
def ask_unsure(own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A desk that is never certain: everything probable stands beside every answer."""
    room = own_desk.receptionist._room
    unsure = replace(room.thresholds, answer=0.3, leading=0.3, alone=1.01, choice=0.0)
    monkeypatch.setattr(own_desk.receptionist, "_room", replace(room, thresholds=unsure))
    return own_desk.receptionist.reply


def first(ask: Ask) -> Answer:
    return ask("đăng ký khai tử ở đâu")


def test_the_answer_comes_at_once_with_at_most_three_others_below(ask_unsure: Ask) -> None:
    answer = first(ask_unsure)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.procedure and answer.procedure.code == DEATH
    assert 1 <= len(answer.choices) <= 3
    assert DEATH not in [choice.code for choice in answer.choices]
    assert f"1. {answer.choices[0].label}" in answer.text


def test_another_is_taken_by_its_number_or_its_name(ask_unsure: Ask) -> None:
    for said in ("1", None):
        answer = first(ask_unsure)
        other = answer.choices[0]
        taken = ask_unsure(said or other.message, answer.conversation_id)
        assert taken.procedure and taken.procedure.code == other.code


def test_going_on_or_saying_yes_stays_with_what_was_answered(ask_unsure: Ask) -> None:
    answer = first(ask_unsure)
    after = ask_unsure("lệ phí bao nhiêu", answer.conversation_id)
    assert after.procedure and after.procedure.code == DEATH
    thanked = ask_unsure("dạ vâng", answer.conversation_id)
    assert thanked.procedure is None or thanked.procedure.code == DEATH


def test_choices_are_beside_only_when_the_answer_put_them_there() -> None:
    assert not are_beside(State())
