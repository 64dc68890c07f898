"""A kept answer is found again only for the very record, office and question it was made for."""

from dataclasses import replace
from datetime import datetime

from records import an_office, fixed, record, seen

from assistant.address import UNKNOWN, Address
from assistant.composed import KEPT, Asked, Composed
from assistant.office_answers import office_facts
from knowledge.hours import Hours
from knowledge.offices import HANOI
from knowledge.procedures import Topic

FEE = Asked((Topic.FEE,), UNKNOWN, "024 0000 0200", None, False, False, False)
OFFICE = an_office()
SEEN = seen(record(fees=(fixed(50_000),)))


def test_an_answer_asked_for_again_is_the_same_with_a_probability_of_its_own() -> None:
    kept = Composed()
    first, again = (kept.answer(SEEN, OFFICE, FEE, p) for p in (0.9, 0.7))
    assert "50.000 đồng" in first.text and again == replace(first, probability=0.7)


def test_a_changed_record_is_answered_from_anew() -> None:
    kept = Composed()
    told = []
    for amount in range(1_000, 40_000, 1_000):  # short-lived views, so that ids are used again
        told.append(kept.answer(seen(record(fees=(fixed(amount),))), OFFICE, FEE, 1.0).text)
    assert all(f"{n}.000 đồng" in text for n, text in enumerate(told, 1))


def test_who_is_addressed_otherwise_or_asks_for_something_else_is_told_otherwise() -> None:
    kept = Composed()
    ways = (
        FEE,
        replace(FEE, topics=()),
        replace(FEE, topics=(), address=Address("bác", "cháu")),
        replace(FEE, follows=True),
        replace(FEE, brief=True),
    )
    for _ in range(2):
        texts = [kept.answer(SEEN, OFFICE, asked, 1.0).text for asked in ways]
        alone = [Composed().answer(SEEN, OFFICE, asked, 1.0).text for asked in ways]
        assert texts == alone
    assert len(set(texts)) >= 4


def test_no_more_than_some_answers_are_kept() -> None:
    kept = Composed()
    for n in range(KEPT + 3):
        kept.answer(SEEN, OFFICE, replace(FEE, phone=f"024 {n:04d}"), 1.0)
    assert len(kept._kept) <= KEPT


def test_an_office_that_changes_its_hours_is_told_so_at_once_and_every_day_anew() -> None:
    morning = datetime(2026, 11, 24, 9, tzinfo=HANOI)
    before = office_facts(an_office(), morning)["hours"]
    changed = an_office(hours=Hours.model_validate({"monday": ["08:00-10:00"]}))
    assert before != office_facts(changed, morning)["hours"] == "Thứ Hai 8:00–10:00"
    holiday = {"date": "2026-12-02", "name": "ngày thử"}
    closing = an_office(holidays=(holiday,))
    assert not office_facts(closing, morning)["coming"]
    assert "ngày thử" in office_facts(closing, morning.replace(day=26))["coming"]
