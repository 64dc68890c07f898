"""The shipped encoder, its LangChain form, and any hub model in its place."""

import json
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from browser import missing
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from knowledge.desk_embeddings import DeskEmbeddings
from knowledge.embedding import (
    SHIPPED,
    EncoderUnavailable,
    StaticEncoder,
    is_static,
    load_encoder,
)
from knowledge.vietnamese import fold


@pytest.fixture
def hub() -> None:
    """Extra "hub", or a visible skip; CI has it."""
    if find_spec("sentence_transformers") is None:
        missing("extra 'hub' is not installed (pip install torch 'letan[hub]')")


QUESTIONS = [
    "con em mới sinh thì làm giấy khai sinh ở đâu ạ",
    "xin giấy xác nhận tình trạng hôn nhân cần những gì",
    "bố tôi mất hôm qua, khai tử thế nào",
    "mở quán ăn có phải đăng ký hộ kinh doanh không",
]


def test_vectors_are_float32_and_of_length_one() -> None:
    vectors = load_encoder().encode(QUESTIONS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(QUESTIONS), load_encoder().dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_vectors() -> None:
    assert load_encoder().encode([]).shape == (0, load_encoder().dimensions)


def test_a_question_without_tones_lands_near_itself() -> None:
    encoder = load_encoder()
    vectors = encoder.encode(QUESTIONS)
    near = encoder.encode([fold(question) for question in QUESTIONS]) @ vectors.T
    own = near.diagonal()
    assert own.mean() > 0.8 and own.min() > 0.7
    others = near - np.eye(len(QUESTIONS)) * 2
    assert (own > others.max(axis=1) + 0.2).all()


def test_case_old_tone_placement_and_composed_form_make_no_difference() -> None:
    encoder = load_encoder()
    first, *same = encoder.encode(
        ["thủy hòa, quý", "THUỶ  hoà  QUÝ?", unicodedata.normalize("NFD", "Thủy hòa quý")]
    )
    for vector in same:
        assert first @ vector == pytest.approx(1, abs=1e-5)


def test_residents_words_land_nearer_the_right_procedure_but_for_one_in_five() -> None:
    """One view among several: the ranker settles what the encoder alone gets wrong."""
    told = [
        ("con em mới đẻ làm giấy tờ gì", "Đăng ký khai sinh", "Đăng ký kết hôn"),
        ("em muốn xin giấy độc thân", "Cấp giấy xác nhận tình trạng hôn nhân", "Đăng ký khai tử"),
        ("photo công chứng bằng đại học", "Chứng thực bản sao từ bản chính", "Đăng ký thường trú"),
        ("nhap khau cho vo", "Đăng ký thường trú", "Đăng ký hộ kinh doanh"),
        ("tui mở tiệm tạp hóa", "Đăng ký thành lập hộ kinh doanh", "Đăng ký tạm trú"),
    ]
    wrong = []
    for question, right, other in told:
        asked, near, far = load_encoder().encode([question, right, other])
        if asked @ near <= asked @ far:
            wrong.append(question)
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "\ud800", "漢字", "\u200b", "?!.,;"])
def test_a_text_without_known_words_still_has_a_direction(text: str) -> None:
    (vector,) = load_encoder().encode([text])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gets_a_finite_unit_vector(text: str) -> None:
    (vector,) = load_encoder().encode([text])
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


def test_a_text_has_the_same_vector_alone_and_in_company() -> None:
    encoder = load_encoder()
    together = encoder.encode(QUESTIONS)
    alone = np.concatenate([encoder.encode([q]) for q in QUESTIONS])
    assert np.array_equal(together, alone)


def test_threads_share_one_encoder() -> None:
    encoder = load_encoder()
    expected = encoder.encode(QUESTIONS)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: encoder.encode(QUESTIONS), range(64)):
            assert np.array_equal(found, expected)


def test_fewer_dimensions_are_a_cut_of_all() -> None:
    small, full = load_encoder(dimensions=64), load_encoder()
    assert small.dimensions == 64
    cut = full.encode(QUESTIONS)[:, :64]
    cut /= np.linalg.norm(cut, axis=1, keepdims=True)
    assert np.allclose(small.encode(QUESTIONS), cut, atol=1e-5)
    assert small.name != full.name


def test_more_dimensions_than_there_are_are_refused() -> None:
    with pytest.raises(EncoderUnavailable, match="9999"):
        load_encoder(dimensions=9999)


def test_an_encoder_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="nowhere"):
        load_encoder(tmp_path / "nowhere")


