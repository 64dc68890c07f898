"""Finding with the shipped weights and the real records of the sample office."""

from pathlib import Path
from threading import Event, Thread, current_thread
from time import monotonic, sleep
from typing import Any

import pytest
from conftest import desk_at
from records import Clock, fixed, paper, record

from assistant.answers import Outcome
from assistant.desk import Desk
from knowledge.linking.bank import read_intents
from knowledge.linking.meanings import BODY_CHARS, intent_label, procedure_label
from knowledge.procedures import Procedure
from knowledge.utterances import Utterance
from knowledge.vectors import VectorsUnavailable

BIRTH, SINGLE = "1.001193", "1.004873"


# -- with the shared desk ---------------------------------------------------------------------


def test_questions_read_together_mean_what_they_mean_alone(desk: Desk) -> None:
    questions = [
        "làm giấy khai sinh cho con", "", "xin giấy độc thân mất mấy ngày", "!!!", "sao y bằng cấp",
    ]  # fmt: skip
    read = desk.finder.read(questions)
    for question, ready in zip(questions, read, strict=True):
        together, alone = desk.finder.link(question, read=ready), desk.finder.link(question)
        assert [c.label for c in together.candidates] == [c.label for c in alone.candidates]
        assert [c.probability for c in together.candidates] == pytest.approx(
            [c.probability for c in alone.candidates], abs=1e-4
        )


def test_what_was_read_of_another_text_is_not_used(desk: Desk) -> None:
    other = desk.finder.read(["đăng ký kết hôn cần giấy tờ gì"])[0]
    asked = "đăng ký thường trú cho cả hộ cần giấy tờ gì"
    assert desk.finder.link(asked, read=other) == desk.finder.link(asked)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("xin cấp giấy xác nhận tình trạng hôn nhân cần những giấy tờ gì", SINGLE),
        ("xin cap giay xac nhan tinh trang hon nhan", SINGLE),
        ("chứng thực bản sao từ bản chính lệ phí bao nhiêu", "2.000815"),
        ("nam nữ đi đăng ký kết hôn thì cần những giấy tờ gì", "1.000894"),
        ("đăng ký thường trú cho cả hộ cần giấy tờ gì", "1.004222"),
    ],
)
def test_a_plain_question_finds_its_procedure(desk: Desk, question: str, code: str) -> None:
    found = [candidate.label for candidate in desk.finder.link(question).candidates[:3]]
    assert code in found


@pytest.mark.parametrize("question", ["xin chào em", "mấy giờ phường mở cửa vậy"])
def test_what_is_no_procedure_is_an_intent(desk: Desk, question: str) -> None:
    best = desk.finder.link(question).best
    assert best is not None and best.is_intent


def test_nonsense_means_nothing_we_know(desk: Desk) -> None:
    linking = desk.finder.link("qwrtz zxcvb plmok tàu vũ trụ sao hỏa")
    assert linking.best is None or linking.best.probability < 0.5


@pytest.mark.parametrize("text", ["", "   ", "?!", "😀"])
def test_no_words_link_to_nothing(desk: Desk, text: str) -> None:
    linking = desk.finder.link(text)
    assert (linking.candidates, linking.none) == ((), 1.0)


def test_probabilities_are_ordered_and_add_up_to_no_more_than_one(desk: Desk) -> None:
    for question in ("khai sinh", "đăng ký xe", "phí", "a" * 1500, "giấy " * 300):
        linking = desk.finder.link(question)
        shares = [c.probability for c in linking.candidates]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) + linking.none <= 1.001
        assert all(0 <= share <= 1 for share in shares)


def test_asking_twice_gives_the_same(desk: Desk) -> None:
    assert desk.finder.link("làm giấy khai sinh") == desk.finder.link("làm giấy khai sinh")


def test_an_explained_candidate_shows_the_nearest_phrase(desk: Desk) -> None:
    explained = desk.finder.link("xin giấy xác nhận tình trạng hôn nhân", explain=True)
    assert any(candidate.phrase for candidate in explained.candidates)
    plain = desk.finder.link("xin giấy xác nhận tình trạng hôn nhân")
    assert all(candidate.phrase is None for candidate in plain.candidates)


