"""Evaluation cases: what is asked and what a fair clerk would accept, one pydantic model a row."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

HERE = Path(__file__).parent / "cases"
Row = TypeVar("Row", bound=BaseModel)


class BadCase(ValueError):
    """A case file holds a line that is no case; the message names file and line."""


class LinkCase(BaseModel):
    """A question and every code acceptable as its first answer; no codes means "do not answer"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str
    question: str
    codes: tuple[str, ...] = ()
    note: str | None = None


class FactCase(BaseModel):
    """A question on one procedure and the exact facts it must bring."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str
    question: str
    code: str
    topics: tuple[str, ...] = ()
    expect: dict[str, Any]
    note: str | None = None


class OutcomeCase(BaseModel):
    """A message and the outcomes acceptable for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str
    question: str
    outcome: str | tuple[str, ...]
    topic: str | None = None
    note: str | None = None

    @property
    def accepted(self) -> tuple[str, ...]:
        return (self.outcome,) if isinstance(self.outcome, str) else self.outcome


class ScriptedTurn(BaseModel):
    """One turn of a scripted conversation and what must come back.

    ``says`` and ``never`` are pieces of the text in any letter case; ``also`` are procedures
    that must be answered besides the main one; ``after_minutes`` of silence it is said.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: str
    outcome: str | tuple[str, ...] | None = None
    code: str | tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    expect: dict[str, Any] | None = None
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    after_minutes: float = 0
    note: str | None = None


class ConversationCase(BaseModel):
    """A scripted conversation of several turns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str = "conversation"
    channel: str = "api"
    turns: tuple[ScriptedTurn, ...]
    note: str | None = None


def read_conversations(folder: Path = HERE) -> list[ConversationCase]:
    """Every scripted conversation: the short ones and the long ones."""
    return [
        case
        for path in sorted(folder.glob("conversations*.jsonl"))
        for case in read_cases(ConversationCase, path.stem, folder)
    ]


def read_cases(model: type[Row], name: str, folder: Path = HERE) -> list[Row]:
    """All rows of ``name``.jsonl; raises BadCase with file and line. A missing file has no rows."""
    return list(_rows(model, folder / f"{name}.jsonl"))


def link_cases(*, with_portal: bool) -> list[LinkCase]:
    """The questions of linking, for the office's records or with the national ones beside them."""
    cases = read_cases(LinkCase, "linking")
    if not with_portal:
        return cases
    # A question unknown to the ward may be a procedure of the portal; its note says so.
    cases = [case for case in cases if case.kind != "unknown" or not case.note]
    return cases + read_cases(LinkCase, "portal")


def _rows(model: type[Row], path: Path) -> Iterator[Row]:
    if not path.exists():
        return
    adapter = TypeAdapter(model)
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield adapter.validate_json(line)
        except ValidationError as error:
            raise BadCase(f"{path}:{number}: {error}") from error
