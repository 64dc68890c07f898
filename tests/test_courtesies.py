"""However politely, however formally: the same question links to the same matter."""

import pytest

from assistant.desk import Desk
from evals.wrapping import FORMAL, WRAPPINGS
from knowledge.embedding import load_encoder
from knowledge.linking.alike import Alike
from knowledge.linking.courtesies import without_courtesies
from knowledge.vietnamese import normalise

QUESTIONS = {
    "đăng ký khai sinh cần giấy tờ gì": "1.001193",
    "lam giay doc than o dau": "1.004873",
    "bố tôi mất hôm qua thì làm giấy gì": "1.000656",
    "sao y bản chính hết bao nhiêu": "2.000815",
    "nhập khẩu cho vợ mới cưới": "1.004222",
}


@pytest.mark.parametrize("wrapping", WRAPPINGS[1:])
def test_courtesies_change_nothing_of_the_matter(desk: Desk, wrapping: str) -> None:
    for question, code in QUESTIONS.items():
        bare, wrapped = desk.finder.link(question), desk.finder.link(wrapping.format(question))
        assert bare.best and wrapped.best and wrapped.best.label == bare.best.label == code
        assert wrapped.best.probability == pytest.approx(bare.best.probability, abs=0.15)


@pytest.mark.parametrize("wrapping", WRAPPINGS[1:])
def test_a_clerks_answer_is_found_again_however_politely_it_is_asked_for(wrapping: str) -> None:
    alike, asked = Alike.load(load_encoder()), "phường có máy rút tiền không"
    bare, wrapped, other, empty = alike.read(
        [asked, wrapping.format(asked), wrapping.format("phường có máy phô tô không"), "xin chào"]
    )
    assert alike.is_same(bare, wrapped) and alike.probability(bare, wrapped) == 1
    assert not alike.is_same(bare, other) and not alike.is_same(bare, empty)


@pytest.mark.parametrize("asking", FORMAL)
def test_a_procedure_called_by_its_name_is_known_whatever_is_asked_of_it(
    desk: Desk, asking: str
) -> None:
    for code in ("1.001193", "1.004873", "1.004222", "1.000656"):
        view = desk.library.store.find_view(code, desk.office_id)
        assert view
        best = desk.finder.link(asking.format(view.procedure.name.lower())).best
        assert best and best.label == code and best.probability >= 0.8


def test_what_is_only_courtesy_stays_what_it_is(desk: Desk) -> None:
    for said in ("dạ con chào cô", "cảm ơn em nhiều nhé", "xin chào"):
        best = desk.finder.link(said).best
        assert best and best.label.startswith("small_talk.")


def test_words_of_the_matter_are_left_alone() -> None:
    for question in ("giấy khai sinh cho con", "nhà em cháy", "đất của anh chị em", "xin giấy"):
        assert without_courtesies(normalise(question)) == normalise(question)
    assert without_courtesies(normalise("chao can bo")) == ""
