"""Sentences are cut as the tokenizers library cuts them, which reads the same file."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from evals.cases import LinkCase, read_cases
from knowledge.embedding import SHIPPED
from knowledge.pieces import Pieces

FILE = SHIPPED / "tokenizer.json"
# Letters, marks and signs that questions are made of, and what the rules of cutting turn on.
ODD = " aáạăâbcdđeêghiklmnoòóơpqrstuưùúvxyỳý01²½.,?!-_/▁\u0301\u200b\u00ad😀中İßΣ"


@lru_cache(maxsize=1)
def ours() -> Pieces:
    pieces = Pieces.read(FILE)
    assert pieces
    return pieces


@lru_cache(maxsize=1)
def library() -> Any:
    return Tokenizer.from_file(str(FILE))


def assert_same_cut(text: str) -> None:
    # A sentence without words is no piece here and one unknown piece there.
    theirs = library().encode(text, add_special_tokens=False).ids
    assert (ours().ids(text) or [0]) == (theirs or [0]), text


def test_what_residents_ask_is_cut_as_the_library_cuts_it() -> None:
    for case in read_cases(LinkCase, "linking"):
        assert_same_cut(case.question)


@pytest.mark.parametrize(
    "text",
    ["", " ?! ", "hoà thuỷ quý ngoà½i khoả²n", "q uỳ, quỳ thuỷ.", "khaix sinhz 1234567890",
     "làm giấykhai sinh hàng2thừa kế", "a" * 300],
)  # fmt: skip
def test_what_no_piece_covers_is_cut_alike(text: str) -> None:
    assert_same_cut(text)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(["khai", "sinh", "hoà", "thuỷ", "giay", "to", "2025"]),
                          st.text(ODD, max_size=7)), max_size=12))  # fmt: skip
def test_any_sentence_is_cut_alike(words: list[str]) -> None:
    assert_same_cut(" ".join(words))


def changed(target: Path, **told: Any) -> Path:
    content = json.loads(FILE.read_text("utf-8"))
    content["model"]["vocab"] = content["model"]["vocab"][:50]
    target.write_text(json.dumps(content | told), "utf-8")
    return target


def test_a_tokenizer_of_another_kind_is_left_to_the_library(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    assert Pieces.read(changed(file)) is not None
    assert Pieces.read(changed(file, pre_tokenizer={"type": "Whitespace"})) is None
    assert Pieces.read(changed(file, normalizer=None)) is None
    letters = {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["kh", -1.0]]}
    assert Pieces.read(changed(file, model=letters)) is None
    assert Pieces.read(changed(file, model={"type": "WordLevel", "vocab": {"a": 0}})) is None
