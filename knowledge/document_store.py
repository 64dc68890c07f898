"""Ingested files in the store: saved whole, decided one by one, never live by themselves."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, and_, insert, or_, select, update

from knowledge import audit, catalogue, drafts
from knowledge.audit import Change
from knowledge.catalogue import KnownCode
from knowledge.database import reading
from knowledge.documents import (
    Decision,
    DocumentPassage,
    FileStatus,
    IngestedFile,
    NewFile,
    PassageStatus,
    StoredDraft,
    StoredProposal,
)
from knowledge.ledger import Ledger
from knowledge.procedures import Procedure, Value
from knowledge.schema_ingest import (
    DocumentPassageRow,
    IngestedDraftRow,
    IngestedFileRow,
    IngestedProposalRow,
)
from knowledge.versions import EditConflict, StoreError

V = TypeVar("V", bound=Value)


_NAMES: dict[Any, str] = {
    IngestedFileRow: "tệp", IngestedDraftRow: "bản thảo", IngestedProposalRow: "đề nghị",
}  # fmt: skip


class UnknownFile(StoreError):
    """No ingested file, draft or proposal has this number."""


class DocumentStore(Ledger):
    """The side of ``KnowledgeStore`` that keeps the office's own files."""

    # -- reading ---------------------------------------------------------------------------

    def find_ingested(self, edition: str, content_hash: str, reader: int) -> IngestedFile | None:
        """The newest read of exactly this content by this reader, if no newer edition came since.

        That of ``edition`` before those of copies under other names.
        """
        query = (
            select(IngestedFileRow.__table__)
            .where(
                IngestedFileRow.content_hash == content_hash,
                IngestedFileRow.reader == reader,
                IngestedFileRow.status != FileStatus.SUPERSEDED.value,
            )
            .order_by((IngestedFileRow.edition == edition).desc(), IngestedFileRow.id.desc())
        )
        found = self._all(query.limit(1), IngestedFile)
        return found[0] if found else None

    def ingested_files(self, *, with_superseded: bool = False) -> list[IngestedFile]:
        """Every file that was read or refused, newest first."""
        query = select(IngestedFileRow.__table__).order_by(IngestedFileRow.id.desc())
        if not with_superseded:
            query = query.where(IngestedFileRow.status != FileStatus.SUPERSEDED.value)
        return self._all(query, IngestedFile)

    def get_ingested(self, file_id: int) -> IngestedFile:
        """One file; raises UnknownFile."""
        return self._one(IngestedFileRow, file_id, IngestedFile)

    def ingested_drafts(
        self, file_id: int | None = None, *statuses: Decision
    ) -> Sequence[StoredDraft]:
        """The drafts of a file (None: of all), in the order they stood there."""
        return self._listed(IngestedDraftRow, file_id, statuses, StoredDraft)

    def get_ingested_draft(self, draft_id: int) -> StoredDraft:
        """One draft; raises UnknownFile."""
        return self._one(IngestedDraftRow, draft_id, StoredDraft)

    def proposals(self, file_id: int | None = None, *statuses: Decision) -> list[StoredProposal]:
        """Retirements and replacements the files ask for."""
        return self._listed(IngestedProposalRow, file_id, statuses, StoredProposal)

    def get_proposal(self, proposal_id: int) -> StoredProposal:
        """One proposal; raises UnknownFile."""
        return self._one(IngestedProposalRow, proposal_id, StoredProposal)

    def document_passages(self, file_id: int) -> list[DocumentPassage]:
        """The passages of a file in reading order, whatever their status."""
        query = select(DocumentPassageRow.__table__).where(DocumentPassageRow.file_id == file_id)
        return self._all(query.order_by(DocumentPassageRow.seq), DocumentPassage)

    def live_passages(self, office_id: str | None = None) -> list[DocumentPassage]:
        """Published passages in force today, shared ones and the office's own."""
        mine: Any = DocumentPassageRow.office_id.is_(None)
        if office_id is not None:
            mine = or_(mine, DocumentPassageRow.office_id == office_id)
        query = select(DocumentPassageRow.__table__).where(
            DocumentPassageRow.status == PassageStatus.LIVE.value, mine
        )
        today = self.today()
        found = self._all(query.order_by(DocumentPassageRow.id), DocumentPassage)
        return [passage for passage in found if passage.is_in_force(today)]

    def has_own_passages(self, office_id: str) -> bool:
        """Whether an office has published passages that others have not."""
        query = select(DocumentPassageRow.id).where(
            DocumentPassageRow.status == PassageStatus.LIVE.value,
            DocumentPassageRow.office_id == office_id,
        )
        with reading(self._engine) as connection:
            return connection.execute(query.limit(1)).first() is not None

    # -- changing --------------------------------------------------------------------------

    def save_ingested(
        self,
        file: NewFile,
        *,
        by: str,
        office_id: str | None = None,
        known: Iterable[KnownCode] = (),
    ) -> int:
        """Store what a file gave in one transaction; its number.

        What waited from older editions of the same file waits no more; what was published from
        them stays until this edition is published. ``known`` codes go into the catalogue, where
        entries that are held already stay as they are.
        """
        change = self._change(by, office_id=office_id)
        fresh = list(known)
        with self._changing() as (connection, bump):
            _supersede(connection, file.edition, change)
            values = file.model_dump(mode="json", exclude={"drafts", "proposals", "passages"})
            values |= {"office_id": office_id, "created_at": change.at, "created_by": by}
            row = connection.execute(
                insert(IngestedFileRow).returning(IngestedFileRow.id), values
            ).one()
            file_id = int(row.id)
            shared = {"file_id": file_id, "office_id": office_id}
            waiting = shared | {"status": Decision.WAITING.value}
            if file.drafts:
                connection.execute(
                    insert(IngestedDraftRow), [waiting | d.model_dump() for d in file.drafts]
                )
            if file.proposals:
                connection.execute(
                    insert(IngestedProposalRow), [waiting | p.model_dump() for p in file.proposals]
                )
            if file.passages:
                connection.execute(
                    insert(DocumentPassageRow),
                    [
                        waiting | p.model_dump() | {"seq": seq, "edition": file.edition}
                        for seq, p in enumerate(file.passages, 1)
                    ],
                )
            new = [entry for entry in fresh if catalogue.find(connection, entry.code) is None]
            if new:
                catalogue.put(connection, new)
                bump()
            said = {
                "file": file.name,
                "drafts": len(file.drafts),
                "passages": len(file.passages),
                "known_codes": len(new),
            }
            audit.write(connection, change.entry("ingest", f"file:{file_id}", None, said))
        return file_id

    def accept_ingested_draft(
        self,
        draft_id: int,
        procedure: Procedure,
        *,
        by: str,
        base_version: int | None,
        office_id: str | None = None,
    ) -> int:
        """Make a draft version of what staff took over from a file; its version number.

        With ``office_id`` it is a version of that office's own.

        One transaction with the decision, so that a draft is never taken over twice.
        Raises EditConflict for a draft that was decided already, or when the live version
        is no longer ``base_version``.
        """
        with self._changing() as (connection, _):
            row = _waiting(connection, IngestedDraftRow, draft_id)
            note = f"từ tệp {row.file_id}, bản thảo {draft_id}"
            change = self._change(by, note, office_id)
            version = drafts.save(
                connection,
                procedure,
                change,
                source_hash=None,
                base_version=base_version,
                replaces=None,
            )
            decided = {
                "status": Decision.ACCEPTED.value, "version": version, "code": procedure.code,
            }  # fmt: skip
            _decide(connection, IngestedDraftRow, draft_id, change, decided)
        return version

    def discard_ingested_draft(self, draft_id: int, *, by: str, reason: str | None = None) -> None:
        """Give a draft up; EditConflict when it was decided already."""
        self._discard(IngestedDraftRow, draft_id, by, reason, "discard_ingested")

    def settle_proposal(self, proposal_id: int, decision: Decision, *, by: str) -> None:
        """Note what staff decided; the retirement itself is ``retire``."""
        with self._changing() as (connection, _):
            row = _waiting(connection, IngestedProposalRow, proposal_id)
            change = self._change(by)
            _decide(
                connection, IngestedProposalRow, proposal_id, change, {"status": decision.value}
            )
            audit.write(
                connection,
                change.entry(f"{decision.value}_proposal", f"procedure:{row.code}"),
            )

    def publish_passages(self, file_id: int, *, by: str) -> int:
        """Let residents be answered from a file's passages; how many went live.

        In the same transaction those of its older editions, of other copies of the same law,
        and of the laws it replaces (``replaces`` of its report) stop: old and new are never both
        answered from. Where the new ones are not yet in force, the old ones stop the day before.
        """
        file = self.get_ingested(file_id)
        table = DocumentPassageRow
        with self._changing() as (connection, bump):
            rows = connection.execute(
                select(table.number, table.effective_from).where(table.file_id == file_id)
            ).all()
            starts = min((row.effective_from for row in rows if row.effective_from), default=None)
            older: Any = table.edition == file.edition
            if held := {row.number for row in rows if row.number}:
                older = or_(older, table.number.in_(held))
            if starts is not None and (gone := list(file.report.get("replaces", ()))):
                older = or_(older, table.number.in_(gone))
            older = and_(older, table.file_id != file_id, table.status == PassageStatus.LIVE.value)
            if starts is not None and starts > self.today():
                last = starts - timedelta(days=1)
                still = or_(table.effective_until.is_(None), table.effective_until > last)
                ending = update(table).where(older, still).values(effective_until=last)
            else:
                ending = update(table).where(older).values(status=PassageStatus.RETIRED.value)
            connection.execute(ending)
            done = connection.execute(
                update(table)
                .where(table.file_id == file_id, table.status != PassageStatus.LIVE.value)
                .values(status=PassageStatus.LIVE.value)
            )
            change = self._change(by, office_id=file.office_id)
            said = {"passages": done.rowcount}
            audit.write(connection, change.entry("publish_passages", f"file:{file_id}", None, said))
            bump()
        return int(done.rowcount)

    def retire_passages(self, file_id: int, *, by: str) -> int:
        """Stop answering from a file's passages; how many stopped."""
        table = DocumentPassageRow
        with self._changing() as (connection, bump):
            done = connection.execute(
                update(table)
                .where(table.file_id == file_id, table.status != PassageStatus.RETIRED.value)
                .values(status=PassageStatus.RETIRED.value)
            )
            change = self._change(by)
            audit.write(connection, change.entry("retire_passages", f"file:{file_id}"))
            bump()
        return int(done.rowcount)

    # -- parts -----------------------------------------------------------------------------

    def _discard(self, table: Any, id_: int, by: str, reason: str | None, action: str) -> None:
        with self._changing() as (connection, _):
            _waiting(connection, table, id_)
            change = self._change(by, reason)
            _decide(connection, table, id_, change, {"status": Decision.DISCARDED.value})
            audit.write(connection, change.entry(action, f"ingested_draft:{id_}"))

    def _all(self, query: Any, kind: type[V]) -> list[V]:
        with reading(self._engine) as connection:
            return [kind.model_validate(dict(row._mapping)) for row in connection.execute(query)]

    def _one(self, table: Any, id_: int, kind: type[V]) -> V:
        found = self._all(select(table.__table__).where(table.id == id_), kind)
        if not found:
            raise UnknownFile(f"không có {_NAMES[table]} số {id_}")
        return found[0]

    def _listed(
        self, table: Any, file_id: int | None, statuses: Sequence[Decision], kind: type[V]
    ) -> list[V]:
        query = select(table.__table__).order_by(table.id)
        if file_id is not None:
            query = query.where(table.file_id == file_id)
        if statuses:
            query = query.where(table.status.in_([status.value for status in statuses]))
        return self._all(query, kind)


