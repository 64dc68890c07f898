"""What the desk does with one thing heard in a chat: nothing, or an answer with its effects.

The one place where gate, receptionist and what is known of a chat meet. Blocking; gives back a
value and changes only what belongs to the desk (turns, inquiries), so that everything of the
chat is settled in one transaction by the caller.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.answers import Answer, Choice, Outcome
from assistant.desk import Desk
from assistant.office_answers import office_facts
from channels.asked import Asked
from channels.asking import is_question
from channels.chat_sentences import tell
from channels.chats import Chat, Chats, Said, Sight
from channels.clerk_notes import ClerkNotes
from channels.gate import Limits, Verdict, Why, gate
from channels.group_settings import GroupSettings
from channels.heard import Button, Heard, Kind, Say
from channels.meaning import Meaning
from channels.phrasing import message_link, phrase, say_all
from channels.sending import Traits
from knowledge.offices import HANOI

# Its correction came first and is answered already.
OVERTAKEN = "overtaken"


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
        self._asked = Asked(desk, chats, traits, settings)
        self._meaning = Meaning(desk)
        self._clerks = ClerkNotes(desk, chats, traits, settings)

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
        limits = self._limits(is_group=heard.is_group)
        verdict = gate(
            heard, sight.chat.room, now,
            is_clerk=sight.is_clerk, spoken=sight.spoken, limits=limits,
        )  # fmt: skip
        if verdict.why is Why.CLERK:
            return self._yield_to_clerk(heard, sight, now, again=again)
        if verdict.why is Why.TOO_MUCH and not heard.is_group:
            return self._slow_down(heard, sight, limits)
        if not verdict.speaks:
            return Reaction(verdict.why.value)
        if verdict.needs_meaning and not self._meaning.is_surely_meant(
            heard.text, talks=self._asked.talks(sight, now)
        ):
            return Reaction(Why.UNSURE.value)
        if heard.kind is Kind.TEXT and self._chats.find_answer_to(heard, heard.message_id):
            return Reaction(OVERTAKEN)
        speaks()
        if heard.command and (reaction := self._command(self, heard, sight)):
            return reaction
        return self.answer(heard, sight, verdict, again=again)

    # -- speaking ---------------------------------------------------------------------------

    def answer(self, heard: Heard, sight: Sight, verdict: Verdict, *, again: bool) -> Reaction:
        """The desk's answer to a question."""
        has_media = heard.kind in (Kind.MEDIA, Kind.UNREADABLE)
        if not heard.is_group and has_media and not is_question(heard.text):
            # "Ảnh giấy chứng sinh" says what is in the picture, and asks nothing.
            return self.tell(heard, sight, "no_media", outcome="no_media")
        now = self._now()
        if again:  # a try that died after the desk had answered left its inquiry open
            self._clerks.close_unanswered(heard)
        answer = self._asked.answer(heard, sight, now)
        if verdict.needs_meaning and answer.outcome not in (
            Outcome.ANSWERED,
            Outcome.OFFICE_INFO,
        ):
            return Reaction(Why.UNSURE.value)
        about = _about(answer)
        notes = self._notes(heard, sight, now)
        if not heard.is_group and self._follows(heard, answer):
            notes.insert(0, tell("queue_will_tell"))
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

    def offer(self, heard: Heard, sight: Sight, name: str, choices: tuple[Choice, ...]) -> Reaction:
        """A fixed sentence with choices: buttons where there are some, else numbers."""
        now = self._now()
        answer = self._asked.offer(heard, sight, tell(name), choices)
        says = phrase(
            answer, answer.text, heard, self._traits, notes=self._notes(heard, sight, now)
        )
        chat = replace(sight.chat, disclosed_on=now.date())
        said = Said(heard.topic_id, heard.person_id, heard.message_id, "", "command", name, now)
        return Reaction(Why.COMMAND.value, tuple(says), chat, said, answer.conversation_id)

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

    def _follows(self, heard: Heard, answer: Answer) -> bool:
        """Whether this chat hears of the number it asked after from now on."""
        if answer.queue_number is None:
            return False
        return self._desk.queue.follow(answer.queue_number, heard.platform, heard.chat_id)

    def _notes(self, heard: Heard, sight: Sight, now: datetime) -> list[str]:
        notes = []
        if heard.kind is Kind.MEDIA:
            notes.append(tell("media_unseen"))
        if heard.had_personal_data:
            notes.append(tell("personal_in_group" if heard.is_group else "masked"))
        if sight.chat.disclosed_on != now.date():
            notes.append(tell("disclosure", **self._facts()))
        return notes

    def _yield_to_clerk(
        self, heard: Heard, sight: Sight, now: datetime, *, again: bool
    ) -> Reaction:
        """A clerk is here: keep quiet a while, drop what was not sent yet about their answer."""
        chat = self._clerks.note(heard, sight, now, again=again)
        if chat is None:
            return Reaction(Why.CLERK.value)
        return Reaction(
            Why.CLERK.value, chat=chat, answers_off=heard.reply_to if heard.to_person else ""
        )

    # -- facts ------------------------------------------------------------------------------

    def _limits(self, *, is_group: bool) -> Limits:
        settings = self._settings
        if is_group:
            return Limits(
                settings.person_per_10_minutes, settings.person_per_day, settings.group_per_minute
            )
        a_minute = settings.private_per_minute
        return Limits(a_minute * 10, a_minute * 200, a_minute)

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


def _about(answer: Answer) -> str:
    """What an answer is about, the same for the same question asked again."""
    if answer.outcome is not Outcome.ANSWERED or answer.procedure is None:
        return ""
    codes = [answer.procedure.code, *(a.procedure.code for a in answer.also if a.procedure)]
    return f"{'+'.join(codes)}:{','.join(sorted(answer.topics))}"
