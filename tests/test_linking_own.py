"""An office's own phrases beside those of all offices: as if they were indexed together."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import desk_at
from records import Clock

from assistant.desk import Desk
from evals.cases import LinkCase, read_cases
from knowledge import finder
from knowledge.embedding import load_encoder
from knowledge.linking.classes import Classifiers
from knowledge.linking.grouped import Grouped
from knowledge.linking.labels import Label, Phrase
from knowledge.linking.linker import Linking
from knowledge.linking.meanings import added
from knowledge.linking.own import WithOwn
from knowledge.linking.views import Views
from knowledge.linking.wording import Source, users_in, users_of_both
from knowledge.utterances import Utterance

BIRTH, DEATH, COPY = "1.001193", "1.000656", "2.000815"
OWN = [
    Utterance(text="giấy chuồn chuồn xanh", code=BIRTH),
    Utterance(text="sao y bằng cấp ba cái trong ngày", code=COPY),
    Utterance(text="nhà cháu có người về trời", code=DEATH),
]
SHARED = [
    ("con em mới đẻ làm giấy tờ gì", 0), ("khai sinh cho con", 0), ("làm khai sinh ở đâu", 0),
    ("ba em vừa mất thì khai ở đâu", 1), ("kết hôn cần giấy gì", 3),
]  # fmt: skip
ADDED = [("khai sinh trễ hạn cho con", 0), ("xin xác nhận độc thân", 2), ("làm giấy khai", 0)]


def grouped(pairs: list[tuple[str, int]]) -> Grouped:
    texts, owners = [text for text, _ in pairs], [owner for _, owner in pairs]
    return Grouped(texts, owners, 5, load_encoder(), None, None)


def test_what_is_best_of_each_label_is_the_same_as_over_all_together() -> None:
    both = WithOwn(grouped(SHARED), [text for text, _ in ADDED], [owner for _, owner in ADDED])
    whole = grouped(SHARED + ADDED)
    place = [whole.texts.index(text) for text in both.texts]
    vectors = load_encoder().encode(["làm khai sinh trễ cho con"], "query")
    cosines = whole.near.cosines(vectors)[0]
    labels = np.arange(5)

    assert np.allclose(both.near.cosines(vectors)[0], cosines[place], atol=1e-5)
    mine = both.near.cosines(vectors)[0]
    assert np.allclose(both.best(mine, 0.0), whole.best(cosines, 0.0), atol=1e-5)
    ours, theirs = both.of(labels), whole.of(labels)
    assert np.allclose(ours.shares(mine, 0.05), theirs.shares(cosines, 0.05), atol=1e-5)
    assert np.allclose(ours.top3(mine), theirs.top3(cosines), atol=1e-5)
    assert ours.counts.tolist() == both.counts.tolist()
    assert both.counts.tolist() == whole.counts.tolist()
    assert np.allclose(both.vectors, whole.vectors[place], atol=1e-5)
    shared = grouped(SHARED)
    used = users_of_both(users_in([Source(shared.folded, shared.owners)], 5), both.own_words, 5)
    for term in ("khai", "khai_sinh", "doc_than", "khong_ai_noi"):
        assert used(term) == users_in([Source(whole.folded, whole.owners)], 5)(term), term
        found = [both.texts[at] for at in both.folded.documents(term)]
        assert sorted(found) == sorted(whole.texts[at] for at in whole.folded.documents(term))
    for label in (0, 2, 4):
        places, near = both.cosines_of(label, vectors[0])
        texts = [whole.texts[at] for at in whole.cosines_of(label, vectors[0])[0]]
        assert sorted(both.texts[at] for at in places) == sorted(texts)
        assert np.allclose(near, mine[places], atol=1e-5)


def test_own_phrases_weigh_what_they_would_among_all(desk: Desk) -> None:
    """Among the shipped phrases, which a few more do not move."""
    shared = desk.finder._snapshot.linker.views.phrases
    texts = [each.text for each in OWN]
    both = WithOwn(shared, texts, [0, 1, 2])
    pairs = [*zip(both.texts, both.owners.tolist(), strict=True)]
    whole = Grouped(
        [text for text, _ in pairs], [owner for _, owner in pairs], shared.labels,
        load_encoder(), None, None,
    )  # fmt: skip
    for words in ("toned", "folded"):
        for question in ("sao y bằng cấp trong ngày", "nhà có người về trời", "chuồn chuồn"):
            of_both = getattr(both, words).scores(question)[len(shared.texts) :]
            of_whole = getattr(whole, words).scores(question)
            wanted = [of_whole[whole.texts.index(text)] for text in texts]
            assert np.allclose(of_both, wanted, rtol=0.01, atol=1e-3), (words, question)


def test_a_line_that_an_intent_only_sends_away_with_is_indexed_with_all() -> None:
    labels = [Label("1.1", ("cấp hộ chiếu",)), Label("away", (), is_intent=True, group="not_found")]
    known = [Phrase("làm hộ chiếu", "away"), Phrase("cấp hộ chiếu ở đâu", "1.1")]
    views = Views(labels, known, load_encoder(), Classifiers.load())
    heard = views.sent_away
    assert heard == {"làm hộ chiếu"}
    assert added([("Làm hộ chiếu", "1.1")], labels, heard) is None
    assert added([("Xin hộ chiếu", "1.1"), ("câu cũ", "9.9")], labels, heard) == [
        Phrase("xin hộ chiếu", "1.1")
    ]


@pytest.fixture(scope="module")
def lobby(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = desk_at(shutil.copytree(homes[1], tmp_path_factory.mktemp("own") / "home"), Clock())
    yield desk
    desk.library.engine.dispose()


def teach(desk: Desk, said: list[Utterance]) -> None:
    """The office's own phrases, all of them."""
    own = [each.model_copy(update={"office_id": desk.office_id}) for each in said]
    desk.library.store.put_utterances(own, by="lan", replace=True)
    desk.finder.refresh_now()


