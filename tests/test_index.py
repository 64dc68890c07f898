"""The passage index: derived from the store, updated in place, rebuilt beside the old."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from records import Clock, empty_store, paper, record

from knowledge.chroma_client import Chroma, open_chroma
from knowledge.embedding import load_encoder
from knowledge.index import POINTER, IndexCheckFailed, PassageIndex
from knowledge.store import KnowledgeStore
from knowledge.vectors import list_collections

NAMES = ("Đăng ký khai sinh", "Đăng ký khai tử", "Đăng ký kết hôn", "Chứng thực bản sao")


class Failing:
    """The shipped encoder, until it is told to stop or to answer nonsense."""

    def __init__(self) -> None:
        self.real = load_encoder()
        self.name, self.dimensions = self.real.name, self.real.dimensions
        self.stops_after: int | None = None
        self.encoded: list[str] = []

    def encode(
        self, texts: Sequence[str], kind: Literal["query", "passage"] = "query"
    ) -> NDArray[np.float32]:
        if self.stops_after is not None and len(self.encoded) >= self.stops_after:
            raise MemoryError("no more room")
        self.encoded += texts
        return self.real.encode(texts, kind)


@pytest.fixture
def store(tmp_path: Path) -> KnowledgeStore:
    store = empty_store(tmp_path, Clock())
    store.publish_many([record(f"1.00000{i}", name) for i, name in enumerate(NAMES)], by="thử")
    return store


@pytest.fixture
def chroma(tmp_path: Path) -> Chroma:
    return open_chroma(tmp_path / "index")


@pytest.fixture
def encoder() -> Failing:
    return Failing()


@pytest.fixture
def index(store: KnowledgeStore, chroma: Chroma, encoder: Failing) -> PassageIndex:
    index = PassageIndex(store, chroma, encoder)
    index.update()
    encoder.encoded.clear()
    return index


def test_the_first_update_fills_everything_and_reports_it(
    store: KnowledgeStore, chroma: Chroma
) -> None:
    index = PassageIndex(store, chroma, load_encoder())
    assert not index.is_in_step()
    report = index.update()
    assert (report.procedures, report.added, report.removed) == (4, report.passages, 0)
    assert index.is_in_step()


def test_a_second_update_encodes_and_changes_nothing(index: PassageIndex, encoder: Failing) -> None:
    before = index.current().ids()
    report = index.update()
    assert (report.added, report.removed) == (0, 0)
    assert encoder.encoded == []
    assert index.current().ids() == before


def test_a_new_version_replaces_only_its_own_passages(
    store: KnowledgeStore, index: PassageIndex, encoder: Failing
) -> None:
    store.publish(record("1.000000", NAMES[0], documents=(paper("Tờ khai"),)), by="thử")
    assert not index.is_in_step()
    report = index.update()
    assert (report.added, report.removed) == (2, 1)
    assert all("khai sinh" in text for text in encoder.encoded)
    assert index.is_in_step()


def test_a_retired_procedure_leaves_the_index(store: KnowledgeStore, index: PassageIndex) -> None:
    store.retire("1.000001", by="thử", reason="bãi bỏ")
    assert index.update().removed == 1
    assert "1.000001" not in index.current().versions()


def test_progress_reaches_its_total(store: KnowledgeStore, chroma: Chroma) -> None:
    seen: list[tuple[int, int]] = []
    index = PassageIndex(store, chroma, load_encoder())
    index.rebuild(lambda done, total: seen.append((done, total)))
    assert seen and seen[-1][0] == seen[-1][1] == 4


def test_a_rebuild_moves_the_pointer_and_drops_the_old_collection(
    store: KnowledgeStore, chroma: Chroma, index: PassageIndex
) -> None:
    old = index.current().name
    report = index.rebuild()
    assert report.collection != old
    assert list(store.find_setting(None, POINTER).values()) == [report.collection]
    assert index.current().name == report.collection
    assert list_collections(chroma) == [report.collection]
    assert index.is_in_step()


def test_rebuilding_again_and_again_works(index: PassageIndex, chroma: Chroma) -> None:
    names = [index.rebuild().collection for _ in range(3)]
    assert all(a != b for a, b in pairwise(names))
    assert len(list_collections(chroma)) == 1


def test_a_rebuild_that_breaks_off_keeps_the_old_index_and_leaves_nothing(
    store: KnowledgeStore, chroma: Chroma, index: PassageIndex, encoder: Failing
) -> None:
    old, held = index.current().name, index.current().ids()
    encoder.stops_after = 0
    with pytest.raises(MemoryError):
        index.rebuild()
    assert index.current().name == old
    assert index.current().ids() == held
    assert list_collections(chroma) == [old]


def test_a_rebuild_that_does_not_find_what_it_holds_keeps_the_old_index(
    chroma: Chroma, index: PassageIndex, encoder: Failing
) -> None:
    old = index.current().name
    encoder.stops_after = len(NAMES)  # the passages are stored, the check cannot ask
    with pytest.raises(MemoryError):
        index.rebuild()
    assert index.current().name == old and list_collections(chroma) == [old]


def test_the_pointer_moves_only_after_the_check(
    store: KnowledgeStore, chroma: Chroma, index: PassageIndex
) -> None:
    class Crosswise(Failing):
        """Encodes questions against the grain, so nothing is found by its own name."""

        def encode(
            self, texts: Sequence[str], kind: Literal["query", "passage"] = "query"
        ) -> NDArray[np.float32]:
            vectors = super().encode(texts, kind)
            return -vectors if kind == "query" else vectors

    many = [record(f"2.{i:06}", f"Việc thứ {i} rất lạ") for i in range(40)]
    store.publish_many(many, by="thử")
    index.update()
    old = index.current().name
    broken = PassageIndex(store, chroma, Crosswise())
    with pytest.raises(IndexCheckFailed, match="not found by its own name"):
        broken.rebuild()
    assert index.current().name == old and index.is_in_step()
    assert list_collections(chroma) == [old]
