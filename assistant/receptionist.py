"""From a message to an answer: mask → understand → find → decide → the steps → record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import structlog

from assistant import announcements
from assistant.address import UNKNOWN
from assistant.answers import Answer, Outcome
from assistant.conversations import Conversation, Conversations, State
from assistant.decide import Thresholds, Unknown, decide
from assistant.dialogue.abroad import other_language, said_in_english
from assistant.dialogue.beyond import instead, late, moved, received
from assistant.dialogue.cases import by_case
from assistant.dialogue.choosing import by_choice, clarify
from assistant.dialogue.codes import by_code, by_known_name
from assistant.dialogue.dangers import danger
from assistant.dialogue.following import back, bare, corrected, forgotten, in_hand, named_before
from assistant.dialogue.frequent import frequent, offer_frequent
from assistant.dialogue.handing import by_reference
from assistant.dialogue.intents import leaning, meant
from assistant.dialogue.legal import from_document, named_passage
from assistant.dialogue.life_events import life_event
from assistant.dialogue.own_number import own_number
from assistant.dialogue.plainly import plainly
from assistant.dialogue.premise import checklist, premise
from assistant.dialogue.reconsidering import reconsider
from assistant.dialogue.several import several
from assistant.dialogue.turn import Backroom, Reply, Step, Turn
from assistant.dialogue.unknown import not_found
from assistant.dialogue.unspecific import unspecific
from assistant.faq import FrequentQuestions
from assistant.inquiries import Inquiries
from assistant.language import ENGLISH, glossary, in_vietnamese, language_of
from assistant.model.desk import ModelDesk
from assistant.office_answers import office_facts
from assistant.premises import assumes_district
from assistant.privacy import Masked, mask, without_placeholders
from assistant.queue_numbers import Standing
from assistant.replies import say
from assistant.speech import to_speech
from assistant.trial import Trial
from assistant.understand import understand
from knowledge.database import AlreadyThere, DatabaseUnavailable
from knowledge.finder import Finder
from knowledge.known_names import KnownNames
from knowledge.legal import LegalFinder
from knowledge.linking.linker import Read
from knowledge.linking.topics import TopicModel
from knowledge.store import KnowledgeStore
from knowledge.vietnamese import clean

log = structlog.get_logger()

# The first step that has a reply gives the answer; without one the question is not found.
STEPS: tuple[Step, ...] = (
    danger,
    forgotten,
    by_reference,
    own_number,
    other_language,
    by_code,
    named_passage,
    corrected,
    back,
    frequent,
    by_choice,
    plainly,
    checklist,
    premise,
    late,
    instead,
    received,
    by_case,
    bare,
    moved,
    life_event,
    several,
    named_before,
    unspecific,
    from_document,
    by_known_name,
    meant,
    leaning,
    in_hand,
    reconsider,
    clarify,
    offer_frequent,
)


@dataclass(frozen=True, slots=True)
class Ready:
    """A message without identifiers, and read where that was done ahead of answering it."""

    masked: Masked
    read: Read | None = None

    @classmethod
    def of(cls, message: str) -> "Ready":
        return cls(mask(clean(message)))

    @property
    def asked(self) -> str:
        return without_placeholders(self.masked.text)


class Receptionist:
    """Answers residents of one office. Safe between threads; blocking, so run it in one."""

    def __init__(
        self,
        *,
        store: KnowledgeStore,
        finder: Finder,
        conversations: Conversations,
        inquiries: Inquiries,
        topics: TopicModel,
        thresholds: Thresholds,
        faq: FrequentQuestions,
        legal: LegalFinder,
        known: KnownNames,
        office_id: str,
        clock: Callable[[], datetime],
        idle_after: Callable[[str], timedelta] = lambda channel: timedelta(hours=12),
        public_url: str = "",
        model: ModelDesk | None = None,
        standing: Callable[[str, int, bool], Standing] | None = None,
    ) -> None:
        self._room = Backroom(
            store,
            finder,
            conversations,
            inquiries,
            topics,
            thresholds,
            faq,
            legal,
            known,
            office_id,
            model,
            public_url,
            standing,
        )
        self._clock = clock
        self._idle_after = idle_after

    @property
    def has_model(self) -> bool:
        """Whether a language model may word the answers."""
        return self._room.model is not None

    def prepare(self, messages: Sequence[str]) -> list[Ready]:
        """Messages that wait, made ready together for `reply`: it costs less than one by one.

        Nothing is decided or kept: a message may still never be answered.
        """
        heard = [Ready.of(message) for message in messages]
        read = self._room.finder.read([one.asked for one in heard])
        return [replace(one, read=of_one) for one, of_one in zip(heard, read, strict=True)]

    def reply(
        self,
        message: str,
        conversation_id: str | None = None,
        channel: str = "api",
        *,
        address: dict[str, Any] | None = None,
        worded: bool = True,
        turn_id: str | None = None,
        ready: Ready | None = None,
    ) -> Answer:
        """The answer to one message, stored as a turn.

        ``address`` is where the channel can bring a clerk's answer later (a chat and a
        message, say); it goes with an inquiry. With a language model the answer comes in its
        words, unless ``worded`` is false: then `word` can follow. ``turn_id`` names the turn;
        it must be new. ``ready`` is this message as `prepare` gave it.

        Raises UnknownConversation for an id this office does not know. Whatever
        else goes wrong becomes an apology with outcome ``failed``. Where the turn cannot be
        stored the answer comes all the same; what follows then starts a new conversation.
        """
        with self._room.store.steady():
            ready = ready or Ready.of(message)
            return self._reply(ready, conversation_id, channel, address, worded, turn_id)

    def _reply(
        self,
        ready: Ready,
        conversation_id: str | None,
        channel: str,
        address: dict[str, Any] | None,
        worded: bool,
        turn_id: str | None,
    ) -> Answer:
        started = perf_counter()
        conversations, now = self._room.conversations, self._clock()
        conversation = (
            conversations.get(conversation_id) if conversation_id else conversations.start(channel)
        )
        conversation = self._woken(conversation, now)
        masked = ready.masked
        try:
            office = self._room.store.office(self._room.office_id)
            if announcements.is_closed(office, conversation.channel):
                answer = announcements.closed(office, conversation.state, now)
                state = conversation.state
            else:
                turn = self._turn(conversation, ready, now, address)
                answer, state = self._answer(turn)
                if masked.found:
                    answer = _with_note(answer, turn)
        except Exception:
            log.exception("reply_failed", conversation=conversation.id)
            office = self._room.store.office(self._room.office_id)
            text = say("failed", phone=office_facts(office, now)["phone"])
            answer, state = Answer(Outcome.FAILED, text), conversation.state
        if self._room.model and worded:
            address_form = state.address or UNKNOWN
            answer = self._room.model.phrasing.word(answer, masked.text, address_form)
        answer, state = announcements.announced(
            self._room.store.office(self._room.office_id), answer, state, now
        )
        answer = replace(answer, speech=to_speech(answer.text))
        if state.forgotten:  # nothing of the deleted conversation goes into the new one
            fresh = conversations.start(conversation.channel)
            return conversations.record(fresh, "", answer, State(), turn_id)
        try:
            answer = conversations.record(
                conversation, masked.text, answer, state, turn_id, seconds=perf_counter() - started
            )
        except AlreadyThere:
            raise
        except DatabaseUnavailable:  # full or read-only: what is answered is still right
            log.warning("turn_not_stored", conversation=conversation.id)
            return conversations.unstored(conversation, answer, turn_id)
        if answer.inquiry and conversation.is_new:
            self._room.inquiries.belongs_to(answer.inquiry, conversation.id)
        return answer

    def try_out(self, message: str) -> Trial:
        """What a first message would be answered, and how the desk came to it; keeps nothing.

        The same steps as `reply`: only the conversation is not stored and no clerk gets an
        inquiry. Whether the channel is off plays no part. Errors are raised, not apologised for.
        """
        room = replace(self._room, inquiries=self._room.inquiries.untouched())
        ready = Ready.of(message)
        conversation = room.conversations.start("web")
        turn = self._turn(conversation, ready, self._clock(), None, explain=True)
        step, (answer, _) = self._first(room, turn)
        return Trial(ready.masked, turn, step, answer, room.thresholds)

    def word(self, answer: Answer) -> Answer:
        """An answer that was stored in the record's words, in a model's; the stored one follows.

        Comes back as it is without a model, or when the model has nothing to show.
        """
        if self._room.model is None:
            return answer
        conversations = self._room.conversations
        state = conversations.get(answer.conversation_id).state
        asked = conversations.asked(answer.turn_id)
        office = self._room.store.office(self._room.office_id)
        banner, text = announcements.apart(office, answer.text, self._clock())
        worded = self._room.model.phrasing.word(
            replace(answer, text=text), asked, state.address or UNKNOWN
        )
        worded = replace(worded, text=banner + worded.text)
        if banner:
            worded = replace(worded, speech=to_speech(worded.text))
        if worded.text != answer.text:
            conversations.reword(worded)
        return worded

    def _woken(self, conversation: Conversation, now: datetime) -> Conversation:
        """The conversation; after a long silence only the form of address is kept."""
        if now - conversation.updated_at <= self._idle_after(conversation.channel):
            return conversation
        return replace(conversation, state=State(address=conversation.state.address))

    def _turn(
        self,
        conversation: Conversation,
        ready: Ready,
        now: datetime,
        reply_to: dict[str, Any] | None,
        *,
        explain: bool = False,
    ) -> Turn:
        asked = ready.asked
        language = language_of(asked, conversation.state.language)
        if language == ENGLISH:
            asked = in_vietnamese(asked)
        question = understand(asked, self._room.topics)
        linking = self._room.finder.link(asked, explain=explain, read=ready.read)
        decision = decide(
            linking, self._room.thresholds, in_hand=conversation.state.code is not None
        )
        turn = Turn(
            question, conversation, linking, decision, now, ready.masked.text, reply_to, language
        )
        address = turn.address if turn.address != UNKNOWN else None
        state = replace(conversation.state, address=address, language=language)
        return replace(turn, conversation=replace(conversation, state=state))

    def _answer(self, turn: Turn) -> Reply:
        return self._first(self._room, turn)[1]

    def _first(self, room: Backroom, turn: Turn) -> tuple[str, Reply]:
        """The name of the first step that has a reply, and the reply."""
        for step in STEPS:
            if reply := step(room, turn):
                return step.__name__, self._said(turn, reply)
        probability = turn.decision.probability if isinstance(turn.decision, Unknown) else 0.0
        return not_found.__name__, self._said(turn, not_found(room, turn, probability))

    def _said(self, turn: Turn, reply: Reply) -> Reply:
        if turn.language == ENGLISH:
            return said_in_english(self._room, turn, reply)
        return _placed(turn, reply)


def _with_note(answer: Answer, turn: Turn) -> Answer:
    """The answer, and that personal data was masked."""
    note = say("masked", turn.address)
    if turn.language == ENGLISH:
        note = glossary().replies["masked"]
    return replace(answer, text=f"{answer.text}\n{note}")


def _placed(turn: Turn, reply: Reply) -> Reply:
    """The reply; who is sent to court or police by way of the district is told it is no more."""
    answer, state = reply
    sent_on = answer.outcome in (Outcome.OUT_OF_SCOPE, Outcome.OFFICE_INFO)
    if sent_on and assumes_district(turn.question.text):
        answer = replace(answer, text=f"{say('no_district', turn.address)}\n{answer.text}")
    return answer, state
