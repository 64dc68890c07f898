"""An answer of the desk as messages for a chat: length, buttons, names, what stays private."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answers import Answer, Choice, Outcome
from channels.chat_sentences import tell
from channels.heard import Button, Heard, Say
from channels.sending import Traits
from channels.splitting import split

# A group reads along: what is longer continues in private, where the platform has a link there.
GROUP_CHARS = 1200
LABEL_CHARS = 60
SOURCE = "Nguồn:"


def phrase(
    answer: Answer,
    text: str,
    heard: Heard,
    traits: Traits,
    *,
    notes: Sequence[str] = (),
    edits: str = "",
    quiet: bool = False,
) -> list[Say]:
    """The messages for one answer; ``notes`` are lines of ours below it."""
    text, buttons = _choices(answer, text, heard, traits)
    link = _link(answer, traits)
    if heard.is_group and link and len(text) > GROUP_CHARS:
        text = shortened(text)
        buttons = (*buttons, Button(tell("private_button"), url=link))
    text = "\n\n".join([text, *notes])
    return say_all(heard, traits, text, buttons, edits=edits, quiet=quiet)


def say_all(
    heard: Heard,
    traits: Traits,
    text: str,
    buttons: tuple[Button, ...] = (),
    *,
    edits: str = "",
    quiet: bool = False,
) -> list[Say]:
    """Pieces of one text: the first replies to the asker, the last carries the buttons.

    Where there is no message to reply to, the asker is named.
    """
    replies = traits.threads and heard.message_id
    if heard.is_group and not replies and heard.person_name:
        text = f"{tell('reply_to_name', name=heard.person_name)}\n{text}"
    pieces = split(text, traits.limit)
    first = Say(
        chat_id=heard.chat_id,
        text="",
        is_group=heard.is_group,
        topic_id=heard.topic_id,
        quiet=quiet,
    )
    says = [replace(first, text=piece) for piece in pieces]
    if says:
        says[0] = replace(says[0], reply_to=heard.message_id if heard.is_group else "", edits=edits)
        says[-1] = replace(says[-1], buttons=buttons)
    return says


def shortened(text: str) -> str:
    """Whole lines of a long answer and where it comes from; says that there is more."""
    lines = text.split("\n")
    source = [line for line in lines if line.startswith(SOURCE)][-1:]
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line) + 1
        if kept and size > GROUP_CHARS:
            break
        if line not in source:
            kept.append(line)
    while len(kept) > 1 and kept[-1].endswith(":"):  # a heading without what it heads
        kept.pop()
    return "\n".join([*kept, tell("more_in_private"), *source])


def press(choice: Choice, position: int) -> str:
    """What a choice's button sends back; at most 64 bytes, as Telegram allows."""
    return f"p:{choice.code}" if choice.code else f"n:{position}"


def _choices(
    answer: Answer, text: str, heard: Heard, traits: Traits
) -> tuple[str, tuple[Button, ...]]:
    if not answer.choices:
        return text, ()
    if traits.has_buttons:
        buttons = tuple(
            Button(choice.label[:LABEL_CHARS], press(choice, i))
            for i, choice in enumerate(answer.choices, 1)
        )
        return text, buttons
    lines = [f"{i}. {choice.label}" for i, choice in enumerate(answer.choices, 1)]
    if lines[0] not in text:
        text = "\n".join([text, *lines])
    buttons = ()
    if traits.private_buttons and not heard.is_group:  # pressed, it says its number
        buttons = tuple(
            Button(choice.label[:LABEL_CHARS], str(i)) for i, choice in enumerate(answer.choices, 1)
        )
    return f"{text}\n{tell('number_hint')}", buttons


def _link(answer: Answer, traits: Traits) -> str:
    if not traits.link:
        return ""
    if answer.procedure and answer.outcome is Outcome.ANSWERED:
        return traits.link.format(start=start_of(answer.procedure.code))
    return traits.link.format(start="nhom")


def start_of(code: str) -> str:
    """A procedure's code as a deep link carries it (letters, digits, "_" and "-" only)."""
    return f"p_{code.replace('.', '-')}"


def code_of(start: str) -> str:
    """The procedure a deep link was about, empty when it was about none."""
    return start.removeprefix("p_").replace("-", ".") if start.startswith("p_") else ""


def message_link(heard: Heard, sent_id: str) -> str:
    """A link to a message of a Telegram supergroup, empty where there is none."""
    if not sent_id or not heard.chat_id.startswith("-100"):
        return ""
    return f"https://t.me/c/{heard.chat_id.removeprefix('-100')}/{sent_id}"
