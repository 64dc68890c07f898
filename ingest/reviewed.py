"""What a review shows: files, their drafts, each field beside what is answered today."""

from datetime import date

from ingest.draft import Draft, DraftField
from ingest.traps import Warning
from knowledge.documents import Decision, FileStatus
from knowledge.procedures import Value


class FileSummary(Value):
    """One file that was read or refused, with what became of it.

    ``problems`` are sentences for staff; ``read_how`` says "chữ trong tệp", "nhận dạng chữ …".
    """

    id: int
    name: str
    kind: str
    status: FileStatus
    read_how: str
    pages: int
    drafts_waiting: int
    drafts_decided: int
    proposals_waiting: int
    passages: int
    passages_live: int
    known_codes: int
    problems: tuple[str, ...]
    read_at: str
    read_by: str


class DraftEntry(Value):
    """A draft of a file: its number, its state, and the fields as they were read."""

    id: int
    file_id: int
    code: str | None
    name: str
    status: Decision
    version: int | None
    draft: Draft
    sure: int
    doubtful: int


class FieldChange(Value):
    """One section, as it is answered now and as the file says it.

    ``kind``: "same", "new" (nothing was held), "changed", "absent" (the file does not say).
    ``before``/``after`` are lines to show; ``field`` has page, box, quote and confidence.
    """

    section: str
    label: str
    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    field: DraftField


class Comparison(Value):
    """A draft against what answers today.

    ``live_version`` is None where nothing answers yet. ``answers_changed`` are the sections
    residents would be told differently in ``office_id`` if everything found were published: a
    section that a provincial rule or the office overrides is not among them.
    """

    draft_id: int
    code: str | None
    name: str
    live_version: int | None
    changes: tuple[FieldChange, ...]
    warnings: tuple[Warning, ...]
    answers_changed: tuple[str, ...]
    effective_from: date | None


class ProposalEntry(Value):
    """A code a document abolishes or replaces, from which day, and the words that say so."""

    id: int
    file_id: int
    code: str
    name: str
    kind: str
    replaced_by: tuple[str, ...]
    effective_from: date | None
    page: int | None
    quote: str
    status: Decision
    is_live: bool
