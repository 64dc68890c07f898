"""The record of a procedure refuses nonsense, in a sentence a clerk understands."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.procedures import (
    Body,
    Case,
    Fee,
    FeeStatus,
    Procedure,
    ProcessingTime,
    RequiredDocument,
    Source,
    TimeUnit,
)
from knowledge.versions import content_hash, to_record

SOURCE = Source(name="thử", as_of=date(2026, 11, 1))


def record(**more: object) -> Procedure:
    fields = {"code": "1.001193", "name": "Khai sinh", "sector": "Hộ tịch", "source": SOURCE}
    return Procedure.model_validate(
        {**fields, "receiving_body": "commune", "receiving": "UBND cấp xã", **more}
    )


@pytest.mark.parametrize(
    ("fee", "message"),
    [
        ({"status": "fixed"}, "số tiền lớn hơn 0"),
        ({"status": "fixed", "amount_vnd": 0}, "miễn phí thì ghi status: free"),
        ({"status": "free"}, "amount_vnd: 0"),
        ({"status": "free", "amount_vnd": 8000}, "amount_vnd: 0"),
        ({"status": "set_by_province", "amount_vnd": 8000}, "không được kèm số tiền 8000"),
        ({"status": "unpublished", "amount_vnd": 0}, "không được kèm số tiền 0"),
        ({"status": "fixed", "amount_vnd": -1}, "greater than or equal to 0"),
    ],
)
def test_free_unknown_and_an_amount_are_never_mixed_up(
    fee: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        Fee.model_validate(fee)


@given(st.sampled_from(FeeStatus), st.one_of(st.none(), st.integers(0, 10**9)))
def test_a_fee_that_validates_says_one_thing_only(status: FeeStatus, amount: int | None) -> None:
    try:
        fee = Fee(status=status, amount_vnd=amount)
    except ValidationError:
        return
    assert (fee.amount_vnd is None) == (
        status in (FeeStatus.SET_BY_PROVINCE, FeeStatus.UNPUBLISHED)
    )
    assert (fee.amount_vnd == 0) == (status is FeeStatus.FREE)


@pytest.mark.parametrize(
    ("time", "message"),
    [
        ({"unit": "same_day", "amount": 1}, "không kèm số"),
        ({"unit": "working_day", "amount": 0}, "thời hạn 0 không có nghĩa"),
        ({"unit": "tuần", "amount": 1}, "unit"),
    ],
)
def test_a_time_without_meaning_is_refused(time: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ProcessingTime.model_validate(time)


def test_a_time_may_be_known_without_its_unit_and_keeps_that() -> None:
    assert ProcessingTime(amount=3, unit=TimeUnit.UNKNOWN).unit is TimeUnit.UNKNOWN


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"code": "1.1193"}, "pattern"),
        ({"name": "  "}, "at least 1 character"),
        ({"papers": []}, "Extra inputs"),
        (
            {"fees": [{"status": "unpublished", "cases": ["late"]}]},
            r"không có trong cases: \['late'\]",
        ),
        ({"documents": [{"name": "x", "cases": ["late"]}]}, "không có trong cases"),
        ({"cases": [{"id": "a", "label": "x"}, {"id": "a", "label": "y"}]}, "trùng id"),
        ({"effective_from": "2027-01-01", "effective_until": "2026-01-01"}, "hết hiệu lực trước"),
        ({"replaces": [{"code": "1.001193"}]}, "không thể thay thế chính nó"),
        ({"unverified": ["price"]}, "phần chưa kiểm không rõ"),
        ({"receiving": "UBND cấp huyện"}, "cấp huyện đã bỏ"),
        ({"authority": "UBND quận"}, "cấp huyện đã bỏ"),
        ({"popularity": 6}, "less than or equal to 5"),
        ({"documents": [{"name": "x", "copies": -1}]}, "greater than or equal to 0"),
    ],
)
def test_a_record_that_cannot_be_true_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        record(**fields)


def test_the_everyday_name_is_the_title_when_there_is_one() -> None:
    assert record().title == "Khai sinh"
    assert record(short_name="Làm giấy khai sinh").title == "Làm giấy khai sinh"


def test_a_section_is_verified_only_when_the_record_is_and_nothing_doubts_it() -> None:
    assert not record().is_section_verified("fee")
    doubtful = record(verified=True, unverified=["fee"])
    assert not doubtful.is_section_verified("fee")
    assert doubtful.is_section_verified("papers")


TEXTS = st.text(min_size=1, max_size=40).filter(str.strip)
RECORDS = st.builds(
    Procedure,
    code=st.from_regex(r"[0-9]\.[0-9]{6}", fullmatch=True),
    name=TEXTS,
    sector=TEXTS,
    receiving_body=st.sampled_from(Body),
    receiving=TEXTS,
    cases=st.just((Case(id="late", label="quá hạn"),)),
    documents=st.lists(
        st.builds(
            RequiredDocument,
            name=TEXTS,
            originals=st.integers(0, 20),
            copies=st.integers(0, 20),
            cases=st.sampled_from([(), ("late",)]),
        ),
        max_size=3,
    ).map(tuple),
    popularity=st.integers(1, 5),
    effective_from=st.one_of(st.none(), st.dates()),
    origin=st.just("portal"),
    source=st.just(SOURCE),
)


@given(RECORDS)
def test_a_record_comes_back_from_storage_as_it_went_in(procedure: Procedure) -> None:
    stored = json.loads(json.dumps(to_record(procedure), ensure_ascii=False))
    assert Procedure.model_validate(stored) == procedure
    shuffled = dict(reversed(stored.items()))
    assert content_hash(shuffled) == content_hash(to_record(procedure))