def shares(linking: Linking) -> dict[str, float]:
    return {c.label: c.probability for c in linking.candidates} | {"": linking.none}


def test_an_offices_phrase_is_understood_at_once_and_all_else_is_held_once(
    lobby: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = lobby.finder._snapshot.linker
    before = lobby.finder.link("làm giấy chuồn chuồn xanh")
    assert before.best is None or before.best.probability < 0.5

    teach(lobby, OWN)
    mine = lobby.finder._snapshot.linker
    assert mine is not shared
    assert mine.views.names is shared.views.names and mine.views._body is shared.views._body
    for said in OWN:
        best = lobby.finder.link(said.text).best
        assert best is not None and best.probability > 0.8, said.text
        assert best.label == said.code
    for said in (
        "nha chau co nguoi ve troi",
        "nhà cháu có người về trời ạ",
        "em cảm ơn, " + OWN[2].text,
    ):
        best = lobby.finder.link(said, explain=True).best
        assert best is not None and best.probability > 0.8, said
        assert (best.label, best.phrase) == (DEATH, OWN[2].text)

    # the same as with everything indexed together
    questions = [f"{OWN[1].text} ở đâu", "giấy chuồn chuồn xanh bao nhiêu tiền"]
    questions += [case.question for case in read_cases(LinkCase, "linking")][::40]
    beside = [shares(lobby.finder.link(question)) for question in questions]
    monkeypatch.setattr(finder, "FEW", 0)
    teach(lobby, [*OWN, Utterance(text="câu thêm để dựng lại", code=BIRTH)])
    assert lobby.finder._snapshot.linker.views.names is not shared.views.names
    for question, found in zip(questions, beside, strict=True):
        wanted = shares(lobby.finder.link(question))
        moved = {label: found.get(label, 0.0) - wanted.get(label, 0.0) for label in found | wanted}
        assert max(map(abs, moved.values())) < 0.05, question

    monkeypatch.undo()
    teach(lobby, [OWN[2]])  # the others are taken back
    after = lobby.finder.link("làm giấy chuồn chuồn xanh")
    assert after.best is None or after.best.probability < 0.5
