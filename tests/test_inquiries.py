"""Inquiries: a question handed to staff is never lost, never answered twice."""

from pathlib import Path

import pytest
from records import Clock, an_office
from sqlalchemy import Engine

from assistant.answers import Answer, Outcome
from assistant.conversations import Conversations, State
from assistant.inquiries import Inquiries, InquirySettled, InquiryStatus, UnknownInquiry
from knowledge.database import connect, migrate
from knowledge.store import KnowledgeStore


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
def conversations(engine: Engine, clock: Clock) -> Conversations:
    return Conversations(engine, "phuong-thu", clock)


@pytest.fixture
def inquiries(engine: Engine, clock: Clock) -> Inquiries:
    return Inquiries(engine, "phuong-thu", clock)


def test_a_reference_can_be_read_aloud(inquiries: Inquiries, conversations: Conversations) -> None:
    codes = {inquiries.open(conversations.start("web"), "hỏi", kind="human") for _ in range(50)}
    assert len(codes) == 50 == len(inquiries.waiting())
    assert not set("".join(codes)) & set("IO01l")


def test_an_inquiry_carries_what_was_said_before_it(
    inquiries: Inquiries, conversations: Conversations
) -> None:
    said = conversations.record(
        conversations.start("telegram"), "giấy độc thân", Answer(Outcome.ANSWERED, "Dạ…"), State()
    )
    before = conversations.get(said.conversation_id)
    code = inquiries.open(
        before, "gặp cán bộ", kind="human", procedure_code="1.004873", address={"chat_id": 7}
    )
    inquiry = inquiries.find(f" {code.lower()} ")
    assert inquiry is not None
    assert list(inquiry.transcript) == [{"asked": "giấy độc thân", "said": "Dạ…"}]
    assert (inquiry.channel, inquiry.address) == ("telegram", {"chat_id": 7})
    assert (inquiry.procedure_code, inquiry.conversation_id) == ("1.004873", before.id)


def test_one_answer_stands_and_is_delivered_once(
    inquiries: Inquiries, conversations: Conversations
) -> None:
    code = inquiries.open(conversations.start("zalo"), "hỏi phí", kind="not_found")
    inquiries.take(code, by="lan")
    inquiries.answer(code, "Dạ, 8.000 đồng ạ.", by="lan")
    with pytest.raises(InquirySettled):
        inquiries.answer(code, "Dạ, miễn phí ạ.", by="hoa")
    assert inquiries.waiting() == []
    assert [i.answer for i in inquiries.undelivered("zalo")] == ["Dạ, 8.000 đồng ạ."]
    assert inquiries.undelivered("web") == []
    inquiries.mark_delivered(code)
    assert inquiries.undelivered("zalo") == []


def test_a_forwarded_inquiry_still_waits_and_a_closed_one_does_not(
    inquiries: Inquiries, conversations: Conversations
) -> None:
    first, second = (inquiries.open(conversations.start("web"), q, kind="human") for q in "ab")
    inquiries.forward(first, to="Công an phường", by="lan")
    inquiries.close(second, by="lan")
    (waiting,) = inquiries.waiting()
    assert (waiting.code, waiting.status) == (first, InquiryStatus.FORWARDED)
    assert waiting.forwarded_to == "Công an phường"


def test_another_office_sees_and_changes_nothing(
    inquiries: Inquiries, conversations: Conversations, engine: Engine, clock: Clock
) -> None:
    code = inquiries.open(conversations.start("web"), "hỏi", kind="human")
    other = Inquiries(engine, "phuong-khac", clock)
    assert other.find(code) is None and other.waiting() == []
    with pytest.raises(UnknownInquiry):
        other.answer(code, "không phải của mình", by="ai đó")
    found = inquiries.find(code)
    assert found is not None and found.status is InquiryStatus.OPEN
