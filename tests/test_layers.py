"""National record, provincial rule, office fact: who speaks last, and from which source."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.layers import NATIONAL_SECTIONS, LocalRule, Scope, overlay
from knowledge.offices import Counter, Hours, Office
from knowledge.procedures import (
    Body,
    Case,
    Fee,
    FeeStatus,
    Procedure,
    ProcessingTime,
    Source,
    TimeUnit,
)

NATIONAL = Source(name="Cổng quốc gia", as_of=date(2026, 7, 17))
PROVINCIAL = Source(name="Nghị quyết của tỉnh", as_of=date(2026, 8, 8))
LOCAL = Source(name="Thông báo của phường", as_of=date(2026, 11, 1))
TODAY = date(2026, 11, 23)

BY_PROVINCE = Fee(status=FeeStatus.SET_BY_PROVINCE)
RECORD = Procedure(
    code="1.004873",
    name="Cấp giấy xác nhận tình trạng hôn nhân",
    sector="Hộ tịch",
    receiving_body=Body.COMMUNE,
    receiving="UBND cấp xã nơi cư trú",
    cases=(Case(id="late", label="Quá hạn"),),
    fees=(BY_PROVINCE,),
    times=(ProcessingTime(amount=3, unit=TimeUnit.WORKING_DAY),),
    documents_note="Không đòi giấy tờ khác.",
    verified=True,
    unverified=("fee",),
    source=NATIONAL,
)


def fixed(amount: int, **more: object) -> Fee:
    return Fee.model_validate({"amount_vnd": amount, "status": FeeStatus.FIXED, **more})


def rule(name: str, scope: Scope = Scope.PROVINCE, **says: object) -> LocalRule:
    place = {"province": "Hà Nội"} if scope is Scope.PROVINCE else {"office_id": "phuong-thu"}
    source = PROVINCIAL if scope is Scope.PROVINCE else LOCAL
    target = {} if "sector" in says else {"code": RECORD.code}
    return LocalRule.model_validate(
        {"id": name, "scope": scope, "source": source, **place, **target, **says}
    )


def test_without_rules_every_section_is_national_and_keeps_what_is_unverified() -> None:
    view = overlay(RECORD, [], TODAY, version=4)
    assert (view.procedure, view.version) == (RECORD, 4)
    assert set(view.provenance) == set(NATIONAL_SECTIONS)
    assert {p.scope for p in view.provenance.values()} == {Scope.NATIONAL}
    assert view.is_section_verified("papers") and not view.is_section_verified("fee")


def test_a_provincial_fee_replaces_the_national_one_and_names_its_resolution() -> None:
    view = overlay(RECORD, [rule("p", fees=(fixed(5000),))], TODAY)
    assert view.procedure.fees == (fixed(5000),)
    assert view.provenance["fee"].source == PROVINCIAL
    assert view.provenance["fee"].scope is Scope.PROVINCE
    assert view.is_section_verified("fee")
    assert view.provenance["papers"].source == NATIONAL


def test_the_office_speaks_after_the_province_whatever_the_order_given() -> None:
    rules = [
        rule("o", Scope.OFFICE, fees=(fixed(7000),)),
        rule(
            "p", fees=(fixed(5000),), times=(ProcessingTime(amount=2, unit=TimeUnit.WORKING_DAY),)
        ),
    ]
    view = overlay(RECORD, rules, TODAY)
    assert view.procedure.fees == (fixed(7000),)
    assert view.provenance["fee"].source == LOCAL
    assert view.provenance["time"].source == PROVINCIAL


def test_within_a_layer_a_code_beats_a_sector_and_a_later_rule_an_earlier() -> None:
    rules = [
        rule("c-old", fees=(fixed(5000),), effective_from="2026-01-01"),
        rule("c-new", fees=(fixed(6000),), effective_from="2026-08-08"),
        rule("s", sector="hộ tịch", fees=(fixed(9000),), effective_from="2026-10-01"),
    ]
    assert overlay(RECORD, rules, TODAY).procedure.fees == (fixed(6000),)
    assert overlay(RECORD, rules[2:], TODAY).procedure.fees == (fixed(9000),)


@pytest.mark.parametrize(
    ("on", "amounts"),
    [
        (date(2026, 12, 31), [None]),
        (date(2027, 1, 1), [5000]),
        (date(2027, 6, 30), [5000]),
        (date(2027, 7, 1), [None]),
    ],
)
def test_future_and_expired_rules_are_silent(on: date, amounts: list[int | None]) -> None:
    coming = rule(
        "p", fees=(fixed(5000),), effective_from="2027-01-01", effective_until="2027-06-30"
    )
    assert [fee.amount_vnd for fee in overlay(RECORD, [coming], on).procedure.fees] == amounts


def test_fees_with_dates_hold_on_their_days_only() -> None:
    halved = fixed(25000, effective_until="2026-12-31")
    full = fixed(50000, effective_from="2027-01-01")
    record = RECORD.model_copy(update={"fees": (halved, full)})
    assert overlay(record, [], date(2026, 12, 31)).procedure.fees == (halved,)
    assert overlay(record, [], date(2027, 1, 1)).procedure.fees == (full,)


def test_notes_are_added_with_their_source_and_hide_nothing() -> None:
    view = overlay(
        RECORD,
        [
            rule("p", note="Áp dụng toàn tỉnh."),
            rule("o", Scope.OFFICE, documents_note="Có máy photo."),
        ],
        TODAY,
    )
    assert [(n.text, n.section, n.provenance.scope) for n in view.notes] == [
        ("Áp dụng toàn tỉnh.", None, Scope.PROVINCE),
        ("Có máy photo.", "papers", Scope.OFFICE),
    ]
    assert view.procedure.documents_note == RECORD.documents_note


def test_a_suspension_tells_its_reason_and_until_when() -> None:
    stop = rule(
        "o", Scope.OFFICE, suspended="Hệ thống hộ tịch bảo trì", effective_until="2026-11-24"
    )
    view = overlay(RECORD, [stop], TODAY)
    assert view.suspended is not None
    assert (view.suspended.reason, view.suspended.until) == (
        "Hệ thống hộ tịch bảo trì",
        date(2026, 11, 24),
    )
    assert overlay(RECORD, [stop], date(2026, 11, 25)).suspended is None


def test_a_rule_for_a_case_the_record_no_longer_has_is_left_out_and_named() -> None:
    for_late = rule("late", fees=(fixed(8000, cases=("late",)),))
    assert overlay(RECORD, [for_late], TODAY).procedure.fees[0].amount_vnd == 8000
    changed = RECORD.model_copy(update={"cases": ()})
    view = overlay(changed, [for_late], TODAY)
    assert view.procedure.fees == (BY_PROVINCE,)
    assert view.ignored_rules == ("late",)


def test_another_place_to_hand_in_moves_the_counter_too() -> None:
    office = Office(
        id="phuong-thu",
        kind="ward",
        name="phường Thử",
        province="Hà Nội",
        address="số 1",
        hours=Hours(),
        counters=(Counter(number="9", name="Hộ tịch", sectors=("Hộ tịch",)),),
        source=LOCAL,
    )
    here = overlay(RECORD, [], TODAY, office=office)
    assert here.counter is not None and here.counter.number == "9"
    assert here.provenance["counter"].source == LOCAL
    moved = rule("p", receiving="Trung tâm của tỉnh", receiving_body="province")
    elsewhere = overlay(RECORD, [moved], TODAY, office=office)
    assert elsewhere.counter is None and elsewhere.place is None
    assert elsewhere.procedure.receiving == "Trung tâm của tỉnh"
    assert elsewhere.provenance["place"].scope is Scope.PROVINCE


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ({"note": "x", "sector": "Hộ tịch", "code": "1.004873"}, "đúng một trong hai"),
        ({}, "không thay đổi điều gì"),
        ({"note": "x", "office_id": "phuong-thu"}, "không ghi office_id"),
        (
            {"note": "x", "effective_from": "2027-01-01", "effective_until": "2026-01-01"},
            "hết hiệu lực",
        ),
        ({"receiving_body": "province"}, "phải ghi receiving"),
        (
            {
                "sector": "Hộ tịch",
                "fees": [{"amount_vnd": 1, "status": "fixed", "cases": ["late"]}],
            },
            "cases",
        ),
        ({"fees": [{"amount_vnd": 0, "status": "fixed"}]}, "miễn phí thì ghi status: free"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(says: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        rule("x", **says)


DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 12, 31))


@given(
    st.lists(
        st.tuples(st.sampled_from([Scope.PROVINCE, Scope.OFFICE]), st.integers(1, 10**6), DAYS)
    ),
    DAYS,
    st.randoms(use_true_random=False),
)
def test_the_result_does_not_depend_on_the_order_rules_come_in(
    given_rules: list[tuple[Scope, int, date]], on: date, random: object
) -> None:
    rules = [
        rule(f"r-{n}", scope, fees=(fixed(amount),), effective_from=start)
        for n, (scope, amount, start) in enumerate(given_rules)
    ]
    shuffled = list(rules)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    view = overlay(RECORD, rules, on)
    assert view == overlay(RECORD, shuffled, on)
    in_force = [r for r in rules if r.effective_from and r.effective_from <= on]
    expected = Scope.NATIONAL
    if in_force:
        by_office = any(r.scope is Scope.OFFICE for r in in_force)
        expected = Scope.OFFICE if by_office else Scope.PROVINCE
    assert view.provenance["fee"].scope is expected
