"""Carries out what a decision says about codes: one stops answering, on its day, for everybody."""

from datetime import date, timedelta

from ingest.decisions import known_code_of
from knowledge.catalogue import KnownCode
from knowledge.documents import Decision, StoredProposal
from knowledge.store import KnowledgeStore
from knowledge.versions import PUBLISHED, Status, VersionInfo


def accept_proposal(store: KnowledgeStore, proposal_id: int, *, by: str) -> None:
    """Carry a retirement out: the code stops answering, now or from the day the decision names.

    Every office's own record of the code ends with the common one. The catalogue remembers
    what replaces it. Raises EditConflict when the proposal was decided already.
    """
    stored = store.get_proposal(proposal_id)
    file = store.get_ingested(stored.file_id)
    starts = starts_on(stored)
    known = known_code_of(stored, file, name_of(store, stored))
    waits = starts is not None and starts > store.today()
    reason = str(stored.record.get("quote") or file.name)[:300]
    # The decision is noted last: whoever is interrupted before it can simply accept again.
    store.put_known_codes([known.model_copy(update={"since": starts if waits else None})], by=by)
    for info in _published(store, stored.code):
        if not (waits and starts):
            store.retire(stored.code, by=by, reason=reason, office_id=info.office_id)
        elif info.status is Status.LIVE:
            _end(store, info, starts - timedelta(days=1), by, reason)
    store.settle_proposal(proposal_id, Decision.ACCEPTED, by=by)


def starts_on(proposal: StoredProposal) -> date | None:
    """The first day without the code, where the decision says it."""
    starts = proposal.record.get("effective_from")
    return date.fromisoformat(str(starts)) if starts else None


def name_of(store: KnowledgeStore, proposal: StoredProposal) -> str:
    """The name the code has here; what stands in the decision where it has none."""
    known: KnownCode | None = store.find_known_code(proposal.code)
    version = store.find_live_versions().get(proposal.code)
    if version is not None:
        return store.get_version(proposal.code, version).name
    return known.name if known else str(proposal.record.get("name") or proposal.code)


def _published(store: KnowledgeStore, code: str) -> list[VersionInfo]:
    """One published version of each office that has one, the live before the scheduled."""
    found: dict[str | None, VersionInfo] = {}
    for info in store.history(code):
        held = found.get(info.office_id)
        if info.status in PUBLISHED and (held is None or info.status is Status.LIVE):
            found[info.office_id] = info
    return list(found.values())


def _end(store: KnowledgeStore, info: VersionInfo, last: date, by: str, reason: str) -> None:
    """The same record with a last day; staff decided about it, so no import takes that back."""
    if info.effective_until is not None and info.effective_until <= last:
        return
    procedure = store.get_version(info.code, info.version)
    ending = procedure.model_copy(update={"effective_until": last, "origin": "office"})
    store.publish_many([ending], by=by, note=reason, office_id=info.office_id)
