"""Commands residents and group admins type: what each does, as a table."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from assistant.answers import Choice
from channels.attendant import Attendant, Reaction
from channels.chat_sentences import tell
from channels.chats import Sight
from channels.gate import Mode, Verdict, Why
from channels.heard import Heard
from channels.phrasing import LABEL_CHARS, code_of
from knowledge.vietnamese import fold

# As many as an Official Account shows as buttons.
COMMON = 5
WEEK = timedelta(days=7)
MODES = {"mention": Mode.CALLED, "goi": Mode.CALLED, "hoi-dap": Mode.QUESTIONS,
         "hoidap": Mode.QUESTIONS, "hoi dap": Mode.QUESTIONS}  # fmt: skip

Act = Callable[[Attendant, Heard, Sight], Reaction | None]


def command(attendant: Attendant, heard: Heard, sight: Sight) -> Reaction | None:
    """What a command does; None when its words are a question for the desk.

    In a group an unknown command, and an admin's command from somebody else, get no answer.
    """
    act = COMMANDS.get(heard.command)
    if act is None:
        if heard.is_group:
            return Reaction(Why.OTHER_BOT.value)
        return _help(attendant, heard, sight)
    return act(attendant, heard, sight)


def _start(attendant: Attendant, heard: Heard, sight: Sight) -> Reaction | None:
    code = code_of(heard.text.strip())
    if code and not heard.is_group:
        asked = replace(heard, text=code, command="")
        return attendant.answer(asked, sight, Verdict(Why.PRIVATE), again=False)
    return attendant.tell(heard, sight, "start")


def _help(attendant: Attendant, heard: Heard, sight: Sight) -> Reaction:
    return attendant.tell(heard, sight, "help")


def _ask(attendant: Attendant, heard: Heard, sight: Sight) -> Reaction | None:
    if not heard.text.strip() and not heard.reply_text:
        return attendant.tell(heard, sight, "ask_what")
    return None


def _common(attendant: Attendant, heard: Heard, sight: Sight) -> Reaction | None:
    if heard.text.strip():
        return None
    desk = attendant.desk
    summaries = desk.library.store.live_summaries(desk.office_id)
    most = sorted(summaries, key=lambda s: -s.popularity)[:COMMON]
    choices = tuple(Choice(s.title[:LABEL_CHARS], s.title, s.code) for s in most)
    return attendant.offer(heard, sight, "common", choices)


def _human(attendant: Attendant, heard: Heard, sight: Sight) -> Reaction | None:
    return None


def _told_id(attendant: Attendant, heard: Heard, sight: Sight) -> Reaction:
    reaction = attendant.tell(heard, sight, "help", disclose=False)
    text = tell("your_id", id=heard.person_id, chat=heard.chat_id)
    return replace(reaction, says=(replace(reaction.says[0], text=text),))


def _mute(attendant: Attendant, heard: Heard, sight: Sight) -> Reaction | None:
    return _set(attendant, heard, sight, "muted", muted=True)


def _unmute(attendant: Attendant, heard: Heard, sight: Sight) -> Reaction | None:
    return _set(attendant, heard, sight, "unmuted", muted=False)


def _mode(attendant: Attendant, heard: Heard, sight: Sight) -> Reaction | None:
    if not _may(heard, sight):
        return Reaction(Why.NOT_CALLED.value)
    mode = MODES.get(fold(heard.text).strip())
    room = sight.chat.room
    if mode is None:
        return attendant.tell(heard, sight, "mode_how", mode=room.mode.value, disclose=False)
    topics: tuple[str, ...] = ()
    if mode is Mode.QUESTIONS and heard.topic_id:  # a forum: the topic it was said in
        topics = tuple(sorted({*room.topics, heard.topic_id}))
    name = "mode_questions" if mode is Mode.QUESTIONS else "mode_called"
    return _set(attendant, heard, sight, name, mode=mode, topics=topics)


def _statistics(attendant: Attendant, heard: Heard, sight: Sight) -> Reaction | None:
    if not _may(heard, sight):
        return Reaction(Why.NOT_CALLED.value)
    since = attendant.desk.clock() - WEEK
    counts = attendant.chats.statistics(heard.platform, heard.chat_id, since)
    answered = counts.pop("answered", 0) + counts.pop("repeated", 0) + counts.pop("office_info", 0)
    passed = counts.pop("not_found", 0) + counts.pop("handed_off", 0)
    return attendant.tell(
        heard, sight, "statistics", disclose=False,
        answered=str(answered), passed=str(passed), other=str(sum(counts.values())),
    )  # fmt: skip


def _set(
    attendant: Attendant, heard: Heard, sight: Sight, name: str, **changes: object
) -> Reaction:
    if not _may(heard, sight):
        return Reaction(Why.NOT_CALLED.value)
    room = replace(sight.chat.room, **changes)  # type: ignore[arg-type]
    chat = replace(sight.chat, room=room)
    return attendant.tell(heard, sight, name, disclose=False, chat=chat)


def _may(heard: Heard, sight: Sight) -> bool:
    return heard.is_group and (heard.is_admin or sight.is_clerk)


COMMANDS: dict[str, Act] = {
    "start": _start,
    "batdau": _start,
    "help": _help,
    "trogiup": _help,
    "hoi": _ask,
    "thutuc": _common,
    "gap_canbo": _human,
    "gapcanbo": _human,
    "id": _told_id,
    "im": _mute,
    "noi": _unmute,
    "chedo": _mode,
    "thongke": _statistics,
}
# Only these ask the platform who runs the group.
FOR_ADMINS = frozenset({"im", "noi", "chedo", "thongke"})
