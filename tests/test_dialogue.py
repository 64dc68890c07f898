"""A conversation at the real desk: what is in hand, corrected, asked for and returned to."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.answers import Answer, Outcome
from assistant.desk import Desk
from assistant.understand import correction, goes_back
from evals.cases import ConversationCase, read_cases

BIRTH, DEATH, WED, LOST, TEMPORARY = "1.001193", "1.000656", "1.000894", "1.014064", "1.004194"
Ask = Callable[..., Answer]


def talk(ask: Ask, *messages: str) -> Answer:
    """The answer to the last of several messages of one conversation."""
    answer = ask(messages[0])
    for message in messages[1:]:
        answer = ask(message, answer.conversation_id)
    return answer


def code_of(answer: Answer) -> str | None:
    return answer.procedure.code if answer.procedure else None


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("không phải khai sinh, khai tử cơ", "khai tử"),
        ("à nhầm, thường trú mới đúng", "thường trú"),
        ("ý chị là khai tử chứ không phải kết hôn", "khai tử"),
        ("không phải nộp phí đúng không", None),
        ("khai tử cần gì", None),
    ],
)
def test_a_correction_gives_what_is_meant_instead(message: str, meant: str | None) -> None:
    assert correction(message) == meant


def test_going_back_is_noticed() -> None:
    assert goes_back("quay lại cái khai sinh") and not goes_back("khai sinh ở đâu")


def test_a_corrected_procedure_keeps_the_topic_asked(ask: Ask) -> None:
    answer = talk(ask, "đăng ký khai sinh lệ phí bao nhiêu", "không phải khai sinh, khai tử cơ")
    assert (code_of(answer), answer.topics) == (DEATH, ("fee",))


def test_an_earlier_procedure_comes_back_by_name_or_as_the_one_before(ask: Ask) -> None:
    two = ("đăng ký khai sinh ở quầy nào", "đăng ký tạm trú bao lâu")
    assert code_of(talk(ask, *two, "quay lại cái khai sinh")) == BIRTH
    assert code_of(talk(ask, *two, "quay lại việc hồi nãy")) == BIRTH
    assert code_of(talk(ask, *two, "không, cái kia cơ")) == BIRTH


def test_the_question_that_tells_the_cases_apart_is_asked_and_its_answer_narrows(ask: Ask) -> None:
    first = ask("khai sinh cho con cần giấy tờ gì")
    assert first.outcome is Outcome.ANSWERED and len(first.choices) == 5
    assert "Giấy chứng sinh (1 bản chính)" not in first.text
    assert "Giấy chứng sinh" in {paper["name"] for paper in first.facts.papers}
    for said in ("có", "1", "Có giấy chứng sinh", "bé sinh ở bệnh viện"):
        answer = ask(said, first.conversation_id)
        assert "Giấy chứng sinh (1 bản chính)" in answer.text and not answer.choices, said
        first = ask("khai sinh cho con cần giấy tờ gì")


def test_who_cannot_tell_the_case_sees_all_and_is_not_asked_again(ask: Ask) -> None:
    answer = talk(ask, "khai sinh cho con cần giấy tờ gì", "em không rõ")
    assert "Nếu trẻ bị bỏ rơi" in answer.text and not answer.choices
    again = ask("cần giấy tờ gì", answer.conversation_id)
    assert not again.choices


def test_what_does_not_depend_on_a_case_is_answered_without_asking(ask: Ask) -> None:
    answer = ask("đăng ký khai sinh ở quầy nào")
    assert answer.topics == ("place",) and not answer.choices


def test_a_denied_phrase_does_not_tell_the_case_it_denies(ask: Ask) -> None:
    answer = talk(ask, "đăng ký lại khai sinh cần giấy gì", "tôi không còn bản sao khai sinh cũ")
    assert any("CMND" in paper["name"] for paper in answer.facts.papers)


def test_papers_at_hand_are_compared_with_the_dossier(ask: Ask) -> None:
    answer = talk(
        ask,
        "đăng ký kết hôn ở quầy nào",
        "có căn cước, sổ hộ khẩu, giấy độc thân rồi còn thiếu gì",
    )
    assert code_of(answer) == WED
    lines = answer.text.split("\n")
    missing = lines[lines.index("Còn thiếu:") + 1]
    assert "Tờ khai đăng ký kết hôn" in missing
    useless = "\n".join(lines[lines.index("Không cần mang:") :])
    assert "Sổ hộ khẩu giấy" in useless and "07/2025/NĐ-CP" in useless


def test_an_amount_that_is_not_the_records_is_corrected_first(ask: Ask) -> None:
    answer = ask("trích lục khai sinh nghe bảo 50 nghìn một bản đúng không")
    assert answer.text.startswith("Dạ, không phải 50.000 đồng ạ.")
    assert "8.000 đồng" in answer.text


def test_a_paper_nobody_may_ask_for_is_answered_in_one_sentence(ask: Ask) -> None:
    answer = ask("khai tử có phải xin xác nhận của tổ trưởng không")
    assert "không cần xác nhận của tổ trưởng" in answer.text.split("\n")[0]
    assert "•" not in answer.text


def test_the_district_is_corrected_and_the_place_given(ask: Ask) -> None:
    answer = ask("cải chính khai sinh phải lên quận đúng không")
    assert "không còn cấp huyện" in answer.text.split("\n")[0]
    follow = talk(ask, "làm sổ đỏ lần đầu mất bao lâu", "nộp ở huyện à")
    assert follow.facts.counter and "không còn cấp huyện" in follow.text


def test_an_english_question_gets_the_same_facts_in_english(ask: Ask) -> None:
    english = ask("What is the fee for a lost ID card?")
    vietnamese = ask("cấp lại căn cước bị mất lệ phí bao nhiêu")
    assert code_of(english) == LOST
    assert english.facts == vietnamese.facts
    assert "35,000 VND" in english.text and "Dạ" not in english.text
    assert ask("how long?", english.conversation_id).facts.times


def test_english_amounts_pass_the_check_against_the_record(ask: Ask) -> None:
    answer = ask("temporary residence registration fee")
    assert code_of(answer) == TEMPORARY
    assert "7,000 VND" in answer.text and "15,000 VND" in answer.text


def test_another_language_gets_an_apology_and_a_person(ask: Ask) -> None:
    answer = ask("혼인신고 어디서 해요")
    assert answer.outcome is Outcome.HANDED_OFF
    assert "죄송합니다" in answer.text and "024 0000 0111" in answer.text


def test_the_checklist_is_linked_where_there_is_a_public_page(own_desk: Desk) -> None:
    room = replace(own_desk.receptionist._room, public_url="https://hoasen.example/")
    own_desk.receptionist._room = room
    first = own_desk.receptionist.reply("khai sinh cần giấy tờ gì")
    answer = own_desk.receptionist.reply("có", first.conversation_id)
    assert "https://hoasen.example/t/1.001193?case=has_certificate" in answer.text


def test_at_least_eighty_conversations_are_scripted() -> None:
    cases = read_cases(ConversationCase, "conversations")
    assert len(cases) >= 80 and all(len(case.turns) >= 2 for case in cases)