def test_a_chroma_that_does_not_answer_leaves_words_to_find_by(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any) -> None:
        raise VectorsUnavailable("không trả lời")

    monkeypatch.setattr("knowledge.vectors.VectorIndex.nearest", silent)
    found = [c.label for c in desk.finder.link("xác nhận tình trạng hôn nhân").candidates[:3]]
    assert SINGLE in found


# -- with a desk of its own -------------------------------------------------------------------

ODD = "cái giấy ế"


def say_it(desk: Desk, *texts: str, code: str) -> None:
    said = [Utterance(text=text, code=code) for text in texts]
    desk.library.store.put_utterances(said, by="cán bộ thử")


def share(desk: Desk, question: str, code: str) -> float:
    found = desk.finder.link(question).candidates
    return next((c.probability for c in found if c.label == code), 0.0)


def test_a_phrase_staff_add_changes_what_is_found_without_retraining(own_desk: Desk) -> None:
    question = f"xin {ODD}"
    before = share(own_desk, question, SINGLE)
    say_it(own_desk, question, code=SINGLE)
    own_desk.finder.refresh_now()
    after = own_desk.finder.link(question)
    assert after.best is not None and after.best.label == SINGLE
    assert share(own_desk, question, SINGLE) > before
    assert SINGLE in [c.label for c in own_desk.finder.link(f"{question} ở đâu").candidates[:3]]


def test_a_new_procedure_is_found_by_its_name(own_desk: Desk) -> None:
    new = record(
        "7.000001", "Đăng ký nuôi chim yến trong khu dân cư", documents=(paper("Đơn nuôi chim"),),
        aliases=("nuôi chim yến",),
    )  # fmt: skip
    own_desk.library.store.publish(new, by="cán bộ thử")
    own_desk.library.index.update()
    own_desk.finder.refresh_now()
    linking = own_desk.finder.link("đăng ký nuôi chim yến trong khu dân cư")
    assert "7.000001" in [candidate.label for candidate in linking.candidates[:2]]
    answer = own_desk.receptionist.reply("mã 7.000001")
    assert answer.outcome is Outcome.ANSWERED and "Đơn nuôi chim" in answer.text


def test_one_procedure_more_changes_nothing_for_the_others(own_desk: Desk) -> None:
    questions = ("xin giấy xác nhận tình trạng hôn nhân", "mấy giờ mở cửa", "xin chào em")
    before = [own_desk.finder.link(question) for question in questions]
    own_desk.library.store.publish(record("7.000001", "Việc rất lạ lùng"), by="cán bộ thử")
    own_desk.finder.refresh_now()
    for question, old in zip(questions, before, strict=True):
        new = own_desk.finder.link(question)
        assert old.best is not None and new.best is not None
        assert new.best.label == old.best.label
        assert new.best.probability == pytest.approx(old.best.probability, abs=0.1)


def test_what_was_read_before_a_publish_is_read_anew(own_desk: Desk) -> None:
    asked = "giấy phép nuôi cá cảnh quý"
    before = own_desk.finder.read([asked])[0]
    new = record("1.999998", "Cấp giấy phép nuôi cá cảnh quý")
    own_desk.library.store.publish(new, by="cán bộ thử")
    own_desk.finder.refresh_now()
    best = own_desk.finder.link(asked, read=before).best
    assert best is not None and best.label == "1.999998"


def test_a_new_version_is_answered_at_once_while_the_finder_still_knows_the_old(
    own_desk: Desk,
) -> None:
    view = own_desk.library.store.find_view(BIRTH, own_desk.office_id)
    assert view is not None
    changed = view.procedure.model_copy(update={"fees": (fixed(13_000),)})
    own_desk.library.store.publish(changed, by="cán bộ thử")
    answer = own_desk.receptionist.reply(f"{BIRTH} lệ phí bao nhiêu tiền")
    assert "13.000 đồng" in answer.text and "miễn phí" not in answer.text.lower()


