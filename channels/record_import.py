"""Records of files taken into the office's knowledge: as drafts, or published at once."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.faq import masked
from assistant.privacy import without_placeholders
from knowledge.faq import OPEN, FaqEntry, FaqStatus, FaqText
from knowledge.procedures import Procedure
from knowledge.record_files import Records
from knowledge.store import KnowledgeStore
from knowledge.versions import Status, VersionInfo, content_hash, to_record

NOTE = "nhập từ tệp"


@dataclass(slots=True)
class Taken:
    """What became of the records: ``counts`` by what happened, ``held`` says what needs a look."""

    counts: Counter[str] = field(default_factory=Counter)
    held: list[str] = field(default_factory=list)


def take_in(
    store: KnowledgeStore,
    office_id: str,
    records: Records,
    *,
    by: str,
    publish: bool,
    step: Callable[[], None] = lambda: None,
) -> Taken:
    """Take each record in; doing it again changes nothing.

    What is in force already, or waits as a draft with the same content, is left. A draft of an
    earlier import is replaced by its newer state, one that somebody wrote stays beside it. With
    ``publish`` a portal record that meets the office's own is still only a draft.
    """
    scope = None if len(store.offices()) < 2 else office_id
    taken = Taken()
    for procedure in records.procedures:
        taken.counts[_take_procedure(store, scope, procedure, by, publish, taken)] += 1
        step()
    for text in records.faq:
        taken.counts[_take_question(store, office_id, text, by, publish, taken)] += 1
        step()
    return taken


def _take_procedure(
    store: KnowledgeStore,
    scope: str | None,
    procedure: Procedure,
    by: str,
    publish: bool,
    taken: Taken,
) -> str:
    digest = content_hash(to_record(procedure))
    mine = [v for v in store.history(procedure.code) if v.office_id == scope]
    held = [v for v in mine if v.content_hash == digest]
    if any(v.status in (Status.LIVE, Status.SCHEDULED) for v in held):
        return "unchanged"
    waiting = next((v for v in held if v.status in (Status.DRAFT, Status.IN_REVIEW)), None)
    if not publish:
        if waiting:
            return "unchanged"
        _save(store, scope, procedure, mine, by)
        return "drafts"
    (done,) = store.publish_many([procedure], by=by, note=NOTE, office_id=scope)
    if done.outcome == "held":
        taken.held.append(
            f"{procedure.code}: trung tâm có bản riêng hoặc đã thôi dùng, nên chỉ thành bản nháp"
        )
        return "drafts"
    if waiting:
        store.discard_draft(procedure.code, waiting.version, by=by)
    return "published"


def _save(
    store: KnowledgeStore, scope: str | None, procedure: Procedure, mine: list[VersionInfo], by: str
) -> None:
    live = next((v.version for v in mine if v.status is Status.LIVE), None)
    earlier = next((v.version for v in mine if v.status is Status.DRAFT and v.note == NOTE), None)
    store.save_draft(
        procedure, by=by, note=NOTE, office_id=scope, base_version=live, replaces=earlier
    )


def _take_question(
    store: KnowledgeStore, office_id: str, text: FaqText, by: str, publish: bool, taken: Taken
) -> str:
    office = store.office(office_id)
    text = FaqText(
        question=masked(text.question, office),
        answer=masked(text.answer, office),
        phrasings=tuple(masked(one, office) for one in text.phrasings),
        code=text.code,
    )
    before = {entry.id for entry in store.faq_entries(office_id)}
    entry = store.add_faq(office_id, text, by=by, source="file")
    if entry.status is FaqStatus.PUBLISHED:
        return "unchanged"
    if publish and entry.status in OPEN and _is_whole(text, taken):
        _publish(store, office_id, entry, by)
        return "faq_published"
    return "unchanged" if entry.id in before else "faq_drafts"


def _publish(store: KnowledgeStore, office_id: str, entry: FaqEntry, by: str) -> None:
    store.publish_faq(office_id, entry.id, version=entry.version, by=by)


def _is_whole(text: FaqText, taken: Taken) -> bool:
    """Whether nothing was masked: another office's telephone number must not be read out."""
    if without_placeholders(text.answer) == " ".join(text.answer.split()):
        return True
    taken.held.append(f"“{text.question}”: câu trả lời có số bị che, nên chỉ thành bản nháp")
    return False
