"""The views of how well a question fits each label, with the shipped encoder."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.embedding import load_encoder
from knowledge.linking import classes
from knowledge.linking.features import FEATURES, GLOBALS, Hidden, Measured
from knowledge.linking.labels import Label, Phrase
from knowledge.linking.views import Views

LABELS = [
    Label("1.000001", ("đăng ký khai sinh", "làm giấy khai sinh"), "giấy chứng sinh", 1.0, True),
    Label("1.000002", ("đăng ký khai tử",), "giấy báo tử", 0.4, True),
    Label("1.000003", ("đăng ký kết hôn",), "", 0.4, False),
    Label("office.hours", (), is_intent=True, group="office_info"),
]
PHRASES = [
    Phrase("con em mới đẻ làm giấy tờ gì", "1.000001"),
    Phrase("ba em vừa mất thì khai ở đâu", "1.000002"),
    Phrase("mấy giờ mở cửa", "office.hours"),
    Phrase("câu của thủ tục không còn", "9.999999"),
]


@pytest.fixture(scope="module")
def shipped() -> classes.Classifiers:
    return classes.Classifiers.load()


@pytest.fixture(scope="module")
def views(shipped: classes.Classifiers) -> Views:
    return Views(LABELS, PHRASES, load_encoder(), shipped)


def measured(views: Views, question: str, **more: Any) -> Measured:
    cosines = views.cosines(views.encode([question]))[0]
    return views.measure(question, cosines, more.pop("passages", {}), **more)


def feature(views: Views, question: str, name: str, **more: Any) -> dict[str, float]:
    """One feature of each candidate, by label id."""
    found = measured(views, question, **more)
    column = found.features[:, FEATURES.index(name)]
    return {
        views.labels[int(i)].id: float(v) for i, v in zip(found.candidates, column, strict=True)
    }


def best(values: dict[str, float]) -> str:
    return max(values, key=values.__getitem__)


@pytest.mark.parametrize(
    "name", ["phrase_cosine", "phrase_words", "phrase_tones", "phrase_overlap"]
)
def test_a_known_phrase_points_to_its_label(views: Views, name: str) -> None:
    if name == "phrase_overlap":
        assert best(feature(views, "đăng ký khai tử", name)) == "1.000002"
    else:
        assert best(feature(views, "ba em vừa mất thì khai ở đâu", name)) == "1.000002"


@pytest.mark.parametrize("name", ["name_cosine", "name_words", "name_covered"])
def test_the_name_is_heard_without_tones(views: Views, name: str) -> None:
    assert best(feature(views, "dang ky ket hon", name)) == "1.000003"
    assert feature(views, "dang ky ket hon", "name_tones")["1.000003"] == 0


def test_the_text_of_the_record_counts(views: Views) -> None:
    assert best(feature(views, "giấy báo tử", "body_words")) == "1.000002"


def test_passages_come_in_by_code_and_unknown_codes_are_passed_over(views: Views) -> None:
    found = feature(
        views, "khai sinh", "passage_cosine", passages={"1.000002": 0.9, "7.777777": 1.0}
    )
    assert best(found) == "1.000002"


def test_features_and_question_have_the_declared_shape_and_are_finite(views: Views) -> None:
    for question in ("khai sinh", "dang ky", "xyz", "a " * 300):
        found = measured(views, question.strip())
        assert found.features.shape == (len(found.candidates), len(FEATURES))
        assert found.question.shape == (len(GLOBALS),)
        assert np.isfinite(found.features).all() and np.isfinite(found.question).all()


def test_priors_of_the_label_travel_with_it(views: Views) -> None:
    assert feature(views, "đăng ký khai sinh", "popularity")["1.000001"] == 1.0
    assert feature(views, "mấy giờ mở cửa", "is_intent")["office.hours"] == 1.0


def test_a_hidden_label_is_no_candidate(views: Views) -> None:
    hidden = views.index["1.000001"]
    assert "1.000001" not in feature(
        views, "khai sinh", "name_words", hidden=Hidden(labels={hidden})
    )


def test_a_label_taught_without_its_phrases_looks_newly_imported(views: Views) -> None:
    at = views.index["1.000001"]
    question = "làm giấy khai sinh"
    for name in ("phrase_cosine", "phrase_count", "has_phrases", "class_share"):
        assert feature(views, question, name, hidden=Hidden(without=at))["1.000001"] == 0
    assert feature(views, question, "name_words", hidden=Hidden(without=at))["1.000001"] > 0


def test_measuring_changes_nothing_in_the_views(views: Views) -> None:
    before = measured(views, "làm giấy khai sinh")
    measured(views, "làm giấy khai sinh", hidden=Hidden(phrases={0}, without=0))
    after = measured(views, "làm giấy khai sinh")
    assert np.array_equal(before.features, after.features)


def test_phrases_of_unknown_labels_are_left_out(views: Views) -> None:
    assert "câu của thủ tục không còn" not in views.phrases.texts


def test_the_nearest_phrase_explains_a_candidate(views: Views) -> None:
    vector = views.encode(["vợ em vừa đẻ con"])[0]
    assert views.nearest_phrase(vector, views.index["1.000001"]) == PHRASES[0].text
    assert views.nearest_phrase(vector, views.index["1.000003"]) is None


def test_kept_views_measure_as_the_built_ones(
    views: Views, shipped: classes.Classifiers, tmp_path: Path
) -> None:
    for _ in range(2):
        kept = Views(LABELS, PHRASES, load_encoder(), shipped, tmp_path / "views")
        for question in ("làm giấy khai sinh", "dang ky ket hon"):
            assert np.array_equal(
                measured(kept, question).features, measured(views, question).features
            )


def test_no_labels_give_no_candidates(shipped: classes.Classifiers) -> None:
    empty = Views([], [], load_encoder(), shipped)
    assert len(measured(empty, "khai sinh").candidates) == 0


def test_a_word_no_phrase_or_name_of_a_label_uses_shows(views: Views) -> None:
    question = "ba em vừa mất thì khai sinh"
    used, rarest = (feature(views, question, name) for name in ("words_used", "rarest_unused"))
    assert used["1.000002"] < 1 and rarest["1.000002"] > 0  # "sinh" is not said of a death
    question = "ba em vừa mất thì khai ở đâu"
    assert feature(views, question, "words_used")["1.000002"] == pytest.approx(1)
    assert feature(views, question, "pairs_used")["1.000002"] == pytest.approx(1)
    assert feature(views, question, "rarest_unused")["1.000002"] == 0


def test_a_hidden_phrase_lends_its_label_no_words(views: Views) -> None:
    question = "ba em vừa mất thì khai ở đâu"
    at = views.phrases.texts.index(question)
    shown = feature(views, question, "words_used")["1.000002"]
    hidden = feature(views, question, "words_used", hidden=Hidden(phrases={at}))["1.000002"]
    new = Hidden(without=views.index["1.000002"])
    forgotten = feature(views, question, "words_used", hidden=new)["1.000002"]
    assert hidden == forgotten < shown


def test_the_text_of_a_record_counts_as_written_not_as_said(views: Views) -> None:
    assert feature(views, "báo tử", "words_written")["1.000002"] == pytest.approx(1)
    assert feature(views, "báo tử", "words_used")["1.000002"] < 1


def test_phrases_near_the_question_share_out_what_it_means(views: Views) -> None:
    for name in ("phrase_share", "phrase_words_share"):
        shares = feature(views, "mấy giờ mở cửa", name)
        assert best(shares) == "office.hours" and sum(shares.values()) <= 1.001


def test_another_record_knows_how_like_it_is_to_one_of_the_office(
    shipped: classes.Classifiers,
) -> None:
    twin = Label("1.999999", ("đăng ký khai sinh tại tỉnh",))
    views = Views([*LABELS, twin], PHRASES, load_encoder(), shipped)
    twins = feature(views, "đăng ký khai sinh", "office_twin")
    assert twins["1.999999"] > 0.5 and twins["1.000001"] == 0
