"""Papers of portal records: what is a paper, how many of it, when, and what is only a remark."""

import pytest

from ingest.portal_counts import Counted, split_count
from ingest.portal_papers import read_papers
from knowledge.procedures import RequiredDocument


def only(text: str) -> RequiredDocument:
    (document,) = read_papers([text]).documents
    return document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tờ khai (1 bản chính)", Counted("Tờ khai", 1, 0)),
        ("Tờ khai (2 bản sao)", Counted("Tờ khai", 0, 2)),
        ("Tờ khai (1 bản chính,3 bản sao)", Counted("Tờ khai", 1, 3)),
        ("Tờ khai (02 bản chính)", Counted("Tờ khai", 2, 0)),
        ("Đơn theo Mẫu số (181 bản chính,1 bản sao)", Counted("Đơn theo Mẫu số 18", 1, 1)),
        ("Đơn kèm Nghị định ngày 01/01/ (20261 bản chính)",
         Counted("Đơn kèm Nghị định ngày 01/01/2026", 1, 0)),
        ("Tờ khai (nếu có)", Counted("Tờ khai (nếu có)")),
    ],
)  # fmt: skip
def test_a_count_is_told_apart_from_the_number_glued_to_it(text: str, expected: Counted) -> None:
    assert split_count(text) == expected


def test_a_paper_has_its_count_and_no_bullet() -> None:
    document = only("- Tờ khai đăng ký nuôi mèo; (1 bản chính)")
    assert (document.name, document.originals, document.copies) == (
        "Tờ khai đăng ký nuôi mèo",
        1,
        0,
    )
    assert document.handling == "submit"


def test_the_default_count_of_a_copy_is_a_copy() -> None:
    document = only("Bản sao sổ tiêm phòng (1 bản chính)")
    assert (document.originals, document.copies) == (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "[* Giấy tờ phải xuất trình:] - Căn cước của chủ nuôi (1 bản chính)",
        "Xuất trình căn cước của chủ nuôi (1 bản chính)",
        "Người yêu cầu xuất trình bản chính căn cước của chủ nuôi (1 bản chính)",
    ],
)
def test_papers_to_show_are_not_papers_to_leave(text: str) -> None:
    document = only(text)
    assert document.handling == "show"
    assert "căn cước của chủ nuôi" in document.name.lower()


def test_a_heading_with_a_situation_becomes_the_condition() -> None:
    document = only("[Trường hợp ủy quyền:] - Văn bản ủy quyền (1 bản chính)")
    assert (document.name, document.when) == ("Văn bản ủy quyền", "Trường hợp ủy quyền")


def test_headings_that_exclude_each_other_become_cases() -> None:
    papers = read_papers(
        [
            "[a) Đối với mèo nuôi trong nhà:] Tờ khai (1 bản chính)",
            "[a) Đối với mèo nuôi trong nhà:] Ảnh con mèo (2 bản chính)",
            "[b) Đối với mèo của trại:] Tờ khai (1 bản chính)",
        ]
    )
    assert [case.label for case in papers.cases] == [
        "Đối với mèo nuôi trong nhà",
        "Đối với mèo của trại",
    ]
    form, photo = papers.documents
    assert form.cases == ()
    assert photo.cases == (papers.cases[0].id,)


def test_a_situation_in_the_sentence_becomes_the_condition() -> None:
    document = only("- Trường hợp mèo nhặt được thì phải có giấy xác nhận của thú y. (1 bản chính)")
    assert document.name == "Giấy xác nhận của thú y"
    assert document.when == "trường hợp mèo nhặt được"


def test_a_bracket_with_if_becomes_the_condition() -> None:
    document = only("- Tờ khai theo mẫu (nếu nộp trực tiếp); (1 bản chính)")
    assert (document.name, document.when) == ("Tờ khai theo mẫu", "nếu nộp trực tiếp")


def test_the_first_sentence_names_the_paper() -> None:
    document = only("Sổ tiêm phòng của mèo. Sổ phải có dấu của thú y. (1 bản chính)")
    assert (document.name, document.when) == ("Sổ tiêm phòng của mèo", "Sổ phải có dấu của thú y")


