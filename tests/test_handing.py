"""Handing over to a person: once, with a reference, and with what happens next."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from records import Clock

from assistant.answers import Answer, Outcome
from assistant.conversations import UnknownConversation
from assistant.desk import Desk
from assistant.inquiries import InquiryStatus
from assistant.plausible import is_plausible
from channels.web import create_app

UNHELD = "cấp phép bay cho tàu vũ trụ của nhà em"


def says(desk: Desk, text: str, before: Answer | None = None, channel: str = "web") -> Answer:
    return desk.receptionist.reply(text, before.conversation_id if before else None, channel)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cấp phép bay cho tàu vũ trụ", True), ("xin giay phep ban phao hoa", True),
        ("how do I register a spaceship", True), ("asdfgh jklqwr zxcvbnm", False),
        ("???", False), ("aaaa aaaa", False), ("12 34 56", False),
    ],
)  # fmt: skip
def test_only_what_somebody_could_mean_is_a_question(text: str, expected: bool) -> None:
    assert is_plausible(text) is expected


def test_a_handover_names_person_reference_and_next_step(own_desk: Desk) -> None:
    answer = says(own_desk, "cho tôi gặp cán bộ")
    assert answer.outcome is Outcome.HANDED_OFF and answer.inquiry
    assert answer.inquiry in answer.text and "quầy số" in answer.text
    assert "hiện ngay tại trang này" in answer.text
    assert "inquiry" not in answer.to_json()
    inquiry = own_desk.inquiries.find(answer.inquiry)
    assert inquiry is not None and inquiry.conversation_id == answer.conversation_id
    chat = says(own_desk, "cho tôi gặp cán bộ", channel="telegram")
    assert "nhắn lại ngay tại đây" in chat.text


def test_out_of_hours_the_next_opening_is_told(own_desk: Desk) -> None:
    clock = own_desk.clock
    assert isinstance(clock, Clock)
    clock.moment = clock.moment.replace(hour=21)
    answer = says(own_desk, "cho tôi gặp cán bộ")
    assert "7 giờ 30 ngày mai" in answer.text and answer.inquiry


def test_the_same_question_in_one_conversation_opens_one_inquiry(own_desk: Desk) -> None:
    first = says(own_desk, "cho tôi gặp cán bộ")
    again = says(own_desk, "Cho tôi gặp cán bộ!", first)
    assert again.inquiry == first.inquiry and "chuyển cho cán bộ rồi" in again.text
    assert len(own_desk.inquiries.waiting()) == 1


def test_gibberish_and_insults_reach_no_clerk(own_desk: Desk) -> None:
    for text in ("asdfgh jklqwr zxcvbnm", "???", "đồ ngu", "máy ngu như bò"):
        answer = says(own_desk, text)
        assert answer.inquiry is None, text
    assert own_desk.inquiries.waiting() == []


def test_the_answer_is_read_by_its_reference_in_any_conversation(own_desk: Desk) -> None:
    code = says(own_desk, "cho tôi gặp cán bộ").inquiry
    assert code
    waiting = says(own_desk, f"mã {code.lower()} có trả lời chưa", channel="kiosk")
    assert "chưa trả lời" in waiting.text and waiting.inquiry == code
    own_desk.inquiries.answer(code, "Dạ, mời anh tới quầy 9.", by="lan")
    answered = says(own_desk, code)
    assert "mời anh tới quầy 9" in answered.text
    assert "lan" not in answered.text


def test_the_api_gives_the_answer_without_identity(own_desk: Desk) -> None:
    code = says(own_desk, "cho tôi gặp cán bộ").inquiry
    assert code
    with TestClient(create_app(own_desk)) as client:
        assert client.get(f"/api/inquiries/{code}").json() == {
            "code": code, "status": "open", "answer": None, "answered_at": None,
        }  # fmt: skip
        own_desk.inquiries.answer(code, "Dạ, được ạ.", by="lan")
        found = client.get(f"/api/inquiries/{code.lower()}")
        assert (found.json()["status"], found.json()["answer"]) == ("answered", "Dạ, được ạ.")
        assert "lan" not in found.text and "gặp cán bộ" not in found.text
        for number in range(20):
            missing = client.get(f"/api/inquiries/SAI{number:03}")
            assert missing.status_code == 404
            assert missing.json()["error"]["code"] == "unknown_inquiry"
        assert client.get(f"/api/inquiries/{code}").status_code == 429


def test_a_deleted_conversation_leaves_only_the_waiting_question(own_desk: Desk) -> None:
    first = says(own_desk, "khai sinh cần giấy tờ gì")
    asked = says(own_desk, "cho tôi gặp cán bộ", first)
    assert asked.inquiry
    gone = says(own_desk, "Xóa cuộc trò chuyện", asked)
    assert asked.inquiry in gone.text
    kept = own_desk.inquiries.find(asked.inquiry)
    assert kept is not None and list(kept.transcript) == [] and kept.conversation_id is None
    with pytest.raises(UnknownConversation):
        own_desk.conversations.get(first.conversation_id)


def test_the_retention_job_deletes_old_conversations_and_settled_inquiries(own_desk: Desk) -> None:
    clock = own_desk.clock
    assert isinstance(clock, Clock)
    settled = says(own_desk, "cho tôi gặp cán bộ")
    open_one = says(own_desk, "cho tôi gặp cán bộ")
    assert settled.inquiry and open_one.inquiry
    own_desk.inquiries.answer(settled.inquiry, "Dạ.", by="lan")
    clock.moment += own_desk.retention + timedelta(days=1)
    with TestClient(create_app(own_desk)) as client:  # the job runs as the application starts
        client.get("/healthz")
        for _ in range(200):
            if own_desk.inquiries.find(settled.inquiry) is None:
                break
            client.get("/readyz")
    assert own_desk.inquiries.find(settled.inquiry) is None
    kept = own_desk.inquiries.find(open_one.inquiry)
    assert kept is not None and kept.status is InquiryStatus.OPEN
    for answer in (settled, open_one):
        with pytest.raises(UnknownConversation):
            own_desk.conversations.get(answer.conversation_id)
