"""What the desk keeps of chats: how it may speak there, who talks about what, what was said.

No words are kept here, only ids, times and codes; a group that removes the bot is forgotten.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, bindparam, delete, func, select, update

from channels.gate import Mode, Room, Spoken
from channels.heard import Heard
from channels.mail_tables import OUTBOUND, in_chat, insert_new, out_key
from channels.mail_tables import chat as chat_of
from knowledge.database import reading, writing
from knowledge.schema import InquiryRow
from knowledge.schema_groups import ChatRow, ClerkRow, SaidRow, TalkRow

CHAT: Table = ChatRow.__table__  # type: ignore[assignment]
TALK: Table = TalkRow.__table__  # type: ignore[assignment]
SAID: Table = SaidRow.__table__  # type: ignore[assignment]
CLERK: Table = ClerkRow.__table__  # type: ignore[assignment]
LATELY = timedelta(minutes=10)
# Read for every message, so written once.
_CHAT = select(CHAT).where(in_chat(CHAT))
_MINE = and_(in_chat(TALK), TALK.c.person_id == bindparam("of_person"))
_TALK = select(TALK.c.conversation_id, TALK.c.updated_at).where(_MINE)
_TALKS_ON = (
    update(TALK)
    .where(_MINE)
    .values(conversation_id=bindparam("new_talk"), updated_at=bindparam("now"))
)
_CLERK = select(CLERK.c.name).where(
    CLERK.c.office_id == bindparam("of_office"),
    CLERK.c.platform == bindparam("of_platform"),
    CLERK.c.person_id == bindparam("of_person"),
)
_COUNTS = select(
    func.count().filter(
        SAID.c.person_id == bindparam("of_person"), SAID.c.at > bindparam("lately")
    ),
    func.count().filter(SAID.c.person_id == bindparam("of_person")),
    func.count().filter(SAID.c.at > bindparam("minute")),
).where(in_chat(SAID), SAID.c.at >= bindparam("since"))
_CHANGED = (
    update(CHAT)
    .where(in_chat(CHAT))
    .values(
        {
            name: bindparam(f"new_{name}", type_=CHAT.c[name].type)
            for name in (
                "is_group",
                "title",
                "mode",
                "muted",
                "topics",
                "greeted",
                "disclosed_on",
                "clerk_until",
                "updated_at",
            )
        }
    )
)
INQUIRY: Table = InquiryRow.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat as the desk knows it; a new one is only called, never muted."""

    platform: str
    chat_id: str
    is_group: bool
    title: str = ""
    room: Room = field(default_factory=Room)
    greeted: bool = False
    disclosed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """That the desk spoke. ``about`` is what it said it about ("1.001193:fee"), empty: nothing."""

    topic_id: str
    person_id: str
    asked_id: str
    about: str
    outcome: str
    reason: str
    at: datetime
    sent_id: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything the gate and the attendant need to know of a chat and a person, read at once."""

    chat: Chat
    spoken: Spoken
    is_clerk: bool
    clerk_name: str
    conversation_id: str | None
    talked_at: datetime | None


class Chats:
    """The chats of one office. Safe between threads; blocking."""

    def __init__(self, engine: Engine, office_id: str, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._office_id = office_id
        self._clock = clock

    # -- reading ----------------------------------------------------------------------------

    def look(self, heard: Heard) -> Sight:
        """The chat and the person of a message."""
        now = self._clock()
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        of = chat_of(self._office_id, heard.platform, heard.chat_id)
        of |= {"of_person": heard.person_id}
        times = {
            "lately": now - LATELY,
            "minute": now - timedelta(minutes=1),
            "since": min(day, now - LATELY),
        }
        with reading(self._engine) as connection:
            chat = self._chat(connection, heard)
            counts = connection.execute(_COUNTS, of | times).one()
            clerk = connection.scalar(_CLERK, of)
            talk = connection.execute(_TALK, of).first()
        return Sight(
            chat=chat,
            spoken=Spoken(*counts),
            is_clerk=clerk is not None,
            clerk_name=clerk or "",
            conversation_id=talk.conversation_id if talk else None,
            talked_at=talk.updated_at if talk else None,
        )

    def find(self, platform: str, chat_id: str) -> Chat | None:
        """A chat, None when the desk has never spoken or been set up there."""
        query = select(CHAT).where(self._of(CHAT, platform, chat_id))
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return _chat(row) if row else None

    def groups(self) -> list[Chat]:
        """Every group the desk is in, latest first."""
        query = (
            select(CHAT)
            .where(CHAT.c.office_id == self._office_id, CHAT.c.is_group)
            .order_by(CHAT.c.updated_at.desc())
        )
        with reading(self._engine) as connection:
            return [_chat(row) for row in connection.execute(query)]

    def find_recent(self, heard: Heard, about: str, since: datetime) -> Said | None:
        """The last time the same was answered in this chat and topic, already visible there."""
        return self._last(
            heard, SAID.c.about == about, SAID.c.topic_id == heard.topic_id, SAID.c.at >= since
        )

    def find_answer_to(self, heard: Heard, asked_id: str) -> Said | None:
        """What was said in reply to a message."""
        return self._last(heard, SAID.c.asked_id == asked_id)

    def find_behind(self, heard: Heard, sent_id: str) -> Said | None:
        """What one of our own messages was about."""
        return self._last(heard, OUTBOUND.c.sent_id == sent_id)

    def statistics(self, platform: str, chat_id: str, since: datetime) -> dict[str, int]:
        """How often the desk spoke in a chat, by outcome."""
        query = (
            select(SAID.c.outcome, func.count())
            .where(self._of(SAID, platform, chat_id), SAID.c.at >= since)
            .group_by(SAID.c.outcome)
        )
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def find_inquiries(self, heard: Heard, **address: str) -> list[str]:
        """Codes of inquiries whose address has these values, oldest first."""
        wanted = {"platform": heard.platform, "chat": heard.chat_id} | address
        query = (
            select(INQUIRY.c.code)
            .where(
                INQUIRY.c.office_id == self._office_id,
                *(InquiryRow.address[name].as_string() == value for name, value in wanted.items()),
            )
            .order_by(INQUIRY.c.created_at)
        )
        with reading(self._engine) as connection:
            return list(connection.scalars(query))

    def _last(self, heard: Heard, *where: Any) -> Said | None:
        # The first piece of an answer carries its key; a later piece is looked up through it.
        query = (
            select(SAID, OUTBOUND.c.sent_id)
            .join(
                OUTBOUND,
                and_(
                    OUTBOUND.c.office_id == SAID.c.office_id,
                    OUTBOUND.c.platform == SAID.c.platform,
                    OUTBOUND.c.key == SAID.c.out_key,
                ),
            )
            .where(self._of(SAID, heard.platform, heard.chat_id), *where)
            .order_by(SAID.c.at.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return Said(
            row.topic_id, row.person_id, row.asked_id, row.about, row.outcome, row.reason,
            row.at, row.sent_id or "",
        )  # fmt: skip

    # -- changing ---------------------------------------------------------------------------

    def record(
        self,
        connection: Connection,
        heard: Heard,
        chat: Chat,
        said: Said | None,
        conversation_id: str | None,
    ) -> None:
        """Inside a transaction: the chat as it is now, what was said, whose talk it was."""
        self._put_chat(connection, chat)
        at = {"office_id": self._office_id, "platform": heard.platform, "chat_id": heard.chat_id}
        if said is not None:
            row = at | {
                "topic_id": said.topic_id,
                "person_id": said.person_id,
                "asked_id": said.asked_id,
                "out_key": out_key(heard.key),
                "about": said.about,
                "outcome": said.outcome,
                "reason": said.reason,
                "at": said.at,
            }
            insert_new(connection, SAID, row)
        if conversation_id:
            now = {"conversation_id": conversation_id, "updated_at": self._clock()}
            person = at | {"person_id": heard.person_id}
            if not insert_new(connection, TALK, person | now):
                of = chat_of(self._office_id, heard.platform, heard.chat_id)
                of |= {"of_person": heard.person_id}
                changed = {"new_talk": conversation_id, "now": now["updated_at"]}
                connection.execute(_TALKS_ON, of | changed)

    def put(self, chat: Chat) -> None:
        """Keep how a chat is set up."""
        with writing(self._engine) as connection:
            self._put_chat(connection, chat)

    def move(self, connection: Connection, platform: str, old: str, new: str) -> None:
        """Inside a transaction: a group became a supergroup; everything kept follows it."""
        connection.execute(delete(CHAT).where(self._of(CHAT, platform, new)))
        for table in (CHAT, TALK, SAID):
            connection.execute(
                update(table).where(self._of(table, platform, old)).values(chat_id=new)
            )

    def drop(self, connection: Connection, platform: str, chat_id: str) -> list[str]:
        """Inside a transaction: forget a group; the conversations that were held there."""
        held = list(
            connection.scalars(
                select(TALK.c.conversation_id).where(self._of(TALK, platform, chat_id))
            )
        )
        for table in (CHAT, TALK, SAID):
            connection.execute(delete(table).where(self._of(table, platform, chat_id)))
        return held

    def purge(self, older_than: timedelta) -> int:
        """Delete what was said too long ago to matter; how many rows."""
        with writing(self._engine) as connection:
            return connection.execute(
                delete(SAID).where(
                    SAID.c.office_id == self._office_id, SAID.c.at < self._clock() - older_than
                )
            ).rowcount

    # -- clerks -----------------------------------------------------------------------------

    def add_clerk(self, platform: str, person_id: str, name: str) -> None:
        """An account of a clerk; adding it again renames it."""
        self.remove_clerk(platform, person_id)
        with writing(self._engine) as connection:
            row = {"office_id": self._office_id, "platform": platform, "person_id": person_id}
            insert_new(connection, CLERK, row | {"name": name, "added_at": self._clock()})

    def remove_clerk(self, platform: str, person_id: str) -> bool:
        """Whether there was such a clerk."""
        gone = delete(CLERK).where(
            CLERK.c.office_id == self._office_id,
            CLERK.c.platform == platform,
            CLERK.c.person_id == person_id,
        )
        with writing(self._engine) as connection:
            return connection.execute(gone).rowcount > 0

    def clerks(self) -> list[tuple[str, str, str]]:
        """Platform, account and name of each clerk."""
        query = select(CLERK.c.platform, CLERK.c.person_id, CLERK.c.name).where(
            CLERK.c.office_id == self._office_id
        )
        with reading(self._engine) as connection:
            return [(row.platform, row.person_id, row.name) for row in connection.execute(query)]

    # -- rows -------------------------------------------------------------------------------

    def _chat(self, connection: Connection, heard: Heard) -> Chat:
        of = chat_of(self._office_id, heard.platform, heard.chat_id)
        row = connection.execute(_CHAT, of).first()
        if row is None:
            return Chat(heard.platform, heard.chat_id, heard.is_group, heard.title)
        chat = _chat(row)
        return replace(chat, title=heard.title or chat.title)

    def _put_chat(self, connection: Connection, chat: Chat) -> None:
        place = {
            "office_id": self._office_id, "platform": chat.platform, "chat_id": chat.chat_id,
        }  # fmt: skip
        values = {
            "is_group": chat.is_group,
            "title": chat.title[:200] or None,
            "mode": chat.room.mode.value,
            "muted": chat.room.muted,
            "topics": list(chat.room.topics),
            "greeted": chat.greeted,
            "disclosed_on": chat.disclosed_on,
            "clerk_until": chat.room.clerk_until,
            "updated_at": self._clock(),
        }
        if not insert_new(connection, CHAT, place | values):
            of = chat_of(self._office_id, chat.platform, chat.chat_id)
            changed = {f"new_{name}": value for name, value in values.items()}
            connection.execute(_CHANGED, of | changed)

    def _of(self, table: Table, platform: str, chat_id: str) -> Any:
        return and_(
            table.c.office_id == self._office_id,
            table.c.platform == platform,
            table.c.chat_id == chat_id,
        )


def _chat(row: Any) -> Chat:
    return Chat(
        platform=row.platform,
        chat_id=row.chat_id,
        is_group=row.is_group,
        title=row.title or "",
        room=Room(Mode(row.mode), row.muted, tuple(row.topics or ()), row.clerk_until),
        greeted=row.greeted,
        disclosed_on=row.disclosed_on,
    )
