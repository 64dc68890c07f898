"""Frequent questions: masked drafts, published by a person, found again, never stealing."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
from conftest import desk_at
from records import Clock
from sqlalchemy import delete, update

from assistant.answers import Outcome
from assistant.desk import Desk
from evals.alike import read_alike
from evals.cases import FactCase, read_cases
from knowledge.database import writing
from knowledge.embedding import load_encoder
from knowledge.faq import FaqEntry, FaqStatus, FaqText, UnknownFaq
from knowledge.linking.alike import Alike
from knowledge.schema import RevisionRow
from knowledge.schema_faq import FaqRow
from knowledge.versions import EditConflict, SecondPersonNeeded

QUESTION = "Phường có máy rút tiền không ạ?"
ANSWER = "Dạ, có một máy ở sảnh tầng một, mở suốt ngày ạ."
MARRIAGE = "1.000894"
PRISON = "Chồng tôi đang đi tù thì đăng ký kết hôn được không?"


@pytest.fixture(scope="module")
def one_desk(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = shutil.copytree(homes[1], tmp_path_factory.mktemp("faq") / "home")
    desk = desk_at(home, Clock())
    yield desk
    desk.library.engine.dispose()


@pytest.fixture
def office(one_desk: Desk) -> Desk:
    """A desk without frequent questions."""
    with writing(one_desk.library.engine) as connection:
        connection.execute(delete(FaqRow))
        connection.execute(update(RevisionRow).values(value=RevisionRow.value + 1))
    return one_desk


def publish(desk: Desk, entry: FaqEntry) -> FaqEntry:
    return desk.library.store.publish_faq("hoa-sen", entry.id, version=entry.version, by="hoa")


def test_an_entry_answers_from_the_moment_it_is_published_until_it_is_retired(office: Desk) -> None:
    store, reply = office.library.store, office.receptionist.reply
    entry = office.faq.propose(QUESTION, ANSWER, by="lan", reference="ABC234")
    assert entry.status is FaqStatus.DRAFT
    before = reply(QUESTION)
    assert before.outcome is not Outcome.ANSWERED and "sảnh tầng một" not in before.text
    sent = store.submit_faq("hoa-sen", entry.id, version=entry.version, by="lan")
    assert "sảnh tầng một" not in reply(QUESTION).text
    published = publish(office, sent)
    for again in (QUESTION, "phuong co may rut tien ko", "ở phường có máy rút tiền không"):
        answer = reply(again)
        assert answer.outcome is Outcome.ANSWERED and answer.text.startswith(ANSWER), again
        (citation,) = answer.citations
        assert citation.section == "faq" and citation.verified
        assert citation.source == store.office("hoa-sen").name
        assert citation.as_of == store.today()
        assert f"{store.office('hoa-sen').name} trả lời ngày 24/11/2026" in answer.text
    store.retire_faq("hoa-sen", published.id, version=published.version, by="hoa")
    assert "sảnh tầng một" not in reply(QUESTION).text


def test_what_the_office_never_told_the_desk_is_asked_of_a_clerk(office: Desk) -> None:
    answer = office.receptionist.reply("ở phường có chỗ gửi xe máy không")
    assert answer.inquiry is not None and answer.inquiry in answer.text
    waiting = office.inquiries.find(answer.inquiry)
    assert waiting is not None and waiting.question == "ở phường có chỗ gửi xe máy không"


def test_other_words_are_offered_back_and_a_no_brings_the_first_question_to_a_clerk(
    office: Desk,
) -> None:
    publish(office, office.faq.propose(QUESTION, ANSWER, by="lan"))
    asked = "cho hỏi phường có chỗ nào rút tiền được không"
    offered = office.receptionist.reply(asked)
    assert offered.text.endswith(f"1. {QUESTION}\n2. Không phải các câu trên")
    assert ANSWER not in offered.text and offered.inquiry is None
    assert [c.message for c in offered.choices] == [QUESTION, "không phải các câu trên"]
    for yes in (QUESTION, "1", "phải"):
        first = office.receptionist.reply(asked)
        taken = office.receptionist.reply(yes, first.conversation_id)
        assert taken.text.startswith(ANSWER), yes
    refused = office.receptionist.reply("không phải", offered.conversation_id)
    assert refused.inquiry is not None
    inquiry = office.inquiries.find(refused.inquiry)
    assert inquiry is not None and inquiry.question == asked


def test_an_entry_of_a_procedure_puts_it_in_hand_and_is_learned_as_one_of_its_phrases(
    office: Desk,
) -> None:
    answer = "Dạ, được, nhưng cả hai phải có mặt; anh/chị hỏi trước trại giam."
    publish(office, office.faq.propose(PRISON, answer, by="lan", code=MARRIAGE))
    first = office.receptionist.reply(PRISON)
    assert first.text.startswith(answer)
    assert first.procedure is not None and first.procedure.code == MARRIAGE
    follow = office.receptionist.reply("lệ phí bao nhiêu", first.conversation_id)
    assert follow.procedure is not None and follow.procedure.code == MARRIAGE
    office.finder.refresh_now()
    best = office.finder.link(PRISON, explain=True).best
    assert best is not None and best.label == MARRIAGE
    assert best.phrase is not None and "đi tù" in best.phrase


def test_what_a_record_answers_is_never_taken_over_by_a_clerks_words(office: Desk) -> None:
    publish(
        office,
        office.faq.propose("đăng ký kết hôn cần giấy tờ gì", "Sai rồi.", by="lan", code=MARRIAGE),
    )
    answer = office.receptionist.reply("đăng ký kết hôn cần giấy tờ gì ạ")
    assert "Sai rồi" not in answer.text and answer.facts.papers


def test_no_question_about_a_procedure_is_answered_by_a_frequent_one(office: Desk) -> None:
    for case in read_alike():
        publish(office, office.faq.propose(case.same[0], ANSWER, by="lan"))
    taken = [
        case.question
        for case in read_cases(FactCase, "facts")
        if any(found.is_same for found in office.faq.find(case.question))
    ]
    assert taken == []


def test_only_the_offices_own_numbers_stay_in_what_is_kept(office: Desk) -> None:
    own = office.library.store.office("hoa-sen").phones[0].number
    entry = office.faq.propose(
        "Tôi là 0912 345 678, máy phô tô ở đâu?", f"Gọi {own} hoặc 0987 654 321.", by="lan"
    )
    assert entry.question == "Tôi là [số điện thoại], máy phô tô ở đâu?"
    assert entry.answer == f"Gọi {own} hoặc [số điện thoại]."


def test_the_same_proposed_twice_is_one_draft(office: Desk) -> None:
    first = office.faq.propose(QUESTION, ANSWER, by="lan", source="group", reference="chat:7")
    assert office.faq.propose(QUESTION, ANSWER, by="minh").id == first.id
    again = office.faq.propose("khác", "khác", by="lan", source="group", reference="chat:7")
    assert again.id == first.id


def test_correcting_a_published_entry_leaves_it_answering_until_the_correction_is_published(
    office: Desk,
) -> None:
    store = office.library.store
    published = publish(office, office.faq.propose(QUESTION, ANSWER, by="lan"))
    text = FaqText(question=QUESTION, answer="Dạ, máy đã chuyển ra cổng ạ.")
    draft = store.save_faq("hoa-sen", published.id, text, version=published.version, by="minh")
    assert draft.id != published.id and draft.replaces == published.id
    assert "sảnh tầng một" in office.receptionist.reply(QUESTION).text
    with pytest.raises(EditConflict, match="minh"):
        store.save_faq("hoa-sen", published.id, text, version=published.version, by="lan")
    publish(office, draft)
    assert "ra cổng" in office.receptionist.reply(QUESTION).text
    assert store.faq_entry("hoa-sen", published.id).status is FaqStatus.RETIRED


def test_nobody_publishes_their_own_words_where_a_second_person_is_asked_for(
    office: Desk,
) -> None:
    store = office.library.store
    entry = office.faq.propose(QUESTION, ANSWER, by="hoa")
    with pytest.raises(SecondPersonNeeded):
        store.publish_faq("hoa-sen", entry.id, version=entry.version, by="hoa", second_person=True)
    store.publish_faq("hoa-sen", entry.id, version=entry.version, by="binh", second_person=True)


def test_of_two_who_save_at_once_exactly_one_is_told(office: Desk) -> None:
    store = office.library.store
    entry = office.faq.propose(QUESTION, ANSWER, by="lan")
    start, told = Barrier(2), []

    def save(by: str) -> None:
        start.wait()
        try:
            text = FaqText(question=QUESTION, answer=f"Theo {by}.")
            store.save_faq("hoa-sen", entry.id, text, version=entry.version, by=by)
        except EditConflict as problem:
            told.append(str(problem))

    threads = [Thread(target=save, args=(name,)) for name in ("minh", "hoa")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1 and "Chưa có gì bị ghi đè" in told[0]
    assert store.faq_entry("hoa-sen", entry.id).version == entry.version + 1


def test_each_step_is_in_the_log_and_another_offices_entry_is_unknown(office: Desk) -> None:
    store = office.library.store
    entry = publish(office, office.faq.propose(QUESTION, ANSWER, by="lan"))
    actions = [line.action for line in store.audit(subject=f"faq:{entry.id}")]
    assert actions[:2] == ["faq_publish", "faq_draft"]
    with pytest.raises(UnknownFaq):
        store.faq_entry("noi-khac", entry.id)


def test_two_questions_that_differ_in_one_word_of_substance_are_not_the_same() -> None:
    alike = Alike.load(load_encoder())
    wrong = []
    for case in read_alike():
        same, near = alike.read(case.same), alike.read(case.near)
        wrong += [
            (a, b)
            for a, one in zip(case.same, same, strict=True)
            for b, other in zip(case.near, near, strict=True)
            if alike.is_same(one, other)
        ]
    assert wrong == []
