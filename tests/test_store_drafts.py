"""Draft, review, publish: steps in order, two people, and editors who meet."""

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from knowledge.database import connect, migrate
from knowledge.offices import HANOI
from knowledge.procedures import Body, Procedure, Source
from knowledge.store import KnowledgeStore
from knowledge.versions import (
    EditConflict,
    Outcome,
    SecondPersonNeeded,
    Status,
    StoreError,
    UnknownProcedure,
    WrongStatus,
)

CODE = "1.001193"


@pytest.fixture
def store(tmp_path: Path) -> KnowledgeStore:
    engine = connect(f"sqlite:///{tmp_path / 'letan.db'}")
    migrate(engine)
    return KnowledgeStore(engine, lambda: datetime(2026, 11, 23, 9, tzinfo=HANOI))


def record(name: str, **more: object) -> Procedure:
    fields = {"code": CODE, "name": name, "sector": "Hộ tịch", "receiving_body": Body.COMMUNE}
    source = Source(name="thử", as_of=date(2026, 11, 1))
    return Procedure.model_validate({**fields, "receiving": "xã", "source": source, **more})


def status(store: KnowledgeStore, version: int) -> Status:
    return {v.version: v.status for v in store.history(CODE)}[version]


def test_a_draft_goes_through_review_and_changes_nothing_before_it_is_published(
    store: KnowledgeStore,
) -> None:
    store.publish(record("Cũ"), by="lan")
    before = store.revision()
    draft = store.save_draft(record("Mới"), by="lan", note="sửa phí", base_version=1)
    store.submit(CODE, draft, by="lan")
    assert store.find_live_versions() == {CODE: 1}
    assert store.revision() == before
    assert [v.version for v in store.versions_in(Status.IN_REVIEW)] == [draft]
    done = store.publish_draft(CODE, draft, by="hoa", second_person=True)
    assert (done.version, done.outcome) == (draft, Outcome.CHANGED)
    assert store.find_live_versions() == {CODE: draft}
    assert store.revision() > before
    newest = store.history(CODE)[0]
    assert (newest.created_by, newest.published_by, newest.note) == ("lan", "hoa", "sửa phí")
    actions = [line.action for line in store.audit(subject=f"procedure:{CODE}")]
    assert actions == ["publish", "submit", "draft", "publish"]


def test_the_author_cannot_be_the_second_person(store: KnowledgeStore) -> None:
    draft = store.save_draft(record("Mới"), by="lan")
    with pytest.raises(SecondPersonNeeded, match="'lan'"):
        store.publish_draft(CODE, draft, by="lan", second_person=True)
    assert store.publish_draft(CODE, draft, by="lan").outcome is Outcome.NEW


def test_steps_out_of_order_are_refused(store: KnowledgeStore) -> None:
    draft = store.save_draft(record("Mới"), by="lan")
    with pytest.raises(WrongStatus, match="send_back"):
        store.send_back(CODE, draft, by="hoa", reason="thiếu nguồn")
    store.submit(CODE, draft, by="lan")
    with pytest.raises(WrongStatus, match="submit"):
        store.submit(CODE, draft, by="lan")
    store.send_back(CODE, draft, by="hoa", reason="thiếu nguồn")
    assert status(store, draft) is Status.DRAFT
    store.discard_draft(CODE, draft, by="lan")
    with pytest.raises(WrongStatus, match="không còn là bản nháp"):
        store.publish_draft(CODE, draft, by="hoa")
    with pytest.raises(UnknownProcedure):
        store.submit(CODE, 99, by="lan")


def test_a_draft_written_on_an_older_version_is_not_published_over_a_newer(
    store: KnowledgeStore,
) -> None:
    store.publish(record("Một"), by="lan")
    draft = store.save_draft(record("Nháp của Lan"), by="lan", base_version=1)
    store.publish(record("Hai"), by="hoa")
    with pytest.raises(EditConflict, match="viết từ bản 1"):
        store.publish_draft(CODE, draft, by="lan")
    with pytest.raises(EditConflict, match="không còn là 1"):
        store.save_draft(record("Nháp nữa"), by="lan", base_version=1)
    assert store.get_version(CODE, 3).name == "Hai"
    assert store.find_live_versions() == {CODE: 3}


def test_of_two_editors_of_one_draft_the_second_is_told(store: KnowledgeStore) -> None:
    draft = store.save_draft(record("Một"), by="lan")
    newer = store.save_draft(record("Hai"), by="lan", replaces=draft)
    with pytest.raises(EditConflict, match="người khác"):
        store.save_draft(record("Ba"), by="hoa", replaces=draft)
    assert [v.version for v in store.versions_in(Status.DRAFT)] == [newer]


def test_a_draft_for_a_later_day_is_scheduled_when_published(store: KnowledgeStore) -> None:
    store.publish(record("Cũ"), by="lan")
    draft = store.save_draft(record("Mới", effective_from="2027-03-01"), by="lan")
    store.publish_draft(CODE, draft, by="hoa")
    assert status(store, draft) is Status.SCHEDULED
    assert store.find_live_versions() == {CODE: 1}


class Desk(RuleBasedStateMachine):
    """Any order of steps keeps: one version in charge at most, numbers never reused, and the
    revision standing still exactly as long as the answer does."""

    @initialize()
    def open(self) -> None:
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        engine = connect(f"sqlite:///{self.folder.name}/letan.db")
        migrate(engine)
        self.engine = engine
        self.day = 1
        self.store = KnowledgeStore(engine, lambda: datetime(2026, 12, self.day, 9, tzinfo=HANOI))
        self.versions = 0
        self.seen: dict[int, str | None] = {}

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()

    @rule(name=st.sampled_from("ABC"), start=st.one_of(st.none(), st.integers(1, 12)))
    def publish(self, name: str, start: int | None) -> None:
        day = date(2026, 12, start) if start else None
        self.store.publish(record(name, effective_from=day), by="lan")

    @rule(name=st.sampled_from("ABC"))
    def draft(self, name: str) -> None:
        self.store.save_draft(record(name), by="lan")

    @rule(
        step=st.sampled_from(["submit", "publish", "discard", "rollback"]), number=st.integers(1, 6)
    )
    def move(self, step: str, number: int) -> None:
        try:
            if step == "submit":
                self.store.submit(CODE, number, by="lan")
            elif step == "publish":
                self.store.publish_draft(CODE, number, by="hoa")
            elif step == "discard":
                self.store.discard_draft(CODE, number, by="lan")
            else:
                self.store.rollback(CODE, number, by="lan")
        except StoreError:
            pass

    @rule()
    def retire(self) -> None:
        try:
            self.store.retire(CODE, by="lan", reason="thử")
        except UnknownProcedure:
            assert not self.store.find_live_versions()

    @precondition(lambda self: self.day < 28)
    @rule()
    def sleep(self) -> None:
        self.day += 1

    @invariant()
    def holds(self) -> None:
        history = self.store.history(CODE)
        numbers = [info.version for info in history]
        assert numbers == list(range(len(numbers), 0, -1))
        assert len(numbers) >= self.versions
        self.versions = len(numbers)
        assert sum(info.status is Status.LIVE for info in history) <= 1
        live = self.store.find_live_versions()
        answers = next((i for i in history if live.get(CODE) == i.version), None)
        if answers:
            assert answers.status in (Status.LIVE, Status.SCHEDULED)
            assert not answers.effective_from or answers.effective_from <= self.store.today()
        content = answers.content_hash if answers else None
        assert self.seen.setdefault(self.store.revision(), content) == content


Desk.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
test_any_order_of_steps_keeps_the_rules = Desk.TestCase
