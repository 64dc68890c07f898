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

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from ingest.combining import (
    answers_changed,
    base_of,
    change_of,
    combined,
    missing,
    sections_taken,
    standing,
)
from ingest.draft import SECTIONS, Draft
from ingest.retiring import accept_proposal, name_of
from ingest.reviewed import Comparison, DraftEntry, FieldChange, FileSummary, ProposalEntry
from ingest.traps import warnings_for
from knowledge.documents import Decision, DocumentPassage, IngestedFile
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


def compare(
    store: KnowledgeStore, draft_id: int, office_id: str | None = None, code: str | None = None
) -> Comparison:
    """A draft field by field against the live version; raises UnknownFile.

    ``code`` is what a person says a draft without one is about.
    """
    stored = store.get_ingested_draft(draft_id)
    draft = _with_code(Draft.model_validate(stored.record), code)
    live, version = standing(store, draft.code, office_id)
    changes = tuple(change_of(draft.field(section), live) for section in SECTIONS)
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
        answers_changed=answers_changed(store, draft, live, changes, office_id),
        effective_from=draft.effective_from,
    )


def accept(
    store: KnowledgeStore,
    draft_id: int,
    sections: Iterable[str] | None = None,
    *,
    by: str,
    given: Mapping[str, Mapping[str, Any]] | None = None,
    code: str | None = None,
    office_id: str | None = None,
) -> int:
    """Make a draft version of the sections named and return its number; nothing goes live.

    ``sections`` None takes over every section that is found and sure. Sections not named keep
    what the live version says. ``given`` are values by section that a person typed, for what a
    new record needs and the file does not say; ``code`` is the code of a draft that has none.
    With ``office_id`` the draft is that office's own. Publish it with
    ``store.publish_draft(code, version, by=…)``.
    Raises StoreError when there is no code, a needed section is missing, or the result would be
    no valid record; EditConflict when the draft was decided already.
    """
    stored = store.get_ingested_draft(draft_id)
    draft = _with_code(Draft.model_validate(stored.record), code)
    if draft.code is None:
        raise StoreError("Tệp không ghi mã thủ tục: hãy chọn hoặc gõ mã rồi nhận.")
    wanted = sections_taken(draft, sections)
    live, _ = standing(store, draft.code, office_id)
    procedure = combined(draft, live, wanted, given or {})
    return store.accept_ingested_draft(
        draft_id, procedure, by=by, office_id=office_id,
        base_version=base_of(store, draft.code, office_id) if live else None,
    )  # fmt: skip


def _with_code(draft: Draft, code: str | None) -> Draft:
    """The draft with the code a person gave, where the file says none."""
    return draft if draft.code or not code else draft.model_copy(update={"code": code})


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
            **{k: v for k, v in stored.record.items() if k in ProposalEntry.model_fields}
            | {"name": name_of(store, stored)},
        )
        for stored in store.proposals(file_id, *statuses)
    ]


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
