"""One portal record as a procedure: what is kept, what is left open, what is refused."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.portal import RejectedRecord, to_procedure
from knowledge.procedures import Body, Channel, FeeStatus, Procedure


def record(**changes: Any) -> dict[str, Any]:
    """A record of the portal's shape about keeping cats, which nobody has to register."""
    return {
        "code": "9.000001",
        "name": "Thủ tục đăng ký nuôi mèo",
        "field": "Vật nuôi",
        "level": "Cấp xã",
        "agency": "Ủy ban nhân dân cấp xã",
        "authority": "",
        "documents": ["Tờ khai (1 bản chính)"],
        "steps": "- Bước 1: Nộp hồ sơ.\n- Bước 2: Nhận kết quả.",
        "methods": [{"channel": "Trực tiếp", "time": "2 Ngày", "fee": "8,000 VNĐ", "note": ""}],
        "channels": ["Trực tiếp", "Trực tuyến"],
        "legal_basis": ["01/2020/NĐ-CP"],
        "forms": [],
        "result": "Giấy đăng ký nuôi mèo (KQ.G99.000001)",
        "requirements": "Không",
        "subjects": "Công dân Việt Nam",
        "url": "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/0000",
        "data_date": "2026-07",
        "two_tier": "yes",
        **changes,
    }


def test_a_record_becomes_an_unverified_procedure_of_the_portal() -> None:
    procedure = to_procedure(record())
    assert (procedure.code, procedure.origin, procedure.verified) == ("9.000001", "portal", False)
    assert procedure.title == "Đăng ký nuôi mèo"
    assert (procedure.receiving_body, procedure.receiving) == (Body.COMMUNE, "UBND cấp xã")
    assert procedure.source.as_of == date(2026, 7, 1)
    assert procedure.source.name == "Cổng Dịch vụ công quốc gia, thủ tục 9.000001"
    assert procedure.steps == ("Bước 1: Nộp hồ sơ.", "Bước 2: Nhận kết quả.")
    assert procedure.result == "Giấy đăng ký nuôi mèo"
    assert procedure.conditions == ()
    assert {channel.channel for channel in procedure.channels} == {
        Channel.IN_PERSON,
        Channel.ONLINE,
    }
    assert procedure.unverified == ()


def test_commune_procedures_are_asked_more_than_others() -> None:
    assert to_procedure(record(level="Cấp tỉnh, Cấp xã")).popularity == 2
    assert to_procedure(record(level="Cấp bộ")).popularity == 1


def test_a_name_is_cleaned_of_stray_characters_and_its_code() -> None:
    name = "  Đăng ký nuôi\u200b  mèo\x07\n(cấp xã) (9.000001)"
    assert to_procedure(record(name=name)).name == "Đăng ký nuôi mèo (cấp xã)"


