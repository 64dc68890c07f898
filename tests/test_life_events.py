"""Events of a life: recognised, and made into one plan without repetition."""

from collections.abc import Callable

import pytest
from records import paper, record, seen

from assistant.address import UNKNOWN
from assistant.answers import Answer, Outcome
from assistant.desk import Desk
from assistant.life_events import find_event, shipped_events
from assistant.plan import Matter, merged_papers, plan_lines


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ("vợ em mới sinh, phải làm những thủ tục gì", "birth"),
        ("nha co nguoi mat can lam giay to gi", "death"),
        ("tụi em sắp cưới cần làm giấy tờ gì", "marriage"),
        ("định mở quán phở thì phải xin giấy gì", "business"),
        ("mới sinh con, khai sinh cần giấy tờ gì", None),
        ("vợ em mới sinh", None),
        ("mất căn cước cần làm giấy tờ gì", None),
        ("chồng em mất rồi em muốn cưới người khác cần giấy gì", None),
        ("bố mất để lại đất không di chúc thì làm sao", None),
    ],
)
def test_an_event_is_told_and_asked_as_a_whole(message: str, event: str | None) -> None:
    found = find_event(message)
    assert (found.id if found else None) == event


def test_every_matter_of_an_event_is_held_by_the_sample_office(desk: Desk) -> None:
    for event in shipped_events()[1]:
        codes = [step.code for step in event.steps] + ([event.bundle] if event.bundle else [])
        for code in codes:
            assert desk.library.store.find_view(code, desk.office_id), (event.id, code)


def test_a_paper_for_two_matters_is_listed_once_and_forms_stay_apart() -> None:
    one = seen(record("1.000001", documents=(
        paper("Tờ khai một"), paper("Căn cước của người nộp"), paper("Học bạ"))))  # fmt: skip
    two = seen(record("1.000002", documents=(
        paper("Tờ khai hai"), paper("Căn cước, hộ chiếu"))))  # fmt: skip
    assert merged_papers([Matter(one), Matter(two)]) == [
        ("Tờ khai một", [1]),
        ("Căn cước của người nộp", [1, 2]),
        ("Học bạ", [1]),
        ("Tờ khai hai", [2]),
    ]


def test_a_matter_under_a_condition_brings_no_papers_to_the_common_list() -> None:
    view = seen(record("1.000001", documents=(paper("Học bạ"),)))
    lines = plan_lines([Matter(view, "có con đi học")], UNKNOWN)
    assert lines == ["1. Xác nhận việc thử (nếu có con đi học): quầy số 4."]


def test_a_birth_is_one_plan_with_buttons_and_the_whole_facts(ask: Callable[..., Answer]) -> None:
    answer = ask("vợ em mới sinh, phải làm những thủ tục gì")
    assert answer.outcome is Outcome.ANSWERED
    assert [choice.code for choice in answer.choices] == [
        "1.001193", "1.004222", "1.001939", "3.000722",
    ]  # fmt: skip
    assert len(answer.also) == 3 and answer.also[0].facts.papers
    assert "chúc mừng" in answer.text and "3.000722" in answer.text
    second = ask("2", answer.conversation_id)
    assert second.procedure and second.procedure.code == "1.004222"


def test_sympathy_is_said_once(ask: Callable[..., Answer]) -> None:
    first = ask("bà nội tôi vừa mất, gia đình cần làm những giấy tờ gì")
    again = ask("bà tôi mới mất, khai tử cần giấy tờ gì", first.conversation_id)
    assert first.text.startswith("Dạ, em xin chia buồn")
    assert "chia buồn" not in again.text
