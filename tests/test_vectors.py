"""Passages in a real Chroma, encoded by the shipped encoder, stale versions left out."""

from collections.abc import Callable
from pathlib import Path

import pytest
from records import record

from knowledge.chroma_client import Chroma, VectorsUnavailable, open_chroma
from knowledge.embedding import load_encoder
from knowledge.passages import split
from knowledge.vectors import VectorIndex, list_collections

BIRTH = record("1.000001", "Đăng ký khai sinh")
DEATH = record("1.000002", "Đăng ký khai tử")


@pytest.fixture
def chroma(tmp_path: Path) -> Chroma:
    return open_chroma(tmp_path / "index")


@pytest.fixture
def index(chroma: Chroma) -> VectorIndex:
    index = VectorIndex(chroma, "thu", load_encoder())
    index.add([*split(BIRTH, 1), *split(DEATH, 1)])
    return index


@pytest.fixture
def near(index: VectorIndex) -> Callable[..., list[tuple[str, int]]]:
    def ask(text: str, **live: int) -> list[tuple[str, int]]:
        vectors = load_encoder().encode([text])
        hits = index.nearest(vectors, 10, {f"1.00000{k[1:]}": v for k, v in live.items()})[0]
        return [(hit.code, hit.version) for hit in hits]

    return ask


def test_the_nearest_passage_comes_first(near: Callable[..., list[tuple[str, int]]]) -> None:
    assert near("giấy khai sinh cho bé", p1=1, p2=1)[0] == ("1.000001", 1)
    assert near("bố mất khai tử ở đâu", p1=1, p2=1)[0] == ("1.000002", 1)


def test_hits_of_a_dead_version_are_dropped_at_reading(
    index: VectorIndex, near: Callable[..., list[tuple[str, int]]]
) -> None:
    index.add(split(BIRTH.model_copy(update={"name": "Khai sinh mới"}), 2))
    assert ("1.000001", 1) not in near("khai sinh", p1=2, p2=1)
    assert ("1.000001", 2) in near("khai sinh", p1=2, p2=1)
    assert near("khai sinh", p2=1) == [("1.000002", 1)]


def test_similarity_is_a_cosine(index: VectorIndex) -> None:
    vectors = load_encoder().encode(["Đăng ký khai sinh"])
    best = index.nearest(vectors, 1, {"1.000001": 1})[0][0]
    assert best.similarity == pytest.approx(1, abs=1e-3)
    assert best.section == "name"


def test_versions_and_ids_are_read_back_and_deleting_is_by_id(index: VectorIndex) -> None:
    assert index.versions() == {"1.000001": 1, "1.000002": 1}
    index.delete([passage.id for passage in split(BIRTH, 1)] + ["không có"])
    assert index.versions() == {"1.000002": 1}


def test_adding_the_same_passage_twice_keeps_one(index: VectorIndex) -> None:
    before = index.ids()
    index.add(split(BIRTH, 1))
    assert index.ids() == before


def test_chroma_keeps_vectors_and_what_they_are_of_but_no_texts(
    index: VectorIndex, chroma: Chroma
) -> None:
    held = chroma.client().get_collection("thu").get(include=["documents", "metadatas"])
    assert held["documents"] and not any(held["documents"])
    assert held["metadatas"] and {"code", "version", "section"} == set(held["metadatas"][0])
    assert set(held["ids"]) == {p.id for p in [*split(BIRTH, 1), *split(DEATH, 1)]}


def test_a_collection_that_is_gone_is_reported_as_unavailable(index: VectorIndex) -> None:
    vectors = load_encoder().encode(["khai sinh"])
    index.drop()
    with pytest.raises(VectorsUnavailable, match="thu"):
        index.nearest(vectors, 3, {})


def test_vectors_survive_reopening_and_chroma_has_no_encoder_of_its_own(
    chroma: Chroma, index: VectorIndex
) -> None:
    assert list_collections(chroma) == ["thu"]
    again = VectorIndex(chroma, "thu", load_encoder())
    assert again.ids() == index.ids()
    stored = chroma.client().get_collection("thu", embedding_function=None)
    assert stored.metadata["hnsw:space"] == "cosine"
