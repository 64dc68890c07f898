"""The measures of the evaluation: a wrong fact never goes unseen."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import BY_PROVINCE, FREE, THREE_DAYS, fixed, paper, record, seen

from assistant.address import UNKNOWN
from assistant.compose import compose
from evals.scoring import (
    Verdict,
    answered_codes,
    expected_calibration_error,
    is_false_answer,
    is_in_choices,
    is_right_first,
    missed_facts,
    percentile,
    share,
    summarise,
    wrong_facts,
)

VIEW = seen(
    record(
        documents=(paper("Tờ khai"), paper("Đơn")), fees=(FREE, BY_PROVINCE), times=(THREE_DAYS,)
    )
)


def answer() -> dict[str, Any]:
    composed = compose(VIEW, (), address=UNKNOWN, office_name="phường Thử", phone="024 0000 0200")
    return composed.to_json()


def test_an_answer_from_the_record_has_no_wrong_fact() -> None:
    assert wrong_facts(answer(), VIEW) == []


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("papers", {"name": "Giấy lạ"}),
        ("papers", {"originals": 2}),
        ("papers", {"copies": 1}),
        ("fees", {"amount_vnd": 5000}),
        ("fees", {"amount_vnd": None}),
        ("fees", {"status": "unpublished"}),
        ("times", {"amount": 4}),
        ("times", {"unit": "day"}),
    ],
)
def test_any_changed_fact_is_a_wrong_fact(section: str, change: dict[str, Any]) -> None:
    given = answer()
    given["facts"][section][0] |= change
    assert len(wrong_facts(given, VIEW)) == 1


def test_a_wrong_counter_is_a_wrong_fact() -> None:
    given = answer()
    given["facts"]["counter"] = {"number": "9", "name": "Hộ tịch"}
    assert wrong_facts(given, VIEW) == ["counter '9'"]


def test_right_first_needs_an_answer_about_an_accepted_code() -> None:
    given = answer()
    code = VIEW.procedure.code
    assert is_right_first(given, [code]) and not is_right_first(given, ["9.999999"])
    assert not is_right_first(given | {"outcome": "clarifying"}, [code])


def test_only_the_first_four_choices_count() -> None:
    choices = [{"label": "", "message": "", "code": f"1.00000{i}"} for i in range(6)]
    given = {"outcome": "clarifying", "procedure": None, "choices": choices}
    assert is_in_choices(given, ["1.000003"]) and not is_in_choices(given, ["1.000004"])


def test_a_second_procedure_of_the_same_message_is_among_the_answers() -> None:
    given = answer() | {"also": [answer() | {"procedure": {"code": "2.000002", "name": ""}}]}
    assert answered_codes(given) == [VIEW.procedure.code, "2.000002"]
    assert is_in_choices(given, ["2.000002"]) and not is_right_first(given, ["2.000002"])


def test_a_false_answer_is_one_from_a_record() -> None:
    assert is_false_answer(answer())
    assert not is_false_answer({"outcome": "not_found", "procedure": None})


@pytest.mark.parametrize(
    ("expect", "missed"),
    [
        ({"papers": ["Tờ khai"], "papers_count": 2, "free": True}, []),
        ({"fee": [0, None], "time": [3, "working_day"], "counter": 4, "place": "commune"}, []),
        ({"papers": ["Giấy lạ"]}, ["papers"]),
        ({"papers_count": 1, "free": False}, ["papers_count", "free"]),
        ({"fee": [5000]}, ["fee"]),
        ({"time": [3, "day"], "counter": "5"}, ["time", "counter"]),
        ({"online": True}, ["online"]),
        ({"online": False}, []),
    ],
)
def test_what_a_case_expects_and_does_not_get_is_named(
    expect: dict[str, Any], missed: list[str]
) -> None:
    assert missed_facts(answer(), expect, "commune") == missed


def test_a_case_that_expects_what_no_measure_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="'colour'"):
        missed_facts(answer(), {"colour": "red"}, "commune")


def test_an_empty_group_has_no_share() -> None:
    assert share([]) is None
    assert share([True, False]) == 0.5
    assert summarise([])["first"] is None


def test_a_summary_counts_every_wrong_fact() -> None:
    row = Verdict("a", "direct", True, True, True, False, ("fee", "time"), 2.0)
    summary = summarise([row, row])
    assert (summary["wrong_facts"], summary["facts"], summary["p50_ms"]) == (4, 0.0, 2.0)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=50), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values(values: list[float], part: float) -> None:
    assert percentile(values, part) in values
    assert percentile(values, 1.0) == max(values)


def test_a_perfectly_calibrated_ranking_has_no_error() -> None:
    assert expected_calibration_error([]) == 0
    assert expected_calibration_error([(1.0, True)] * 5 + [(0.0, False)] * 5) == 0
    assert expected_calibration_error([(0.9, False)] * 4) == pytest.approx(0.9)


def test_amounts_that_are_unknown_never_equal_free_ones() -> None:
    paid = seen(record(fees=(fixed(1000),)))
    given = answer()
    assert any("fee" in wrong for wrong in wrong_facts(given, paid))
