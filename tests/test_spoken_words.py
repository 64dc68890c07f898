"""What is said at the lobby's screen: commands of a screen, choices, papers, and questions."""

import pytest

from assistant.spoken_words import Does, meant
from channels.kiosk.said import Screen

PAPERS = ("Giấy chứng sinh", "Tờ khai đăng ký khai sinh", "Thẻ Căn cước công dân")
ANSWERS = [
    ("home", "cho tôi gặp cán bộ", Does.STAFF),
    ("answer", "nói chậm hơn giúp bác với", Does.SLOWER),
    ("answer", "nói lại", Does.REPEAT),
    ("answer", "xem giấy tờ", Does.PAPERS),
    ("papers", "dạ cho tôi lấy số ạ", Does.NUMBER),
    ("papers", "tôi có đủ rồi", Does.YES),
    ("papers", "chưa đủ ạ", Does.NO),
    ("papers", "đọc giấy tờ đi", Does.READ),
    ("missing", "vẫn lấy số", Does.NUMBER),
    ("missing", "thôi", Does.NO),
    ("priority", "dạ có ạ", Does.YES),
    ("priority", "tôi đang mang thai", Does.YES),
    ("priority", "không ạ", Does.NO),
    ("ask", "đúng rồi", Does.YES),
    ("ask", "sai rồi", Does.NO),
    ("number", "xong rồi cảm ơn", Does.DONE),
    ("person", "lấy số thứ tự", Does.NUMBER),
]


@pytest.mark.parametrize(("screen", "said", "does"), ANSWERS)
def test_a_command_is_known_with_its_courtesies(screen: Screen, said: str, does: Does) -> None:
    assert meant(said, screen).does is does


@pytest.mark.parametrize(
    "said",
    [
        "lấy số điện thoại của phường ở đâu",
        "có cần giấy chứng sinh không",
        "không có giấy chứng sinh thì làm thế nào",
        "xong việc khai sinh thì bao lâu có kết quả",
        "tôi muốn nói chuyện làm sổ đỏ",
    ],
)
@pytest.mark.parametrize("screen", ["answer", "papers", "missing", "priority", "number"])
def test_a_question_with_words_of_a_command_is_still_a_question(said: str, screen: Screen) -> None:
    assert meant(said, screen).does is Does.ASK


def test_yes_and_no_mean_nothing_where_nothing_is_asked() -> None:
    for screen in ("home", "answer", "number", "person"):
        assert meant("có", screen).does is Does.ASK


def test_a_choice_is_named_by_its_number_among_those_shown() -> None:
    for said in ("số hai", "cái thứ hai", "hai", "2", "chọn số hai", "thứ hai ạ", "so hai"):
        assert meant(said, "answer", options=3).option == 1, said
    assert meant("số bốn", "answer", options=3).does is Does.ASK
    assert meant("hai giấy gì", "answer", options=3).does is Does.ASK


def test_papers_that_are_named_are_ticked_or_missing() -> None:
    have = meant("dạ tôi có giấy chứng sinh và căn cước", "papers", papers=PAPERS)
    assert have.does is Does.HAVE and have.papers == (PAPERS[0], PAPERS[2])
    lack = meant("tôi còn thiếu giấy chứng sinh", "papers", papers=PAPERS)
    assert lack.does is Does.LACK and lack.papers == (PAPERS[0],)
    assert meant("giấy chứng sinh xin ở đâu", "papers", papers=PAPERS).does is Does.ASK


def test_only_a_call_wakes_the_screen_and_a_question_may_follow_it() -> None:
    assert meant("xin chào", "home").does is Does.CALL
    called = meant("Xin chào, tôi muốn làm khai sinh", "home")
    assert called.does is Does.CALL and called.rest == "tôi muốn làm khai sinh"
    assert meant("hôm qua trời mưa to quá", "home").does is Does.ASK
