"""Brings what clerks answered in the console to the chat that asked, as a reply to the asker."""

from collections.abc import Mapping
from typing import Any

from assistant.inquiries import Inquiries
from channels.chat_sentences import tell
from channels.heard import Say
from channels.lane_work import Served
from channels.mailbox import Mailbox
from channels.sending import Traits
from channels.splitting import split

# So many a round; the rest comes with the next one, seconds later.
MANY = 50


class ClerkAnswers:
    """The way back from the console to the chats. Blocking."""

    def __init__(
        self, served: Mapping[str, Served], mailbox: Mailbox, inquiries: Inquiries
    ) -> None:
        self._served = served
        self._mailbox = mailbox
        self._inquiries = inquiries

    def bring(self) -> int:
        """Put new answers on their way; how many."""
        count = 0
        for channel in {served.platform.traits.channel for served in self._served.values()}:
            for inquiry in self._inquiries.undelivered(channel)[:MANY]:
                address = inquiry.address or {}
                served = self._served.get(address.get("platform", ""))
                if served is None or not inquiry.answer:
                    continue
                traits = served.platform.traits
                text = tell("clerk_answered", code=inquiry.code, answer=inquiry.answer)
                # The key is the inquiry's: a crash before the mark writes the same rows again.
                with self._mailbox.writing() as connection:
                    self._mailbox.outbox.post(
                        connection,
                        traits.platform,
                        f"inquiry:{inquiry.code}",
                        _says(text, address, traits),
                    )
                self._inquiries.mark_delivered(inquiry.code)
                count += 1
        return count


def _says(text: str, address: dict[str, Any], traits: Traits) -> list[Say]:
    """The answer in pieces, the first as a reply to the question, or to the asker by name."""
    is_group = bool(address.get("group"))
    if is_group and not traits.threads and address.get("name"):
        text = f"{tell('reply_to_name', name=address['name'])}\n{text}"
    return [
        Say(
            chat_id=address["chat"],
            text=piece,
            is_group=is_group,
            reply_to=address.get("message", "") if i == 0 else "",
            topic_id=address.get("topic", ""),
        )
        for i, piece in enumerate(split(text, traits.limit))
    ]
