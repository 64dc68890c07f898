"""Talking to the desk in tests: several messages of one conversation, and what they came to."""

from collections.abc import Callable

from assistant.answers import Answer

Ask = Callable[..., Answer]


def talk(ask: Ask, *messages: str) -> Answer:
    """The answer to the last of several messages of one conversation."""
    answer = ask(messages[0])
    for message in messages[1:]:
        answer = ask(message, answer.conversation_id)
    return answer


def code_of(answer: Answer) -> str | None:
    """The procedure that an answer is about."""
    return answer.procedure.code if answer.procedure else None
