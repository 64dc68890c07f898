"""Passages in memory: as Chroma finds them, following what is published, kept between starts."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from records import Clock, empty_store, record

from knowledge import index as index_module
from knowledge.chroma_client import open_chroma
from knowledge.embedding import load_encoder
from knowledge.index import PassageIndex
from knowledge.linking.near import ROUGH, Neighbours
from knowledge.near_passages import FOLDER, NearPassages, keep, kept
from knowledge.store import KnowledgeStore

NAMES = ("Đăng ký khai sinh", "Đăng ký khai tử", "Đăng ký kết hôn", "Chứng thực bản sao")
LIVE = {f"1.00000{i}": 1 for i in range(len(NAMES))}


@pytest.fixture
def store(tmp_path: Path) -> KnowledgeStore:
    store = empty_store(tmp_path, Clock())
    store.publish_many([record(f"1.00000{i}", name) for i, name in enumerate(NAMES)], by="thử")
    return store


def opened(store: KnowledgeStore, folder: Path, *, in_memory: bool) -> PassageIndex:
    near = folder if in_memory else None
    index = PassageIndex(store, open_chroma(folder), load_encoder(), near=near)
    index.keep_in_step()
    return index


def asked(text: str) -> NDArray[np.float32]:
    return load_encoder().encode([text])


def test_memory_finds_what_chroma_finds(store: KnowledgeStore, tmp_path: Path) -> None:
    chroma = opened(store, tmp_path / "index", in_memory=False).current()
    memory = opened(store, tmp_path / "index", in_memory=True).current()
    for text in ("khai sinh cho bé", "bố mất", "sao y bằng cấp", "cưới vợ"):
        theirs, ours = (where.nearest(asked(text), 12, LIVE)[0] for where in (chroma, memory))
        assert [hit.code for hit in ours[:3]] == [hit.code for hit in theirs[:3]]
        assert [hit.similarity for hit in ours] == pytest.approx(
            [hit.similarity for hit in theirs], abs=1e-4
        )


def test_memory_follows_what_is_published_and_leaves_dead_versions_out(
    store: KnowledgeStore, tmp_path: Path
) -> None:
    index = opened(store, tmp_path / "index", in_memory=True)
    held = index.current()
    store.publish(record("1.000000", "Cấp giấy phép xây dựng"), by="thử")
    now = LIVE | {"1.000000": 2}
    question = asked("xin phép xây nhà")
    assert all(hit.code != "1.000000" for hit in held.nearest(question, 20, now)[0])
    index.keep_in_step()
    best = held.nearest(question, 20, now)[0][0]
    assert (best.code, best.version) == ("1.000000", 2)
    assert all(hit.version == now[hit.code] for hit in held.nearest(question, 50, now)[0])
    assert len(list((tmp_path / "index").glob(f"{FOLDER}*"))) == 1


def test_the_next_start_reads_what_was_kept(
    store: KnowledgeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(store, tmp_path / "index", in_memory=True).current()

    def never(*_: object) -> NearPassages:
        raise AssertionError("the vectors were read from Chroma again")

    monkeypatch.setattr(index_module, "_read", never)
    again = opened(store, tmp_path / "index", in_memory=True).current()
    question = asked("khai sinh")
    assert again.nearest(question, 5, LIVE) == first.nearest(question, 5, LIVE)


def test_more_passages_than_memory_is_for_are_left_to_chroma(
    store: KnowledgeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "MOST", 3)
    index = opened(store, tmp_path / "index", in_memory=True)
    assert index.current().nearest(asked("khai sinh"), 1, LIVE)[0][0].code == "1.000000"
    assert not list((tmp_path / "index").glob(f"{FOLDER}*"))


def unit_rows(count: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(7).standard_normal((count, 256)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def test_among_many_the_nearest_is_exact() -> None:
    vectors = unit_rows(6000)
    near = NearPassages([f"c{i}@1/name/x" for i in range(6000)], vectors)
    live = {f"c{i}": 1 for i in range(6000)}
    for row in (0, 777, 5999):
        best = near.nearest(vectors[[row]], 2, live)[0][0]
        assert best.code == f"c{row}" and best.similarity == pytest.approx(1, abs=1e-5)


def test_nothing_stored_finds_nothing(tmp_path: Path) -> None:
    empty = NearPassages([], np.empty((0, 256), np.float32))
    assert empty.nearest(unit_rows(1), 5, {}) == [[]]
    keep(tmp_path, "a", empty)
    again = kept(tmp_path, "a")
    assert again is not None and again.ids == ()
    assert kept(tmp_path, "b") is None


def test_what_was_cut_short_is_read_from_chroma_again(tmp_path: Path) -> None:
    keep(tmp_path, "a", NearPassages(["1.1@1/name/x"], unit_rows(1)))
    vectors = tmp_path / f"{FOLDER}a" / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:200])
    assert kept(tmp_path, "a") is None


def test_components_are_computed_once_and_only_for_these_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors, others = unit_rows(5000), unit_rows(5001)
    made = Neighbours(vectors, tmp_path)

    def never(*_: object) -> None:
        raise AssertionError("computed again")

    with monkeypatch.context() as patch:
        patch.setattr(np.linalg, "eigh", never)
        again = Neighbours(vectors, tmp_path)
    assert np.array_equal(made.cosines(vectors[:3]), again.cosines(vectors[:3]))
    assert np.argmax(Neighbours(others, tmp_path).cosines(others[4:5])) == 4
    (tmp_path / ROUGH).write_bytes(b"cut short")
    assert np.argmax(Neighbours(others, tmp_path).cosines(others[4:5])) == 4
