"""A procedure of the catalogue that is not held is named with its code, not called unknown."""

from datetime import date

import pytest

from assistant.answers import Outcome
from assistant.desk import Desk
from knowledge.catalogue import CodeStatus, KnownCode
from knowledge.procedures import Source

LIST = Source(name="danh mục thử", as_of=date(2026, 11, 1))
KNOWN = (
    KnownCode(
        code="9.800001", name="Cấp giấy phép nuôi trồng rong biển ven bờ", sector="Thủy sản",
        source=LIST,
    ),
    KnownCode(
        code="9.800002", name="Gia hạn giấy phép nuôi trồng rong biển xa bờ", sector="Thủy sản",
        source=LIST,
    ),
    KnownCode(
        code="9.800003", name="Đăng ký thả bè nuôi cá lồng cũ", status=CodeStatus.SUPERSEDED,
        superseded_by=("1.001193",), source=LIST,
    ),
)  # fmt: skip


@pytest.fixture
def office(own_desk: Desk) -> Desk:
    own_desk.library.store.put_known_codes(KNOWN, by="thử")
    own_desk.finder.refresh_now()
    return own_desk


@pytest.mark.parametrize(
    "question",
    ["xin cấp giấy phép nuôi trồng rong biển ven bờ ở đâu", "giay phep nuoi trong rong bien ven bo",
     "mã 9.800001 là gì"],
)  # fmt: skip
def test_it_is_named_with_code_and_sector_and_passed_on(office: Desk, question: str) -> None:
    answer = office.receptionist.reply(question)
    assert answer.outcome is Outcome.NOT_FOUND and answer.inquiry
    assert answer.procedure is not None and answer.procedure.code == "9.800001"
    assert "mã 9.800001, lĩnh vực Thủy sản" in answer.text and "024 0000 0111" in answer.text


def test_a_name_that_was_replaced_leads_to_what_is_held(office: Desk) -> None:
    answer = office.receptionist.reply("đăng ký thả bè nuôi cá lồng")
    assert answer.procedure is not None and answer.procedure.code == "1.001193"
    assert "9.800003 đã được thay" in answer.text


def test_half_a_name_that_fits_two_names_is_not_guessed(office: Desk) -> None:
    answer = office.receptionist.reply("nuôi trồng rong biển")
    assert answer.procedure is None
