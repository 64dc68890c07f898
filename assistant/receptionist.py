"""From a message to an answer: mask → understand → find → decide → compose → verify → record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from assistant.address import UNKNOWN, Address
from assistant.answers import Answer, Choice, Outcome, ProcedureRef
from assistant.compose import compose
from assistant.conversations import Conversation, Conversations, State
from assistant.decide import MAX_CHOICES, Meant, Thresholds, Unknown, Unsure, decide
from assistant.inquiries import Inquiries
from assistant.office_answers import office_facts, office_reply
from assistant.privacy import mask, without_placeholders
from assistant.replies import fill, say
from assistant.speech import to_speech
from assistant.understand import Question, clauses, find_case, find_choice, understand
from assistant.verify import verify
from knowledge.finder import Finder
from knowledge.layers import ProcedureView
from knowledge.linking.bank import Intent
from knowledge.linking.linker import Candidate, Linking
from knowledge.linking.topics import TopicModel
from knowledge.offices import Office
from knowledge.procedures import Topic
from knowledge.store import KnowledgeStore
from knowledge.vietnamese import clean

log = structlog.get_logger()

ORDINALS = {
    "follow_up.which_first": 0,
    "follow_up.which_second": 1,
    "follow_up.which_third": 2,
    "follow_up.which_fourth": 3,
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn while it is worked on: what was asked, in which conversation, by what address."""

    question: Question
    conversation: Conversation
    linking: Linking
    now: datetime
    masked: str
    reply_to: dict[str, Any] | None = None

    @property
    def state(self) -> State:
        return self.conversation.state

    @property
    def address(self) -> Address:
        return self.question.address or self.state.address or UNKNOWN


Reply = tuple[Answer, State]

