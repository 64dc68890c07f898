"""Three layers laid over each other when read: national record ← provincial rule ← office fact.

The result keeps, for each section, which layer spoke last and from which source.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from knowledge.offices import Counter, Office, OfficeId, Place, counter_for, same_sector
from knowledge.procedures import (
    Body,
    Code,
    Fee,
    Procedure,
    ProcessingTime,
    Source,
    SubmissionChannel,
    Text,
    Value,
)

Section = Literal[
    "papers", "fee", "time", "place", "channel", "steps", "forms", "legal_basis",
    "authority", "conditions", "result", "counter",
]  # fmt: skip
NATIONAL_SECTIONS: tuple[Section, ...] = (
    "papers", "fee", "time", "place", "channel", "steps", "forms", "legal_basis",
    "authority", "conditions", "result",
)  # fmt: skip


class Scope(StrEnum):
    """Which layer a fact comes from."""

    NATIONAL = "national"
    PROVINCE = "province"
    OFFICE = "office"


class LocalRule(Value):
    """What a province or one office changes about a procedure, or about a whole sector.

    A given override replaces the whole section: ``fees`` lists every fee that applies here.
    ``documents_note`` and ``note`` are added and never hide what the record says.
    ``suspended`` is the reason residents are told.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    scope: Literal[Scope.PROVINCE, Scope.OFFICE]
    province: Text | None = None
    office_id: OfficeId | None = None
    code: Code | None = None
    sector: Text | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    fees: tuple[Fee, ...] | None = None
    times: tuple[ProcessingTime, ...] | None = None
    channels: tuple[SubmissionChannel, ...] | None = None
    receiving: Text | None = None
    receiving_body: Body | None = None
    documents_note: Text | None = None
    note: Text | None = None
    suspended: Text | None = None
    verified: bool = True
    source: Source

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.code is None) == (self.sector is None):
            raise ValueError(f"quy định {self.id}: ghi code hoặc sector, đúng một trong hai")
        if self.scope is Scope.PROVINCE and not (self.province and self.office_id is None):
            raise ValueError(
                f"quy định {self.id}: quy định của tỉnh phải ghi province, không ghi office_id"
            )
        if self.scope is Scope.OFFICE and not (self.office_id and self.province is None):
            raise ValueError(
                f"quy định {self.id}: quy định của phường/xã phải ghi office_id, không ghi province"
            )
        if (
            self.effective_from
            and self.effective_until
            and self.effective_until < self.effective_from
        ):
            raise ValueError(f"quy định {self.id}: hết hiệu lực trước khi có hiệu lực")
        says = (
            self.fees, self.times, self.channels, self.receiving, self.receiving_body,
            self.documents_note, self.note, self.suspended,
        )  # fmt: skip
        if all(part is None for part in says):
            raise ValueError(f"quy định {self.id}: không thay đổi điều gì")
        if self.receiving_body and not self.receiving:
            raise ValueError(f"quy định {self.id}: đổi receiving_body thì phải ghi receiving")
        if self.sector and self.cases_named():
            raise ValueError(f"quy định {self.id}: quy định cho cả lĩnh vực không được ghi cases")
        return self

    def cases_named(self) -> set[str]:
        """The case ids its fees and times mention."""
        parts: tuple[Fee | ProcessingTime, ...] = (*(self.fees or ()), *(self.times or ()))
        return {case for part in parts for case in part.cases}

    def applies(self, procedure: Procedure, on: date) -> bool:
        """Whether the rule speaks about this procedure on this day."""
        if not _in_force(self.effective_from, self.effective_until, on):
            return False
        if self.code is not None:
            return self.code == procedure.code
        return same_sector(self.sector or "", procedure.sector)


class Provenance(Value):
    """Which layer a section comes from, its source, and whether it was verified there."""

    scope: Scope
    source: Source
    verified: bool
    effective_from: date | None = None


class LocalNote(Value):
    """A sentence a province or office adds; ``section`` None means it is about the whole."""

    text: Text
    section: Section | None = None
    provenance: Provenance


class Suspension(Value):
    """The procedure is not taken for now, and why."""

    reason: Text
    until: date | None = None
    provenance: Provenance


