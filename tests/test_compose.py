"""What a resident reads about one procedure: only what the record says, and what is not known."""

from datetime import date
from typing import Any

import pytest
from records import (
    BY_PROVINCE,
    CODE,
    FREE,
    SOURCE,
    THREE_DAYS,
    TODAY,
    TWO_CASES,
    UNPUBLISHED,
    a_rule,
    fixed,
    paper,
    record,
    seen,
)

from assistant.address import UNKNOWN, Address
from assistant.answers import Answer, Outcome
from assistant.compose import compose
from knowledge.layers import LocalRule, Scope
from knowledge.procedures import (
    Body,
    Case,
    Channel,
    DeclarationForm,
    Fee,
    FeeStatus,
    LegalBasis,
    NotNeeded,
    Procedure,
    ProcessingTime,
    RequiredDocument,
    Source,
    SubmissionChannel,
    TimeUnit,
    Topic,
)


def said(
    procedure: Procedure,
    *topics: Topic,
    rules: tuple[LocalRule, ...] = (),
    case: str | None = None,
    on: date = TODAY,
    address: Address = UNKNOWN,
) -> Answer:
    return compose(
        seen(procedure, *rules, on=on),
        topics,
        address=address,
        office_name="phường Thử",
        phone="024 0000 0200",
        case=case,
    )


# -- fees -------------------------------------------------------------------------------------


def test_a_free_procedure_is_said_to_be_free() -> None:
    answer = said(record(fees=(FREE,)), Topic.FEE)
    assert "miễn phí" in answer.text
    assert answer.facts.fees[0]["amount_vnd"] == 0


@pytest.mark.parametrize(("fee", "words"), [(UNPUBLISHED, "chưa công bố"), (BY_PROVINCE, "HĐND")])
def test_an_unknown_amount_is_never_shown_as_free_or_as_zero(fee: Any, words: str) -> None:
    answer = said(record(fees=(fee,)), Topic.FEE)
    assert words in answer.text
    assert "miễn phí" not in answer.text.lower()
    assert "0 đồng" not in answer.text
    assert answer.facts.fees[0]["amount_vnd"] is None


def test_a_free_procedure_is_never_shown_as_unpublished() -> None:
    text = said(record(fees=(FREE,)), Topic.FEE).text
    assert "chưa công bố" not in text and "HĐND" not in text


def test_a_record_without_fees_says_that_none_is_published() -> None:
    answer = said(record(), Topic.FEE)
    assert answer.text.startswith("Dạ, lệ phí xác nhận việc thử: chưa công bố.")
    assert answer.facts.fees == ()


def test_an_amount_is_written_as_vietnamese_write_it() -> None:
    assert "1.250.000 đồng/văn bản" in said(
        record(fees=(fixed(1_250_000, per="văn bản"),)), Topic.FEE
    ).text  # fmt: skip


def test_fees_that_differ_by_channel_are_told_apart() -> None:
    fees = (fixed(8000, channel=Channel.IN_PERSON), fixed(4000, channel=Channel.ONLINE))
    text = said(record(fees=fees), Topic.FEE).text
    assert "• Trực tiếp: 8.000 đồng" in text
    assert "• Trực tuyến: 4.000 đồng" in text


def test_a_fee_of_one_channel_is_not_said_to_hold_for_all() -> None:
    ways = (SubmissionChannel(channel=Channel.IN_PERSON), SubmissionChannel(channel=Channel.ONLINE))
    free_online = FREE.model_copy(update={"channel": Channel.ONLINE})
    text = said(record(fees=(free_online,), channels=ways), Topic.FEE).text
    assert "rực tuyến: miễn phí" in text


def test_a_time_of_one_case_is_not_said_to_hold_for_all() -> None:
    only_lost = ProcessingTime(amount=9, unit=TimeUnit.DAY, cases=("lost_paper",))
    text = said(record(cases=TWO_CASES, times=(only_lost,)), Topic.TIME).text
    assert "mất giấy cũ: 9 ngày" in text.lower()


def test_a_fee_that_has_run_out_is_not_shown() -> None:
    fees = (fixed(9000, effective_until=date(2026, 10, 1)), fixed(7000))
    answer = said(record(fees=fees), Topic.FEE)
    assert "9.000" not in answer.text
    assert [fee["amount_vnd"] for fee in answer.facts.fees] == [7000]


def test_the_day_a_fee_runs_out_is_said() -> None:
    text = said(record(fees=(fixed(9000, effective_until=date(2026, 12, 31)),)), Topic.FEE).text
    assert "áp dụng đến hết 31/12/2026" in text


