"""What a clerk says in a group: the desk keeps quiet, question and answer are kept for the FAQ."""

from dataclasses import replace
from datetime import datetime

from pydantic import ValidationError

from assistant.conversations import Conversation, State
from assistant.desk import Desk
from assistant.inquiries import InquirySettled
from assistant.privacy import without_placeholders
from channels.asking import is_question, is_thanks
from channels.chats import Chat, Chats, Sight
from channels.group_settings import GroupSettings
from channels.heard import Heard
from channels.sending import Traits

CLERK_WORDS = 3
BY = "hệ thống"
REFERENCE_CHARS = 100


class ClerkNotes:
    """Notes what clerks answer in the groups of one platform. Safe between threads; blocking."""

    def __init__(self, desk: Desk, chats: Chats, traits: Traits, settings: GroupSettings) -> None:
        self._desk = desk
        self._chats = chats
        self._traits = traits
        self._settings = settings

    def note(self, heard: Heard, sight: Sight, now: datetime, *, again: bool) -> Chat | None:
        """The chat as it is set up now that a clerk spoke; None when nothing was said.

        A reply that answers somebody's question settles what is open about it, or is kept as an
        answered inquiry, and becomes the draft of a frequent question.
        """
        if is_thanks(heard.text) or not heard.text.strip():
            return None
        asked = without_placeholders(heard.reply_text).strip()
        answers = heard.to_person and asked and len(heard.text.split()) >= CLERK_WORDS
        if answers and not is_question(heard.text):
            self._note_pair(heard, sight, now, again=again)
            self._propose(heard, sight)
        room = replace(sight.chat.room, clerk_until=now + self._settings.clerk_quiet)
        return replace(sight.chat, room=room)

    def close_unanswered(self, heard: Heard) -> None:
        """Close what an earlier try left open about a message before it died."""
        for code in self._chats.find_inquiries(heard, key=heard.key):
            try:
                self._desk.inquiries.close(code, by=BY)
            except InquirySettled:
                continue

    def _note_pair(self, heard: Heard, sight: Sight, now: datetime, *, again: bool) -> None:
        inquiries = self._desk.inquiries
        codes = self._chats.find_inquiries(heard, message=heard.reply_to)
        if again and any(self._is_settled(code) for code in codes):
            return
        open_codes = [code for code in codes if not self._is_settled(code)]
        if not open_codes:
            talk = Conversation("", self._traits.channel, State(), now, is_new=True)
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
