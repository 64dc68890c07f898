"""Laws and documents of the office are quoted word for word, with their place, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.answers import Answer, Outcome
from assistant.desk import Desk
from ingest import review
from ingest.files import ingest_files

LAW = (
    "Luật số: 7/2026/QH16", "LUẬT", "NUÔI MÈO", "Điều 1. Phạm vi",
    "Luật này quy định việc nuôi mèo trong khu dân cư.", "Điều 2. Quyền của chủ nuôi",
    "1. Được nuôi không quá năm con mèo trong một nhà.", "2. Được đăng ký nuôi mèo miễn phí.",
)  # fmt: skip
NOTICE = (
    "ỦY BAN NHÂN DÂN PHƯỜNG HOA SEN", "THÔNG BÁO Về việc phun thuốc muỗi tổ 5",
    "Đội y tế phun thuốc muỗi tại tổ 5 vào sáng chủ nhật, các hộ phải che đậy thức ăn.",
    "Ông Trần Văn Thử, số điện thoại 0912 345 678, dẫn đường cho đội y tế.",
)  # fmt: skip


@pytest.fixture
def ask(own_desk: Desk, tmp_path: Path) -> Callable[..., Answer]:
    store = own_desk.library.store
    for name, lines in (("luat.txt", LAW), ("thong-bao.txt", NOTICE)):
        (tmp_path / name).write_text("\n".join(lines), "utf-8")
        (entry,) = ingest_files([tmp_path / name], store, home=tmp_path, by="thử").files
        assert entry.file_id is not None and entry.passages
        review.publish_passages(store, entry.file_id, by="thử")
    own_desk.finder.refresh_now()
    return own_desk.receptionist.reply


def test_a_clause_is_quoted_with_article_and_law(ask: Callable[..., Answer]) -> None:
    answer = ask("khoản 2 Điều 2 Luật Nuôi mèo nói gì")
    assert answer.outcome is Outcome.ANSWERED and answer.procedure is None
    assert "khoản 2 Điều 2 Luật Nuôi mèo (7/2026/QH16)" in answer.text
    assert "“Quyền của chủ nuôi\n2. Được đăng ký nuôi mèo miễn phí.”" in answer.text
    assert "năm con mèo" not in answer.text
    assert [c.section for c in answer.citations] == ["passage"]
    assert "không ghi ngày hiệu lực" in answer.text


def test_an_article_is_quoted_with_all_its_clauses(ask: Callable[..., Answer]) -> None:
    answer = ask("Điều 2 Luật 7/2026/QH16 quy định thế nào")
    assert "năm con mèo" in answer.text and "miễn phí" in answer.text
    assert answer.text.index("năm con mèo") < answer.text.index("miễn phí")


def test_the_same_article_of_another_law_is_not_quoted(ask: Callable[..., Answer]) -> None:
    answer = ask("khoản 2 Điều 2 Luật Nuôi chó nói gì")
    assert "mèo" not in answer.text.lower().replace("nuôi chó", "")


@pytest.mark.parametrize("question", [
    "khoan 2 dieu 2 luat nuoi meo noi gi", "Điều 2 khoản 2 Luật nuôi mèo năm 2026 quy định gì",
    "khoản 2 điều 2 Luật 7/2026/QH16", "khoản 2 Điều 2 luật số 7 năm 2026 nói gì",
])  # fmt: skip
def test_a_clause_is_found_however_its_law_is_named(
    question: str, ask: Callable[..., Answer]
) -> None:
    assert [c.source for c in ask(question).citations] == [
        "khoản 2 Điều 2 Luật Nuôi mèo (7/2026/QH16)"
    ]


@pytest.mark.parametrize("question", [
    "Điều 99 Luật Nuôi mèo nói gì", "khoản 9 Điều 2 Luật Nuôi mèo nói gì",
    "khoản 2 Điều 2 Luật Nuôi mèo rừng nói gì", "khoản 2 Điều 2 Nghị định 7 nói gì",
    "khoản 2 Điều 2 Luật 7/2025/QH15 nói gì",
])  # fmt: skip
def test_no_other_place_is_quoted_for_one_that_is_not_held(
    question: str, ask: Callable[..., Answer]
) -> None:
    answer = ask(question)
    assert answer.citations == () and answer.outcome is not Outcome.ANSWERED


def test_a_law_called_by_name_is_asked_in_own_words(ask: Callable[..., Answer]) -> None:
    answer = ask("theo Luật Nuôi mèo thì được nuôi mấy con trong một nhà")
    assert [c.source for c in answer.citations] == ["khoản 1 Điều 2 Luật Nuôi mèo (7/2026/QH16)"]


def test_two_clauses_of_an_article_that_say_as_much_are_both_quoted(
    ask: Callable[..., Answer],
) -> None:
    answer = ask("theo Luật Nuôi mèo thì chủ nuôi có quyền gì")
    assert [c.source for c in answer.citations] == [
        "khoản 1 Điều 2 Luật Nuôi mèo (7/2026/QH16)",
        "khoản 2 Điều 2 Luật Nuôi mèo (7/2026/QH16)",
    ]


def test_a_question_no_procedure_answers_is_answered_from_a_notice(
    ask: Callable[..., Answer],
) -> None:
    answer = ask("phun thuốc muỗi tổ 5 có phải che đậy thức ăn không")
    assert answer.outcome is Outcome.ANSWERED and "che đậy thức ăn" in answer.text
    assert "0912" not in answer.text and "[số điện thoại]" in answer.text


def test_questions_about_procedures_stay_with_their_records(ask: Callable[..., Answer]) -> None:
    for question in (
        "đăng ký khai sinh cần giấy tờ gì",
        "theo Điều 2 Luật Nuôi mèo thì đăng ký khai sinh mất bao lâu",
    ):
        answer = ask(question)
        assert answer.procedure is not None and answer.procedure.code == "1.001193", question
