"""A conversation at the desk: real records, real storage; what a message means is scripted."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from records import Clock, fixed
from sqlalchemy import Engine, select
from talking import code_of

from assistant.answers import Answer, Outcome
from assistant.conversations import Conversations, UnknownConversation
from assistant.decide import Thresholds
from assistant.faq import FrequentQuestions
from assistant.inquiries import Inquiries
from assistant.receptionist import Receptionist
from assistant.settings import AssistantSettings
from knowledge.database import connect, reading
from knowledge.embedding import load_encoder
from knowledge.holdings import HoldingsReader
from knowledge.known_names import CatalogueNames, KnownNames
from knowledge.layers import LocalRule, Scope
from knowledge.legal import LegalFinder, LegalPassages
from knowledge.linking.alike import Alike
from knowledge.linking.bank import read_intents
from knowledge.linking.classes import group_of
from knowledge.linking.linker import Candidate, Linking, Read
from knowledge.linking.topics import TopicModel
from knowledge.procedures import Source
from knowledge.schema import ConversationRow, InquiryRow, TurnRow
from knowledge.store import KnowledgeStore
from knowledge.vietnamese import normalise

BIRTH, MARRIAGE, SINGLE, DEATH = "1.001193", "1.000894", "1.004873", "1.000656"
OFFICE = "hoa-sen"
INTENTS = {intent.id: intent for intent in read_intents()}
TOPICS = TopicModel.load()
ALIKE = Alike.load(load_encoder())


def meaning(**shares: float) -> Linking:
    """``c1_001193=0.9`` is the procedure 1.001193, anything else an intent ("__" for a dot)."""
    candidates = []
    for name, probability in shares.items():
        is_intent = not name.startswith("c")
        label = name.replace("__", ".") if is_intent else name[1:].replace("_", ".")
        outcome = INTENTS[label].outcome if is_intent else None
        candidates.append(Candidate(label, is_intent, probability, group=group_of(label, outcome)))
    candidates.sort(key=lambda candidate: -candidate.probability)
    return Linking(tuple(candidates), max(0.0, 1 - sum(shares.values())))


class ScriptedFinder:
    """Knows what the test tells it, and keeps what it was asked."""

    intents = INTENTS

    def __init__(self) -> None:
        self.script: dict[str, Linking | Exception] = {}
        self.asked: list[str] = []

    def link(self, text: str, *, explain: bool = False, read: Read | None = None) -> Linking:
        self.asked.append(text)
        found = self.script.get(normalise(text), Linking((), 1.0))
        if isinstance(found, Exception):
            raise found
        return found


@dataclass
class World:
    """One office with a desk whose understanding is scripted."""

    engine: Engine
    store: KnowledgeStore
    finder: ScriptedFinder
    clock: Clock

    def __post_init__(self) -> None:
        self.conversations = Conversations(self.engine, OFFICE, self.clock)
        self.desk = self.desk_of(OFFICE)

    def desk_of(self, office_id: str) -> Receptionist:
        return Receptionist(
            store=self.store,
            finder=self.finder,  # type: ignore[arg-type]
            conversations=Conversations(self.engine, office_id, self.clock),
            inquiries=Inquiries(self.engine, office_id, self.clock),
            topics=TOPICS,
            thresholds=Thresholds(
                answer=0.6, clarify=0.35, choice=0.05, intent=0.5, leading=0.6, lead=9.0
            ),
            faq=FrequentQuestions(self.store, office_id, ALIKE),
            legal=LegalFinder(LegalPassages(self.store), office_id),
            known=KnownNames(CatalogueNames(self.store), HoldingsReader(self.store), office_id),
            office_id=office_id,
            clock=self.clock,
            idle_after=AssistantSettings(_env_file=None).idle_after,
        )

    def when(self, message: str, **shares: float) -> str:
        """Let a message mean something; gives the message."""
        self.finder.script[normalise(message)] = meaning(**shares)
        return message

    def says(
        self, message: str, before: Answer | None = None, channel: str = "api", **shares: float
    ) -> Answer:
        if shares:
            self.when(message, **shares)
        return self.desk.reply(message, before.conversation_id if before else None, channel)

    def rows(self, table: Any) -> list[dict[str, Any]]:
        with reading(self.engine) as connection:
            return [dict(r._mapping) for r in connection.execute(select(table.__table__))]


@pytest.fixture
def world(homes: tuple[Path, Path], tmp_path: Path) -> World:
    database = shutil.copy(homes[1] / "letan.db", tmp_path / "letan.db")
    engine = connect(f"sqlite:///{database}")
    clock = Clock()
    return World(engine, KnowledgeStore(engine, clock), ScriptedFinder(), clock)


# -- one question -----------------------------------------------------------------------------


def test_a_probable_procedure_is_answered_with_the_topic_asked(world: World) -> None:
    answer = world.says("xin giấy độc thân lệ phí bao nhiêu tiền", c1_004873=0.9)
    assert (answer.outcome, code_of(answer)) == (Outcome.ANSWERED, SINGLE)
    assert answer.topics == ("fee",)
    assert answer.probability == pytest.approx(0.9)
    assert answer.facts.fees and not answer.facts.papers
    assert answer.speech and answer.turn_id and answer.conversation_id


def test_every_turn_is_stored_as_it_was_answered(world: World) -> None:
    first = world.says("giấy độc thân", c1_004873=0.9)
    second = world.says("cảm ơn", first, small_talk__thanks=0.9)
    assert world.conversations.turns(first.conversation_id) == [
        {"asked": "giấy độc thân", "answer": first.to_json()},
        {"asked": "cảm ơn", "answer": second.to_json()},
    ]


def test_nothing_probable_is_not_found_and_becomes_an_inquiry(world: World) -> None:
    answer = world.says("cấp phép bay cho tàu vũ trụ", c1_004873=0.1)
    assert (answer.outcome, answer.procedure) == (Outcome.NOT_FOUND, None)
    (inquiry,) = world.rows(InquiryRow)
    assert inquiry["question"] == "cấp phép bay cho tàu vũ trụ"
    assert inquiry["status"] == "open"
    assert inquiry["code"] in answer.text and "024 0000 0111" in answer.text


def test_a_message_without_words_is_not_found_rather_than_a_failure(world: World) -> None:
    assert world.says("???").outcome is Outcome.NOT_FOUND
    assert world.says("😀").outcome is Outcome.NOT_FOUND


def test_an_intent_is_answered_without_a_procedure(world: World) -> None:
    world.clock.moment = world.clock.moment.replace(hour=12)
    answer = world.says("mấy giờ mở cửa", office__hours=0.9)
    assert (answer.outcome, answer.procedure) == (Outcome.OFFICE_INFO, None)
    assert "7:30–11:30" in answer.text and "nghỉ trưa" in answer.text


def test_asking_for_a_clerk_gives_counter_phone_and_a_reference(world: World) -> None:
    label = next(i.id for i in INTENTS.values() if i.outcome == "handed_off")
    answer = world.says("cho gặp cán bộ", **{label.replace(".", "__"): 0.9})
    (inquiry,) = world.rows(InquiryRow)
    assert answer.outcome is Outcome.HANDED_OFF
    assert inquiry["code"] in answer.text and "quầy số 1" in answer.text


def test_several_matters_in_one_message_are_each_answered(world: World) -> None:
    world.when("khai sinh cần giấy tờ gì", c1_001193=0.9)
    world.when("kết hôn mất bao nhiêu tiền", c1_000894=0.8)
    answer = world.says(
        "khai sinh cần giấy tờ gì, còn kết hôn mất bao nhiêu tiền", c1_001193=0.5, c1_000894=0.3
    )
    assert code_of(answer) == BIRTH
    assert [code_of(other) for other in answer.also] == [MARRIAGE]
    assert answer.facts.papers and answer.also[0].facts.fees
    assert [part["procedure"]["code"] for part in answer.to_json()["also"]] == [MARRIAGE]


def test_a_procedure_retired_since_it_was_found_is_not_answered(world: World) -> None:
    world.store.retire(SINGLE, by="thử", reason="bãi bỏ")
    answer = world.says("giấy độc thân", c1_004873=0.95)
    assert (answer.outcome, answer.procedure) == (Outcome.NOT_FOUND, None)


def test_a_broken_finder_ends_in_an_apology_with_a_phone_number(world: World) -> None:
    world.finder.script["hỏi"] = RuntimeError("số 012345678901 hỏng")
    answer = world.says("hỏi")
    assert answer.outcome is Outcome.FAILED
    assert "024 0000 0111" in answer.text and "RuntimeError" not in answer.text
    assert world.says("giấy độc thân", answer, c1_004873=0.9).outcome is Outcome.ANSWERED


# -- codes ------------------------------------------------------------------------------------


def test_a_code_is_answered_whatever_the_words_mean(world: World) -> None:
    answer = world.says(f"thủ tục {SINGLE} mất bao lâu", c1_001193=0.9)
    assert (code_of(answer), answer.probability) == (SINGLE, 1.0)
    assert "time" in answer.topics


def test_a_superseded_code_is_answered_by_what_replaced_it_and_says_so(world: World) -> None:
    answer = world.says("mã 2.002621")
    assert (answer.outcome, code_of(answer)) == (Outcome.ANSWERED, "3.000722")
    assert answer.text.split("\n")[0] == "Mã 2.002621 đã được thay bằng 3.000722."


def test_a_known_code_that_is_not_held_is_named_and_passed_on(world: World) -> None:
    world.store.retire(SINGLE, by="thử", reason="thử")
    known = next(
        entry
        for code in ("2.002621", "2.002481", "2.001009")
        if (entry := world.store.find_known_code(code))
    )
    for successor in known.superseded_by:
        world.store.retire(successor, by="thử", reason="thử")
    answer = world.says(f"mã {known.code}")
    assert answer.outcome is Outcome.NOT_FOUND
    assert known.name in answer.text and known.code in answer.text
    assert answer.procedure is not None and not answer.facts.papers
    (inquiry,) = world.rows(InquiryRow)
    assert inquiry["procedure_code"] == known.code and inquiry["code"] in answer.text


def test_a_code_nobody_knows_is_not_found(world: World) -> None:
    answer = world.says("mã 9.999999", c1_001193=0.9)
    assert (answer.outcome, answer.procedure) == (Outcome.NOT_FOUND, None)


# -- going on in a conversation ---------------------------------------------------------------


def test_a_short_question_keeps_the_procedure_in_hand(world: World) -> None:
    first = world.says("giấy độc thân cần giấy tờ gì", c1_004873=0.9)
    fee = world.says("thế lệ phí bao nhiêu tiền?", first)
    time = world.says("bao lâu thì có", fee)
    assert [code_of(a) for a in (first, fee, time)] == [SINGLE] * 3
    assert (fee.topics, time.topics) == (("fee",), ("time",))
    assert {a.conversation_id for a in (first, fee, time)} == {first.conversation_id}


def test_naming_another_procedure_takes_the_last_topic_along(world: World) -> None:
    first = world.says("khai sinh lệ phí bao nhiêu", c1_001193=0.9)
    other = world.says("còn kết hôn?", first, c1_000894=0.9)
    assert (code_of(other), other.topics) == (MARRIAGE, ("fee",))


def test_a_follow_up_without_a_procedure_asks_which(world: World) -> None:
    label = next(i.id for i in INTENTS.values() if i.outcome == "follow_up" and i.topic == "fee")
    answer = world.says("thế phí thì sao", **{label.replace(".", "__"): 0.95})
    assert (answer.outcome, answer.procedure) == (Outcome.CLARIFYING, None)


def test_a_follow_up_intent_brings_its_topic_of_the_procedure_in_hand(world: World) -> None:
    label = next(i.id for i in INTENTS.values() if i.outcome == "follow_up" and i.topic == "fee")
    first = world.says("khai sinh", c1_001193=0.9)
    answer = world.says("tốn mấy đồng zậy", first, **{label.replace(".", "__"): 0.95})
    assert (code_of(answer), answer.topics) == (BIRTH, ("fee",))


def test_after_a_long_silence_the_procedure_is_forgotten_and_the_manners_are_kept(
    world: World,
) -> None:
    first = world.says("bác muốn hỏi khai sinh", c1_001193=0.9)
    world.clock.moment += timedelta(hours=13)
    answer = world.says("lệ phí bao nhiêu tiền", first)
    assert code_of(answer) is None
    assert "Bác" in answer.text or "bác" in answer.text


@pytest.mark.parametrize(
    ("channel", "minutes", "kept"),
    [("kiosk", 2, True), ("kiosk", 4, False), ("telegram_group", 31, False), ("web", 240, True)],
)
def test_each_channel_forgets_the_procedure_after_its_own_silence(
    world: World, channel: str, minutes: int, kept: bool
) -> None:
    first = world.says("khai sinh", channel=channel, c1_001193=0.9)
    world.clock.moment += timedelta(minutes=minutes)
    answer = world.says("lệ phí bao nhiêu tiền", first)
    assert (code_of(answer) == BIRTH) is kept


def test_an_elder_is_answered_as_an_elder_from_then_on(world: World) -> None:
    first = world.says("bác muốn hỏi chuyện này")
    second = world.says("tàu vũ trụ", first)
    assert "cháu chưa có thông tin" in first.text
    assert "cháu mời bác gặp cán bộ" in second.text
    for answer in (first, second):
        assert "anh/chị" not in answer.text.lower()


# -- choices ----------------------------------------------------------------------------------


@pytest.fixture
def offered(world: World) -> Answer:
    return world.says("giấy của cháu lệ phí bao nhiêu", c1_001193=0.4, c1_000894=0.3, c1_000656=0.1)


def test_close_procedures_are_offered_as_numbered_choices_with_codes(offered: Answer) -> None:
    assert (offered.outcome, offered.procedure) == (Outcome.CLARIFYING, None)
    assert [choice.code for choice in offered.choices][:3] == [BIRTH, MARRIAGE, DEATH]
    assert f"2. {offered.choices[1].label}" in offered.text
    assert not offered.facts.fees


@pytest.mark.parametrize(
    "pick",
    [
        lambda choice: "2",
        lambda choice: choice.label,
        lambda choice: choice.message,
        lambda choice: choice.label.lower(),
    ],
    ids=["number", "label", "button", "lower case"],
)
def test_a_choice_is_taken_by_number_label_or_button_with_the_topic_asked_before(
    world: World, offered: Answer, pick: Callable[[Any], str]
) -> None:
    answer = world.says(pick(offered.choices[1]), offered)
    assert (answer.outcome, code_of(answer)) == (Outcome.ANSWERED, MARRIAGE)
    assert answer.topics == ("fee",)


def test_an_ordinal_in_words_takes_the_choice(world: World, offered: Answer) -> None:
    answer = world.says("cái thứ ba ấy", offered, follow_up__which_third=0.9)
    assert code_of(answer) == DEATH


def test_none_of_the_choices_is_asked_again_in_words(world: World, offered: Answer) -> None:
    answer = world.says("không phải mấy việc đó", offered, follow_up__none_of_these=0.9)
    assert (answer.outcome, answer.choices) == (Outcome.CLARIFYING, ())
    again = world.says("2", answer)
    assert code_of(again) is None


def test_an_answered_question_takes_its_choices_off_the_table(
    world: World, offered: Answer
) -> None:
    taken = world.says("1", offered)
    assert code_of(taken) == BIRTH
    later = world.says("2", taken)
    assert code_of(later) in (None, BIRTH)


# -- cases ------------------------------------------------------------------------------------


def test_a_told_case_narrows_the_answer_and_stays_for_the_next_question(world: World) -> None:
    first = world.says("khai sinh cần giấy tờ gì, bé sinh ở nhà", c1_001193=0.9)
    names = {paper["name"] for paper in first.facts.papers}
    assert "Giấy chứng sinh" not in names
    assert any("làm chứng" in name for name in names)
    later = world.says("cần giấy tờ gì vậy", first)
    assert {paper["name"] for paper in later.facts.papers} == names


def test_telling_the_case_later_narrows_the_last_question(world: World) -> None:
    first = world.says("khai sinh cần giấy tờ gì", c1_001193=0.9)
    assert "Giấy chứng sinh" in {paper["name"] for paper in first.facts.papers}
    second = world.says("cháu đẻ ở nhà", first)
    assert (code_of(second), second.topics) == (BIRTH, ("papers",))
    assert "Giấy chứng sinh" not in {paper["name"] for paper in second.facts.papers}


def test_another_procedure_starts_with_its_cases_open(world: World) -> None:
    first = world.says("khai sinh, bé sinh ở nhà", c1_001193=0.9)
    world.says("kết hôn", first, c1_000894=0.9)
    back = world.says("khai sinh cần giấy tờ gì", first, c1_001193=0.9)
    assert "Giấy chứng sinh" in {paper["name"] for paper in back.facts.papers}


# -- what changes in the office ---------------------------------------------------------------


def test_a_new_version_is_answered_at_once(world: World) -> None:
    before = world.says("giấy độc thân lệ phí bao nhiêu", c1_004873=0.9)
    view = world.store.find_view(SINGLE, OFFICE)
    assert view is not None
    world.store.publish(view.procedure.model_copy(update={"fees": (fixed(12_000),)}), by="thử")
    after = world.says("giấy độc thân lệ phí bao nhiêu", c1_004873=0.9)
    assert "12.000 đồng" not in before.text
    assert "12.000 đồng" in after.text
    assert [fee["amount_vnd"] for fee in after.facts.fees] == [12_000]


def test_a_suspension_is_said_from_the_moment_it_is_entered(world: World) -> None:
    rule = LocalRule(
        id="dung-thu",
        scope=Scope.OFFICE,
        office_id=OFFICE,
        code=SINGLE,
        suspended="hệ thống đang bảo trì",
        source=Source(name="Thông báo thử", as_of=world.clock().date()),
    )
    world.store.put_rule(rule, by="thử")
    assert "tạm dừng tiếp nhận" in world.says("giấy độc thân", c1_004873=0.9).text
    world.store.drop_rule("dung-thu", by="thử")
    assert "tạm dừng" not in world.says("giấy độc thân", c1_004873=0.9).text


# -- personal data ----------------------------------------------------------------------------


def test_personal_numbers_reach_neither_the_finder_nor_any_table(world: World) -> None:
    first = world.says("tôi là 012345678901, số 0912345678, hỏi tàu vũ trụ")
    world.finder.script["hỏng"] = RuntimeError("hỏng")
    world.says("hỏng 012345678901", first)
    everything = repr(
        [world.rows(t) for t in (TurnRow, InquiryRow, ConversationRow)] + world.finder.asked
    )
    assert "012345678901" not in everything and "0912345678" not in everything
    (inquiry, *_) = world.rows(InquiryRow)
    assert "[" in inquiry["question"] and "tàu vũ trụ" in inquiry["question"]
    assert "đã che và không lưu" in first.text
    assert all("[" not in asked for asked in world.finder.asked)


def test_a_resident_can_have_the_conversation_deleted(world: World) -> None:
    first = world.says("giấy độc thân", c1_004873=0.9)
    gone = world.says("xóa hết đi", first, follow_up__delete_conversation=0.95)
    assert gone.outcome is Outcome.SMALL_TALK
    assert first.conversation_id not in {row["id"] for row in world.rows(ConversationRow)}
    assert "giấy độc thân" not in repr(world.rows(TurnRow))
    with pytest.raises(UnknownConversation):
        world.says("lệ phí", first)


# -- whose conversation -----------------------------------------------------------------------


def test_an_unknown_conversation_is_refused_and_nothing_is_stored(world: World) -> None:
    with pytest.raises(UnknownConversation):
        world.desk.reply("khai sinh", "khong-co")
    assert world.rows(TurnRow) == world.rows(ConversationRow) == []


def test_another_office_does_not_know_the_conversation(world: World) -> None:
    first = world.says("khai sinh", c1_001193=0.9)
    office = world.store.office(OFFICE).model_copy(update={"id": "phuong-khac"})
    world.store.put_office(office, by="thử")
    with pytest.raises(UnknownConversation):
        world.desk_of("phuong-khac").reply("lệ phí", first.conversation_id)


def test_messages_that_arrive_together_are_all_answered_and_kept(world: World) -> None:
    first = world.says("khai sinh", c1_001193=0.9)
    failures: list[BaseException] = []

    def talk() -> None:
        try:
            for _ in range(3):
                assert world.says("khai sinh", first).outcome is Outcome.ANSWERED
        except BaseException as problem:
            failures.append(problem)

    threads = [threading.Thread(target=talk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert [row["seq"] for row in world.rows(TurnRow)] == list(range(1, 14))
