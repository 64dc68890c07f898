"""A conversation at the real desk: what is in hand, corrected, asked for and returned to."""

from dataclasses import replace

import pytest
from talking import Ask, code_of, talk

from assistant.answers import Outcome
from assistant.desk import Desk
from assistant.understand import correction, goes_back
from evals.cases import read_conversations

BIRTH, DEATH, WED, LOST, TEMPORARY = "1.001193", "1.000656", "1.000894", "1.014064", "1.004194"


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


def test_enough_conversations_of_several_turns_are_scripted() -> None:
    cases = read_conversations()
    assert len([case for case in cases if 3 <= len(case.turns) <= 8]) >= 90
    assert len({case.id for case in cases}) == len(cases)


def test_words_that_fit_several_matters_alike_are_asked_back(ask: Ask) -> None:
    answer = ask("tiền mai táng")
    assert answer.outcome is Outcome.CLARIFYING and len(answer.choices) >= 3
    assert code_of(ask("khai sinh")) == BIRTH  # what everybody means by the word
    assert code_of(ask("kết hôn mất phí không")) == WED


def test_a_correction_by_denial_puts_the_last_question_right(ask: Ask) -> None:
    answer = talk(ask, "căn cước của mẹ em bị hỏng", "à nhầm, không hỏng, chỉ hết hạn")
    assert code_of(answer) == "1.014063"


def test_one_of_two_matters_is_asked_about_by_a_few_of_its_words(ask: Ask) -> None:
    answer = talk(
        ask, "chứng thực chữ ký và đăng ký kết hôn lệ phí bao nhiêu", "kết hôn ở quầy mấy"
    )
    assert code_of(answer) == WED and answer.facts.counter


def test_a_fact_asked_before_the_matter_was_named_is_told_with_it(ask: Ask) -> None:
    answer = talk(ask, "lệ phí bao nhiêu", "đăng ký tạm trú ấy")
    assert (code_of(answer), answer.topics) == (TEMPORARY, ("fee",))


def test_a_fact_asked_instead_of_a_choice_waits_for_the_choice(ask: Ask) -> None:
    again = talk(ask, "tiền mai táng", "nộp ở quầy mấy")
    assert again.outcome is Outcome.CLARIFYING and len(again.choices) > 1
    assert ask("1", again.conversation_id).topics == ("place",)


@pytest.mark.parametrize("said", ["xóa cuộc trò chuyện này giúp tôi", "xoa het lich su chat di"])
def test_deleting_is_understood_whatever_was_talked_of(ask: Ask, said: str) -> None:
    first = ask("kết hôn mất phí không")
    answer = ask(said, first.conversation_id)
    assert "đã xóa" in answer.text and answer.conversation_id != first.conversation_id


def test_a_case_is_told_by_one_of_the_names_in_its_label(ask: Ask) -> None:
    for said in ("nhà thuê", "nha thue"):
        answer = talk(ask, "đăng ký tạm trú cần giấy tờ gì", said)
        assert answer.topics == ("papers",) and not answer.choices, said


def test_a_plain_answer_to_our_question_is_no_other_matter(ask: Ask) -> None:
    answer = talk(ask, "hồ sơ xin phép xây nhà gồm những gì", "nhà ở của gia đình thôi")
    assert code_of(answer) == "1.013225" and not answer.choices


def test_what_the_ward_does_not_do_is_said_amid_another_matter(ask: Ask) -> None:
    answer = talk(ask, "nhận con nuôi hồ sơ gồm gì", "thế ly hôn có làm ở phường không")
    assert answer.outcome is Outcome.OUT_OF_SCOPE and "Tòa án" in answer.text


def test_a_complaint_reaches_somebody_even_if_it_is_unclear_whom(ask: Ask) -> None:
    answer = ask("tôi muốn phản ánh nhân viên quầy 3 nói năng cộc lốc")
    assert answer.outcome in (Outcome.HANDED_OFF, Outcome.OFFICE_INFO)


def test_papers_said_to_be_there_do_not_name_another_matter(ask: Ask) -> None:
    answer = talk(
        ask,
        "tôi mới mua xe máy cũ, sang tên ở đâu",
        "có cà vẹt với hợp đồng mua bán rồi thì còn thiếu gì",
    )
    assert code_of(answer) == "1.013076" and "Còn thiếu" in answer.text


def test_a_death_told_in_any_words_brings_sympathy_and_the_whole_plan(ask: Ask) -> None:
    answer = ask("Bố em mất hôm qua. Em cần làm gì?")
    assert answer.outcome is Outcome.ANSWERED and "chia buồn" in answer.text
    assert {DEATH, "2.002913"} & {code_of(answer), *(code_of(a) for a in answer.also)}


def test_what_is_said_after_choices_narrows_them(ask: Ask) -> None:
    first = ask("mất sổ đỏ")
    if first.outcome is Outcome.CLARIFYING:
        first = ask("mất cả cuốn", first.conversation_id)
    assert code_of(first) == "1.012786"


def test_one_choice_is_asked_as_one(ask: Ask) -> None:
    answer = ask("tôi muốn kiện hàng xóm xây lấn sang nhà tôi")
    assert len(answer.choices) != 1 or "có phải anh/chị hỏi việc này" in answer.text


def test_a_number_in_an_open_question_is_no_claim(ask: Ask) -> None:
    answer = ask("khách ở 3 hôm có phải khai báo không")
    assert "không phải 3 hôm" not in answer.text
    assert "không phải 15 ngày" in ask("giấy độc thân có phải mất 15 ngày không").text


def test_politeness_is_said_once_when_a_person_takes_over(ask: Ask) -> None:
    assert ask("thôi cho gặp cán bộ").text.count("Dạ") == 1


def test_an_english_conversation_stays_english(ask: Ask) -> None:
    answer = talk(ask, "my husband died, what do I have to do", "can I do it online")
    assert code_of(answer) == DEATH and "Dạ" not in answer.text


@pytest.mark.parametrize(
    ("message", "codes"),
    [
        ("vừa khai tử cho ông vừa chứng thực di chúc thì nộp ở đâu", ["1.000656", "2.001019"]),
        ("xin giấy độc thân với đăng ký tạm trú thì phí mấy đồng", ["1.004873", "1.004194"]),
    ],
)
def test_matters_joined_by_a_small_word_are_each_answered(
    ask: Ask, message: str, codes: list[str]
) -> None:
    answer = ask(message)
    assert answer.procedure is not None
    assert sorted(
        [answer.procedure.code, *(a.procedure.code for a in answer.also if a.procedure)]
    ) == sorted(codes)


def test_whom_one_marries_is_no_matter_of_its_own(ask: Ask) -> None:
    answer = ask("đăng ký kết hôn với người nước ngoài đang tạm trú ở đây")
    assert not answer.also


@pytest.mark.parametrize(
    ("matter", "asked", "said"),
    [
        ("sang tên sổ đỏ thì làm ở đâu", "thuế má hết bao nhiêu", "thuế đất"),
        ("chấm dứt hộ kinh doanh cần giấy tờ gì", "thuế còn nợ có sao không", "hộ kinh doanh"),
        ("chấm dứt hộ kinh doanh cần giấy tờ gì", "thuế đất nộp ở đâu", "thuế đất"),
    ],
)
def test_tax_alone_is_the_tax_of_the_matter_in_hand(
    ask: Ask, matter: str, asked: str, said: str
) -> None:
    answer = talk(ask, matter, asked)
    assert answer.outcome is Outcome.OUT_OF_SCOPE and said in answer.text
