"""Whatever is sent to a documented address or a parser, the answer is ours: never an accident.

The requests are made from the application's own OpenAPI description. Examples are bounded and
the same in every run.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from conftest import UNBOUND
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation
from test_offices_site import routes_of

from assistant.desk import Desk
from assistant.privacy import mask, without_placeholders
from channels import telegram_reading, zalo_bot_reading, zalo_oa_reading
from channels.heard import Heard
from channels.telegram_reading import Me
from channels.web import create_app
from ingest.pages import Unreadable
from ingest.portal import RejectedRecord, to_procedure
from ingest.portal_files import read_records
from ingest.sniffing import kind_of

ENDLESS = "/api/board/events"
RECORD = {
    "code": "1.001193",
    "name": "Đăng ký khai sinh",
    "data_date": "2026-09-01",
    "documents": ["Tờ khai. Bản chính: 1. Bản sao: 0"],
    "methods": [{"channel": "Trực tiếp", "time": "1 Ngày", "fee": "5000 Đồng", "note": ""}],
    "legal_basis": ["60/2014/QH13"],
    "steps": "Bước 1: nộp. Bước 2: nhận.",
    "agency": "Ủy ban nhân dân cấp xã",
}
BEGINNINGS = (
    b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf",
    b"\x1f\x8b\x08", b"<html>", b"[{", b'{"code": 1}\n', b"\xff\xfe", b"\xef\xbb\xbf",
    b"\x89PNG\r\n\x1a\n", b"[" * 3000,
)  # fmt: skip
NUMBERS = ("001203004567", "0912 345 678", "lan.nguyen@mail.vn", "29-B1 123.45", "+84912345678")
ME = Me(42, "letan_bot", "Lễ Tân")
PERSON = {"id": 7, "is_bot": False, "first_name": "Lan"}
CHAT = {"id": -100, "type": "supergroup", "title": "Tổ 5"}
MESSAGE = {
    "message_id": 3, "date": 1790000000, "chat": CHAT, "from": PERSON, "text": "@letan_bot phí?",
    "entities": [{"type": "mention", "offset": 0, "length": 10}],
    "reply_to_message": {"message_id": 2, "date": 1790000000, "chat": CHAT, "from": PERSON},
}  # fmt: skip
SAMPLES: list[tuple[str, Callable[[Any], Heard | None], Any]] = [
    (
        "telegram",
        lambda body: telegram_reading.read(body, ME),
        {"update_id": 1, "message": MESSAGE},
    ),
    (
        "telegram_button",
        lambda body: telegram_reading.read(body, ME),
        {
            "update_id": 1,
            "callback_query": {
                "id": "9", "from": PERSON, "chat_instance": "1", "data": "1", "message": MESSAGE
            },
        },
    ),
    (
        "zalo_bot",
        lambda body: zalo_bot_reading.read(body, ("Lễ Tân",)),
        {
            "event_name": "message.text.received",
            "message": {
                "chat": {"id": "c", "chat_type": "GROUP"}, "from": {"id": "p", "is_bot": False},
                "message_id": "m", "date": 1790000000000, "text": "@Lễ Tân phí bao nhiêu",
            },
        },
    ),
    (
        "zalo_oa",
        lambda body: zalo_oa_reading.read(body, "Lễ Tân"),
        {
            "event_name": "user_send_text", "timestamp": "1790000000000", "oa_id": "o",
            "sender": {"id": "p"}, "recipient": {"id": "o"},
            "message": {"msg_id": "m", "text": "phí?", "quote_msg": {"msg_id": "q"}},
        },
    ),
]  # fmt: skip
SAME_EVERY_TIME = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)


def mangled(sample: Any) -> st.SearchStrategy[Any]:
    """Values shaped like ``sample``, with any part replaced by any JSON or left out."""
    if isinstance(sample, dict):
        whole = st.fixed_dictionaries(
            {}, optional={key: mangled(value) for key, value in sample.items()}
        )
        return st.one_of(st.just(sample), whole, whole, JSON)
    if isinstance(sample, list):
        return st.one_of(st.just(sample), st.lists(mangled(sample[0]), max_size=3), JSON)
    return st.one_of(st.just(sample), st.just(sample), JSON)


def examples(number: int) -> settings:
    return settings(SAME_EVERY_TIME, max_examples=number)


@pytest.fixture(scope="module")
def app(desk: Desk) -> FastAPI:
    return create_app(desk, protection=UNBOUND)


@pytest.mark.slow
def test_no_documented_address_breaks_whatever_it_is_sent(app: FastAPI) -> None:
    with TestClient(app):
        schema = schemathesis.openapi.from_asgi("/openapi.json", app)
        operations = [found.ok() for found in schema.get_all_operations()]
        assert {"/api/chat", "/api/chat/stream", "/t/{code}"} <= {one.path for one in operations}
        for operation in operations:
            for mode in GenerationMode:
                attack(operation, mode)


def attack(operation: APIOperation, mode: GenerationMode) -> None:
    """Requests that fit the description of one address, or deliberately do not."""

    @examples(20)
    @given(operation.as_strategy(generation_mode=mode))
    def run(case: Case) -> None:
        response = case.call()
        assert response.status_code < 500, case.as_curl_command()

    try:
        run()
    except Unsatisfiable:  # an address without parameters has nothing to be wrong
        assert mode is GenerationMode.NEGATIVE


def test_no_address_at_all_breaks_on_strange_words(app: FastAPI) -> None:
    addresses = sorted(
        {
            (method, route.path)
            for route in routes_of(app.routes)
            for method in route.methods - {"HEAD"}
            if route.path != ENDLESS
        }
    )
    assert len(addresses) > 60
    http = TestClient(app, raise_server_exceptions=False, follow_redirects=False)

    @examples(300)
    @given(st.sampled_from(addresses), st.text(max_size=30), st.binary(max_size=60) | JSON)
    def run(address: tuple[str, str], words: str, body: Any) -> None:
        method, path = address
        path = re.sub(r"{[^}]*}", lambda _: quote(words, safe="", errors="replace") or "x", path)
        sent = {"content": body} if isinstance(body, bytes) else {"content": json.dumps(body)}
        kind = {"content-type": "application/json"}
        response = http.request(method, path, params={"q": words}, headers=kind, **sent)
        assert response.status_code < 500, (method, path, body)

    run()


@examples(60)
@given(st.dictionaries(st.text(max_size=12), JSON) | mangled(RECORD))
def test_a_portal_record_of_any_shape_is_a_procedure_or_a_reason(record: Any) -> None:
    if isinstance(record, dict):
        with suppress(RejectedRecord):
            to_procedure(record)


@examples(150)
@given(
    st.sampled_from(BEGINNINGS), st.binary(max_size=400), st.sampled_from(["", ".json.gz", ".doc"])
)
def test_a_file_of_any_content_has_a_kind_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, beginning: bytes, rest: bytes, ending: str
) -> None:
    file = tmp_path_factory.getbasetemp() / f"fuzz{ending}"
    file.write_bytes(beginning + rest)
    with suppress(Unreadable):
        if kind_of(file) == "portal":
            list(read_records(file))


@examples(300)
@given(st.text(max_size=200), st.sampled_from(NUMBERS), st.text(max_size=200))
def test_masking_takes_any_text_and_no_number_stays_in_it(
    before: str, number: str, after: str
) -> None:
    masked = mask(f"{before}\nsố của tôi là {number}\n{after}")
    assert number not in masked.text and masked.found
    without_placeholders(masked.text)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample[0])
def test_an_update_of_any_shape_is_read_or_passed_over(
    sample: tuple[str, Callable[[Any], Heard | None], Any],
) -> None:
    _, read, body = sample
    assert read(body) is not None

    @examples(100)
    @given(mangled(body).filter(lambda made: isinstance(made, dict)))
    def run(made: Any) -> None:
        heard = read(made)
        if heard is not None:  # and it can be kept
            json.dumps(heard.to_json(), ensure_ascii=False).encode()

    run()
