"""What the desk does with one thing heard in a chat: nothing, or an answer with its effects.

The one place where gate, receptionist and what is known of a chat meet. Blocking; gives back a
value and changes only what belongs to the desk (turns, inquiries), so that everything of the
chat is settled in one transaction by the caller.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ValidationError

from assistant.answers import Answer, Outcome
from assistant.conversations import Conversation, State, UnknownConversation
from assistant.decide import FOLLOW_UP, Meant, Thresholds, decide
from assistant.desk import Desk
from assistant.inquiries import InquirySettled
from assistant.office_answers import office_facts
from assistant.privacy import without_placeholders
from channels.asking import is_question, is_thanks
from channels.chat_sentences import tell
from channels.chats import Chat, Chats, Said, Sight
from channels.gate import Limits, Verdict, Why, gate
from channels.group_settings import GroupSettings
from channels.heard import Button, Heard, Kind, Say
from channels.phrasing import phrase, say_all
from channels.sending import Traits
from knowledge.offices import HANOI

# Above the desk's own threshold: uninvited, only what is surely meant.
SURE = 0.9
FOLLOWS_WORDS = 10
CLERK_WORDS = 3
BY = "hệ thống"
REFERENCE_CHARS = 100


@dataclass(frozen=True, slots=True)
class Reaction:
    """What follows from something heard, to be settled in one transaction.

    ``answers_off`` is the message a clerk has answered: what the desk still wanted to say about
    it is dropped. ``moved_to`` and ``forget`` are for a chat that moved or ended.
    """

    why: str
    says: tuple[Say, ...] = ()
    chat: Chat | None = None
    said: Said | None = None
    conversation_id: str | None = None
    answers_off: str = ""
    moved_to: str = ""
    forget: bool = False


def _quiet() -> None:
    """Nobody waits to hear that the desk is going to speak."""


class Attendant:
    """Attends to the chats of one platform. Safe between threads; blocking."""

    def __init__(
        self,
        desk: Desk,
        chats: Chats,
        traits: Traits,
        settings: GroupSettings,
        command: "Callable[[Attendant, Heard, Sight], Reaction | None]",
    ) -> None:
        self._command = command
        self._desk = desk
        self._chats = chats
        self._traits = traits
        self._settings = settings
        self._thresholds = Thresholds.shipped()

    @property
    def traits(self) -> Traits:
        return self._traits

    def attend(
        self, heard: Heard, *, again: bool = False, speaks: Callable[[], None] = _quiet
    ) -> Reaction:
        """What to do about ``heard``; ``again`` when an earlier try did not end.

        ``speaks`` is called once it is decided that there will be an answer, before it is made.
        """
        if heard.kind is Kind.MOVED:
            return Reaction("moved", moved_to=heard.moved_to)
        if heard.kind is Kind.REMOVED:
            return Reaction("removed", forget=True)
        sight = self._chats.look(heard)
        if heard.kind in (Kind.ADDED, Kind.FOLLOWED):
            return self._greet(heard, sight)
        now = self._now()
        limits = Limits(
            self._settings.person_per_10_minutes,
            self._settings.person_per_day,
            self._settings.group_per_minute,
        )
        if not heard.is_group:
            limits = replace(limits, person_per_10_minutes=self._settings.private_per_minute * 10,
                             person_per_day=self._settings.private_per_minute * 200,
                             chat_per_minute=self._settings.private_per_minute)  # fmt: skip
        verdict = gate(
            heard,
            sight.chat.room,
            now,
            is_clerk=sight.is_clerk,
            spoken=sight.spoken,
            limits=limits,
        )
        if verdict.why is Why.CLERK:
            return self._clerk_spoke(heard, sight, now, again=again)
        if verdict.why is Why.TOO_MUCH and not heard.is_group:
            return self._slow_down(heard, sight, limits)
        if not verdict.speaks:
            return Reaction(verdict.why.value)
        if verdict.needs_meaning and not self._is_surely_meant(heard, sight, now):
            return Reaction(Why.UNSURE.value)
        speaks()
        if heard.command and (reaction := self._command(self, heard, sight)):
            return reaction
        return self.answer(heard, sight, verdict, again=again)

    # -- speaking ---------------------------------------------------------------------------

    def answer(self, heard: Heard, sight: Sight, verdict: Verdict, *, again: bool) -> Reaction:
        """The desk's answer to a question."""
        if not heard.is_group and heard.kind in (Kind.MEDIA, Kind.UNREADABLE) and not heard.text:
            return self.tell(heard, sight, "no_media", outcome="no_media")
        now = self._now()
        address = {
            "platform": heard.platform,
            "chat": heard.chat_id,
            "message": heard.message_id,
            "topic": heard.topic_id,
            "person": heard.person_id,
            "group": "1" if heard.is_group else "",
            "key": heard.key,
            "name": heard.person_name if heard.is_group and not self._traits.threads else "",
        }
        if again:  # a try that died after the desk had answered left its inquiry open
            for code in self._chats.find_inquiries(heard, key=heard.key):
                self._close(code)
        answer = self._reply(self._asked(heard, sight), heard, sight, address)
        if verdict.needs_meaning and answer.outcome not in (
            Outcome.ANSWERED,
            Outcome.OFFICE_INFO,
        ):
            return Reaction(Why.UNSURE.value)
        about = _about(answer)
        notes = self._notes(heard, sight, now)
        chat = replace(sight.chat, disclosed_on=now.date())
        said = Said(
            heard.topic_id, heard.person_id, heard.message_id, about,
            answer.outcome.value, verdict.why.value, now,
        )  # fmt: skip
        edits = ""
        if heard.kind is Kind.EDITED:
            before = self._chats.find_answer_to(heard, heard.message_id)
            edits = before.sent_id if before else ""
        elif about and heard.is_group:
            earlier = self._chats.find_recent(heard, about, now - self._settings.repeat)
            if earlier and earlier.person_id != heard.person_id:
                says = self._point(heard, answer, earlier)
                said = replace(said, about="", outcome="repeated")
                return Reaction(verdict.why.value, tuple(says), chat, said, answer.conversation_id)
        text = answer.text
        if heard.is_group and answer.outcome is Outcome.NOT_FOUND:
            codes = self._chats.find_inquiries(heard, key=heard.key)
            text = tell("passed_on", code=codes[-1]) if codes else text
        says = phrase(
            answer,
            text,
            heard,
            self._traits,
            notes=notes,
            edits=edits,
            quiet=verdict.needs_meaning,
        )
        return Reaction(verdict.why.value, tuple(says), chat, said, answer.conversation_id)

    def tell(
        self,
        heard: Heard,
        sight: Sight,
        name: str,
        *,
        outcome: str = "command",
        buttons: tuple[Button, ...] = (),
        disclose: bool = True,
        chat: Chat | None = None,
        **facts: str,
    ) -> Reaction:
        """A fixed sentence as the answer; ``chat`` is how the chat is set up from now on."""
        now = self._now()
        facts = self._facts() | {"call": self._traits.call} | facts
        text = tell(name, **facts)
        chat = chat or sight.chat
        if disclose and chat.disclosed_on != now.date():
            text = f"{text}\n\n{tell('disclosure', **facts)}"
            chat = replace(chat, disclosed_on=now.date())
        said = Said(heard.topic_id, heard.person_id, heard.message_id, "", outcome, name, now)
        says = say_all(heard, self._traits, text, buttons)
        return Reaction(Why.COMMAND.value, tuple(says), chat, said)

    def _greet(self, heard: Heard, sight: Sight) -> Reaction:
        """One greeting when added to a group or followed; never a second one."""
        if sight.chat.greeted:
            return Reaction("greeted_before")
        chat = replace(sight.chat, greeted=True)
        name = "greet_group" if heard.is_group else "start"
        reaction = self.tell(heard, sight, name, disclose=not heard.is_group, chat=chat)
        says = tuple(replace(say, reply_to="") for say in reaction.says)
        if heard.is_group and reaction.chat:  # the greeting is the disclosure
            chat = replace(reaction.chat, disclosed_on=self._now().date())
            return replace(reaction, says=says, chat=chat)
        return replace(reaction, says=says)

    def _slow_down(self, heard: Heard, sight: Sight, limits: Limits) -> Reaction:
        """In private one line says so, then silence until the minute is over."""
        if sight.spoken.in_chat_last_minute > limits.chat_per_minute:
            return Reaction(Why.TOO_MUCH.value)
        return self.tell(heard, sight, "slow_down", outcome="slow_down")

    def _point(self, heard: Heard, answer: Answer, earlier: Said) -> list[Say]:
        """A short pointer to where the same was answered a moment ago."""
        time = earlier.at.astimezone(HANOI).strftime("%H:%M")
        name = answer.procedure.name if answer.procedure else ""
        text = (
            tell("repeated", time=time, topic=name) if name else tell("repeated_plain", time=time)
        )
        link = message_link(heard, earlier.sent_id) if self._traits.has_buttons else ""
        buttons = (Button(tell("see_answer"), url=link),) if link else ()
        return say_all(heard, self._traits, text, buttons)

    def _notes(self, heard: Heard, sight: Sight, now: datetime) -> list[str]:
        notes = []
        if heard.had_personal_data:
            notes.append(tell("personal_in_group" if heard.is_group else "masked"))
        if sight.chat.disclosed_on != now.date():
            notes.append(tell("disclosure", **self._facts()))
        return notes

    # -- asking the desk --------------------------------------------------------------------

    def _asked(self, heard: Heard, sight: Sight) -> str:
        """The words to answer: a message's own, a button's, or those it points at."""
        if heard.kind is Kind.PRESSED:
            return self._pressed(heard, sight)
        text = heard.text.strip()
        if heard.is_group and not text and heard.reply_text:
            return heard.reply_text  # "@bot" in reply to somebody's question
        if heard.is_group and heard.to_bot and heard.reply_to and text:
            behind = self._chats.find_behind(heard, heard.reply_to)
            code = behind.about.split(":")[0] if behind and behind.about else ""
            if code and behind and behind.person_id != heard.person_id and not sight_talk(sight):
                # somebody else goes on about our answer: they have no talk of their own yet
                view = self._desk.library.store.find_view(code, self._desk.office_id)
                if view:
                    return f"{text} ({view.procedure.title})"
        return text or tell("want_human") if heard.command == "gap_canbo" else text

    def _pressed(self, heard: Heard, sight: Sight) -> str:
        kind, _, value = heard.pressed.partition(":")
        if kind == "n":
            return value
        if sight.conversation_id and (state := self._state(sight.conversation_id)):
            for i, choice in enumerate(state.choices, 1):
                if choice.code == value:
                    return str(i)  # so that what was asked about it is remembered
        return value

    def _state(self, conversation_id: str) -> State | None:
        try:
            return self._desk.conversations.get(conversation_id).state
        except UnknownConversation:
            return None

    def _reply(self, text: str, heard: Heard, sight: Sight, address: dict[str, str]) -> Answer:
        """The desk's answer in this person's conversation; an old one in a group starts anew."""
        conversation = sight.conversation_id
        talked = sight.talked_at
        if heard.is_group and talked and self._now() - talked > self._settings.context:
            conversation = None
        reply = self._desk.receptionist.reply
        channel = self._traits.channel
        try:
            return reply(text, conversation, channel, address=address)
        except UnknownConversation:  # deleted after its retention, or by the resident
            return reply(text, None, channel, address=address)

    def _is_surely_meant(self, heard: Heard, sight: Sight, now: datetime) -> bool:
        """Whether an uncalled question is about a procedure, or the office, beyond doubt.

        Decided from the search alone: asking the receptionist would open an inquiry for what
        nobody asked the desk.
        """
        asked = without_placeholders(heard.text)
        linking = self._desk.finder.link(asked)
        talks = sight.talked_at is not None and now - sight.talked_at <= self._settings.context
        decision = decide(linking, self._thresholds, in_hand=talks)
        if not isinstance(decision, Meant):
            return False
        meant = decision.candidate
        if meant.is_intent:
            if meant.group == FOLLOW_UP:
                return talks and len(asked.split()) <= FOLLOWS_WORDS and is_question(asked)
            return meant.group == "office_info" and meant.probability >= SURE
        return meant.probability >= max(SURE, self._thresholds.answer)

    # -- clerks in the group ----------------------------------------------------------------

    def _clerk_spoke(self, heard: Heard, sight: Sight, now: datetime, *, again: bool) -> Reaction:
        """A clerk is here: keep quiet a while, note a question with its answer for the FAQ."""
        if is_thanks(heard.text) or not heard.text.strip():
            return Reaction(Why.CLERK.value)
        room = replace(sight.chat.room, clerk_until=now + self._settings.clerk_quiet)
        chat = replace(sight.chat, room=room)
        asked = without_placeholders(heard.reply_text).strip()
        answers = heard.to_person and asked and len(heard.text.split()) >= CLERK_WORDS
        if answers and not is_question(heard.text):
            self._note_pair(heard, sight, again=again)
            self._propose(heard, sight)
        return Reaction(
            Why.CLERK.value, chat=chat, answers_off=heard.reply_to if heard.to_person else ""
        )

    def _note_pair(self, heard: Heard, sight: Sight, *, again: bool) -> None:
        inquiries = self._desk.inquiries
        codes = self._chats.find_inquiries(heard, message=heard.reply_to)
        if again and any(self._is_settled(code) for code in codes):
            return
        open_codes = [code for code in codes if not self._is_settled(code)]
        if not open_codes:
            talk = Conversation("", self._traits.channel, State(), self._now(), is_new=True)
            address = {
                "platform": heard.platform, "chat": heard.chat_id, "message": heard.reply_to,
                "key": heard.key,
            }  # fmt: skip
            open_codes = [
                inquiries.open(talk, heard.reply_text, kind="group_answer", address=address)
            ]
        for code in open_codes:
            inquiries.mark_delivered(code)  # first: the asker has read it already
            try:
                inquiries.answer(code, heard.text, by=sight.clerk_name)
            except InquirySettled:
                continue

    def _propose(self, heard: Heard, sight: Sight) -> None:
        """The pair as a draft of a frequent question; said again it is the same draft."""
        reference = f"{heard.platform}:{heard.chat_id}:{heard.message_id}"[:REFERENCE_CHARS]
        try:
            self._desk.faq.propose(
                heard.reply_text, heard.text, by=sight.clerk_name, source="group",
                reference=reference,
            )  # fmt: skip
        except ValidationError:  # too long for a frequent question: the inquiry holds it
            return

    def _is_settled(self, code: str) -> bool:
        inquiry = self._desk.inquiries.find(code)
        return inquiry is not None and inquiry.status.value in ("answered", "closed")

    def _close(self, code: str) -> None:
        try:
            self._desk.inquiries.close(code, by=BY)
        except InquirySettled:
            return

    # -- facts ------------------------------------------------------------------------------

    def _facts(self) -> dict[str, str]:
        office = self._desk.library.store.office(self._desk.office_id)
        return office_facts(office, self._now())

    def _now(self) -> datetime:
        return self._desk.clock().astimezone(HANOI)

    @property
    def desk(self) -> Desk:
        return self._desk

    @property
    def chats(self) -> Chats:
        return self._chats


def sight_talk(sight: Sight) -> bool:
    """Whether the person has a conversation in this chat."""
    return sight.conversation_id is not None


def message_link(heard: Heard, sent_id: str) -> str:
    """A link to a message of a Telegram supergroup, empty where there is none."""
    if not sent_id or not heard.chat_id.startswith("-100"):
        return ""
    return f"https://t.me/c/{heard.chat_id.removeprefix('-100')}/{sent_id}"


def _about(answer: Answer) -> str:
    """What an answer is about, the same for the same question asked again."""
    if answer.outcome is not Outcome.ANSWERED or answer.procedure is None:
        return ""
    codes = [answer.procedure.code, *(a.procedure.code for a in answer.also if a.procedure)]
    return f"{'+'.join(codes)}:{','.join(sorted(answer.topics))}"
