"""Procedures in the store: what answers today, the history, and every step of a version."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from sqlalchemy import select

from knowledge import drafts, localities, publishing, versions
from knowledge.database import reading
from knowledge.layers import LocalRule, ProcedureView, overlay
from knowledge.ledger import Ledger
from knowledge.offices import Office
from knowledge.procedures import Procedure
from knowledge.schema import ProcedureVersion
from knowledge.version_rows import get_row
from knowledge.versions import (
    Outcome,
    ProcedureSummary,
    Publication,
    Status,
    VersionInfo,
    WrongStatus,
)


class ProcedureStore(Ledger):
    """The procedure side of ``KnowledgeStore``."""

    # -- procedures: reading ---------------------------------------------------------------

    def live_summaries(self, office_id: str | None) -> list[ProcedureSummary]:
        """What answers today in an office (None: the national records), ordered by code."""
        with reading(self._engine) as connection:
            return versions.summaries(connection, office_id, self.today())

    def find_live_versions(self, office_id: str | None = None) -> dict[str, int]:
        """The version that answers today for each code, in an office or nationally."""
        with reading(self._engine) as connection:
            rows = versions.published(connection, office_id)
        return {code: row.version for code, row in versions.answering(rows, self.today()).items()}

    def find_own_versions(self, office_id: str) -> dict[str, int]:
        """Of `find_live_versions`, the records that are the office's own."""
        with reading(self._engine) as connection:
            rows = versions.published(connection, office_id, only_own=True)
        return {code: row.version for code, row in versions.answering(rows, self.today()).items()}

    def live_procedures(
        self, office_id: str | None = None, codes: Collection[str] | None = None
    ) -> Iterator[tuple[Procedure, int]]:
        """Every record that answers today with its version, ordered by code, without layers.

        With ``codes``, of those only.
        """
        with reading(self._engine) as connection:
            rows = versions.published(connection, office_id)
            answering = versions.answering(rows, self.today()).items()
        ids = [row.id for code, row in answering if codes is None or code in codes]
        for start in range(0, len(ids), publishing.BATCH):
            part = ids[start : start + publishing.BATCH]
            query = select(ProcedureVersion.record, ProcedureVersion.version)
            with reading(self._engine) as connection:
                found = connection.execute(
                    query.where(ProcedureVersion.id.in_(part)).order_by(ProcedureVersion.code)
                ).all()
            for row in found:
                yield Procedure.model_validate(row.record), row.version

    def find_view(self, code: str, office_id: str, on: date | None = None) -> ProcedureView | None:
        """A procedure as it holds in an office, layers laid over; None when none answers.

        ``on`` (today if not given) looks at another day with what is published now.
        Raises UnknownOffice.
        """
        day = on or self.today()
        return self._cached(
            ("view", code, office_id, day), lambda: self._read_view(code, office_id, day)
        )

    def _read_view(self, code: str, office_id: str, on: date) -> ProcedureView | None:
        with reading(self._engine) as connection:
            rows = versions.published(connection, office_id, ProcedureVersion.record, code=code)
            row = versions.answering(rows, on).get(code)
            if row is None:
                return None
        office, rules = self._locality(office_id)
        procedure = Procedure.model_validate(row.record)
        return overlay(procedure, rules, on, version=row.version, office=office)

    def _locality(self, office_id: str) -> tuple[Office, tuple[LocalRule, ...]]:
        def read() -> tuple[Office, tuple[LocalRule, ...]]:
            with reading(self._engine) as connection:
                office = localities.get_office(connection, office_id)
                return office, tuple(localities.rules_of(connection, office))

        return self._cached(("locality", office_id), read)

    def history(self, code: str) -> list[VersionInfo]:
        """Every version of a code, newest first; empty when the code was never held."""
        with reading(self._engine) as connection:
            return versions.history(connection, code)

    def versions_in(self, *statuses: Status) -> list[VersionInfo]:
        """The versions in these statuses, newest first: drafts, or what waits for review."""
        with reading(self._engine) as connection:
            return versions.in_status(connection, statuses)

    def get_version(self, code: str, version: int) -> Procedure:
        """The record of any version, live or not; raises UnknownProcedure."""
        with reading(self._engine) as connection:
            row = get_row(connection, code, version)
        return Procedure.model_validate(row.record)

    # -- procedures: changing --------------------------------------------------------------

    def publish(
        self,
        procedure: Procedure,
        *,
        by: str,
        note: str | None = None,
        source_hash: str | None = None,
        office_id: str | None = None,
    ) -> int:
        """Publish a record and return the version that holds it now.

        Content that is published already makes no new version: its number is returned. A record
        whose first day is still to come is scheduled and takes over on that day by itself.
        See ``publish_many`` for what is held back and for the outcome in words.
        """
        hashes = {procedure.code: source_hash} if source_hash else {}
        done = self.publish_many(
            [procedure], by=by, note=note, source_hashes=hashes, office_id=office_id
        )
        return done[0].version

    def publish_many(
        self,
        procedures: Iterable[Procedure],
        *,
        by: str,
        note: str | None = None,
        source_hashes: Mapping[str, str] | None = None,
        office_id: str | None = None,
    ) -> list[Publication]:
        """Publish records in one transaction; what became of each, in the order given.

        ``unchanged``: this content is published already. ``held``: the record comes from the
        portal, but staff keep their own record of this code or have retired it; it became a
        draft (once for each content and each of ``source_hashes``, keyed by code) and changed
        nothing residents see.
        """
        change = self._change(by, note, office_id)
        # Whatever makes the records must not work while others wait for the write lock.
        given = list(procedures)
        with self._changing() as (connection, bump):
            done = publishing.publish(connection, given, change, source_hashes or {})
            if any(p.outcome in (Outcome.NEW, Outcome.CHANGED) for p in done):
                bump()
        return done

    def save_draft(
        self,
        procedure: Procedure,
        *,
        by: str,
        note: str | None = None,
        source_hash: str | None = None,
        office_id: str | None = None,
        base_version: int | None = None,
        replaces: int | None = None,
        seen: int | None = None,
    ) -> int:
        """Keep a draft and return its version number; nothing residents see changes.

        ``base_version`` is the live version the editor started from, ``replaces`` the draft this
        one is a newer state of, ``seen`` the newest version of any kind when the editor opened
        it (0: none). EditConflict when one of them is no longer so: checked in the transaction
        that writes, so of two who save at once the second is told.
        """
        change = self._change(by, note, office_id)
        with self._changing() as (connection, _):
            return drafts.save(
                connection,
                procedure,
                change,
                source_hash=source_hash,
                base_version=base_version,
                replaces=replaces,
                seen=seen,
            )

    def submit(self, code: str, version: int, *, by: str, note: str | None = None) -> None:
        """Hand a draft to review."""
        self._move(code, version, by, note, "submit", (Status.DRAFT,), Status.IN_REVIEW)

    def send_back(self, code: str, version: int, *, by: str, reason: str) -> None:
        """Return a version in review to its author, with a reason."""
        self._move(code, version, by, reason, "send_back", (Status.IN_REVIEW,), Status.DRAFT)

    def discard_draft(self, code: str, version: int, *, by: str, reason: str | None = None) -> None:
        """Give a draft up; it stays in the history."""
        start = (Status.DRAFT, Status.IN_REVIEW)
        self._move(code, version, by, reason, "discard", start, Status.RETIRED)

    def _move(
        self,
        code: str,
        version: int,
        by: str,
        note: str | None,
        action: str,
        start: tuple[Status, ...],
        end: Status,
    ) -> None:
        with self._changing() as (connection, _):
            change = self._change(by, note)
            drafts.move(connection, code, version, change, action=action, start=start, end=end)

    def publish_draft(
        self,
        code: str,
        version: int,
        *,
        by: str,
        note: str | None = None,
        second_person: bool = False,
    ) -> Publication:
        """Publish a draft. With ``second_person`` its author may not: SecondPersonNeeded.

        EditConflict when another version went live since the draft was written.
        """
        with self._changing() as (connection, bump):
            done = drafts.publish(
                connection, code, version, self._change(by, note), second_person=second_person
            )
            bump()
        return done

    def retire(self, code: str, *, by: str, reason: str, office_id: str | None = None) -> None:
        """Stop answering for a code, now and on any scheduled day; raises UnknownProcedure."""
        with self._changing() as (connection, bump):
            publishing.retire(connection, code, self._change(by, reason, office_id))
            bump()

    def rollback(self, code: str, to_version: int, *, by: str, reason: str | None = None) -> int:
        """Publish the content of an earlier version again, as a new version; its number.

        Nothing happens when that content is live already. Raises UnknownProcedure, or WrongStatus
        for a version that was never published.
        """
        with self._changing() as (connection, bump):
            row = get_row(connection, code, to_version)
            if row.published_at is None:
                raise WrongStatus(f"{code} bản {to_version} chưa từng được công bố")
            note = f"quay lại bản {to_version}" + (f": {reason}" if reason else "")
            change = self._change(by, note, row.office_id)
            content = Procedure.model_validate(row.record)
            [done] = publishing.publish(connection, [content], change, {}, is_import=False)
            if done.outcome is not Outcome.UNCHANGED:
                bump()
        return done.version
