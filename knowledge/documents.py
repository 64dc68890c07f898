"""Files the office handed in, as values: what was read, what waits, what may be cited."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from knowledge.procedures import Value


class FileStatus(StrEnum):
    """``superseded``: a newer edition of the same file was read since."""

    READ = "read"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class Decision(StrEnum):
    """What staff decided about a draft or a proposal."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


class PassageStatus(StrEnum):
    """Only ``live`` passages are ever shown to residents."""

    WAITING = "waiting"
    LIVE = "live"
    RETIRED = "retired"


class NewPassage(Value):
    """A citable piece as a reader found it."""

    title: str
    citation: str
    text: str
    number: str | None = None
    article: str | None = None
    clause: str | None = None
    page: int | None = None
    effective_from: date | None = None
    effective_until: date | None = None


class NewDraft(Value):
    """A procedure as a reader found it; ``record`` belongs to the reader and its review."""

    code: str | None
    name: str
    record: Mapping[str, Any]


class NewProposal(Value):
    """A change a document asks for; ``record`` says which, where it stands and from when."""

    code: str
    record: Mapping[str, Any]


class NewFile(Value):
    """Everything one file gave; stored whole or not at all."""

    edition: str
    name: str
    content_hash: str
    reader: int
    kind: str
    status: FileStatus
    report: Mapping[str, Any]
    drafts: tuple[NewDraft, ...] = ()
    proposals: tuple[NewProposal, ...] = ()
    passages: tuple[NewPassage, ...] = ()


class IngestedFile(Value):
    """One edition of a file that was read."""

    id: int
    office_id: str | None
    edition: str
    name: str
    content_hash: str
    reader: int
    kind: str
    status: FileStatus
    report: Mapping[str, Any]
    created_at: datetime
    created_by: str


class StoredDraft(Value):
    """A procedure read from a file; ``version`` is the draft version staff made of it."""

    id: int
    file_id: int
    office_id: str | None
    code: str | None
    name: str
    status: Decision
    record: Mapping[str, Any]
    version: int | None
    decided_by: str | None
    decided_at: datetime | None


class StoredProposal(Value):
    id: int
    file_id: int
    office_id: str | None
    code: str
    status: Decision
    record: Mapping[str, Any]
    decided_by: str | None
    decided_at: datetime | None


class DocumentPassage(Value):
    """A citable piece with where it comes from: "khoản 2 Điều 13 Luật 26/2023/QH15"."""

    id: int
    file_id: int
    office_id: str | None
    seq: int
    edition: str
    number: str | None
    title: str
    article: str | None
    clause: str | None
    citation: str
    text: str
    page: int | None
    status: PassageStatus
    effective_from: date | None
    effective_until: date | None

    def is_in_force(self, on: date) -> bool:
        """Whether a day lies within its dates."""
        return (self.effective_from is None or self.effective_from <= on) and (
            self.effective_until is None or on <= self.effective_until
        )
