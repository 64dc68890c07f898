"""The procedures as one office edits them: drafts, versions, suspensions.

A deployment of one office edits the records everybody sees; with several offices each edits a
copy of its own, which beats the national record there (docs/decisions/0050).
"""

from dataclasses import dataclass
from datetime import date

from channels.staff.access import NotHere
from knowledge.layers import LocalRule, Scope
from knowledge.procedures import Procedure, Source
from knowledge.store import KnowledgeStore
from knowledge.versions import Status, StoreError, VersionInfo

STATUS_NAMES = {
    Status.DRAFT: "bản nháp", Status.IN_REVIEW: "chờ duyệt", Status.SCHEDULED: "chờ đến ngày",
    Status.LIVE: "đang dùng", Status.RETIRED: "đã thôi dùng",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edit:
    """What an editor's page started from: the live version, the draft, the newest of all."""

    base: int | None
    draft: int | None
    newest: int


class Shelf:
    """The procedures as one office edits them."""

    def __init__(self, store: KnowledgeStore, office_id: str) -> None:
        self.store = store
        self.office_id = office_id

    @property
    def scope(self) -> str | None:
        """Whose records are written: everybody's (None), or the office's own."""
        return None if len(self.store.offices()) < 2 else self.office_id

    def history(self, code: str) -> list[VersionInfo]:
        """The versions this office may see, newest first; NotHere for an unknown code."""
        seen = [v for v in self.store.history(code) if v.office_id in (None, self.office_id)]
        if not seen:
            raise NotHere(f"Không có thủ tục mã {code}.")
        return seen

    def drafts(self) -> list[VersionInfo]:
        """Drafts and what waits for review, as far as this office may see them, newest first."""
        open_ones = self.store.versions_in(Status.DRAFT, Status.IN_REVIEW)
        return [v for v in open_ones if v.office_id in (None, self.office_id)]

    def standing(self, code: str, version: int | None = None) -> tuple[Procedure, Edit]:
        """The record to edit (a draft, else what is live, else the newest) and its start."""
        history, scope = self.history(code), self.scope
        mine = [v for v in history if v.office_id == scope]
        live = next((v.version for v in mine if v.status is Status.LIVE), None)
        drafts = [v for v in mine if v.status in (Status.DRAFT, Status.IN_REVIEW)]
        draft = next((v for v in drafts if version in (None, v.version)), None)
        chosen = draft.version if draft and version else None
        if version is None:
            chosen = self.store.find_live_versions(self.office_id).get(code)
            draft = None
        record = self.store.get_version(code, chosen or version or history[0].version)
        newest = max((v.version for v in mine), default=0)
        return record, Edit(live, draft.version if draft else None, newest)

    def save(self, procedure: Procedure, edit: Edit, *, by: str, note: str | None) -> int:
        """Keep a draft; EditConflict when anybody saved anything since the page was opened."""
        return self.store.save_draft(
            procedure, by=by, note=note, office_id=self.scope,
            base_version=edit.base, replaces=edit.draft, seen=edit.newest,
        )  # fmt: skip

    def roll_back(self, code: str, version: int, *, by: str) -> int:
        """The content of an earlier version, published as a new one."""
        old = next((v for v in self.history(code) if v.version == version), None)
        if old is None or old.published_at is None:
            raise StoreError(f"Bản {version} chưa từng được công bố.")
        note = f"quay lại bản {version}"
        _, edit = self.standing(code)
        draft = self.store.save_draft(
            self.store.get_version(code, version), by=by, note=note,
            office_id=self.scope, base_version=edit.base,
        )  # fmt: skip
        self.store.publish_draft(code, draft, by=by, note=note)
        return draft

    def retire(self, code: str, *, by: str, reason: str) -> None:
        """No answer any more; a national record shared with others is only suspended."""
        if self.scope and not any(
            v.office_id and v.status in (Status.LIVE, Status.SCHEDULED) for v in self.history(code)
        ):
            raise StoreError(
                "Đây là bản chung của nhiều đơn vị, không thôi dùng riêng được. Hãy tạm dừng."
            )
        self.store.retire(code, by=by, reason=reason, office_id=self.scope)

    def suspension(self, code: str) -> LocalRule | None:
        """The rule by which this office has stopped taking the procedure."""
        return next((r for r in self.store.rules(self.office_id) if r.id == self._rule(code)), None)

    def suspend(self, code: str, reason: str, until: date | None, *, by: str, source: str) -> None:
        """Residents are told the reason with their next question; NotHere for what is not held."""
        if self.store.find_view(code, self.office_id) is None:
            raise NotHere(f"Không có thủ tục {code}.")
        today = self.store.today()
        self.store.put_rule(
            LocalRule(
                id=self._rule(code), scope=Scope.OFFICE, office_id=self.office_id, code=code,
                suspended=reason, effective_from=today, effective_until=until,
                source=Source(name=source, as_of=today),
            ),
            by=by,
        )  # fmt: skip

    def resume(self, code: str, *, by: str) -> None:
        """The procedure is taken again."""
        if self.suspension(code) is None:
            raise StoreError(f"Thủ tục {code} đang nhận hồ sơ bình thường.")
        self.store.drop_rule(self._rule(code), by=by)

    def _rule(self, code: str) -> str:
        return f"{self.office_id}-suspended-{code.replace('.', '-')}"
