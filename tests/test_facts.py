"""The facts of an answer as JSON: what was asked, told apart by case and channel."""

import json

from records import BY_PROVINCE, FREE, THREE_DAYS, TWO_CASES, fixed, paper, record, seen

from assistant.facts import OVERVIEW, SECTION, cite, counter_fact, gather, select_case, shown_topics
from knowledge.procedures import Channel, Topic

RECORD = record(
    cases=TWO_CASES,
    documents=(paper("Tờ khai"), paper("Đơn trình báo", cases=("lost_paper",))),
    fees=(FREE, BY_PROVINCE, fixed(3000, channel=Channel.ONLINE, per="bản")),
    times=(THREE_DAYS,),
)


def test_no_topic_means_the_overview() -> None:
    assert shown_topics(()) == OVERVIEW
    assert shown_topics((Topic.LEGAL_BASIS,)) == (Topic.LEGAL_BASIS,)


def test_every_topic_has_a_section_to_cite() -> None:
    assert set(SECTION) == set(Topic)


def test_free_and_unpublished_amounts_stay_apart_in_json() -> None:
    fees = gather(seen(RECORD), (Topic.FEE,)).fees
    assert [(fee["amount_vnd"], fee["status"]) for fee in fees] == [
        (0, "free"), (None, "set_by_province"), (3000, "fixed"),
    ]  # fmt: skip
    assert json.loads(json.dumps(fees))[2]["channel"] == "online"


def test_a_case_keeps_what_holds_for_all_and_drops_the_others() -> None:
    names = [paper.name for paper in select_case(RECORD, "has_paper").documents]
    assert names == ["Tờ khai"]
    assert select_case(RECORD, None) is RECORD


def test_a_paper_names_the_case_it_is_for() -> None:
    papers = gather(seen(RECORD), (Topic.PAPERS,)).papers
    assert [paper["case"] for paper in papers] == [None, "Mất giấy cũ"]


def test_the_counter_is_known_only_where_the_office_has_one_for_it() -> None:
    assert counter_fact(seen(RECORD)) == {"number": "4", "name": "Hộ tịch"}
    assert counter_fact(seen(record(sector="Việc lạ", receiving_body="province"))) is None


def test_a_citation_carries_code_source_day_and_whether_it_was_verified() -> None:
    (citation,) = cite(seen(RECORD), (Topic.FEE,))
    assert citation.to_json() == {
        "code": RECORD.code,
        "section": "fee",
        "source": "Cổng thử",
        "effective_from": "2026-11-01",
        "verified": True,
        "url": "https://thu.example/viec",
    }