class ProcedureView(Value):
    """A procedure as it holds in one office on one day.

    ``procedure`` has the overrides in place; ask ``provenance`` (not the procedure) what was
    verified. ``ignored_rules`` names rules that no longer fit the record and were left out.
    """

    procedure: Procedure
    version: int
    on: date
    provenance: Mapping[str, Provenance]
    suspended: Suspension | None = None
    notes: tuple[LocalNote, ...] = ()
    counter: Counter | None = None
    place: Place | None = None
    ignored_rules: tuple[str, ...] = ()

    def is_section_verified(self, section: Section) -> bool:
        """Whether this section was verified in the layer it comes from."""
        return section in self.provenance and self.provenance[section].verified


def overlay(
    procedure: Procedure,
    rules: Iterable[LocalRule],
    on: date,
    *,
    version: int = 1,
    office: Office | None = None,
) -> ProcedureView:
    """Lay the rules in force on ``on`` over the record: province first, then office.

    Within a layer a rule for the code beats one for its sector, and a later one an earlier.
    ``rules`` must already be those of the office and its province. A rule whose fees or times
    name cases the record does not have is left out: without its case a fee would be wrong.
    """
    changes: dict[str, object] = {}
    notes: list[LocalNote] = []
    ignored: list[str] = []
    suspended: Suspension | None = None
    provenance: dict[str, Provenance] = {
        section: _national(procedure, section) for section in NATIONAL_SECTIONS
    }
    cases = {case.id for case in procedure.cases}
    for rule in sorted((r for r in rules if r.applies(procedure, on)), key=_precedence):
        if not rule.cases_named() <= cases:
            ignored.append(rule.id)
            continue
        said_by = Provenance(
            scope=rule.scope,
            source=rule.source,
            verified=rule.verified,
            effective_from=rule.effective_from,
        )
        for section, values in _overrides(rule).items():
            changes.update(values)
            provenance[section] = said_by
        if rule.documents_note:
            notes.append(LocalNote(text=rule.documents_note, section="papers", provenance=said_by))
        if rule.note:
            notes.append(LocalNote(text=rule.note, provenance=said_by))
        if rule.suspended:
            suspended = Suspension(
                reason=rule.suspended, until=rule.effective_until, provenance=said_by
            )
    local = procedure.model_copy(update=changes) if changes else procedure
    fees = tuple(f for f in local.fees if _in_force(f.effective_from, f.effective_until, on))
    if fees != local.fees:
        local = local.model_copy(update={"fees": fees})
    where = counter_for(office, local) if office else None
    if office and where:
        provenance["counter"] = Provenance(scope=Scope.OFFICE, source=office.source, verified=True)
    return ProcedureView(
        procedure=local,
        version=version,
        on=on,
        provenance=provenance,
        suspended=suspended,
        notes=tuple(notes),
        counter=where if isinstance(where, Counter) else None,
        place=where if isinstance(where, Place) else None,
        ignored_rules=tuple(ignored),
    )


def _precedence(rule: LocalRule) -> tuple[bool, bool, date, str]:
    return (
        rule.scope is Scope.OFFICE,
        rule.code is not None,
        rule.effective_from or date.min,
        rule.id,
    )


def _overrides(rule: LocalRule) -> dict[Section, dict[str, object]]:
    changes: dict[Section, dict[str, object]] = {}
    if rule.fees is not None:
        changes["fee"] = {"fees": rule.fees}
    if rule.times is not None:
        changes["time"] = {"times": rule.times}
    if rule.channels is not None:
        changes["channel"] = {"channels": rule.channels}
    if rule.receiving is not None:
        changes["place"] = {"receiving": rule.receiving}
        if rule.receiving_body is not None:
            changes["place"]["receiving_body"] = rule.receiving_body
    return changes


def _national(procedure: Procedure, section: Section) -> Provenance:
    return Provenance(
        scope=Scope.NATIONAL,
        source=procedure.source,
        verified=procedure.is_section_verified(section),
        effective_from=procedure.effective_from,
    )


def _in_force(start: date | None, end: date | None, on: date) -> bool:
    return (start is None or start <= on) and (end is None or on <= end)
