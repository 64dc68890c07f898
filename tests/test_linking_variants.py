"""What tells variants of one procedure apart, and what gives way to a record that is held."""

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.decide import Unknown
from evals.calibrating import cooled, fit_factor
from evals.cases import LinkCase
from evals.linking import Linked
from knowledge.embedding import load_encoder
from knowledge.linking.bank import Intent
from knowledge.linking.classes import Classifiers
from knowledge.linking.coverage import NameCover
from knowledge.linking.features import Measured
from knowledge.linking.labels import Label, Phrase
from knowledge.linking.linker import Candidate, Linker, Linking
from knowledge.linking.meanings import settled, successors, usable_intents
from knowledge.linking.qualifiers import Unlike, stated, told
from knowledge.linking.ranker import Ranker
from knowledge.linking.runs import Runs
from knowledge.linking.views import Views
from knowledge.vietnamese import normalise


@pytest.mark.parametrize(
    ("name", "qualifier"),
    [
        ("Đăng ký khai sinh có yếu tố nước ngoài", "foreign"),
        ("Cấp lại thẻ căn cước (thực hiện tại cấp trung ương)", "central"),
        ("Đăng ký khai tử lưu động", "mobile"),
    ],
)
def test_an_official_name_states_its_qualifiers(name: str, qualifier: str) -> None:
    assert qualifier in stated(normalise(name))


@pytest.mark.parametrize(
    "question", ["bố cháu quốc tịch Mỹ thì khai sinh ở đâu", "lay chong dai loan dang ky the nao"]
)
def test_a_foreign_element_is_told_in_many_words_with_tones_or_without(question: str) -> None:
    assert "foreign" in told(normalise(question))


def test_a_plain_question_tells_none() -> None:
    assert told(normalise("con em mới sinh làm giấy khai sinh cần gì")) == frozenset()


def test_a_qualifier_is_read_with_its_marks_where_there_are_any() -> None:
    assert "exchange" not in stated(normalise("Hỗ trợ đối với người có công"))
    assert "again" not in told(normalise("bằng lái xe"))
    assert "exchange" in told(normalise("doi the can cuoc het han"))


def test_every_record_of_the_customs_is_one_of_the_customs() -> None:
    name = normalise("Thủ tục nộp dần tiền thuế nợ")
    assert "customs" in stated(name, normalise("Hải quan"))
    assert "customs" not in stated(name, normalise("Thuế"))


def test_coverage_takes_the_best_name_of_each_label_and_nothing_where_there_is_none() -> None:
    names = [{"khai": 1.0, "sinh": 1.0}, {"khai": 1.0, "tu": 1.0}, {"ket": 1.0, "hon": 1.0}]
    runs = Runs(np.asarray([0, 1, 2]), np.asarray([2, 0, 1]))
    found = NameCover(names).coverage({"khai": 1.0, "tu": 1.0, "gi": 2.0}, runs)
    assert found[0] == pytest.approx([1.0, 0.5, 2 / 3])
    assert not found[1].any() and not found[2].any()


def test_an_older_code_means_the_record_that_replaced_it() -> None:
    labels = [Label("2.000001", ("mới",), replaces=("1.000001",)), Label("1.000001", ("cũ",))]
    assert successors(labels) == {"1.000001": "2.000001"}


def test_an_intent_gives_way_to_the_record_that_answers_it_once_held() -> None:
    phrase = Phrase("mất bằng lái xe làm lại ở đâu", "police.licence")
    intent = Label(
        "police.licence", (), is_intent=True, group="out_of_scope", held_as=("3.000348",)
    )
    record = Label("3.000348", (normalise("Cấp lại giấy phép lái xe"),))

    def best(labels: list[Label]) -> Candidate | None:
        views = Views(labels, [phrase], load_encoder(), Classifiers.load())
        return (
            Linker(views, Ranker.load(), lambda vectors: [{} for _ in vectors])
            .link(phrase.text)
            .best
        )

    assert (alone := best([intent])) is not None and alone.label == "police.licence"
    assert (held := best([intent, record])) is not None and held.label == "3.000348"


