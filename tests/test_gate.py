"""When the desk speaks in a chat: one pure decision, from the clearest reason to the least."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from records import MORNING

from channels.gate import SPOKEN, Limits, Mode, Room, Spoken, Verdict, Why, gate
from channels.heard import Heard, Kind

LIMITS = Limits(person_per_10_minutes=3, person_per_day=9, chat_per_minute=5)
QUESTION = "làm khai sinh cho con cần giấy tờ gì ạ?"
SAID = Heard("telegram", "1", Kind.TEXT, "-1", True, "7", "10", QUESTION)
ALONE = replace(SAID, is_group=False, chat_id="7")
CALLED = replace(SAID, called=True)
OPEN = Room(mode=Mode.QUESTIONS)


def decide(
    heard: Heard,
    room: Room | None = None,
    *,
    now: datetime = MORNING,
    is_clerk: bool = False,
    spoken: Spoken | None = None,
) -> Verdict:
    return gate(
        heard, room or Room(), now, is_clerk=is_clerk, spoken=spoken or Spoken(), limits=LIMITS
    )


@pytest.mark.parametrize(
    ("heard", "why"),
    [
        (CALLED, Why.CALLED),
        (replace(SAID, to_bot=True), Why.REPLY_TO_BOT),
        (replace(SAID, command="hoi"), Why.COMMAND),
        (replace(SAID, kind=Kind.PRESSED, pressed="p:1"), Why.PRESSED),
        (replace(SAID, called=True, kind=Kind.MEDIA), Why.CALLED),
        (replace(CALLED, kind=Kind.EDITED), Why.CALLED),
        (replace(CALLED, to_person=True), Why.CALLED),  # "@bot" in reply to a neighbour's question
        (ALONE, Why.PRIVATE),
        (replace(ALONE, text="cảm ơn em"), Why.PRIVATE),
        (replace(ALONE, kind=Kind.MEDIA, text=""), Why.PRIVATE),
    ],
)
def test_whoever_is_called_speaks(heard: Heard, why: Why) -> None:
    verdict = decide(heard)
    assert verdict.why is why and verdict.speaks and not verdict.needs_meaning


@pytest.mark.parametrize(
    ("heard", "why"),
    [
        (SAID, Why.NOT_CALLED),
        (replace(SAID, to_person=True), Why.BETWEEN_PEOPLE),
        (replace(SAID, text=" "), Why.NOTHING_SAID),
        (replace(SAID, kind=Kind.MEDIA, text=""), Why.MEDIA),
        (replace(SAID, kind=Kind.UNREADABLE, text=""), Why.MEDIA),
        (replace(SAID, called=True, kind=Kind.MEDIA, text=""), Why.MEDIA),
        (replace(CALLED, text="cảm ơn nhé"), Why.THANKS),
        (replace(SAID, to_bot=True, text="dạ vâng ạ"), Why.THANKS),
        (replace(CALLED, for_other_bot=True), Why.OTHER_BOT),
    ],
)
@pytest.mark.parametrize("room", [Room(), Room(muted=True)])
def test_what_is_not_for_the_desk_meets_silence(heard: Heard, why: Why, room: Room) -> None:
    verdict = decide(heard, room)
    assert not verdict.speaks
    assert verdict.why in (why, Why.MUTED)
    if not room.muted:
        assert verdict.why is why


def test_in_a_question_room_an_uncalled_question_must_be_surely_meant() -> None:
    verdict = decide(SAID, OPEN)
    assert verdict == Verdict(Why.QUESTION_ROOM, needs_meaning=True)
    for text, why in (
        ("ok", Why.THANKS),
        ("chị Loan ơi làm khai sinh ở đâu vậy?", Why.BETWEEN_PEOPLE),
        ("hôm qua tôi làm khai sinh cho cháu xong rồi", Why.BETWEEN_PEOPLE),
        ("mai họp lúc tám giờ nhé", Why.BETWEEN_PEOPLE),
    ):
        assert decide(replace(SAID, text=text), OPEN).why is why, text


def test_a_question_room_may_be_one_topic_of_a_forum() -> None:
    room = Room(mode=Mode.QUESTIONS, topics=("30",))
    assert decide(replace(SAID, topic_id="30"), room).speaks
    assert decide(replace(SAID, topic_id="31"), room).why is Why.NOT_CALLED


def test_a_muted_group_hears_only_the_command_that_ends_it() -> None:
    room = Room(mode=Mode.QUESTIONS, muted=True)
    assert decide(SAID, room).why is decide(CALLED, room).why is Why.MUTED
    assert decide(replace(SAID, command="noi"), room).why is Why.COMMAND
    assert decide(replace(ALONE, text=QUESTION), room).speaks  # private chats cannot be muted


def test_while_a_clerk_is_here_only_who_calls_is_answered() -> None:
    room = replace(OPEN, clerk_until=MORNING + timedelta(minutes=10))
    assert decide(SAID, room).why is Why.CLERK_IS_HERE
    assert decide(CALLED, room).speaks
    assert decide(SAID, room, now=MORNING + timedelta(minutes=10)).speaks


def test_a_clerks_own_words_are_never_answered_unless_the_clerk_calls() -> None:
    assert decide(SAID, OPEN, is_clerk=True).why is Why.CLERK
    assert decide(replace(SAID, to_person=True), is_clerk=True).why is Why.CLERK
    assert decide(replace(SAID, command="im"), is_clerk=True).speaks
    assert decide(ALONE, is_clerk=True).why is Why.PRIVATE


@pytest.mark.parametrize(
    "spoken", [Spoken(to_person_lately=3), Spoken(to_person_today=9), Spoken(in_chat_last_minute=5)]
)
@pytest.mark.parametrize("room", [Room(), OPEN])
def test_past_a_limit_nothing_is_said_to_anybody(spoken: Spoken, room: Room) -> None:
    for heard in (CALLED, replace(SAID, command="hoi"), ALONE):
        assert decide(heard, room, spoken=spoken).why is Why.TOO_MUCH
    assert not decide(SAID, room, spoken=spoken).speaks
    below = Spoken(2, 8, 4)
    assert decide(CALLED, room, spoken=below).speaks


def test_every_reason_is_either_to_speak_or_to_keep_quiet() -> None:
    assert {why for why in Why if Verdict(why).speaks} == SPOKEN
