"""Facts in plain Vietnamese, one line each."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from records import BY_PROVINCE, FREE, TWO_CASES, UNPUBLISHED, fixed, paper, record

from assistant import wording
from knowledge.procedures import Channel, ProcessingTime, SubmissionChannel, TimeUnit

IN_PERSON, ONLINE = Channel.IN_PERSON, Channel.ONLINE


@given(st.integers(min_value=0, max_value=10**9))
def test_grouping_points_never_change_an_amount(amount: int) -> None:
    said = wording.money(amount)
    assert int(said.removesuffix(" đồng").replace(".", "")) == amount
    assert all(len(group) == 3 for group in said.removesuffix(" đồng").split(".")[1:])


def test_each_status_of_a_fee_has_words_of_its_own() -> None:
    said = [wording.fee_amount(fee) for fee in (FREE, UNPUBLISHED, BY_PROVINCE, fixed(2000))]
    assert len(set(said)) == 4
    assert said[3] == "2.000 đồng"


def test_a_paper_says_originals_copies_and_its_condition() -> None:
    assert wording.paper_line(paper("Sổ", copies=2, when="nếu có")) == (
        "Sổ (1 bản chính, 2 bản sao) – nếu có"
    )


def test_equal_fees_of_every_channel_are_said_once() -> None:
    both = (fixed(8000, channel=IN_PERSON), fixed(8000, channel=ONLINE))
    ways = tuple(SubmissionChannel(channel=channel) for channel in (IN_PERSON, ONLINE))
    assert wording.fee_lines(record(fees=both, channels=ways)) == ["8.000 đồng"]


def test_a_case_is_named_by_its_label() -> None:
    fees = (fixed(1000, cases=("has_paper",)), fixed(2000, cases=("lost_paper",)))
    assert wording.fee_lines(record(cases=TWO_CASES, fees=fees)) == [
        "Còn giấy cũ: 1.000 đồng",
        "Mất giấy cũ: 2.000 đồng",
    ]


def test_times_are_said_with_their_unit_or_without_a_number() -> None:
    def said(amount: int | None, unit: TimeUnit) -> str:
        return wording.time_text(ProcessingTime(amount=amount, unit=unit))

    assert said(2, TimeUnit.HOUR) == "2 giờ"
    assert said(1, TimeUnit.MONTH) == "1 tháng"
    assert said(None, TimeUnit.SAME_DAY) == "trong ngày"
    assert said(None, TimeUnit.UNKNOWN) == "chưa công bố"


def test_lists_end_with_and() -> None:
    assert wording.join(["a"]) == "a"
    assert wording.join(["a", "b", "c"]) == "a, b và c"
    assert wording.join([]) == ""


def test_days_are_written_day_first() -> None:
    assert wording.day(date(2026, 7, 5)) == "05/07/2026"