def test_a_retired_procedure_is_neither_found_nor_answered(own_desk: Desk) -> None:
    own_desk.library.store.retire(SINGLE, by="cán bộ thử", reason="bãi bỏ")
    question = "xin giấy xác nhận tình trạng hôn nhân"
    answer = own_desk.receptionist.reply(question)
    assert answer.procedure is None or answer.procedure.code != SINGLE
    own_desk.finder.refresh_now()
    assert share(own_desk, question, SINGLE) == 0.0


def test_the_desk_forgets_nothing_over_a_restart(own_home: Path) -> None:
    first = desk_at(own_home, Clock())
    asked = first.receptionist.reply(f"{BIRTH} cần giấy tờ gì")
    say_it(first, f"xin {ODD}", code=SINGLE)
    first.finder.refresh_now()
    ranked = first.finder.link(f"xin {ODD}")
    first.library.engine.dispose()

    again = desk_at(own_home, Clock())
    fee = again.receptionist.reply("lệ phí bao nhiêu tiền", asked.conversation_id)
    assert fee.procedure is not None and fee.procedure.code == BIRTH
    assert fee.topics == ("fee",)
    assert again.finder.link(f"xin {ODD}") == ranked
    again.library.engine.dispose()


@pytest.fixture
def builds(own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads that build what is published; the first waits for a second, but not for long."""
    store, second = own_desk.library.store, Event()
    seen: list[str] = []
    published_faq = store.published_faq

    def counted(office_id: str) -> Any:
        seen.append(current_thread().name)
        if len(seen) > 1:
            second.set()
        second.wait(1)
        return published_faq(office_id)

    monkeypatch.setattr(store, "published_faq", counted)
    return seen


def begun(builds: list[str]) -> None:
    deadline = monotonic() + 30
    while not builds:
        assert monotonic() < deadline
        sleep(0.01)


def test_what_a_question_takes_over_is_not_built_again_beside_it(
    own_desk: Desk, builds: list[str]
) -> None:
    say_it(own_desk, f"xin {ODD}", code=SINGLE)
    own_desk.finder.link("xin chào")  # finds out, and does not wait
    begun(builds)
    own_desk.finder.refresh_now()  # as whoever follows what is published does
    assert builds == ["finder"]
    best = own_desk.finder.link(f"xin {ODD}").best
    assert best is not None and best.label == SINGLE


def test_a_question_leaves_what_is_being_built_to_whoever_builds_it(
    own_desk: Desk, builds: list[str]
) -> None:
    say_it(own_desk, f"xin {ODD}", code=SINGLE)
    follower = Thread(target=own_desk.finder.refresh_now, name="follower")
    follower.start()
    begun(builds)
    for _ in range(3):
        assert own_desk.finder.link("xin chào").best is not None
    follower.join()
    assert builds == ["follower"]
    best = own_desk.finder.link(f"xin {ODD}").best
    assert best is not None and best.label == SINGLE


def test_only_the_views_of_the_present_knowledge_are_kept(own_desk: Desk, own_home: Path) -> None:
    (kept,) = (own_home / "index").glob("views-*")
    say_it(own_desk, f"xin {ODD}", code=SINGLE)
    own_desk.finder.refresh_now()
    (now_kept,) = (own_home / "index").glob("views-*")
    assert now_kept != kept


# -- labels -----------------------------------------------------------------------------------


def test_a_label_carries_names_text_and_priors() -> None:
    procedure: Procedure = record(
        name="Xác nhận A", short_name="Việc A", aliases=("việc a", "giấy A"), popularity=5,
        documents=(paper("Tờ khai A"),), result="Giấy A",
    )  # fmt: skip
    label = procedure_label(procedure)
    assert label.names == ("xác nhận a", "việc a", "giấy a")
    assert "tờ khai a" in label.body and label.popularity == 1.0
    assert label.is_office and label.is_commune and not label.is_intent


def test_a_label_of_an_enormous_record_stays_small() -> None:
    huge = record(conditions=tuple(f"Điều kiện {i} rất dài" for i in range(2000)))
    assert len(procedure_label(huge).body) <= BODY_CHARS + 50


def test_an_intent_is_a_label_without_names() -> None:
    label = intent_label(read_intents()[0])
    assert label.is_intent and label.names == ()
