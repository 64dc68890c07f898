"""A draft laid over the record that answers today: what differs, and what would come of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ingest.draft import NEEDED, SECTIONS, Draft, DraftField, section_values
from ingest.reviewed import FieldChange
from ingest.wording import lines_of
from knowledge.layers import overlay
from knowledge.procedures import CHECKED_SECTIONS, Procedure, Source
from knowledge.store import KnowledgeStore
from knowledge.versions import Status, StoreError


def standing(
    store: KnowledgeStore, code: str | None, office_id: str | None = None
) -> tuple[Procedure | None, int | None]:
    """The record that answers about a code (for an office: its own before everybody's), and its
    version."""
    version = store.find_live_versions(office_id).get(code) if code else None
    if code is None or version is None:
        return None, None
    return store.get_version(code, version), version


def base_of(store: KnowledgeStore, code: str, office_id: str | None) -> int | None:
    """The live version that a draft of everybody's (None), or of an office, is written from."""
    return next(
        (
            info.version
            for info in store.history(code)
            if info.office_id == office_id and info.status is Status.LIVE
        ),
        None,
    )


def change_of(field: DraftField, live: Procedure | None) -> FieldChange:
    """A field of a draft beside what is held of it."""
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


def answers_changed(
    store: KnowledgeStore,
    draft: Draft,
    live: Procedure | None,
    changes: Sequence[FieldChange],
    office_id: str | None,
) -> tuple[str, ...]:
    """The sections an office would answer differently if everything found were published."""
    touched = [change.section for change in changes if change.kind in ("changed", "new")]
    if live is None or office_id is None or draft.code is None:
        return tuple(touched)
    try:
        new = combined(draft, live, [s for s in touched if draft.field(s).is_found], {})
    except StoreError:
        return tuple(touched)
    office, rules = store.office(office_id), store.rules(office_id)
    now = overlay(live, rules, store.today(), office=office).procedure
    then = overlay(new, rules, store.today(), office=office).procedure
    return tuple(s for s in touched if section_values(now, s) != section_values(then, s))


def sections_taken(draft: Draft, sections: Iterable[str] | None) -> list[str]:
    """The sections to take over: those named, else all that are sure; StoreError for others."""
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


def combined(
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
    unseen = set(live.unverified) if live else CHECKED_SECTIONS
    values |= {
        "verified": True if live is None else live.verified,
        "unverified": sorted(unseen.difference(wanted)),
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
