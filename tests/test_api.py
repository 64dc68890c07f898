"""The HTTP door: the answer contract, and a clear refusal for everything else."""

import json
import secrets
import threading
from collections.abc import Callable
from datetime import date
from typing import Any, Literal

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict

from assistant.desk import Desk
from channels.door import ERRORS
from channels.settings import ChannelSettings
from channels.web import create_app
from knowledge.database import writing
from knowledge.procedures import Topic
from knowledge.schema import ConversationRow, InquiryRow, TurnRow

BIRTH = "1.001193"
PAPERS = f"thủ tục {BIRTH} cần giấy tờ gì"


class Exact(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Paper(Exact):
    name: str
    originals: int
    copies: int
    when: str | None
    handling: Literal["submit", "show"]
    case: str | None


class Fee(Exact):
    amount_vnd: int | None
    status: Literal["fixed", "free", "set_by_province", "unpublished"]
    per: str | None
    channel: str | None
    case: str | None
    note: str | None


class Time(Exact):
    amount: int | None
    unit: Literal["working_day", "day", "hour", "month", "same_day", "unknown"]
    channel: str | None
    case: str | None
    note: str | None


class Counter(Exact):
    number: str | None
    name: str


class Way(Exact):
    channel: Literal["in_person", "online", "post"]
    where: str | None
    note: str | None
    url: str | None


class Form(Exact):
    name: str
    number: str | None
    issued_with: str | None


class Law(Exact):
    number: str
    title: str | None


class Facts(Exact):
    papers: list[Paper]
    fees: list[Fee]
    times: list[Time]
    counter: Counter | None
    authority: str | None
    channels: list[Way]
    forms: list[Form]
    legal_basis: list[Law]


class Procedure(Exact):
    code: str
    name: str


class Choice(Exact):
    label: str
    message: str
    code: str | None


class Citation(Exact):
    code: str
    section: str
    source: str
    effective_from: str | None
    verified: bool
    url: str | None


class Reply(Exact):
    """The contract of `POST /api/chat`, written down a second time so that it cannot slip."""

    conversation_id: str
    turn_id: str
    outcome: Literal[
        "answered", "clarifying", "not_found", "out_of_scope", "refused", "small_talk",
        "office_info", "handed_off", "failed",
    ]  # fmt: skip
    text: str
    speech: str
    procedure: Procedure | None
    topics: list[str]
    facts: Facts
    choices: list[Choice]
    citations: list[Citation]
    probability: float
    also: list["Reply"] = []


Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def stored(desk: Desk, rows: Rows) -> Callable[[], tuple[int, ...]]:
    """How many conversations, turns and inquiries there are."""

    def count() -> tuple[int, ...]:
        return tuple(len(rows(desk, table)) for table in (ConversationRow, TurnRow, InquiryRow))

    return count


def chat(client: TestClient, message: str, before: Reply | None = None, **more: Any) -> Reply:
    body = {"message": message, "conversation_id": before.conversation_id if before else None}
    response = client.post("/api/chat", json=body | more)
    assert response.status_code == 200, response.text
    return Reply.model_validate_json(response.text)


# -- the contract -----------------------------------------------------------------------------


def test_an_answer_has_exactly_the_shape_of_the_contract(client: TestClient) -> None:
    reply = chat(client, PAPERS)
    assert reply.outcome == "answered"
    assert reply.procedure is not None and reply.procedure.code == BIRTH
    assert reply.topics == ["papers"]
    assert "Giấy chứng sinh" in [paper.name for paper in reply.facts.papers]
    assert [c.section for c in reply.citations] == ["papers"]
    assert date.fromisoformat(reply.citations[0].effective_from or "")
    assert 0 <= reply.probability <= 1
    assert reply.turn_id and reply.conversation_id


@pytest.mark.parametrize("topic", ["giấy tờ", "lệ phí", "bao lâu", "ở đâu", "mẫu tờ khai",
                                   "căn cứ pháp lý", "nộp trực tuyến được không", ""])  # fmt: skip
@pytest.mark.parametrize("code", [BIRTH, "2.000815", "1.004222"])
def test_every_topic_keeps_the_shape(client: TestClient, code: str, topic: str) -> None:
    reply = chat(client, f"{code} {topic}")
    assert reply.outcome == "answered"
    assert set(reply.topics) <= {t.value for t in Topic}


@pytest.mark.parametrize(
    "message",
    ["xin chào", "mấy giờ mở cửa", "tàu vũ trụ bay lên sao hỏa", "mã 9.999999", "cho gặp cán bộ",
     "<script>alert(1)</script>", "'; DROP TABLE turn; --", "😀", "a" * 2000, "\u202e\u200bxin"],
)  # fmt: skip
def test_whatever_is_said_the_reply_keeps_the_shape(client: TestClient, message: str) -> None:
    reply = chat(client, message)
    assert reply.outcome != "failed"
    assert reply.text.strip() and reply.speech.strip()


def test_the_reference_of_a_question_for_a_clerk_is_a_header(client: TestClient) -> None:
    passed_on = client.post("/api/chat", json={"message": "cho tôi gặp cán bộ", "channel": "web"})
    code = passed_on.headers["Letan-Inquiry"]
    assert code in Reply.model_validate_json(passed_on.text).text
    assert client.get(f"/api/inquiries/{code}").json()["status"] == "open"
    answered = client.post("/api/chat", json={"message": PAPERS, "channel": "web"})
    assert "Letan-Inquiry" not in answered.headers


def test_a_conversation_goes_on_by_its_id(client: TestClient) -> None:
    first = chat(client, PAPERS)
    second = chat(client, "thế lệ phí bao nhiêu tiền?", first)
    assert second.conversation_id == first.conversation_id
    assert second.turn_id != first.turn_id
    assert second.procedure is not None and second.procedure.code == BIRTH
    assert second.topics == ["fee"]
    assert second.facts.fees and not second.facts.papers


@pytest.mark.parametrize("channel", ["web", "kiosk", "telegram", "zalo", "api"])
def test_every_channel_of_the_contract_is_taken(
    client: TestClient, desk: Desk, rows: Rows, channel: str
) -> None:
    reply = chat(client, "xin chào", channel=channel)
    kept = {row["id"]: row["channel"] for row in rows(desk, ConversationRow)}
    assert kept[reply.conversation_id] == channel


def test_only_the_message_is_required(client: TestClient) -> None:
    response = client.post("/api/chat", json={"message": "xin chào"})
    assert response.status_code == 200
    assert Reply.model_validate_json(response.text)


def test_a_turn_sent_again_is_answered_once(
    client: TestClient, stored: Callable[[], tuple[int, ...]]
) -> None:
    body = {"message": PAPERS, "turn_id": secrets.token_hex(12)}
    first = client.post("/api/chat", json=body)
    before = stored()
    again = client.post("/api/chat", json=body)
    streamed = client.post("/api/chat/stream", json=body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json() and first.json()["turn_id"] == body["turn_id"]
    assert json.dumps(first.json(), ensure_ascii=False) in streamed.text
    assert stored() == before


def test_a_turn_sent_again_before_its_answer_waits_for_it(
    client: TestClient, desk: Desk, stored: Callable[[], tuple[int, ...]]
) -> None:
    body = {"message": PAPERS, "turn_id": secrets.token_hex(12)}
    before = stored()
    replies: list[Any] = []
    threads = [
        threading.Thread(target=lambda: replies.append(client.post("/api/chat", json=body).json()))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 6 and all(reply == replies[0] for reply in replies)
    assert sum(stored()) == sum(before) + 2  # one conversation, one turn


def test_personal_numbers_do_not_come_back(client: TestClient) -> None:
    reply = chat(client, f"tôi là 012345678901, {PAPERS}")
    assert "012345678901" not in reply.model_dump_json()
    assert "che" in reply.text


# -- refusals ---------------------------------------------------------------------------------

GOOD = {"message": "khai sinh"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"message": ""}, 422, "empty"),
        ({"message": "  \n\t "}, 422, "empty"),
        ({"message": "\u200b\u200b"}, 422, "empty"),
        ({"message": "a" * 2001}, 413, "too_long"),
        ({"message": "ạ" * 100_000}, 413, "too_large"),
        ({}, 422, "bad_request"),
        ({"message": None}, 422, "bad_request"),
        ({"message": 5}, 422, "bad_request"),
        ({"message": ["khai sinh"]}, 422, "bad_request"),
        (["khai sinh"], 422, "bad_request"),
        ("khai sinh", 422, "bad_request"),
        (None, 422, "bad_request"),
        (GOOD | {"channel": "fax"}, 422, "bad_request"),
        (GOOD | {"conversation_id": 7}, 422, "bad_request"),
        (GOOD | {"conversation_id": "x" * 65}, 422, "bad_request"),
        (GOOD | {"office": "khac"}, 422, "bad_request"),
        (GOOD | {"turn_id": "ngan"}, 422, "bad_request"),
        (GOOD | {"turn_id": "x" * 41}, 422, "bad_request"),
        (GOOD | {"conversation_id": "khong-co"}, 404, "unknown_conversation"),
        (GOOD | {"conversation_id": "' OR 1=1 --"}, 404, "unknown_conversation"),
    ],
)
def test_bad_input_is_refused_in_vietnamese_and_nothing_is_stored(
    client: TestClient,
    stored: Callable[[], tuple[int, ...]],
    body: Any,
    status: int,
    code: str,
) -> None:
    before = stored()
    response = client.post("/api/chat", json=body)
    refusal(response, status, code)
    assert stored() == before


