"""What a message plainly is, although it names a procedure in full."""

import pytest

from assistant.answers import Outcome
from assistant.desk import Desk
from assistant.dialogue.plainly import FILE
from assistant.signs import find_sign
from knowledge.linking.bank import read_utterances
from knowledge.vietnamese import normalise


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("đơn xin giấy phép bán rượu gửi tuần trước đã ký chưa", "office.dossier_status"),
        ("don xin giay phep ban ruou gui tuan truoc da ky chua", "office.dossier_status"),
        ("quá hẹn mấy bữa mà trích lục chưa thấy trả", "office.dossier_status"),
        ("hồ sơ tách thửa nộp rồi thì bao lâu có", None),
        ("con sinh tháng trước giờ khai sinh có được chưa", None),
        ("cảm ơn em đã chỉ cách nhập khẩu cho cháu", "small_talk.thanks"),
        ("lấy được trích lục rồi, cảm ơn cô", "small_talk.thanks"),
        ("mất căn cước rồi, làm lại cần gì, cảm ơn", None),
        ("cho tôi đăng ký tạm trú, cảm ơn", None),
        ("hợp thức hóa lãnh sự bằng đại học mang sang Úc", "consular.legalisation"),
        ("giấy độc thân đã hợp pháp hóa lãnh sự, kết hôn nộp ở đâu", None),
        ("mời luật sư cãi vụ thừa kế mất bao nhiêu", "legal_aid"),
        ("đăng ký hành nghề luật sư", None),
        ("phòng công chứng tính mấy tiền một bản hợp đồng thuê", "notary.office"),
        ("phòng công chứng đòi giấy độc thân, xin ở đâu", None),
        ("hàng xóm mở loa ồn cả đêm thì phản ánh ở đâu", "office.complaint_channel"),
        ("mở quán karaoke cần giấy phép gì, báo ai", None),
        ("làm visa đi Nhật thăm cháu", "abroad.authority"),
        ("xin visa cho chồng tây qua Việt Nam", None),
        ("trích lục của ông nội đã về xã chưa", "office.dossier_status"),
        ("giấy phép sửa nhà được hẹn hôm kia mà chưa nhận", "office.dossier_status"),
        ("thôi khỏi, tôi nộp khai tử trên máy xong rồi", "small_talk.thanks"),
        ("thôi nộp khai tử trên máy được không", None),
        ("hồi đó đi khai sinh cho con cực lắm", "small_talk.acknowledge"),
        ("hồi đó chưa khai sinh, giờ làm lại cần gì", None),
        ("tivi nói sang năm bỏ thẻ bảo hiểm y tế giấy có đúng không", "general.news_sport"),
        ("nghe nói khai sinh miễn phí đúng không", None),
        ("giấy phép lao động sang Đức làm ở đâu", "abroad.authority"),
        ("giấy phép lao động cho người Đức làm ở đâu", None),
        ("quen gia han giay phep lao dong, qua han roi", None),
        ("mấy chị em đánh nhau giành gia tài", "court.lawsuit"),
        ("từ chối nhận di sản thì nộp giấy gì", None),
        ("ủy ban xã mình có tuyển nhân viên không", "labour.jobs"),
        ("gắn công tơ điện cho nhà trọ", "utility.electricity"),
        ("xin giấy phép xây trạm biến áp để kéo điện", None),
        ("ngoài tiệm dịch bằng lái tính bao nhiêu", "general.cooking_life"),
        ("mướn kiến trúc sư làm hồ sơ xây nhà bao nhiêu", "general.cooking_life"),
        ("vẽ bản thiết kế có phải nộp kèm không", None),
        ("nhập quốc tịch Đức cho vợ", "abroad.authority"),
        ("chồng quốc tịch Đức, kết hôn cần gì", None),
        ("công ty quỵt lương em thì báo ai", "labour.dispute"),
        ("xin tòa tuyên bố cô tôi mất tích", "court.lawsuit"),
        ("cây atm kẹt thẻ của bà", "bank.loan"),
        ("hệ thống bị treo không nộp được khai sinh", "office.online_help"),
    ],
)
def test_the_way_of_speaking_tells_what_a_message_is(text: str, intent: str | None) -> None:
    assert find_sign(FILE, normalise(text)) == intent


def test_a_dossier_that_was_handed_in_is_not_asked_for_again(desk: Desk) -> None:
    answer = desk.receptionist.reply("đăng ký kết hôn tôi nộp hôm thứ hai, đã xong chưa")
    assert answer.outcome is Outcome.OFFICE_INFO
    assert answer.procedure is None
    assert "mã hồ sơ" in answer.text


def test_phrases_of_procedures_are_seldom_taken_for_something_else() -> None:
    said = [line for line in read_utterances() if line.label[0].isdigit()]
    taken = [line.text for line in said if find_sign(FILE, normalise(line.text))]
    assert len(taken) <= len(said) * 0.0015, taken