# -- times ------------------------------------------------------------------------------------


def test_a_time_is_said_with_its_unit() -> None:
    assert "3 ngày làm việc" in said(record(times=(THREE_DAYS,)), Topic.TIME).text


def test_an_unknown_unit_is_said_to_be_unknown() -> None:
    answer = said(record(times=(ProcessingTime(amount=5, unit=TimeUnit.UNKNOWN),)), Topic.TIME)
    assert "5 (nguồn không ghi rõ ngày hay giờ" in answer.text
    assert "5 ngày" not in answer.text and "5 giờ" not in answer.text
    assert answer.facts.times[0]["unit"] == "unknown"


def test_a_record_without_times_says_that_none_is_published() -> None:
    assert "chưa công bố" in said(record(), Topic.TIME).text


def test_the_deadline_of_the_resident_is_not_lost_beside_the_offices_time() -> None:
    text = said(record(times=(THREE_DAYS,), deadline="Nộp trong 30 ngày."), Topic.TIME).text
    assert "3 ngày làm việc" in text and "Nộp trong 30 ngày." in text


# -- papers and cases -------------------------------------------------------------------------

WITH_CASES = record(
    cases=TWO_CASES,
    documents=(
        paper("Tờ khai việc thử"),
        paper("Giấy cũ", cases=("has_paper",)),
        paper("Đơn trình báo", copies=2, originals=0, cases=("lost_paper",)),
        paper("Căn cước", handling="show"),
    ),
    fees=(
        FREE.model_copy(update={"cases": ("has_paper",)}),
        fixed(6000, cases=("lost_paper",)),
    ),
)


def test_a_chosen_case_narrows_papers_and_fee_to_it() -> None:
    answer = said(WITH_CASES, Topic.PAPERS, Topic.FEE, case="lost_paper")
    assert [p["name"] for p in answer.facts.papers] == [
        "Tờ khai việc thử", "Đơn trình báo", "Căn cước",
    ]  # fmt: skip
    assert "Giấy cũ (" not in answer.text
    assert "6.000 đồng" in answer.text and "miễn phí" not in answer.text.lower()
    assert "(mất giấy cũ)" in answer.text.split("\n")[0]


def test_without_a_case_every_case_keeps_its_heading() -> None:
    text = said(WITH_CASES, Topic.PAPERS).text
    assert "Nếu còn giấy cũ:\n• Giấy cũ (1 bản chính)" in text
    assert "Nếu mất giấy cũ:\n• Đơn trình báo (2 bản sao)" in text


def test_papers_to_show_are_told_apart_from_papers_to_hand_in() -> None:
    text = said(WITH_CASES, Topic.PAPERS).text
    assert text.index("Giấy tờ phải nộp:") < text.index("Mang theo để xuất trình:\n• Căn cước")


def test_a_paper_without_a_published_number_gets_no_number() -> None:
    text = said(record(documents=(paper("Bản vẽ", originals=0),)), Topic.PAPERS).text
    assert "• Bản vẽ\n" in text + "\n"
    assert "bản chính" not in text and "bản sao" not in text


def test_a_record_without_papers_says_so() -> None:
    assert "chưa có danh sách giấy tờ" in said(record(), Topic.PAPERS).text


def test_papers_nobody_may_ask_for_are_named_with_the_rule() -> None:
    not_needed = (NotNeeded(name="Sổ cũ", rule="đã bỏ"),)
    text = said(record(documents=(paper("Tờ khai"),), not_needed=not_needed), Topic.PAPERS).text
    assert "Không cần: Sổ cũ (đã bỏ)" in text


def test_a_long_dossier_is_cut_in_the_overview_and_whole_on_demand() -> None:
    long = record(documents=tuple(paper(f"Giấy {letter}") for letter in "ABCDEFGHIJKL"))
    overview = said(long)
    assert "• Giấy H" in overview.text and "• Giấy I" not in overview.text
    assert "… và 4 giấy tờ khác" in overview.text
    assert "• Giấy L" in said(long, Topic.PAPERS).text
    assert len(overview.facts.papers) == 12


# -- what is asked, what is shown -------------------------------------------------------------

FULL = record(
    documents=(paper("Tờ khai"),),
    fees=(FREE,),
    times=(THREE_DAYS,),
    channels=(SubmissionChannel(channel=Channel.IN_PERSON),),
    steps=("Lấy số", "Nộp hồ sơ"),
    forms=(DeclarationForm(name="Tờ khai thử", number="01-T", issued_with="TT 1"),),
    legal_basis=(LegalBasis(number="1/2026/NĐ-CP", title="Việc thử"),),
    conditions=("Đủ 18 tuổi",),
    who_can_apply="Người thử",
    result="Giấy xác nhận",
    validity="Dùng trong 6 tháng",
)


