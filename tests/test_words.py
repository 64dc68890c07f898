"""Full-text scores over syllables and pairs, with and without tones."""

from pathlib import Path

import numpy as np

from knowledge.words import WordIndex, terms

TEXTS = ["đăng ký khai sinh", "đăng ký khai tử", "đăng ký kết hôn"]


def test_terms_are_syllables_and_their_neighbours() -> None:
    assert terms("giấy khai sinh", toned=True) == (
        "giấy", "khai", "sinh", "giấy_khai", "khai_sinh",
    )  # fmt: skip
    assert terms("giấy", toned=False) == ("giay",)
    assert terms("", toned=True) == ()


def test_the_text_that_shares_the_rare_words_scores_best() -> None:
    for toned in (True, False):
        scores = WordIndex.build(TEXTS, toned=toned).scores("làm giấy khai sinh")
        assert scores.shape == (3,) and int(scores.argmax()) == 0


def test_only_the_folded_index_hears_a_question_without_tones() -> None:
    asked = "ket hon"
    assert int(WordIndex.build(TEXTS, toned=False).scores(asked).argmax()) == 2
    assert not WordIndex.build(TEXTS, toned=True).scores(asked).any()


def test_unknown_words_and_no_words_score_nothing() -> None:
    index = WordIndex.build(TEXTS, toned=True)
    assert not index.scores("tàu vũ trụ").any()
    assert not index.scores("").any()


def test_an_empty_index_scores_nothing() -> None:
    assert WordIndex.build([], toned=True).scores("khai sinh").shape == (0,)
    assert not WordIndex.build(["", ""], toned=True).scores("khai sinh").any()


def test_a_kept_index_scores_as_the_one_that_was_built(tmp_path: Path) -> None:
    folder = tmp_path / "words"
    first = WordIndex.kept(lambda: TEXTS, len(TEXTS), folder, toned=True)
    again = WordIndex.kept(lambda: TEXTS, len(TEXTS), folder, toned=True)
    assert any(folder.iterdir())
    for asked in ("khai sinh", "khai tử ở đâu", "lạ"):
        assert np.array_equal(first.scores(asked), again.scores(asked))


def test_an_index_without_words_is_kept_as_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        index = WordIndex.kept(lambda: [""], 1, tmp_path / "none", toned=True)
        assert not index.scores("khai").any()