@pytest.mark.parametrize(
    "text",
    [
        "[* Lưu ý:] - Mèo phải được tiêm phòng trước khi đăng ký.",
        "Lưu ý: mèo phải được tiêm phòng trước khi đăng ký. (1 bản chính)",
        "Trường hợp cơ quan tra được dữ liệu thì người dân không phải nộp bản giấy.",
        "Người nộp hồ sơ chịu trách nhiệm về nội dung khai.",
    ],
)
def test_remarks_are_no_papers(text: str) -> None:
    papers = read_papers([text])
    assert papers.documents == ()
    assert papers.note


@pytest.mark.parametrize(
    "text",
    ["; (1 bản chính)", ". (1 bản chính)", "Hoặc (1 bản chính)", "Không quy định",
     "Số lượng hồ sơ: 01 bộ. (1 bản chính)", "- Chủ nuôi nộp các giấy tờ sau:"],
)  # fmt: skip
def test_scraps_are_nothing(text: str) -> None:
    papers = read_papers([text])
    assert (papers.documents, papers.note) == ((), None)


def test_several_papers_in_one_cell_become_several() -> None:
    papers = read_papers(
        ["- Đơn đề nghị theo Mẫu số 01. - Biên bản họp. - Giấy cam kết. (1 bản chính)"]
    )
    assert [document.name for document in papers.documents] == [
        "Đơn đề nghị theo Mẫu số 01",
        "Biên bản họp",
        "Giấy cam kết",
    ]
    assert papers.documents[0].form == "Mẫu số 01"


def test_alternatives_stay_one_paper() -> None:
    document = only(
        "Một trong những giấy tờ về chỗ nuôi bao gồm: + Giấy thuê nhà. + Giấy mượn nhà. "
        "(1 bản chính)"
    )
    assert document.name == "Một trong những giấy tờ về chỗ nuôi"
    assert document.when == "Giấy thuê nhà; Giấy mượn nhà"


def test_a_file_name_glued_to_a_paper_is_cut_off() -> None:
    document = only(
        "Đơn theo Mẫu số 03 kèm theo Nghị định số 58/2024/NĐ-CPMau don so 03.docx (1 bản chính)"
    )
    assert document.name == "Đơn theo Mẫu số 03 kèm theo Nghị định số 58/2024/NĐ-CP"


def test_forms_come_first_and_papers_to_show_last() -> None:
    papers = read_papers(
        [
            "[Giấy tờ phải xuất trình] Căn cước (1 bản chính)",
            "Ảnh con mèo (1 bản chính)",
            "Tờ khai (1 bản chính)",
        ]
    )
    assert [document.name for document in papers.documents] == [
        "Tờ khai",
        "Ảnh con mèo",
        "Căn cước",
    ]


def test_steps_torn_into_the_papers_are_given_back() -> None:
    papers = read_papers([") và nộp cho cơ quan.\nBước 2. Cơ quan giải quyết."])
    assert papers.documents == ()
    assert papers.torn_steps
    assert papers.doubtful


def test_the_same_paper_is_listed_once() -> None:
    papers = read_papers(["Tờ khai (1 bản chính)", "- Tờ khai; (1 bản chính)"])
    assert len(papers.documents) == 1


@pytest.mark.parametrize(
    ("written", "text", "originals", "copies"),
    [
        ("Hóa đơn: 01 bản chụp;", "Hóa đơn", 0, 1),
        ("Hợp đồng - 02 (hai) bản chính.", "Hợp đồng", 2, 0),
        ("Hóa đơn: 01 bản chụp có đóng dấu", "Hóa đơn: 01 bản chụp có đóng dấu", 0, 0),
        ("02 bản chụp", "02 bản chụp", 0, 0),
    ],
)
def test_a_count_behind_a_colon_is_a_count(
    written: str, text: str, originals: int, copies: int
) -> None:
    assert split_count(written) == Counted(text, originals, copies)