def test_a_decomposed_name_is_stored_composed() -> None:
    assert to_procedure(record(name="Đa\u0306ng ky\u0301 nuôi mèo")).name == "Đăng ký nuôi mèo"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"code": ""}, "thiếu mã"),
        ({"code": "abc"}, "không đúng dạng"),
        ({"code": "9.0000011"}, "không đúng dạng"),
        ({"code": 9.000001}, "thiếu mã"),
        ({"name": "  "}, "thiếu tên"),
        ({"name": None}, "thiếu tên"),
        ({"name": "---"}, "thiếu tên"),
        ({"data_date": "2025-03"}, "trước khi bỏ cấp huyện"),
        ({"data_date": "2026-13"}, "không đọc được ngày"),
        ({"data_date": "hôm qua"}, "không đọc được ngày"),
        ({"data_date": ""}, "thiếu ngày"),
        ({"two_tier": "no (before 1/7/2025)"}, "trước khi bỏ cấp huyện"),
        ({"name": "Báo mất mèo (thực hiện tại cấp huyện)"}, "cấp huyện"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(RejectedRecord, match=why):
        to_procedure(record(**changes))


def test_a_record_without_a_date_takes_the_date_it_is_given() -> None:
    assert to_procedure(record(data_date=""), date(2026, 8, 6)).source.as_of == date(2026, 8, 6)


def test_a_step_that_sends_people_to_the_district_is_left_out_and_told() -> None:
    steps = "Bước 1: Nộp hồ sơ tại UBND cấp huyện.\nBước 2: Nhận kết quả."
    procedure = to_procedure(record(steps=steps))
    assert procedure.steps == ("Bước 2: Nhận kết quả.",)
    assert "place" in procedure.unverified


def test_a_clinic_of_district_level_and_above_is_a_condition_like_any_other() -> None:
    words = "Có giấy khám của cơ sở y tế từ cấp huyện trở lên."
    assert to_procedure(record(requirements=words)).conditions == (words,)


def test_steps_without_line_breaks_are_cut_at_each_step() -> None:
    procedure = to_procedure(record(steps="Bước 1: Nộp hồ sơ. Bước 2: Nhận kết quả."))
    assert procedure.steps == ("Bước 1: Nộp hồ sơ.", "Bước 2: Nhận kết quả.")


def test_summary_lines_stand_in_for_a_missing_table() -> None:
    procedure = to_procedure(
        record(
            methods=[], time_limit="Trực tuyến: 3 Ngày\nTrực tiếp: 5 Ngày", fees="Phí : Không Đồng"
        )
    )
    times = {time.channel: time.amount for time in procedure.times}
    assert times == {Channel.ONLINE: 3, Channel.IN_PERSON: 5}
    assert [fee.status for fee in procedure.fees] == [FeeStatus.FREE]


def test_doubtful_sections_are_named() -> None:
    method = {"channel": "Trực tiếp", "time": "1", "fee": "Miễn phí", "note": ""}
    procedure = to_procedure(record(methods=[method], agency="Công an huyện"))
    assert set(procedure.unverified) == {"fee", "time", "place", "authority"}


def test_only_a_state_address_is_linked() -> None:
    assert to_procedure(record()).source.url
    assert to_procedure(record(url="https://example.com/9.000001")).source.url is None
    assert to_procedure(record(url="javascript:alert(1)")).source.url is None


def test_a_record_with_nothing_but_code_and_name_is_all_unpublished() -> None:
    procedure = to_procedure(
        {"code": "9.000001", "name": "Đăng ký nuôi mèo", "data_date": "2026-07"}
    )
    assert [fee.status for fee in procedure.fees] == [FeeStatus.UNPUBLISHED]
    assert (procedure.documents, procedure.times) == ((), ())
    assert "place" in procedure.unverified


# Pieces that the real texts are made of, so that arbitrary text reaches the patterns.
PIECES = st.sampled_from(
    [
        *("Miễn phí", "(", ")", "[", "]", "1 bản chính", "10.000 đồng", "/", "đồng/lần", "120"),
        *("150,000 VNĐ", "VNĐ", "USD", "Phí : 0 Đồng", "Trường hợp ", " thì phải có ", "Đơn"),
        *("Giấy", ":", ";", ".", "- ", "+ ", "\n", " ", "31/02/2026", "5 Ngày", "Không", "UBND"),
        *("từ ngày 01/7/2025 đến hết ngày 31/12/2026", "bằng 50% mức thu nêu trên", "cấp huyện"),
        *("Ủy ban nhân dân cấp xã", "Mẫu số ", "01/2020/NĐ-CP", ".docx", "Lưu ý", "xuất trình"),
        *("một trong các giấy tờ sau: + ", "Bước 1. ", "9" * 30, "HĐND cấp tỉnh quyết định"),
        *("dưới ", "tối đa ", "triệu đồng", "miền núi tăng thêm 10 ngày"),
        *("\u0000", "\ud800", "\u200b"),
    ]
)
TEXT = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
METHOD = st.fixed_dictionaries(
    {"channel": st.sampled_from(["Trực tiếp", "Trực tuyến", "Dịch vụ bưu chính", "?"]),
     "time": TEXT, "fee": TEXT, "note": TEXT}
)  # fmt: skip


def assert_sound(procedure: Procedure) -> None:
    """What must hold of any procedure from the portal, whatever the source said."""
    said = f"{procedure.receiving} {procedure.authority or ''}".lower()
    assert "cấp huyện" not in said
    assert procedure.fees
    assert not procedure.verified
    procedure.model_dump_json().encode()


@settings(max_examples=300, deadline=None)
@given(
    documents=st.lists(TEXT, max_size=4),
    methods=st.lists(METHOD, max_size=3),
    words=st.dictionaries(
        st.sampled_from(["steps", "agency", "authority", "requirements", "result", "name", "level",
                         "subjects", "legal_basis_raw", "reception_address", "url", "field"]),
        TEXT,
    ),
)  # fmt: skip
def test_arbitrary_text_gives_a_sound_procedure_or_a_reason(
    documents: list[str], methods: list[dict[str, str]], words: dict[str, str]
) -> None:
    try:
        procedure = to_procedure(record(documents=documents, methods=methods, **words))
    except RejectedRecord as rejection:
        assert str(rejection)
    else:
        assert_sound(procedure)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(record())), JSON))
def test_values_of_any_type_give_a_sound_procedure_or_a_reason(changes: dict[str, Any]) -> None:
    try:
        procedure = to_procedure(record(**changes))
    except RejectedRecord as rejection:
        assert str(rejection)
    else:
        assert_sound(procedure)
