"""A turn is answered once: who asks it again, after a lost connection say, gets what is stored.

Whoever asks names the turn. In one process a second request waits for the first; between
processes the database refuses the second turn of one name, and its answer is read.
"""

from typing import Annotated, Any

import anyio
from fastapi import Response
from pydantic import StringConstraints

from assistant.answers import Answer
from assistant.conversations import UnknownConversation
from assistant.receptionist import Ready
from channels.door import Door, error
from knowledge.database import AlreadyThere

# Longer than a model is ever given (assistant/model/settings.py): then the answer stands as it is.
PATIENCE_SECONDS = 70
TurnId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,40}$")]
Stored = dict[str, Any]  # an answer as JSON


async def answer_once(
    door: Door,
    message: str,
    conversation_id: str | None,
    channel: str,
    turn_id: str | None,
    *,
    worded: bool,
) -> Answer | Stored | Response:
    """The answer; the stored one where the turn was answered before; a refusal where neither.

    ``worded`` as in `Receptionist.reply`. Without a ``turn_id`` the turn gets one of its own.
    """
    receptionist, conversations = door.desk.receptionist, door.desk.conversations

    def answered(ready: Ready | None = None) -> Answer | Stored:
        if turn_id and (stored := conversations.find_answer(turn_id)):
            return stored
        return receptionist.reply(
            message, conversation_id, channel, worded=worded, turn_id=turn_id, ready=ready
        )

    async def answer() -> Answer | Stored:
        # A model takes seconds: its waiting must not take the few threads that answer.
        if worded and receptionist.has_model:
            return await door.workers.run(answered)
        return await door.answering.run(message, receptionist.prepare, answered)

    try:
        if turn_id is None:
            return await answer()
        if turn_id in door.under_way and (stored := await find_stored(door, turn_id)):
            return stored
        done = door.under_way[turn_id] = anyio.Event()
        try:
            return await answer()
        finally:
            door.under_way.pop(turn_id, None)
            done.set()
    except UnknownConversation:
        return error(404, "unknown_conversation")
    except AlreadyThere:  # another worker has just answered the same turn
        again = await door.workers.run(lambda: conversations.find_answer(turn_id or ""))
        return again or error(409, "turn_taken")


async def find_stored(door: Door, turn_id: str) -> Stored | None:
    """The stored answer of a turn; waits for one that is just being answered here."""
    if under_way := door.under_way.get(turn_id):
        with anyio.move_on_after(PATIENCE_SECONDS):
            await under_way.wait()
    return await door.workers.run(lambda: door.desk.conversations.find_answer(turn_id))