def test_langchain_sees_the_same_vectors() -> None:
    encoder = load_encoder()
    embeddings = DeskEmbeddings(encoder)
    assert np.allclose(embeddings.embed_query(QUESTIONS[0]), encoder.encode(QUESTIONS[:1])[0])
    assert np.allclose(embeddings.embed_documents(QUESTIONS), encoder.encode(QUESTIONS, "passage"))


def test_the_desk_encodes_without_torch() -> None:
    program = (
        "import sys; from knowledge.embedding import load_encoder;"
        "load_encoder().encode(['xin chào']);"
        "print([m for m in ('torch','transformers','sentence_transformers') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_the_artefact_is_small_and_says_how_it_was_made() -> None:
    size = sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file())
    assert size <= 40_000_000
    report = json.loads((SHIPPED / "report.json").read_text("utf-8"))
    assert report["name"] == load_encoder().name
    assert {"recipe", "figures", "teacher"} <= report.keys()


@pytest.mark.usefixtures("hub")
@pytest.mark.filterwarnings("ignore")  # third-party imports warn in their own ways
def test_sentence_transformers_loads_the_shipped_folder() -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(SHIPPED), device="cpu")
    theirs = model.encode(QUESTIONS, show_progress_bar=False)
    assert np.allclose(theirs, load_encoder().encode(QUESTIONS), atol=1e-5)


@pytest.fixture
def hub_folder(hub: None, tmp_path: Path) -> Path:
    """A tiny model of the kind the hub offers, with prompts of its own."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding

    vocabulary = {w: i for i, w in enumerate(["[UNK]", "hỏi", "đáp", "khai", "sinh", "kết", "hôn"])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = np.eye(len(vocabulary), 8, dtype=np.float32)
    model = SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_weights=weights)],
        prompts={"query": "hỏi ", "document": "đáp "},
        device="cpu",
    )
    model.save(str(tmp_path / "hub"), create_model_card=False)
    return tmp_path / "hub"


@pytest.mark.usefixtures("hub")
@pytest.mark.filterwarnings("ignore")
def test_any_hub_model_takes_the_place_of_the_shipped_one(hub_folder: Path) -> None:
    assert not is_static(hub_folder)
    encoder = load_encoder(hub_folder)
    assert not isinstance(encoder, StaticEncoder)
    assert encoder.dimensions == 8
    query, other = encoder.encode(["khai sinh", "kết hôn"], "query")
    (passage,) = encoder.encode(["khai sinh"], "passage")
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-5)
    assert query @ passage > other @ passage
    assert query[1] > 0 and passage[2] > 0  # each kind carries its own prompt
    assert encoder.encode([]).shape == (0, 8)


def test_an_exported_table_comes_back_within_int8(tmp_path: Path) -> None:
    from knowledge.model import export
    from knowledge.model.vocabulary import choose

    vocabulary = choose(["đăng ký khai sinh"] * 9, ["làm khai sinh", "khai sinh cho con"], ["sổ"])
    table = np.random.default_rng(0).normal(size=(len(vocabulary.scores), 16)).astype(np.float32)
    export.write(tmp_path, vocabulary.tokenizer(), table)
    assert is_static(tmp_path)
    pieces = list(vocabulary.scores)
    row = table[pieces.index("▁khai▁sinh")]
    (vector,) = load_encoder(tmp_path).encode(["Khai  sinh!"])
    assert vector @ row / np.linalg.norm(row) > 0.999


def test_words_known_by_sight_are_cut_into_pairs_and_kept_without_marks() -> None:
    from knowledge.model.vocabulary import choose

    vocabulary = choose(["đăng ký khai sinh"] * 9, ["sổ đỏ nhà em", "mất sổ đỏ"], ["hoà", "tủ"])
    cut = vocabulary.tokenizer().encode
    assert cut("Mất SỔ ĐỎ, dang ky tủ", add_special_tokens=False).tokens == [
        "▁mất",
        "▁sổ▁đỏ",
        "▁dang▁ky",
        "▁tủ",
    ]
    assert "▁nhà▁em" not in vocabulary.scores  # said once only: one sentence leaves no mark


def test_noise_is_the_same_for_the_same_seed_and_keeps_short_questions_alive() -> None:
    import random

    from knowledge.model.noise import Noise

    first, second = (Noise(random.Random(3)) for _ in range(2))
    noisy = [first.question(q) for q in QUESTIONS * 20]
    assert noisy == [second.question(q) for q in QUESTIONS * 20]
    assert len(set(noisy)) > len(QUESTIONS) * 5
    assert all(first.question("xe") for _ in range(50))