# With a procedure in hand, "quầy nào" asks for its counter, not for the list of counters.
PLACE_QUESTIONS = frozenset({"counter", "who_to_meet"})
FOLLOW_UP_TOPICS = {
    "follow_up.more": (Topic.PAPERS, Topic.STEPS, Topic.CONDITIONS, Topic.RESULT),
    "follow_up.source": (Topic.LEGAL_BASIS,),
    "follow_up.not_needed_check": (Topic.PAPERS,),
}


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
        office_id: str,
        clock: Callable[[], datetime],
        idle_after: timedelta = timedelta(hours=12),
    ) -> None:
        self._store = store
        self._finder = finder
        self._conversations = conversations
        self._inquiries = inquiries
        self._topics = topics
        self._thresholds = thresholds
        self._office_id = office_id
        self._clock = clock
        self._idle_after = idle_after

    def reply(
        self,
        message: str,
        conversation_id: str | None = None,
        channel: str = "api",
        *,
        address: dict[str, Any] | None = None,
    ) -> Answer:
        """The answer to one message, stored as a turn.

        ``address`` is where the channel can bring a clerk's answer later (a chat and a
        message, say); it goes with an inquiry.

        Raises UnknownConversation for an id this office does not know. Whatever
        else goes wrong becomes an apology with outcome ``failed``.
        """
        conversation = (
            self._conversations.get(conversation_id)
            if conversation_id
            else self._conversations.start(channel)
        )
        now = self._clock()
        if now - conversation.updated_at > self._idle_after:
            conversation = replace(conversation, state=State(address=conversation.state.address))
        masked = mask(clean(message))
        try:
            asked = without_placeholders(masked.text)
            turn = Turn(
                understand(asked, self._topics),
                conversation,
                self._finder.link(asked),
                now,
                masked.text,
                address,
            )
            answer, state = self._answer(turn)
            if masked.found:
                note = say("masked", turn.address)
                answer = replace(answer, text=f"{answer.text}\n{note}")
        except Exception:
            log.exception("reply_failed", conversation=conversation.id)
            office = self._store.office(self._office_id)
            text = say("failed", phone=office_facts(office, now)["phone"])
            answer, state = Answer(Outcome.FAILED, text), conversation.state
        answer = replace(answer, speech=to_speech(answer.text))
        if state.forgotten:  # nothing of the deleted conversation goes into the new one
            fresh = self._conversations.start(conversation.channel)
            return self._conversations.record(fresh, "", answer, State())
        return self._conversations.record(conversation, masked.text, answer, state)

    # -- deciding ---------------------------------------------------------------------------

    def _answer(self, turn: Turn) -> Reply:
        """The unhappy and special paths return early, the usual one ends with a decision."""
        state = replace(turn.state, address=turn.address if turn.address != UNKNOWN else None)
        turn = replace(turn, conversation=replace(turn.conversation, state=state))
        for code in turn.question.codes:
            return self._by_code(turn, code)
        if reply := self._by_choice(turn):
            return reply
        if reply := self._by_case(turn):
            return reply
        if reply := self._several(turn):
            return reply
        decision = decide(turn.linking, self._thresholds, in_hand=turn.state.code is not None)
        if isinstance(decision, Meant) and not decision.candidate.is_intent:
            return self._procedure(turn, decision.candidate.label, decision.candidate.probability)
        if isinstance(decision, Meant):
            intent = self._finder.intents[decision.candidate.label]
            if intent.outcome == "follow_up":
                return self._follow_up(turn, intent)
            if intent.topic in PLACE_QUESTIONS and turn.state.code:
                return self._procedure(turn, turn.state.code, 1.0, topics=(Topic.PLACE,))
            return self._intent(turn, intent, decision.candidate.probability)
        if reply := self._in_hand(turn):
            return reply
        if isinstance(decision, Unsure):
            return self._clarify(turn, decision.candidates)
        return self._not_found(turn, decision)

    def _by_code(self, turn: Turn, code: str) -> Reply:
        if self._view(code):
            return self._procedure(turn, code, 1.0)
        known = self._store.find_known_code(code)
        if known is None:
            return self._not_found(turn, Unknown(0.0))
        for successor in known.superseded_by:
            if self._view(successor):
                answer, state = self._procedure(turn, successor, 1.0)
                note = say("superseded", turn.address, old=code, code=successor)
                return replace(answer, text=f"{note}\n{answer.text}"), state
        return self._known_not_held(turn, code, known.name)

    def _by_choice(self, turn: Turn) -> Reply | None:
        """The resident picked one of the offered choices, in words, by number or by button."""
        state = turn.state
        if not state.choices:
            return None
        choice = find_choice(turn.question, state.choices)
        best = turn.linking.best
        if choice is None and best and best.probability >= self._thresholds.intent:
            position = ORDINALS.get(best.label)
            if position is not None and position < len(state.choices):
                choice = state.choices[position]
            elif best.label in ("follow_up.none_of_these", "follow_up.no"):
                return self._small(
                    turn, "which_none", Outcome.CLARIFYING, replace(state, choices=())
                )
        if choice is None:
            return None
        if choice.code is None:
            return self._small(turn, "which_none", Outcome.CLARIFYING, replace(state, choices=()))
        topics = turn.question.topics or tuple(Topic(t) for t in state.pending_topics)
        return self._procedure(turn, choice.code, 1.0, topics=topics)

    def _by_case(self, turn: Turn) -> Reply | None:
        """A short message that only tells the case of the procedure in hand."""
        state = turn.state
        view = self._view(state.code) if state.code else None
        if view is None or not view.procedure.cases or turn.question.words > 12:
            return None
        case = find_case(turn.question, view.procedure)
        best = turn.linking.best
        elsewhere = (
            best and best.label != state.code and best.probability >= self._thresholds.answer
        )
        if case is None or (elsewhere and not state.asked_case):
            return None
        topics = turn.question.topics or tuple(Topic(t) for t in state.topics)
        return self._procedure(turn, view.procedure.code, 1.0, topics=topics, case=case)

    def _several(self, turn: Turn) -> Reply | None:
        """Several matters in one message: each answered, the first as the main one."""
        parts = clauses(turn.question.text)
        if len(parts) < 2:
            return None
        found: dict[str, tuple[Question, float]] = {}
        for part in parts:
            best = self._finder.link(part).best
            if best and not best.is_intent and best.probability >= self._thresholds.answer:
                found.setdefault(best.label, (understand(part, self._topics), best.probability))
        whole = turn.linking.best
        if len(found) < 2 or (
            whole and whole.is_intent and whole.probability >= self._thresholds.intent
        ):
            return None
        replies = [
            self._procedure(turn, code, probability, topics=part.topics or turn.question.topics)
            for code, (part, probability) in list(found.items())[:3]
        ]
        main, state = replies[0]
        others = tuple(answer for answer, _ in replies[1:])
        text = "\n\n".join(answer.text for answer in (main, *others))
        return replace(main, text=text, also=others), state

    def _in_hand(self, turn: Turn) -> Reply | None:
        """A message too short to stand alone is read together with the procedure in hand."""
        view = self._view(turn.state.code) if turn.state.code else None
        if view is None:
            return None
        topics = turn.question.topics
        together = self._finder.link(f"{view.procedure.title} {turn.question.text}").best
        if together and not together.is_intent and together.probability >= self._thresholds.answer:
            return self._procedure(turn, together.label, together.probability, topics=topics)
        if topics and turn.question.words <= 10:
            best = turn.linking.best
            return self._procedure(
                turn, view.procedure.code, best.probability if best else 0.5, topics=topics
            )
        return None

    def _follow_up(self, turn: Turn, intent: Intent) -> Reply:
        if intent.id == "follow_up.delete_conversation":
            return self._forget(turn)
        code = turn.state.code
        if code is None or self._view(code) is None:
            return self._small(turn, "follow_up_without_context", Outcome.CLARIFYING)
        if intent.id == "follow_up.for_other":
            together = self._finder.link(turn.question.text).procedures
            if together and together[0].probability >= self._thresholds.choice:
                return self._procedure(turn, together[0].label, together[0].probability)
        if intent.id in ("follow_up.no", "follow_up.none_of_these"):
            return self._small(turn, "which_none", Outcome.CLARIFYING)
        asked = turn.question.topics or FOLLOW_UP_TOPICS.get(intent.id, ())
        if not asked and intent.topic in {t.value for t in Topic}:
            asked = (Topic(intent.topic),)
        if not asked and intent.id in ("follow_up.yes", "follow_up.repeat"):
            asked = tuple(Topic(topic) for topic in turn.state.topics)
        best = turn.linking.best
        return self._procedure(turn, code, best.probability if best else 1.0, topics=asked)

    # -- answers ----------------------------------------------------------------------------

    def _procedure(
        self,
        turn: Turn,
        code: str,
        probability: float,
        *,
        topics: Sequence[Topic] | None = None,
        case: str | None = None,
    ) -> Reply:
        view = self._view(code)
        if view is None:  # retired between finding and reading
            return self._not_found(turn, Unknown(probability))
        state = turn.state.with_procedure(code)
        case = case or state.case or find_case(turn.question, view.procedure)
        if topics is None:
            topics = turn.question.topics
            if not topics and turn.state.topics and self._continues(turn):
                topics = tuple(Topic(t) for t in turn.state.topics)
        office, facts = self._office(turn)
        answer = compose(
            view,
            tuple(topics),
            address=turn.address,
            office_name=office.name,
            phone=facts["phone"],
            case=case,
            probability=probability,
        )
        answer = verify(answer, view, office)
        state = replace(
            state,
            case=case,
            topics=tuple(t.value for t in topics),
            choices=(),
            pending_topics=(),
            asked_case=False,
            misses=0,
        )
        return answer, state

    def _continues(self, turn: Turn) -> bool:
        """Whether a message that names only a procedure keeps the last topics ("còn kết hôn?")."""
        first = turn.question.normalised.split(" ", 1)[0] if turn.question.normalised else ""
        return (
            first in {"còn", "thế", "vậy", "con", "the", "vay", "rồi"} and turn.question.words <= 6
        )

    def _clarify(self, turn: Turn, candidates: Sequence[Candidate]) -> Reply:
        choices: list[Choice] = []
        for candidate in candidates[:MAX_CHOICES]:
            if view := self._view(candidate.label):
                title = view.procedure.title
                choices.append(Choice(title, title, candidate.label))
        if not choices:
            return self._not_found(turn, Unknown(0.0))
        text = say("clarify", turn.address)
        lines = [f"{i}. {choice.label}" for i, choice in enumerate(choices, 1)]
        answer = Answer(
            Outcome.CLARIFYING,
            "\n".join([text, *lines]),
            choices=tuple(choices),
            topics=tuple(t.value for t in turn.question.topics),
            probability=candidates[0].probability,
        )
        state = replace(
            turn.state,
            choices=tuple(choices),
            pending_topics=tuple(t.value for t in turn.question.topics),
        )
        return answer, state

    def _intent(self, turn: Turn, intent: Intent, probability: float) -> Reply:
        office, facts = self._office(turn)
        outcome = Outcome(intent.outcome)
        if intent.outcome == "not_found":
            return self._not_found(turn, Unknown(probability))
        if intent.outcome == "handed_off":
            return self._hand_over(turn, intent, facts)
        text = None
        if intent.outcome == "office_info":
            text = office_reply(intent.topic, office, turn.address, turn.now)
        if text is None:
            text = fill(intent.reply or say("greeting", turn.address), turn.address, **facts)
        choices = tuple(
            Choice(view.procedure.title, view.procedure.title, code)
            for code in intent.related[:MAX_CHOICES]
            if (view := self._view(code))
        )
        answer = Answer(outcome, text, choices=choices, probability=probability)
        return answer, replace(turn.state, choices=choices, pending_topics=())

    def _hand_over(self, turn: Turn, intent: Intent, facts: dict[str, str]) -> Reply:
        reference = self._open_inquiry(turn, turn.state.code, intent.id)
        facts = facts | {"reference": f" Mã câu hỏi của {turn.address.you}: {reference}."}
        text = say("human", turn.address, **facts)
        if intent.reply:
            text = f"{fill(intent.reply, turn.address, **facts)}\n{text}"
        return Answer(Outcome.HANDED_OFF, text), replace(turn.state, misses=0)

    def _not_found(self, turn: Turn, decision: Unknown) -> Reply:
        _, facts = self._office(turn)
        reference = self._open_inquiry(turn, None, "not_found")
        text = say("not_found", turn.address, **facts | {"reference": f" (mã {reference})"})
        answer = Answer(Outcome.NOT_FOUND, text, probability=decision.probability)
        return answer, replace(turn.state, choices=(), misses=turn.state.misses + 1)

    def _known_not_held(self, turn: Turn, code: str, name: str) -> Reply:
        _, facts = self._office(turn)
        reference = self._open_inquiry(turn, code, "not_held")
        facts = facts | {"reference": f" (mã câu hỏi {reference})", "name": name, "code": code}
        text = say("known_not_held", turn.address, **facts)
        return Answer(Outcome.NOT_FOUND, text, procedure=ProcedureRef(code, name)), turn.state

    def _forget(self, turn: Turn) -> Reply:
        if not turn.conversation.is_new:
            self._conversations.forget(turn.conversation.id)
        return Answer(Outcome.SMALL_TALK, say("forgot", turn.address)), State(forgotten=True)

    def _small(self, turn: Turn, name: str, outcome: Outcome, state: State | None = None) -> Reply:
        return Answer(outcome, say(name, turn.address)), state or turn.state

    def _open_inquiry(self, turn: Turn, code: str | None, kind: str) -> str:
        return self._inquiries.open(
            turn.conversation, turn.masked, kind=kind, procedure_code=code, address=turn.reply_to
        )

    # -- reading ----------------------------------------------------------------------------

    def _view(self, code: str) -> ProcedureView | None:
        return self._store.find_view(code, self._office_id)

    def _office(self, turn: Turn) -> tuple[Office, dict[str, str]]:
        office = self._store.office(self._office_id)
        return office, office_facts(office, turn.now)
