"""The words a message asks the desk, and the desk's answer in this person's conversation."""

from dataclasses import replace
from datetime import datetime

from assistant.answers import Answer, Choice, Outcome
from assistant.conversations import State, UnknownConversation
from assistant.desk import Desk
from channels.chat_sentences import tell
from channels.chats import Chats, Sight
from channels.group_settings import GroupSettings
from channels.heard import Heard, Kind
from channels.sending import Traits


class Asked:
    """Asks the desk what was heard on one platform. Safe between threads; blocking."""

    def __init__(self, desk: Desk, chats: Chats, traits: Traits, settings: GroupSettings) -> None:
        self._desk = desk
        self._chats = chats
        self._traits = traits
        self._settings = settings

    def answer(self, heard: Heard, sight: Sight, now: datetime) -> Answer:
        """The desk's answer; in a group a talk that has grown cold starts anew."""
        conversation = sight.conversation_id
        if heard.is_group and not self.talks(sight, now):
            conversation = None
        text, address = self._words(heard, sight), self._address(heard)
        reply, channel = self._desk.receptionist.reply, self._traits.channel
        try:
            return reply(text, conversation, channel, address=address)
        except UnknownConversation:  # deleted after its retention, or by the resident
            return reply(text, None, channel, address=address)

    def offer(self, heard: Heard, sight: Sight, text: str, choices: tuple[Choice, ...]) -> Answer:
        """Choices put before the person, so that a number answers as it does after a question."""
        conversations = self._desk.conversations
        try:
            conversation = conversations.get(sight.conversation_id or "")
        except UnknownConversation:
            conversation = conversations.start(self._traits.channel)
        answer = Answer(Outcome.SMALL_TALK, text, choices=choices)
        state = replace(conversation.state, choices=choices, pending_topics=(), asked_case=False)
        return conversations.record(conversation, f"/{heard.command}", answer, state)

    def talks(self, sight: Sight, now: datetime) -> bool:
        """Whether the person has spoken with the desk here just now."""
        talked = sight.talked_at
        return talked is not None and now - talked <= self._settings.context

    def _address(self, heard: Heard) -> dict[str, str]:
        """Where an answer that a clerk gives later has to go."""
        return {
            "platform": heard.platform,
            "chat": heard.chat_id,
            "message": heard.message_id,
            "topic": heard.topic_id,
            "person": heard.person_id,
            "group": "1" if heard.is_group else "",
            "key": heard.key,
            "name": heard.person_name if heard.is_group and not self._traits.threads else "",
        }

    def _words(self, heard: Heard, sight: Sight) -> str:
        """The words to answer: a message's own, a button's, or those it points at."""
        if heard.kind is Kind.PRESSED:
            return self._pressed(heard, sight)
        text = heard.text.strip()
        if heard.is_group and not text and heard.reply_text:
            return heard.reply_text  # "@bot" in reply to somebody's question
        if heard.is_group and heard.to_bot and heard.reply_to and text:
            behind = self._chats.find_behind(heard, heard.reply_to)
            code = behind.about.split(":")[0] if behind and behind.about else ""
            if (
                code
                and behind
                and behind.person_id != heard.person_id
                and sight.conversation_id is None
            ):
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
