"""Legal documents by number, and declaration forms, out of glued text."""

import pytest

from ingest.portal_law import form_named, form_number, read_forms, read_legal_basis


def numbers(listed: list[str], raw: str = "") -> list[str]:
    return [law.number for law in read_legal_basis(listed, raw)[0]]


def test_numbers_are_read_with_and_without_a_title() -> None:
    law, lost = read_legal_basis(
        ["60/2014/QH13", "123/2015/NĐ-CP - Nghị định về nuôi mèo", "613/QĐ-TTg"], ""
    )
    assert [entry.number for entry in law] == ["60/2014/QH13", "123/2015/NĐ-CP", "613/QĐ-TTg"]
    assert law[1].title == "Nghị định về nuôi mèo"
    assert law[0].title is None
    assert not lost


def test_the_raw_text_mends_a_number_that_lost_its_last_letter() -> None:
    law, lost = read_legal_basis(
        ["47/2019/TT-BT"], "Thông tư về phí47/2019/TT-BTCLuật nào đó60/2014/QH13"
    )
    assert [entry.number for entry in law] == ["47/2019/TT-BTC", "60/2014/QH13"]
    assert not lost


def test_an_unreadable_entry_is_dropped_and_told() -> None:
    law, lost = read_legal_basis(["47/2019/TT-BT", "xem trang sau"], "")
    assert law == ()
    assert lost


def test_a_letter_glued_behind_the_issuer_is_left_out() -> None:
    assert numbers(["12/2020/TT-BGTVTLU", "2345/QĐ-BXDS"]) == ["12/2020/TT-BGTVT", "2345/QĐ-BXD"]


def test_a_joint_circular_keeps_all_its_issuers() -> None:
    assert numbers(["191/2005/TTLT/BQP-BLĐTBXH-BTC"]) == ["191/2005/TTLT/BQP-BLĐTBXH-BTC"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Đơn đề nghị theo Mẫu số 01", "Mẫu số 01"),
        ("Tờ khai (mẫu CT01 ban hành kèm theo Thông tư số 53/2025/TT-BCA)", "Mẫu số CT01"),
        ("Tờ khai theo mẫu số 05/QTT-TNCN", "Mẫu số 05/QTT-TNCN"),
        ("Tờ khai theo mẫu", None),
    ],
)
def test_a_form_number_is_read_only_where_one_is_printed(text: str, number: str | None) -> None:
    assert form_number(text) == number


def test_a_form_knows_the_document_it_was_issued_with() -> None:
    form = form_named("Đơn theo Mẫu số 01 Phụ lục kèm theo Nghị định số 58/2024/NĐ-CP")
    assert (form.number, form.issued_with) == ("Mẫu số 01", "58/2024/NĐ-CP")


def test_bare_file_names_are_no_forms() -> None:
    forms = read_forms(["Mẫu số 03.docx", "Maudon.doc", "- Tờ khai nuôi mèo (1 bản chính)"], [])
    assert [form.name for form in forms] == ["Tờ khai nuôi mèo"]


def test_numbered_papers_are_forms_too() -> None:
    (form,) = read_forms([], ["Đơn đề nghị theo Mẫu số 02", "Giấy khai sinh"])
    assert form.number == "Mẫu số 02"