def refusal(response: Any, status: int, code: str) -> str:
    """The sentence of a refusal, after its shape and language are checked."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/json")
    body = response.json()
    assert set(body) == {"error"} and set(body["error"]) == {"code", "message"}
    assert body["error"]["code"] == code
    message: str = body["error"]["message"]
    english = ("field", "required", "input", "should", "valid", "string", "not found", "allowed")
    assert not [word for word in english if word in message.lower()], message
    assert any(letter in message for letter in "ạãàáâăđêếôơưừữộồòệửỗọảủấậ"), message
    return message


@pytest.mark.parametrize(
    "content",
    [b"", b"khai sinh", b'{"message": "khai sinh"', b"{'message': 'khai sinh'}", b"\xff\xfe\x00"],
)
def test_what_is_not_json_is_refused(
    client: TestClient, stored: Callable[[], tuple[int, ...]], content: bytes
) -> None:
    before = stored()
    response = client.post(
        "/api/chat", content=content, headers={"content-type": "application/json"}
    )
    assert response.status_code in (400, 422)
    refusal(response, response.status_code, response.json()["error"]["code"])
    assert stored() == before


def test_json_under_another_name_is_refused_clearly(client: TestClient) -> None:
    response = client.post("/api/chat", content=json.dumps(GOOD).encode(), headers={
        "content-type": "text/plain"})  # fmt: skip
    assert response.status_code in (200, 415, 422)
    if response.status_code != 200:
        refusal(response, response.status_code, response.json()["error"]["code"])


def test_a_hundred_kilobytes_are_refused_before_they_are_read(client: TestClient) -> None:
    response = client.post("/api/chat", content=b"{" + b" " * 100_000 + b"}")
    refusal(response, 413, "too_large")


def test_a_body_without_a_stated_length_cannot_slip_past_the_limit(
    client: TestClient, stored: Callable[[], tuple[int, ...]]
) -> None:
    before = stored()

    def pieces() -> Any:
        yield b'{"message": "'
        for _ in range(100):
            yield b" " * 1000
        yield b'khai sinh"}'

    response = client.post(
        "/api/chat", content=pieces(), headers={"content-type": "application/json"}
    )
    refusal(response, 413, "too_large")
    assert stored() == before


def test_a_refused_message_leaves_the_conversation_as_it_was(client: TestClient) -> None:
    first = chat(client, PAPERS)
    response = client.post(
        "/api/chat", json={"message": " ", "conversation_id": first.conversation_id}
    )
    refusal(response, 422, "empty")
    again = chat(client, "lệ phí bao nhiêu tiền", first)
    assert again.procedure is not None and again.procedure.code == BIRTH


def test_the_limits_come_from_the_settings(desk: Desk) -> None:
    with TestClient(create_app(desk, ChannelSettings(max_message_chars=5))) as client:
        response = client.post("/api/chat", json={"message": "khai sinh"})
    assert "5" in refusal(response, 413, "too_long")


def test_other_methods_and_paths_are_refused_as_json_in_vietnamese(client: TestClient) -> None:
    refusal(client.get("/api/chat"), 405, "http_405")
    refusal(client.get("/khong-co"), 404, "http_404")


def test_every_sentence_of_refusal_is_vietnamese() -> None:
    own = [sentence for sentence in ERRORS.values() if sentence != "{sentence}"]
    assert len(own) >= len(ERRORS) - 1
    assert all(any(ord(letter) > 127 for letter in sentence) for sentence in own)


# -- the other doors --------------------------------------------------------------------------


def test_health_says_the_process_is_alive(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_readiness_counts_the_procedures_that_answer(client: TestClient, desk: Desk) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    held = len(desk.library.store.find_live_versions(desk.office_id))
    assert held >= 184
    well = {"status": "ok", "procedures": held, "vectors": "ok", "writes": "ok"}
    assert response.json() == well


def test_a_desk_whose_database_is_gone_is_not_ready_but_alive(own_desk: Desk) -> None:
    with writing(own_desk.library.engine) as connection:
        connection.exec_driver_sql("DROP TABLE procedure_version")
    with TestClient(create_app(own_desk)) as client:
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


def test_the_api_describes_itself(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert described["info"]["title"] == "Lễ Tân"
    assert "/api/chat" in described["paths"]
    request = described["components"]["schemas"]["ChatRequest"]
    assert request["required"] == ["message"]
    assert set(request["properties"]) == {"message", "conversation_id", "channel", "turn_id"}


def test_the_chat_page_is_vietnamese_and_says_it_is_a_machine(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert '<html lang="vi"' in page.text
    assert "trợ lý tự động (AI)" in page.text and "phường Hoa Sen" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_nothing_on_the_page_comes_from_elsewhere(client: TestClient) -> None:
    page = client.get("/").text
    for attribute in ('src="http', "src='http", 'href="http://', 'rel="stylesheet" href="http'):
        assert attribute not in page


def test_residents_who_ask_at_the_same_time_are_all_answered(client: TestClient) -> None:
    replies: list[Reply] = []
    failures: list[BaseException] = []

    def resident(code: str) -> None:
        try:
            first = chat(client, f"{code} cần giấy tờ gì")
            replies.extend([first, chat(client, "lệ phí bao nhiêu tiền", first)])
        except BaseException as problem:
            failures.append(problem)

    codes = [BIRTH, "2.000815", "1.004222", "1.000894"] * 2
    threads = [threading.Thread(target=resident, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures and len(replies) == 16
    by_conversation: dict[str, set[str | None]] = {}
    for reply in replies:
        assert reply.procedure is not None
        by_conversation.setdefault(reply.conversation_id, set()).add(reply.procedure.code)
    assert len(by_conversation) == 8
    assert all(len(codes) == 1 for codes in by_conversation.values())
