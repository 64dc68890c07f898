"""Conversations in SQL: what is kept, what is masked, what is forgotten."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import Clock, an_office
from sqlalchemy import Engine, select

from assistant.address import Address
from assistant.answers import Answer, Choice, Outcome, ProcedureRef
from assistant.conversations import Conversation, Conversations, State, UnknownConversation
from assistant.inquiries import Inquiries
from knowledge.database import connect, migrate, reading
from knowledge.schema import ConversationRow, InquiryRow, TurnRow
from knowledge.store import KnowledgeStore

ANSWER = Answer(Outcome.ANSWERED, "Dạ, miễn phí ạ.", procedure=ProcedureRef("1.000001", "Việc"))
FULL = State(
    code="1.000001",
    case="lost_paper",
    topics=("fee",),
    choices=(Choice("Việc", "việc", "1.000001"), Choice("Khác", "khác")),
    pending_topics=("time",),
    asked_case=True,
    earlier=("1.000002",),
    address=Address("bác", "cháu"),
    misses=2,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(tmp_path: Path, clock: Clock) -> Engine:
    engine = connect(f"sqlite:///{tmp_path / 'letan.db'}")
    migrate(engine)
    store = KnowledgeStore(engine, clock)
    for office_id in ("phuong-thu", "phuong-khac"):
        store.put_office(an_office(id=office_id), by="thử")
    return engine


@pytest.fixture
def office(engine: Engine, clock: Clock) -> Conversations:
    return Conversations(engine, "phuong-thu", clock)


def begun(office: Conversations, state: State = FULL) -> Conversation:
    started = office.start("web")
    office.record(started, "hỏi phí", ANSWER, state)
    return office.get(started.id)


def count(engine: Engine, table: type) -> int:
    with reading(engine) as connection:
        return len(connection.execute(select(table)).all())


def test_a_conversation_comes_back_whole_after_a_restart(
    office: Conversations, engine: Engine, clock: Clock
) -> None:
    before = begun(office)
    engine.dispose()
    again = Conversations(connect(str(engine.url)), "phuong-thu", clock).get(before.id)
    assert again == before
    assert (again.state, again.channel, again.is_new) == (FULL, "web", False)


def test_a_started_conversation_is_stored_only_with_its_first_turn(
    office: Conversations, engine: Engine
) -> None:
    started = office.start("web")
    assert started.is_new and count(engine, ConversationRow) == 0
    with pytest.raises(UnknownConversation):
        office.get(started.id)


def test_an_answer_is_bound_to_its_conversation_and_turn(office: Conversations) -> None:
    started = office.start("web")
    bound = office.record(started, "hỏi", ANSWER, State())
    other = office.record(office.get(started.id), "hỏi nữa", ANSWER, State())
    assert bound.conversation_id == started.id
    assert bound.turn_id and bound.turn_id != other.turn_id
    assert office.turns(started.id) == [
        {"asked": "hỏi", "answer": bound.to_json()},
        {"asked": "hỏi nữa", "answer": other.to_json()},
    ]


def test_ids_cannot_be_guessed(office: Conversations) -> None:
    ids = {office.start("web").id for _ in range(100)}
    assert len(ids) == 100 and min(map(len, ids)) >= 20


def test_another_office_sees_and_deletes_nothing(
    office: Conversations, engine: Engine, clock: Clock
) -> None:
    mine = begun(office)
    other = Conversations(engine, "phuong-khac", clock)
    with pytest.raises(UnknownConversation):
        other.get(mine.id)
    assert other.turns(mine.id) == []
    other.forget(mine.id)
    assert office.get(mine.id) == mine


def test_forgetting_takes_the_turns_along_and_keeps_the_inquiry(
    office: Conversations, engine: Engine, clock: Clock
) -> None:
    mine = begun(office)
    Inquiries(engine, "phuong-thu", clock).open(mine, "hỏi phí", kind="not_found")
    office.forget(mine.id)
    assert count(engine, TurnRow) == count(engine, ConversationRow) == 0
    assert count(engine, InquiryRow) == 1


def test_purging_removes_what_has_been_silent_too_long(office: Conversations, clock: Clock) -> None:
    old = begun(office)
    clock.moment += timedelta(days=60)
    fresh = begun(office)
    assert office.purge(timedelta(days=30)) == 1
    assert office.get(fresh.id)
    with pytest.raises(UnknownConversation):
        office.get(old.id)


def test_turning_to_another_procedure_opens_its_case_and_remembers_the_last() -> None:
    turned = FULL.with_procedure("1.000009")
    assert (turned.code, turned.case) == ("1.000009", None)
    assert turned.earlier == ("1.000002", "1.000001")
    assert FULL.with_procedure("1.000001") is FULL


def test_only_the_last_few_procedures_are_remembered() -> None:
    state = State()
    for number in range(20):
        state = state.with_procedure(f"1.{number:06}")
    assert state.earlier == tuple(f"1.{number:06}" for number in range(11, 19))


words = st.text(max_size=20)


@given(
    st.builds(
        State,
        code=st.none() | words,
        case=st.none() | words,
        topics=st.lists(words, max_size=3).map(tuple),
        choices=st.lists(st.builds(Choice, words, words, st.none() | words), max_size=3).map(tuple),
        asked_case=st.booleans(),
        address=st.none() | st.builds(Address, words, words),
        misses=st.integers(0, 9),
    )
)
def test_any_state_survives_its_json(state: State) -> None:
    assert State.from_json(state.to_json()) == state
