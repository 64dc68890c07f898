"""Inbox, outbox and lanes alone: once, in order, side by side, and nothing that is lost unseen."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from records import Clock

from assistant.desk import Desk
from channels.heard import Heard, Kind, Say
from channels.mail_tables import BACKOFF_SECONDS, Lane, Received, Waiting, backoff
from channels.mailbox import Mailbox

BURST = timedelta(seconds=4)
ASKED = Heard("telegram", "1", Kind.TEXT, "c1", False, "lan", "m1", "làm khai sinh cần gì ạ?")


@pytest.fixture
def clock(ward: Desk) -> Clock:
    assert isinstance(ward.clock, Clock)
    return ward.clock


@pytest.fixture
def mail(ward: Desk) -> Mailbox:
    return mailbox(ward)


def mailbox(ward: Desk, attempts: int = 3) -> Mailbox:
    engine, office = ward.library.engine, ward.office_id
    return Mailbox(engine, office, ward.clock, burst=BURST, max_attempts=attempts)


def heard(key: str, text: str = ASKED.text, who: str = "lan", **more: object) -> Heard:
    return replace(ASKED, key=key, text=text, person_id=who, **more)  # type: ignore[arg-type]


def hold(mail: Mailbox) -> Lane:
    [lane] = mail.lanes.claim(["telegram"], 5)
    return lane


def texts(due: Waiting | Received | None) -> list[str]:
    assert isinstance(due, Received)
    return [part.text for part in due.parts]


def answer(mail: Mailbox, due: Waiting | Received | None, says: Iterable[str] = ("Dạ.",)) -> None:
    assert isinstance(due, Received)
    with mail.writing() as connection:
        mail.settle(connection, due, "private", [Say("c1", said) for said in says])


def test_a_message_that_is_delivered_again_is_one_message_for_good(
    mail: Mailbox, ward: Desk
) -> None:
    assert mail.inbox.put(ASKED) and not mail.inbox.put(ASKED)
    lane = hold(mail)
    answer(mail, mail.next(lane))
    assert not mail.inbox.put(ASKED)  # also when it is settled
    assert not mailbox(ward).inbox.put(ASKED)  # also for another process
    assert mail.inbox.find_status("telegram", "1") == "done"
    assert mail.inbox.find_status("telegram", "2") is None
    assert mail.inbox.put(replace(ASKED, platform="zalo-bot"))  # another platform's "1" is another


def test_who_has_waited_longest_is_taken_up_first(mail: Mailbox, clock: Clock) -> None:
    for key, chat_id in (("1", "c9"), ("2", "c1"), ("3", "c5")):
        mail.inbox.put(replace(ASKED, key=key, chat_id=chat_id))
        clock.moment += timedelta(seconds=1)
    taken = [mail.lanes.claim(["telegram"], 1)[0].chat_id for _ in range(3)]
    assert taken == ["c9", "c1", "c5"]


def test_settling_writes_the_answer_once_even_when_it_happens_twice(mail: Mailbox) -> None:
    mail.inbox.put(ASKED)
    due = mail.next(hold(mail))
    answer(mail, due, ["một", "hai"])
    answer(mail, due, ["một", "hai"])
    assert mail.letters.counts()["out"] == {"waiting": 2}


def test_a_transaction_that_breaks_leaves_the_question_waiting_and_says_nothing(
    mail: Mailbox,
) -> None:
    mail.inbox.put(ASKED)
    due = mail.next(hold(mail))
    assert isinstance(due, Received)
    with pytest.raises(RuntimeError), mail.writing() as connection:
        mail.settle(connection, due, "private", [Say("c1", "Dạ.")])
        raise RuntimeError("the power went")
    assert mail.letters.counts() == {"in": {"waiting": 1}, "out": {}}


def test_words_are_not_kept_beyond_their_use(mail: Mailbox) -> None:
    mail.inbox.put(ASKED)
    lane = hold(mail)
    answer(mail, mail.next(lane))
    waiting = mail.next(lane)
    assert isinstance(waiting, Waiting) and waiting.say.text == "Dạ."
    mail.outbox.sent(waiting, "77")
    assert mail.next(lane) is None
    assert mail.letters.counts() == {"in": {"done": 1}, "out": {"sent": 1}}


def test_a_chat_is_answered_in_order_and_by_one_worker_at_a_time(mail: Mailbox, ward: Desk) -> None:
    other = mailbox(ward)
    for key in ("1", "2", "3"):
        mail.inbox.put(heard(key, f"câu {key} thế nào?"))
    mail.inbox.put(heard("4", "câu khác thế nào?", chat_id="c2"))
    mine, theirs = mail.lanes.claim(["telegram"], 1), other.lanes.claim(["telegram"], 5)
    assert {lane.chat_id for lane in (*mine, *theirs)} == {"c1", "c2"} and len(theirs) == 1
    assert other.lanes.claim(["telegram"], 5) == []  # both chats are held
    lane = next(lane for lane in (*mine, *theirs) if lane.chat_id == "c1")
    said = []
    for _ in range(3):
        due = mail.next(lane)
        said += texts(due)
        answer(mail, due, [])
    assert said == ["câu 1 thế nào?", "câu 2 thế nào?", "câu 3 thế nào?"]


def test_a_worker_that_died_loses_its_chats_and_cannot_come_back_to_them(
    mail: Mailbox, ward: Desk, clock: Clock
) -> None:
    other = mailbox(ward)
    mail.inbox.put(ASKED)
    lane = hold(mail)
    assert mail.lanes.renew(lane)
    clock.moment += timedelta(minutes=10)
    [taken] = other.lanes.claim(["telegram"], 5)
    assert taken.chat_id == lane.chat_id and not mail.lanes.renew(lane)
    mail.lanes.release(lane)  # what is no longer ours is not given away
    assert mail.lanes.claim(["telegram"], 5) == []
    assert other.lanes.renew(taken)


def test_an_opener_waits_for_its_question_and_both_are_one(mail: Mailbox, clock: Clock) -> None:
    mail.inbox.put(heard("1", "chào ad"))
    mail.inbox.put(heard("2", "nhà em muốn xây thêm cái kho"))
    assert mail.lanes.claim(["telegram"], 5) == []
    clock.moment += timedelta(seconds=3)
    mail.inbox.put(heard("3", "có phải xin phép không ạ"))
    assert texts(mail.next(hold(mail))) == [
        "chào ad", "nhà em muốn xây thêm cái kho", "có phải xin phép không ạ",
    ]  # fmt: skip


def test_each_new_beginning_is_waited_for_and_an_end_that_does_not_come_is_not(
    mail: Mailbox, clock: Clock
) -> None:
    mail.inbox.put(heard("1", "chào ad"))
    clock.moment += timedelta(seconds=3)
    mail.inbox.put(heard("2", "cho em hỏi chút"))
    clock.moment += timedelta(seconds=3)
    assert mail.lanes.claim(["telegram"], 5) == []  # four seconds after the last, not the first
    clock.moment += timedelta(seconds=1)
    assert texts(mail.next(hold(mail))) == ["chào ad", "cho em hỏi chút"]


def test_who_only_began_to_write_does_not_keep_the_neighbours_waiting(mail: Mailbox) -> None:
    mail.inbox.put(heard("1", "chào ad", who="bình"))
    mail.inbox.put(heard("2"))
    lane = hold(mail)
    due = mail.next(lane)
    assert texts(due) == [ASKED.text]
    answer(mail, due, [])
    assert mail.next(lane) is None
    mail.inbox.put(heard("3", "chứng thực ở đâu ạ?", who="bình"))
    assert texts(mail.next(lane)) == ["chào ad", "chứng thực ở đâu ạ?"]


def test_what_was_said_minutes_apart_or_in_another_topic_is_not_one_question(
    mail: Mailbox, clock: Clock
) -> None:
    lane = Lane("telegram", "c1", "")
    mail.inbox.put(heard("1", "chào ad", sent_at=clock.moment - timedelta(minutes=5)))
    mail.inbox.put(heard("2", sent_at=clock.moment))
    due = mail.next(lane)
    assert texts(due) == ["chào ad"]
    answer(mail, due, [])
    answer(mail, mail.next(lane), [])
    mail.inbox.put(heard("3", "chào ad", topic_id="30"))
    mail.inbox.put(heard("4", topic_id="31"))
    assert texts(mail.next(lane)) == ["chào ad"]


def test_a_message_that_fails_keeps_its_place_and_is_given_up_visibly(
    mail: Mailbox, clock: Clock
) -> None:
    lane = Lane("telegram", "c1", "")
    mail.inbox.put(heard("1"))
    mail.inbox.put(heard("2", who="bình"))
    for attempt in range(1, 4):
        due = mail.next(lane)
        assert isinstance(due, Received) and due.attempts == attempt - 1
        assert mail.inbox.put_off(due, "RuntimeError: boom") is (attempt == 3)
        if attempt < 3:
            assert mail.next(lane) is None  # nobody overtakes what was tried
            clock.moment += timedelta(hours=1)
    assert texts(mail.next(lane)) == [ASKED.text]  # the second one's turn
    [letter] = mail.letters.all()
    assert (letter.way, letter.error, letter.text) == ("in", "RuntimeError: boom", ASKED.text)
    assert mail.letters.revive(letter.way, letter.id, by="lan")
    assert not mail.letters.revive(letter.way, letter.id, by="lan")
    due = mail.next(lane)
    assert isinstance(due, Received) and due.attempts == 0


def test_a_platform_that_names_a_time_is_waited_for_without_counting(
    mail: Mailbox, clock: Clock
) -> None:
    mail.inbox.put(ASKED)
    lane = hold(mail)
    answer(mail, mail.next(lane))
    for _ in range(20):
        waiting = mail.next(lane)
        assert isinstance(waiting, Waiting) and waiting.attempts == 0
        mail.outbox.wait(waiting, 7, "flood limit")
        assert mail.next(lane) is None
        clock.moment += timedelta(seconds=7)
    assert isinstance(mail.next(lane), Waiting)


def test_waits_grow_up_to_half_an_hour_and_are_never_shorter_than_said() -> None:
    for attempts, seconds in enumerate((*BACKOFF_SECONDS, 1800, 1800), 1):
        assert timedelta(seconds=seconds) <= backoff(attempts) < timedelta(seconds=seconds * 1.2)


def test_while_an_answer_waits_for_the_network_questions_are_heard_on(mail: Mailbox) -> None:
    mail.inbox.put(heard("1"))
    lane = hold(mail)
    answer(mail, mail.next(lane))
    waiting = mail.next(lane)
    assert isinstance(waiting, Waiting)
    assert mail.outbox.not_sent(waiting, "not reached", 0) is False
    mail.inbox.put(heard("2", "lệ phí bao nhiêu?"))
    assert texts(mail.next(lane)) == ["lệ phí bao nhiêu?"]


def test_what_a_clerk_has_answered_is_no_longer_sent(mail: Mailbox) -> None:
    mail.inbox.put(ASKED)
    due = mail.next(hold(mail))
    assert isinstance(due, Received)
    with mail.writing() as connection:
        mail.settle(connection, due, "called", [Say("c1", "Dạ.", reply_to="m1")])
        assert mail.outbox.cancel_answers(connection, ASKED, "m2") == 0
        assert mail.outbox.cancel_answers(connection, ASKED, "m1") == 1
    assert mail.letters.counts()["out"] == {"cancelled": 1}


def test_a_group_that_moved_is_written_to_at_its_new_place_and_one_that_ended_is_not(
    mail: Mailbox,
) -> None:
    mail.inbox.put(heard("1"))
    answer(mail, mail.next(hold(mail)))
    mail.inbox.put(heard("2"))
    with mail.writing() as connection:
        mail.move(connection, "telegram", "c1", "c9")
    moved = mail.next(Lane("telegram", "c9", ""))
    assert isinstance(moved, Waiting) and moved.say.chat_id == "c9"
    with mail.writing() as connection:
        mail.drop(connection, "telegram", "c9")
    assert mail.next(Lane("telegram", "c9", "")) is None
    assert mail.letters.counts() == {"in": {"done": 2}, "out": {"cancelled": 1}}


def test_settled_mail_is_deleted_after_its_time_and_what_waits_is_not(
    mail: Mailbox, clock: Clock
) -> None:
    mail.inbox.put(heard("1"))
    answer(mail, mail.next(hold(mail)))
    mail.inbox.put(heard("2"))
    clock.moment += timedelta(days=31)
    assert mail.letters.purge(timedelta(days=30)) == 1
    assert mail.letters.counts() == {"in": {"waiting": 1}, "out": {"waiting": 1}}
