"""What the desk knows, kept in SQL: the one door to procedures, offices, rules and utterances.

Every change is one transaction with its audit line and a new revision; readers in any process
see it at their next question. SQLAlchemy stays behind this door.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from knowledge import audit, catalogue, localities, utterances
from knowledge.catalogue import KnownCode
from knowledge.database import reading
from knowledge.document_store import DocumentStore
from knowledge.faq_store import FaqStore
from knowledge.layers import LocalRule
from knowledge.localities import ANY_BASE
from knowledge.offices import Office
from knowledge.procedure_store import ProcedureStore
from knowledge.utterances import Utterance


class KnowledgeStore(ProcedureStore, DocumentStore, FaqStore):
    """Reads and changes the knowledge of one deployment. Safe to share between threads.

    ``KnowledgeStore(engine, clock)``: the clock gives the present as an aware datetime; its day
    in Hà Nội decides what is in force. A change that cannot be made as asked raises a
    ``StoreError``; every method raises ``DatabaseUnavailable`` when the database does not answer.
    """

    def find_known_code(self, code: str) -> KnownCode | None:
        """What the catalogue says about a code, whether or not its content is held."""
        with reading(self._engine) as connection:
            found = catalogue.find(connection, code)
        return found.on(self.today()) if found else None

    def known_codes(self) -> list[KnownCode]:
        """Every entry of the catalogue."""
        with reading(self._engine) as connection:
            found = catalogue.every(connection)
        return [entry.on(self.today()) for entry in found]

    def put_known_codes(self, known: Iterable[KnownCode], *, by: str) -> int:
        """Insert or replace catalogue entries; how many were new or changed."""
        entries = list(known)
        with self._changing() as (connection, bump):
            count = catalogue.put(connection, entries)
            if count:
                entry = self._change(by).entry(
                    "put_known_codes", "catalogue", None, {"count": count}
                )
                audit.write(connection, entry)
                bump()
        return count

    def office(self, office_id: str) -> Office:
        """The office with its counters and hours; raises UnknownOffice."""
        return self._locality(office_id)[0]

    def offices(self) -> list[Office]:
        """Every office of the deployment, ordered by id."""
        with reading(self._engine) as connection:
            return localities.all_offices(connection)

    def put_office(self, office: Office, *, by: str, base: Office | None = None) -> bool:
        """Insert or replace an office; whether anything changed.

        ``base`` is the office as the editor saw it; EditConflict when it has changed since.
        """
        change = self._change(by, office_id=office.id)
        with self._changing() as (connection, bump):
            changed = localities.put_office(connection, office, change, base)
            if changed:
                bump()
        return changed

    def rules(self, office_id: str) -> Sequence[LocalRule]:
        """The rules of an office and its province, in force or not; raises UnknownOffice."""
        return self._locality(office_id)[1]

    def put_rule(self, rule: LocalRule, *, by: str, base: LocalRule | None = None) -> bool:
        """Insert or replace a rule by its id; whether anything changed. See ``put_office``."""
        change = self._change(by, office_id=rule.office_id)
        with self._changing() as (connection, bump):
            changed = localities.put_rule(connection, rule, change, base)
            if changed:
                bump()
        return changed

    def drop_rule(self, rule_id: str, *, by: str) -> None:
        """Remove a rule (resume a suspended procedure, say); raises UnknownRule."""
        with self._changing() as (connection, bump):
            localities.drop_rule(connection, rule_id, self._change(by))
            bump()

    def utterances(self, office_id: str | None) -> list[Utterance]:
        """Live utterances shared by all and those of the office, oldest first."""
        with reading(self._engine) as connection:
            return utterances.live(connection, office_id)

    def said(self, office_id: str | None) -> list[tuple[str, str]]:
        """Text and procedure code of the live utterances that name a procedure."""
        with reading(self._engine) as connection:
            return utterances.said(connection, office_id)

    def said_in(self, office_id: str) -> list[tuple[str, str]]:
        """Of `said`, what is the office's own."""
        with reading(self._engine) as connection:
            return utterances.said(connection, office_id, only_own=True)

    def put_utterances(self, said: Iterable[Utterance], *, by: str, replace: bool = False) -> int:
        """Insert or update utterances; how many rows changed.

        With ``replace``, those of the same source and office that are not given are removed.
        """
        given = list(said)
        with self._changing() as (connection, bump):
            count = utterances.put(connection, given, replace=replace)
            if count:
                entry = self._change(by).entry(
                    "put_utterances", "utterances", None, {"count": count}
                )
                audit.write(connection, entry)
                bump()
        return count

    def find_setting(self, office_id: str | None, name: str) -> Any:
        """A setting's JSON value, None when never put. Office None: the whole deployment."""
        with reading(self._engine) as connection:
            return localities.find_setting(connection, office_id, name)

    def settings_named(self, name: str) -> dict[str, Any]:
        """The values of one setting by office."""
        with reading(self._engine) as connection:
            return localities.settings_named(connection, name)

    def put_setting(
        self, office_id: str | None, name: str, value: Any, *, by: str, base: Any = ANY_BASE
    ) -> bool:
        """Put a JSON value; whether anything changed.

        ``base`` is the value as the editor saw it; EditConflict when it has changed since.
        """
        with self._changing() as (connection, bump):
            change = self._change(by, office_id=office_id)
            changed = localities.put_setting(connection, name, value, change, base=base)
            if changed:
                bump()
        return changed
