"""What a record only touches: lateness and fines, somebody else who goes, money received."""

import pytest
from talking import Ask, code_of, talk

from assistant.answers import Outcome
from assistant.moved import new_place
from assistant.understand import asks_amount

BIRTH, PENSION, FUNERAL, TITLE, WED = "1.001193", "1.014027", "1.001731", "1.013831", "1.000894"


def test_a_fine_for_being_late_is_about_the_matter_in_hand_and_the_term_is_told(ask: Ask) -> None:
    answer = talk(ask, "làm khai sinh cho con cần gì", "Làm muộn có bị phạt không")
    assert code_of(answer) == BIRTH
    assert "không ghi chuyện phạt" in answer.text and "trong 60 ngày" in answer.text
    assert "giao thông" not in answer.text


@pytest.mark.parametrize("said", ["vượt đèn đỏ bị phạt bao nhiêu", "vuot den do bi phat bao nhieu"])
def test_a_traffic_fine_stays_one_whatever_is_in_hand(ask: Ask, said: str) -> None:
    answer = talk(ask, "làm khai sinh cho con cần gì", said)
    assert answer.outcome is Outcome.OUT_OF_SCOPE and "giao thông" in answer.text


@pytest.mark.parametrize(
    "said", ["con gái bà đi thay được không", "nhờ cháu nộp hộ được không", "vợ làm thay được chứ"]
)
def test_who_asks_to_send_another_hears_who_may_and_with_which_paper(ask: Ask, said: str) -> None:
    answer = talk(ask, "xin giấy xác nhận tình trạng hôn nhân", said)
    assert code_of(answer) == "1.004873"
    assert "Người làm được:" in answer.text and "Văn bản ủy quyền" in answer.text
    assert "Lệ phí" not in answer.text


def test_a_household_is_nobody_who_goes_instead(ask: Ask) -> None:
    assert "nhờ người đi thay" not in ask("đăng ký hộ kinh doanh có được không").text


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("tiền mai táng được bao nhiêu", True),
        ("được bao nhiêu một tháng", True),
        ("mức trợ cấp hằng tháng là bao nhiêu", True),
        ("lệ phí bao nhiêu", False),
        ("được miễn bao nhiêu", False),
        ("sao y được bao nhiêu trang", False),
    ],
)
def test_money_received_is_told_from_a_fee(said: str, asks: bool) -> None:
    assert asks_amount(said) is asks


def test_an_amount_the_record_does_not_give_is_not_called_a_fee(ask: Ask) -> None:
    answer = talk(ask, "mai táng phí đối tượng bảo trợ xã hội", "tiền mai táng được bao nhiêu")
    assert code_of(answer) == FUNERAL
    assert "không ghi mức tiền được nhận" in answer.text and "lệ phí" not in answer.text.lower()


def test_what_is_told_is_not_answered_with_everything_again(ask: Ask) -> None:
    first = ask("bà muốn xin tiền cho người già chưa có lương hưu")
    again = ask("bà 76 tuổi rồi", first.conversation_id)
    assert code_of(again) == PENSION and again.outcome is Outcome.CLARIFYING
    assert again.choices and len(again.text) < len(first.text) / 2


def test_a_number_does_not_choose_a_case(ask: Ask) -> None:
    answer = talk(ask, "khai báo tạm vắng", "tôi đi 8 tháng")
    assert "từ 12 tháng trở lên):" not in answer.text


def test_after_an_overview_a_case_brings_only_what_depends_on_it(ask: Ask) -> None:
    answer = talk(ask, "khai sinh", "2")
    assert answer.topics == ("papers",) and "người làm chứng" in answer.text
    assert "Nơi nộp" not in answer.text


def test_what_is_missing_is_asked_after_the_papers_were_told(ask: Ask) -> None:
    answer = talk(
        ask, "mẹ tôi mất ở bệnh viện, làm khai tử", "tôi có giấy báo tử rồi", "thế còn thiếu gì"
    )
    have, missing = answer.text.split("Còn thiếu:")
    assert "Giấy báo tử" in have and "Tờ khai đăng ký khai tử" in missing


def test_the_name_of_the_matter_is_no_paper_to_leave_at_home(ask: Ask) -> None:
    answer = ask("tôi đi đăng ký kết hôn, có căn cước rồi còn thiếu gì")
    assert "• đăng ký kết hôn: không có" not in answer.text


@pytest.mark.parametrize(
    ("said", "now"),
    [
        ("bảo hiểm xã hội quận còn không", "Bảo hiểm xã hội cơ sở"),
        ("nộp thuế ở chi cục thuế huyện", "Thuế cơ sở"),
        ("toa an quan o dau", "Tòa án nhân dân khu vực"),
        ("tòa nhà quận nào", None),
        ("bảo hiểm xã hội ở đâu", None),
    ],
)
def test_the_place_of_a_district_office_is_named(said: str, now: str | None) -> None:
    assert new_place(said) == now


def test_a_district_office_is_no_more_and_the_matter_in_hand_is_not_repeated(ask: Ask) -> None:
    answer = talk(ask, "đăng ký hộ kinh doanh ở đâu", "bảo hiểm xã hội quận còn không")
    assert "không còn cấp huyện" in answer.text and "Bảo hiểm xã hội cơ sở" in answer.text
    assert "kinh doanh" not in answer.text


def test_a_paper_asked_about_in_passing_is_settled_for_the_matter_in_hand(ask: Ask) -> None:
    answer = talk(ask, "đăng ký kết hôn cần gì", "cần sổ hộ khẩu không")
    assert code_of(answer) == WED and "không cần sổ hộ khẩu" in answer.text


def test_who_cannot_say_it_is_helped_to_begin_and_no_clerk_is_bothered(ask: Ask) -> None:
    answer = ask("cô ơi bà già rồi không biết nói sao")
    assert answer.outcome is Outcome.CLARIFYING and answer.inquiry is None
    assert "Bà cứ kể" in answer.text


def test_a_scam_goes_on_in_the_next_message(ask: Ask) -> None:
    first = ask("có người xưng công an bảo đọc mã OTP để cập nhật VNeID")
    for said in ("họ bảo không làm thì khóa căn cước", "tôi lỡ đọc rồi thì sao"):
        assert "OTP" in ask(said, first.conversation_id).text, said


def test_who_asks_for_a_day_hears_first_whether_the_office_works_then(ask: Ask) -> None:
    answer = talk(ask, "chủ nhật đăng ký khai sinh cho con có ai nhận không")
    assert code_of(answer) == BIRTH
    assert answer.text.startswith("Dạ, Chủ nhật") and "không làm việc" in answer.text
    told = talk(ask, "con sinh hôm chủ nhật, làm khai sinh cần gì")
    assert code_of(told) == BIRTH and "không làm việc" not in told.text


def test_a_relative_who_is_asked_to_go_is_somebody_else_who_goes(ask: Ask) -> None:
    answer = talk(ask, "nhờ mẹ vợ đi làm khai sinh cho con được không")
    assert "nhờ người đi thay" in answer.text and "Người làm được" in answer.text
