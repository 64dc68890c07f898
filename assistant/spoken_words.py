"""What a resident tells the lobby's screen by voice: a command, a choice, or a question.

The table is data (`data/spoken_words.yaml`). A command is only what is nothing else: "lấy số"
takes a number, "lấy số điện thoại ở đâu" is asked. Marks do not count: recognisers mix them up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.papers import kinds_of, mentions
from assistant.understand import Question, answer_yes_no, find_case, guess_case
from knowledge.data_files import parse_yaml
from knowledge.procedures import Procedure
from knowledge.vietnamese import fold, normalise, tokens

FILE = Path(__file__).parent / "data" / "spoken_words.yaml"
# Who picks a case says it shortly; a longer sentence asks something.
MOST_WORDS_OF_A_CASE = 8


class Does(StrEnum):
    """What the screen does about something said."""

    ASK = "ask"
    REPEAT = "repeat"
    SLOWER = "slower"
    BIGGER = "bigger"
    STAFF = "staff"
    HOME = "home"
    DONE = "done"
    ENGLISH = "english"
    NUMBER = "number"
    PAPERS = "papers"
    READ = "read"
    YES = "yes"
    NO = "no"
    CHOOSE = "choose"
    CASE = "case"
    HAVE = "have"
    LACK = "lack"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Meant:
    """What something said does; ``option`` counts from 0, ``rest`` is what followed a call."""

    does: Does
    option: int | None = None
    case: str | None = None
    papers: tuple[str, ...] = ()
    rest: str = ""


def meant(
    text: str,
    screen: str,
    *,
    options: int = 0,
    procedure: Procedure | None = None,
    papers: Sequence[str] = (),
) -> Meant:
    """What ``text`` does on a screen.

    ``options`` is how many choices it shows; ``procedure`` is given where the screen asks for its
    case, ``papers`` where it lists some.
    """
    said = _stripped(fold(" ".join(tokens(text))))
    if screen == "home":
        for call in _words()["calls"]:
            if said == call or said.startswith(f"{call} "):
                return Meant(Does.CALL, rest=" ".join(tokens(text)[len(call.split()) :]))
    if does := _command(said, screen, has_case=procedure is not None):
        return Meant(does)
    at = _ordinal(said)
    if at is not None and at < options:
        return Meant(Does.CHOOSE, option=at)
    if procedure and (case := _case(text, procedure)):
        return Meant(Does.CASE, case=case)
    return _about_papers(text, said, papers) or Meant(Does.ASK)


def _command(said: str, screen: str, *, has_case: bool) -> Does | None:
    for command in _words()["commands"]:
        if command["screens"] and screen not in command["screens"]:
            continue
        if said not in command["says"]:
            continue
        does = Does(command["does"])
        if has_case and does in (Does.YES, Does.NO):
            continue  # the case is asked before the papers are
        return does
    return None


def _ordinal(said: str) -> int | None:
    """ "số hai", "cái thứ hai", "hai", "2": 1; None for anything else."""
    words = said.split()
    for size in range(min(3, len(words) - 1), 0, -1):
        if " ".join(words[:size]) in _words()["before_ordinals"]:
            words = words[size:]
            break
    left = " ".join(words)
    if left.isdigit() and int(left) > 0:
        return int(left) - 1
    for at, names in enumerate(_words()["ordinals"]):
        if left in names:
            return at
    return None


def _case(text: str, procedure: Procedure) -> str | None:
    question = Question(text, normalise(text), (), (), None)
    if question.words > MOST_WORDS_OF_A_CASE:
        return None
    return (
        answer_yes_no(question, procedure)
        or find_case(question, procedure)
        or guess_case(question, procedure)
    )


def _about_papers(text: str, said: str, papers: Sequence[str]) -> Meant | None:
    """ "Tôi có giấy chứng sinh", "còn thiếu căn cước": the papers of the screen that are named."""
    kinds = {mention.paper.id for mention in mentions(text)}
    named = tuple(name for name in papers if kinds & set(kinds_of(name)))
    if not named:
        return None
    for name, does in (("lacking", Does.LACK), ("having", Does.HAVE)):
        if any(said.startswith(f"{begin} ") for begin in _words()[name]):
            return Meant(does, papers=named)
    return None


def _stripped(said: str) -> str:
    """Without the courtesies before and after; all of it where nothing else is said."""
    whole, before = said, None
    while said != before:
        before = said
        for filler in _words()["fillers"]:
            said = said.removeprefix(f"{filler} ").removesuffix(f" {filler}")
    return said or whole


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    """The table as it is matched: sets for what is looked up, the longest first for what is cut."""
    table = parse_yaml(FILE.read_text("utf-8"))
    return {
        "fillers": sorted(table["fillers"], key=len, reverse=True),
        "commands": [  # what is meant on one screen comes before what is meant everywhere
            {
                "does": row["does"],
                "screens": frozenset(row.get("screens", ())),
                "says": frozenset(row["says"]),
            }
            for row in sorted(table["commands"], key=lambda row: "screens" not in row)
        ],
        "calls": sorted(table["calls"], key=len, reverse=True),
        "ordinals": [frozenset(names) for names in table["ordinals"]],
        "before_ordinals": frozenset(table["before_ordinals"]),
        "lacking": table["lacking"],
        "having": table["having"],
    }
