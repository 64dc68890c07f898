"""What staff do with the files that were read: look, compare, take over, discard, publish.

The terminal (`letan ingest --review`) and the console call these functions; they change
nothing residents see, except ``publish_passages`` and ``accept_proposal``, which say so.
Every function takes the ``KnowledgeStore``; errors a clerk can cause are ``StoreError`` with a
Vietnamese sentence.

The order of a review::

    for file in files(store):                      # what was read, newest first
        for entry in drafts(store, file.id):       # its drafts, each with fields and places
            found = compare(store, entry.id, office_id)     # diff, warnings, answers that change
            version = accept(store, entry.id, ["papers", "fee"], by="Lan")   # → a draft version
            # … or discard(store, entry.id, by="Lan", reason="trùng")
        # proposals(store, file.id) → accept_proposal / dismiss_proposal
        # publish_passages(store, file.id, by="Lan") for a law, a notice
    store.publish_draft(code, version, by="Hoa")   # as for any other draft
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from ingest.decisions import known_code_of
from ingest.draft import NEEDED, SECTIONS, Draft, DraftField, section_values
from ingest.traps import Warning, warnings_for
from ingest.wording import lines_of
from knowledge.documents import Decision, DocumentPassage, FileStatus, IngestedFile
from knowledge.layers import overlay
from knowledge.procedures import Procedure, Source, Value
from knowledge.store import KnowledgeStore
from knowledge.versions import Status, StoreError, VersionInfo

__all__ = [
    "Comparison",
    "DraftEntry",
    "FieldChange",
    "FileSummary",
    "ProposalEntry",
    "accept",
    "accept_proposal",
    "compare",
    "discard",
    "dismiss_proposal",
    "drafts",
    "expiring",
    "files",
    "missing",
    "passages",
    "proposals",
    "publish_passages",
]


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


def files(store: KnowledgeStore) -> list[FileSummary]:
    """Every file in its newest edition, newest first."""
    waiting: dict[int, int] = {}
    decided: dict[int, int] = {}
    for entry in store.ingested_drafts():
        count = waiting if entry.status is Decision.WAITING else decided
        count[entry.file_id] = count.get(entry.file_id, 0) + 1
    asked: dict[int, int] = {}
    for proposal in store.proposals(None, Decision.WAITING):
        asked[proposal.file_id] = asked.get(proposal.file_id, 0) + 1
    live: dict[int, int] = {}
    for passage in store.live_passages():
        live[passage.file_id] = live.get(passage.file_id, 0) + 1
    return [
        _summary(file, waiting, decided, asked, live.get(file.id, 0))
        for file in store.ingested_files()
    ]


def _summary(
    file: IngestedFile,
    waiting: dict[int, int],
    decided: dict[int, int],
    asked: dict[int, int],
    live: int,
) -> FileSummary:
    said = file.report
    return FileSummary(
        id=file.id,
        name=file.name,
        kind=file.kind,
        status=file.status,
        read_how=said.get("read_how", ""),
        pages=said.get("pages", 0),
        drafts_waiting=waiting.get(file.id, 0),
        drafts_decided=decided.get(file.id, 0),
        proposals_waiting=asked.get(file.id, 0),
        passages=said.get("passages", 0),
        passages_live=live,
        known_codes=said.get("known_codes", 0),
        problems=tuple(said.get("problems", ())),
        read_at=file.created_at.isoformat(),
        read_by=file.created_by,
    )


def drafts(
    store: KnowledgeStore, file_id: int | None = None, *, waiting_only: bool = True
) -> list[DraftEntry]:
    """The drafts of a file (None: of all files), in the order they stand there."""
    statuses = (Decision.WAITING,) if waiting_only else ()
    return [
        DraftEntry(
            id=stored.id,
            file_id=stored.file_id,
            code=stored.code,
            name=stored.name,
            status=stored.status,
            version=stored.version,
            draft=(draft := Draft.model_validate(stored.record)),
            sure=sum(field.is_sure for field in draft.fields),
            doubtful=sum(field.is_found and not field.is_sure for field in draft.fields),
        )
        for stored in store.ingested_drafts(file_id, *statuses)
    ]


def compare(store: KnowledgeStore, draft_id: int, office_id: str | None = None) -> Comparison:
    """A draft field by field against the live version; raises UnknownFile."""
    stored = store.get_ingested_draft(draft_id)
    draft = Draft.model_validate(stored.record)
    live, version = _live(store, draft.code)
    changes = tuple(_change(draft.field(section), live) for section in SECTIONS)
    warnings = warnings_for(
        draft,
        store.today(),
        store.find_known_code,
        live.model_dump(mode="json") if live else None,
    )
    return Comparison(
        draft_id=draft_id,
        code=draft.code,
        name=draft.name,
        live_version=version,
        changes=changes,
        warnings=tuple(warnings),
        answers_changed=_answers_changed(store, draft, live, changes, office_id),
        effective_from=draft.effective_from,
    )


def accept(
    store: KnowledgeStore,
    draft_id: int,
    sections: Iterable[str] | None = None,
    *,
    by: str,
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> int:
    """Make a draft version of the sections named and return its number; nothing goes live.

    ``sections`` None takes over every section that is found and sure. Sections not named keep
    what the live version says. ``given`` are values by section that a person typed, for what a
    new record needs and the file does not say. Publish it with
    ``store.publish_draft(code, version, by=…)``.
    Raises StoreError when the draft has no code, a needed section is missing, or the result
    would be no valid record; EditConflict when the draft was decided already.
    """
    stored = store.get_ingested_draft(draft_id)
    draft = Draft.model_validate(stored.record)
    if draft.code is None:
        raise StoreError("bản thảo chưa có mã thủ tục; hãy tạo thủ tục bằng tay với mã đúng")
    wanted = _wanted(draft, sections)
    live, version = _live(store, draft.code)
    procedure = _combined(draft, live, wanted, given or {})
    return store.accept_ingested_draft(draft_id, procedure, by=by, base_version=version)


def discard(store: KnowledgeStore, draft_id: int, *, by: str, reason: str | None = None) -> None:
    """Give a draft up; it stays in the history of its file."""
    store.discard_ingested_draft(draft_id, by=by, reason=reason)


def proposals(
    store: KnowledgeStore, file_id: int | None = None, *, waiting_only: bool = True
) -> list[ProposalEntry]:
    """Codes the documents abolish or replace."""
    live = store.find_live_versions()
    statuses = (Decision.WAITING,) if waiting_only else ()
    return [
        ProposalEntry(
            id=stored.id,
            file_id=stored.file_id,
            code=stored.code,
            status=stored.status,
            is_live=stored.code in live,
            **{k: v for k, v in stored.record.items() if k in ProposalEntry.model_fields},
        )
        for stored in store.proposals(file_id, *statuses)
    ]


def accept_proposal(store: KnowledgeStore, proposal_id: int, *, by: str) -> None:
    """Carry a retirement out: the code stops answering now.

    The catalogue remembers what replaces it. A retirement whose day is still to come is
    refused with that day: accept it then.
    """
    stored = store.get_proposal(proposal_id)
    starts = stored.record.get("effective_from")
    if starts and date.fromisoformat(str(starts)) > store.today():
        day = f"{date.fromisoformat(str(starts)):%d/%m/%Y}"
        raise StoreError(f"mã {stored.code} chỉ hết hiệu lực từ ngày {day}; hãy duyệt vào ngày đó")
    file = store.get_ingested(stored.file_id)
    # The decision is noted last: whoever is interrupted before it can simply accept again.
    store.put_known_codes([known_code_of(stored, file)], by=by)
    if stored.code in store.find_live_versions():
        store.retire(stored.code, by=by, reason=str(stored.record.get("quote") or file.name)[:300])
    store.settle_proposal(proposal_id, Decision.ACCEPTED, by=by)


def dismiss_proposal(store: KnowledgeStore, proposal_id: int, *, by: str) -> None:
    """Keep the code in use although the document says otherwise."""
    store.settle_proposal(proposal_id, Decision.DISCARDED, by=by)


def passages(store: KnowledgeStore, file_id: int) -> list[DocumentPassage]:
    """The citable pieces of a law, a letter, a notice, in reading order."""
    return store.document_passages(file_id)


def publish_passages(store: KnowledgeStore, file_id: int, *, by: str) -> int:
    """Let residents be answered from these passages, instead of older editions; how many."""
    return store.publish_passages(file_id, by=by)


def expiring(store: KnowledgeStore, within_days: int = 30) -> list[VersionInfo]:
    """Published versions that have expired or will within these days; the first to end first.

    An expired one has stopped answering by itself; staff should bring its successor.
    """
    last = store.today() + timedelta(days=within_days)
    found = [
        info
        for info in store.versions_in(Status.LIVE, Status.SCHEDULED)
        if info.effective_until is not None and info.effective_until <= last
    ]
    return sorted(found, key=lambda info: (info.effective_until or last, info.code))


def _live(store: KnowledgeStore, code: str | None) -> tuple[Procedure | None, int | None]:
    version = store.find_live_versions().get(code) if code else None
    if code is None or version is None:
        return None, None
    return store.get_version(code, version), version


def _change(field: DraftField, live: Procedure | None) -> FieldChange:
    held = section_values(live, field.section) if live else {}
    before = tuple(lines_of(field.section, held))
    after = tuple(lines_of(field.section, field.value))
    if not field.is_found:
        kind = "absent"
    elif not before:
        kind = "new"
    else:
        kind = "same" if before == after else "changed"
    return FieldChange(
        section=field.section, label=field.label, kind=kind, before=before, after=after, field=field
    )


def _answers_changed(
    store: KnowledgeStore,
    draft: Draft,
    live: Procedure | None,
    changes: Sequence[FieldChange],
    office_id: str | None,
) -> tuple[str, ...]:
    touched = [change.section for change in changes if change.kind in ("changed", "new")]
    if live is None or office_id is None or draft.code is None:
        return tuple(touched)
    try:
        new = _combined(draft, live, [s for s in touched if draft.field(s).is_found], {})
    except StoreError:
        return tuple(touched)
    office, rules = store.office(office_id), store.rules(office_id)
    now = overlay(live, rules, store.today(), office=office).procedure
    then = overlay(new, rules, store.today(), office=office).procedure
    return tuple(s for s in touched if section_values(now, s) != section_values(then, s))


def _wanted(draft: Draft, sections: Iterable[str] | None) -> list[str]:
    if sections is None:
        return [field.section for field in draft.fields if field.is_sure]
    wanted = list(dict.fromkeys(sections))
    if strange := [section for section in wanted if section not in SECTIONS]:
        raise StoreError(f"không có phần {strange!r}; các phần: {', '.join(SECTIONS)}")
    if empty := [SECTIONS[s][0] for s in wanted if not draft.field(s).is_found]:
        raise StoreError(f"tệp không có phần: {', '.join(empty)}")
    return wanted


def missing(draft: Draft, live_version: int | None) -> list[str]:
    """Sections a new record needs and the file does not say."""
    return [] if live_version else [s for s in NEEDED if not draft.field(s).is_found]


def _combined(
    draft: Draft,
    live: Procedure | None,
    wanted: Sequence[str],
    given: Mapping[str, Mapping[str, Any]],
) -> Procedure:
    """The live record with the wanted sections of the draft in place."""
    if not wanted:
        raise StoreError("chưa chọn phần nào để nhận")
    values: dict[str, Any] = live.model_dump(mode="json") if live else {"code": draft.code}
    for section in wanted:
        values |= dict(draft.field(section).value or {})
    for section in given:
        values |= given[section]
    if live is None and (lacking := [s for s in NEEDED if s not in {*wanted, *given}]):
        labels = ", ".join(SECTIONS[section][0] for section in lacking)
        raise StoreError(f"thủ tục mới phải có: {labels}")
    # A person has looked at what is taken over; what is not stays as it was.
    known = {"papers", "fee", "time", "place", "channel", "forms", "legal_basis", "authority",
             "conditions"}  # fmt: skip
    unseen = set(live.unverified) if live else known
    values |= {
        "verified": True if live is None else live.verified,
        "unverified": sorted(unseen - set(wanted)),
        "source": _source(draft, live, wanted).model_dump(mode="json"),
        "origin": "office",
    }
    if draft.effective_from or draft.effective_until:
        values["effective_from"] = draft.effective_from
        values["effective_until"] = draft.effective_until
    try:
        return Procedure.model_validate(values)
    except ValidationError as error:
        raise StoreError(f"chưa thành bản ghi hợp lệ: {error.errors()[0]['msg']}") from error


def _source(draft: Draft, live: Procedure | None, wanted: Sequence[str]) -> Source:
    found = {field.section for field in draft.fields if field.is_found}
    if live is None or set(wanted) >= found:
        return Source(name=draft.source, as_of=draft.as_of)
    labels = ", ".join(SECTIONS[section][0].lower() for section in wanted)
    return Source(
        name=f"{live.source.name}; {labels}: {draft.source}",
        as_of=max(live.source.as_of, draft.as_of),
        url=live.source.url,
    )