def test_the_overview_keeps_steps_forms_and_law_for_later() -> None:
    answer = said(FULL)
    for word in ("Tờ khai", "Quầy số 4", "miễn phí", "3 ngày làm việc", "trực tiếp"):
        assert word in answer.text
    for word in ("Các bước", "01-T", "1/2026/NĐ-CP", "Đủ 18 tuổi"):
        assert word not in answer.text
    assert answer.facts.forms == () and answer.facts.legal_basis == ()
    assert answer.topics == ()


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        (Topic.STEPS, ("1. Lấy số", "2. Nộp hồ sơ")),
        (Topic.FORM, ("Tờ khai thử – mẫu 01-T, kèm theo TT 1",)),
        (Topic.LEGAL_BASIS, ("Việc thử (1/2026/NĐ-CP)",)),
        (Topic.CONDITIONS, ("Người làm được: người thử", "Đủ 18 tuổi")),
        (Topic.RESULT, ("Giấy xác nhận. Dùng trong 6 tháng",)),
    ],
)
def test_each_topic_brings_its_details_on_demand(topic: Topic, words: tuple[str, ...]) -> None:
    answer = said(FULL, topic)
    for word in words:
        assert word in answer.text
    assert "miễn phí" not in answer.text
    assert answer.topics == (topic.value,)


@pytest.mark.parametrize("topic", list(Topic))
def test_a_record_that_says_nothing_about_a_topic_still_gets_a_sentence(topic: Topic) -> None:
    bare = record(receiving="UBND cấp xã")
    text = said(bare, topic).text
    first = text.split("\n")[0]
    assert first.startswith("Dạ, ") and "xác nhận việc thử" in first
    assert first.count(": ") <= 1  # a heading behind a heading is no sentence
    assert len(text) > len("Dạ, xác nhận việc thử:") + 10
    assert "None" not in text and "{" not in text


def test_facts_hold_only_what_was_asked() -> None:
    facts = said(FULL, Topic.FEE).facts
    assert facts.fees and not facts.papers and not facts.times
    assert facts.counter is None and facts.authority is None


# -- where, how -------------------------------------------------------------------------------


def test_the_counter_of_the_office_is_named_and_the_deciding_authority_apart_from_it() -> None:
    decided_above = record(authority="UBND cấp tỉnh")
    answer = said(decided_above, Topic.PLACE)
    assert "Quầy số 4 – Hộ tịch (tầng 2)" in answer.text
    assert "Theo quy định: uBND" not in answer.text
    assert "Cơ quan giải quyết: UBND cấp tỉnh" in answer.text
    assert answer.facts.counter == {"number": "4", "name": "Hộ tịch"}
    assert answer.facts.authority == "UBND cấp tỉnh"


def test_where_no_counter_takes_it_the_record_says_where() -> None:
    elsewhere = record(
        sector="Cư trú", receiving_body=Body.COMMUNE_POLICE, receiving="Công an cấp xã"
    )
    answer = said(elsewhere, Topic.PLACE)
    assert "Công an cấp xã" in answer.text and "Quầy" not in answer.text
    assert answer.facts.counter is None


def test_missing_online_submission_is_said_rather_than_guessed() -> None:
    assert "không công bố cách nộp trực tuyến" in said(FULL, Topic.CHANNEL).text
    assert "chưa công bố có nộp trực tuyến hay không" in said(record(), Topic.CHANNEL).text


def test_online_submission_is_said_with_its_address() -> None:
    online = SubmissionChannel(channel=Channel.ONLINE, url="https://thu.example")
    text = said(record(channels=(online,)), Topic.CHANNEL).text
    assert "Nộp trực tuyến được" in text and "https://thu.example" in text


# -- trust ------------------------------------------------------------------------------------


def test_a_record_nobody_verified_is_said_to_be_unverified() -> None:
    answer = said(record(verified=False, fees=(FREE,)), Topic.FEE)
    assert "chưa được cán bộ kiểm tra lại" in answer.text and "024 0000 0200" in answer.text
    assert [c.verified for c in answer.citations] == [False]