class FixedShares:
    """A ranker that gives the record this share and the intent the rest."""

    def __init__(self, of_record: float) -> None:
        self._of_record = of_record

    def probabilities(self, measured: Measured) -> tuple[NDArray[np.float32], float]:
        shares = [self._of_record if c else 1 - self._of_record for c in measured.candidates]
        return np.asarray(shares, np.float32), 0.0


@pytest.mark.parametrize(("share", "meant"), [(0.02, "1.008498"), (0.001, "tax")])
def test_a_record_that_answers_some_of_it_takes_over_only_where_it_fits_by_itself(
    share: float, meant: str
) -> None:
    intent = Label("tax", (), is_intent=True, group="out_of_scope", held_partly=("1.008498",))
    record = Label("1.008498", (normalise("Đăng ký mã số thuế cá nhân lần đầu"),))
    said = [Phrase("thuế cá nhân năm nay mấy phần trăm", "tax")]
    views = Views([intent, record], said, load_encoder(), Classifiers.load())
    linker = Linker(views, FixedShares(share), lambda vectors: [{} for _ in vectors])  # type: ignore[arg-type]
    best = linker.link("mã số thuế cá nhân của tôi").best
    assert best and best.label == meant


def intent(name: str, outcome: str, *held_as: str) -> Intent:
    return Intent.model_validate(
        {"id": name, "outcome": outcome, "held_as": held_as, "utterances": ("một câu",)}
    )


def test_what_the_office_does_not_hold_is_an_intent_until_a_record_answers_it() -> None:
    boats, films = intent("unheld.boats", "not_found", "1.003650"), intent("unheld.f", "not_found")
    own = Label("1.001193", ("khai sinh",), is_office=True)
    assert usable_intents([boats, films], [own]) == [boats, films]
    assert usable_intents([boats, films], [own, Label("9.000001", ("khác",))]) == [boats, films]
    assert usable_intents([boats, films], [own, Label("1.003650", ("tàu cá",))]) == [films]


def test_a_line_under_a_held_record_is_not_the_intents_that_sends_away() -> None:
    record = Label("2.002233", ("hoàn thuế",))
    tax = Label("tax.personal", (), is_intent=True, group="out_of_scope")
    hours = Label("office.hours", (), is_intent=True, group="office_info")
    said = [Phrase("hoàn thuế ở đâu", label.id) for label in (record, tax, hours)]
    other = Phrase("thuế cơ sở ở đâu", "tax.personal")
    assert settled([*said, other], [record, tax, hours]) == [said[0], said[2], other]
    assert settled([*said, other], [tax, hours]) == [*said, other]  # the record is not held


def test_a_lower_temperature_is_surer_of_the_same_order() -> None:
    linking = Linking((Candidate("a", False, 0.6), Candidate("b", False, 0.3)), 0.1)
    sharp = cooled(linking, 0.5)
    assert [c.label for c in sharp.candidates] == ["a", "b"]
    assert sharp.candidates[0].probability > 0.6 > 0.3 > sharp.candidates[1].probability
    assert sum(c.probability for c in sharp.candidates) + sharp.none == pytest.approx(1)


def test_a_ranker_that_is_always_right_may_be_surer() -> None:
    linking = Linking((Candidate("1.000001", False, 0.6), Candidate("1.000002", False, 0.3)), 0.1)
    rows = [
        Linked(
            LinkCase(id=f"case-{i}", kind="direct", question="x", codes=("1.000001",)),
            linking, Unknown(0.0), 1.0,
        )
        for i in range(20)
    ]  # fmt: skip
    factor, measured = fit_factor(rows)
    assert factor < 1 and measured["held_out_ece"] < 0.4


def test_what_a_question_tells_is_compared_with_what_each_record_states() -> None:
    unlike = Unlike([["foreign", "border"], [], ["border"]])
    records = np.asarray([2, 0, 1])
    unsaid, lacking = unlike.of(frozenset(["border", "army"]), records)
    assert unsaid.tolist() == [0.0, 0.5, 0.0] and lacking.tolist() == [0.5, 0.5, 1.0]
    unsaid, lacking = unlike.of(frozenset(), records)
    assert unsaid.tolist() == [0.5, 1.0, 0.0] and not lacking.any()
    assert not Unlike([[], []]).of(frozenset(), np.asarray([0, 1])).any()
