"""A certified copy of any paper is one matter, however well known the paper's own matter is."""

import pytest

from assistant.desk import Desk
from knowledge.linking.papers_copied import with_any_paper
from knowledge.vietnamese import normalise

COPY = "2.000815"
# Papers of every sort, most of them the result of another procedure.
PAPERS = (
    "hộ chiếu", "học bạ", "giấy độc thân", "giấy xác nhận tình trạng hôn nhân", "sổ lương hưu",
    "thẻ bảo hiểm y tế", "giấy xác nhận khuyết tật", "giấy chứng nhận đăng ký hộ kinh doanh",
    "hợp đồng lao động", "giấy ra viện", "sổ đỏ", "bằng lái xe", "thẻ nhà báo", "sổ khám thai",
    "quyết định xuất ngũ", "cà vẹt xe",
)  # fmt: skip


@pytest.mark.parametrize("action", ["công chứng", "chứng thực", "sao y", "photo công chứng"])
def test_the_paper_to_be_copied_does_not_decide(desk: Desk, action: str) -> None:
    for paper in PAPERS:
        best = desk.finder.link(f"{action} {paper}").best
        assert best and best.label == COPY and best.probability >= 0.8, paper


@pytest.mark.parametrize(
    "question",
    [
        "cong chung so luong huu bao nhieu tien",
        "học bạ photo công chứng được hông chị",
        "con tui cần sao y học bạ với giấy khai sinh để nhập học",
        "tôi muốn công chứng 3 bản giấy khai sinh và 2 bản căn cước",
        "sao y hợp đồng mua bán nhà",
    ],
)
def test_marks_order_and_number_of_papers_do_not_matter(desk: Desk, question: str) -> None:
    best = desk.finder.link(question).best
    assert best and best.label == COPY


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("chứng thực hợp đồng mua bán nhà", "2.001035"),
        ("công chứng hợp đồng tặng cho đất", "2.001035"),
        ("công chứng di chúc", "2.001019"),
        ("công chứng giấy ủy quyền", "2.000884"),
        ("công chứng sơ yếu lý lịch", "2.000884"),
        ("công chứng bản dịch hộ chiếu", "2.000992"),
        ("dich thuat cong chung bang cap sang tieng anh", "2.000992"),
        ("xin giấy xác nhận độc thân", "1.004873"),
        ("xin bản sao giấy kết hôn", "2.000635"),
    ],
)
def test_what_is_certified_otherwise_stays_itself(desk: Desk, question: str, code: str) -> None:
    best = desk.finder.link(question).best
    assert best and best.label == code


@pytest.mark.parametrize(
    "question",
    ["công chứng thế nào", "cong chung the nao", "chứng thực ở đâu", "làm thẻ căn cước cho con"],
)
def test_words_of_asking_are_no_paper(question: str) -> None:
    assert with_any_paper(normalise(question)) == normalise(question)


def test_what_is_asked_of_the_copy_is_kept() -> None:
    read = with_any_paper(normalise("chung thuc giay khuyet tat mat bao lau"))
    assert read == "sao y giay to mat bao lau"


@pytest.mark.parametrize(
    "question",
    ["mất giấy khai sinh", "tôi làm mất khai sinh", "mat khai sinh", "giấy khai sinh bị rách"],
)
def test_a_lost_certificate_of_birth_is_no_birth_to_register(desk: Desk, question: str) -> None:
    named = [c.label for c in desk.finder.link(question).candidates[:3]]
    assert named[0] in {"2.000635", "1.004884"} and {"2.000635", "1.004884"} <= set(named)


@pytest.mark.parametrize(
    "question",
    ["đăng ký khai sinh mất bao lâu", "dang ky khai sinh mat may ngay", "khai sinh mất phí không"],
)
def test_what_a_matter_takes_is_no_loss(desk: Desk, question: str) -> None:
    best = desk.finder.link(question).best
    assert best and best.label == "1.001193" and best.probability >= 0.8