def test_only_the_unverified_section_is_named() -> None:
    partly = record(fees=(FREE,), times=(THREE_DAYS,), unverified=("time",))
    text = said(partly, Topic.FEE, Topic.TIME).text
    assert "Phần thời hạn chưa được kiểm tra lại" in text
    assert "lệ phí chưa" not in text
    assert "chưa được" not in said(partly, Topic.FEE).text


def test_source_and_day_are_always_said_and_old_data_with_a_warning() -> None:
    assert "Nguồn: Cổng thử (dữ liệu 01/11/2026)." in said(FULL, Topic.FEE).text
    old = record(fees=(FREE,), source=Source(name="Cổng thử", as_of=date(2026, 7, 1)))
    assert "đã hơn 90 ngày" in said(old, Topic.FEE).text
    assert "đã hơn 90 ngày" not in said(old, Topic.FEE, on=date(2026, 9, 29)).text


def test_each_shown_section_is_cited_from_the_layer_that_spoke_last() -> None:
    rule = a_rule(fees=(fixed(5000),))
    answer = said(FULL, Topic.FEE, Topic.TIME, rules=(rule,))
    sources = {c.section: (c.source, c.url) for c in answer.citations}
    assert sources == {
        "fee": ("Thông báo của phường Thử", None),
        "time": (SOURCE.name, SOURCE.url),
    }
    assert "5.000 đồng" in answer.text and "miễn phí" not in answer.text


# -- the office's own word --------------------------------------------------------------------


def test_a_suspended_procedure_says_so_before_anything_else() -> None:
    answer = said(FULL, rules=(a_rule(suspended="mất điện ở quầy 4"),))
    assert answer.text.startswith("Dạ, phường Thử đang tạm dừng tiếp nhận")
    assert "mất điện ở quầy 4" in answer.text.split("\n")[0]


def test_a_suspension_that_is_over_is_not_mentioned() -> None:
    over = a_rule(suspended="mất điện", effective_until=date(2026, 11, 23))
    assert "tạm dừng" not in said(FULL, rules=(over,)).text


def test_a_local_note_on_papers_stays_with_papers() -> None:
    rule = a_rule(documents_note="Quầy 4 có máy photo.")
    assert "Lưu ý: Quầy 4 có máy photo." in said(FULL, Topic.PAPERS, rules=(rule,)).text
    assert "máy photo" not in said(FULL, Topic.FEE, rules=(rule,)).text


def test_a_provincial_note_is_shown_whatever_was_asked() -> None:
    rule = a_rule(
        "ha-noi-1", scope=Scope.PROVINCE, office_id=None, province="Hà Nội", note="Đang rà soát."
    )
    assert "Lưu ý: Đang rà soát." in said(FULL, Topic.FEE, rules=(rule,)).text


# -- manners ----------------------------------------------------------------------------------


def test_an_elder_is_not_called_anh_chi() -> None:
    text = said(
        record(verified=False, fees=(FREE,)), Topic.FEE, address=Address("bác", "cháu")
    ).text
    assert "bác hỏi lại" in text and "anh/chị" not in text


def test_an_answer_names_its_procedure_and_outcome() -> None:
    answer = said(FULL, Topic.FEE)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.procedure is not None and answer.procedure.code == CODE


def test_an_overview_says_once_what_is_not_published_and_names_what_nobody_needs() -> None:
    bare = record(
        not_needed=(NotNeeded(name="Sổ hộ khẩu giấy", rule="bỏ từ 1/1/2023"),),
        documents=(RequiredDocument(name="Tờ khai"),),
    )
    overview = said(bare).text
    assert "Lệ phí và thời hạn giải quyết: chưa công bố." in overview
    assert "Không cần: Sổ hộ khẩu giấy." in overview
    assert "Không cần: Sổ hộ khẩu giấy (bỏ từ 1/1/2023)." in said(bare, Topic.PAPERS).text


def test_what_the_province_sets_is_said_once_and_a_told_case_is_not_repeated() -> None:
    cases = (Case(id="a", label="Nhà riêng"), Case(id="b", label="Công trình khác"))
    procedure = record(
        cases=cases,
        case_question="Nhà riêng hay công trình khác ạ?",
        fees=(Fee(status=FeeStatus.SET_BY_PROVINCE, note="mức do HĐND cấp tỉnh quy định"),),
        times=(ProcessingTime(amount=15, unit=TimeUnit.DAY, cases=("a",)),),
    )
    assert said(procedure, Topic.FEE).text.count("HĐND cấp tỉnh") == 1
    told = said(procedure, Topic.TIME, case="a").text
    assert told.startswith("Dạ, thời hạn giải quyết xác nhận việc thử (nhà riêng): 15 ngày.")
