"""Frequent questions in the store: each step one transaction, with its audit line."""

from collections.abc import Callable

from sqlalchemy import Connection

from knowledge import faq
from knowledge.audit import Change
from knowledge.database import reading
from knowledge.faq import FaqEntry, FaqStatus, FaqText, Origin
from knowledge.ledger import Ledger


class FaqStore(Ledger):
    """The frequent questions' side of ``KnowledgeStore``; ``version`` is what the editor saw."""

    def faq_entries(self, office_id: str, *statuses: FaqStatus) -> list[FaqEntry]:
        """The entries in these states (in any, when none is given), newest change first."""
        with reading(self._engine) as connection:
            return faq.entries(connection, office_id, statuses or tuple(FaqStatus))

    def published_faq(self, office_id: str) -> tuple[FaqEntry, ...]:
        """What answers now; kept in memory until anything changes."""
        return self._cached(
            ("faq", office_id), lambda: tuple(self.faq_entries(office_id, FaqStatus.PUBLISHED))
        )

    def faq_entry(self, office_id: str, faq_id: int) -> FaqEntry:
        """One entry; raises UnknownFaq."""
        with reading(self._engine) as connection:
            return faq.get(connection, office_id, faq_id)

    def add_faq(
        self,
        office_id: str,
        text: FaqText,
        *,
        by: str,
        source: Origin = "staff",
        reference: str | None = None,
    ) -> FaqEntry:
        """A new draft, or the entry that says the same or came from the same place already."""
        return self._faq_step(
            office_id, by, None,
            lambda c, change: faq.add(c, text, change, source=source, reference=reference),
        )  # fmt: skip

    def save_faq(
        self, office_id: str, faq_id: int, text: FaqText, *, version: int, by: str
    ) -> FaqEntry:
        """The corrected text as a draft; EditConflict when it has changed since ``version``."""
        return self._faq_step(
            office_id, by, None, lambda c, ch: faq.save(c, faq_id, text, ch, version=version)
        )

    def submit_faq(self, office_id: str, faq_id: int, *, version: int, by: str) -> FaqEntry:
        """A draft goes to whoever reviews."""
        return self._faq_step(
            office_id, by, None, lambda c, ch: faq.submit(c, faq_id, ch, version=version)
        )

    def send_back_faq(
        self, office_id: str, faq_id: int, *, version: int, by: str, reason: str
    ) -> FaqEntry:
        """Back to its writer, with the reason."""
        return self._faq_step(
            office_id, by, reason, lambda c, ch: faq.send_back(c, faq_id, ch, version=version)
        )

    def publish_faq(
        self, office_id: str, faq_id: int, *, version: int, by: str, second_person: bool = False
    ) -> FaqEntry:
        """From the next question on it answers; SecondPersonNeeded where the office asks for it."""
        return self._faq_step(
            office_id, by, None,
            lambda c, change: faq.publish(
                c, faq_id, change, version=version, second_person=second_person
            ),
        )  # fmt: skip

    def retire_faq(
        self, office_id: str, faq_id: int, *, version: int, by: str, reason: str | None = None
    ) -> FaqEntry:
        """It answers no more, from the next question on."""
        return self._faq_step(
            office_id, by, reason, lambda c, ch: faq.retire(c, faq_id, ch, version=version)
        )

    def _faq_step(
        self,
        office_id: str,
        by: str,
        note: str | None,
        step: Callable[[Connection, Change], FaqEntry],
    ) -> FaqEntry:
        with self._changing() as (connection, bump):
            entry = step(connection, self._change(by, note, office_id))
            if entry.status in (FaqStatus.PUBLISHED, FaqStatus.RETIRED):  # drafts change no answer
                bump()
        return entry