def _supersede(connection: Connection, edition: str, change: Change) -> None:
    older = select(IngestedFileRow.id).where(IngestedFileRow.edition == edition)
    for table in (IngestedDraftRow, IngestedProposalRow):
        connection.execute(
            update(table)
            .where(table.file_id.in_(older), table.status == Decision.WAITING.value)
            .values(status=Decision.SUPERSEDED.value, decided_at=change.at, decided_by=change.by)
        )
    connection.execute(
        update(DocumentPassageRow)
        .where(
            DocumentPassageRow.file_id.in_(older),
            DocumentPassageRow.status == PassageStatus.WAITING.value,
        )
        .values(status=PassageStatus.RETIRED.value)
    )
    connection.execute(
        update(IngestedFileRow)
        .where(IngestedFileRow.edition == edition)
        .values(status=FileStatus.SUPERSEDED.value)
    )


def _waiting(connection: Connection, table: Any, id_: int) -> Any:
    row = connection.execute(select(table.__table__).where(table.id == id_)).first()
    if row is None:
        raise UnknownFile(f"không có {_NAMES[table]} số {id_}")
    if row.status != Decision.WAITING.value:
        said = {"accepted": "đã nhận", "discarded": "đã bỏ", "superseded": "có bản mới hơn của tệp"}
        raise EditConflict(f"{_NAMES[table]} số {id_} {said.get(row.status, 'đã được xử lý')}")
    return row


def _decide(
    connection: Connection, table: Any, id_: int, change: Change, values: dict[str, Any]
) -> None:
    connection.execute(
        update(table)
        .where(table.id == id_)
        .values(**values, decided_by=change.by, decided_at=change.at)
    )
