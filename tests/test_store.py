"""What the store answers and how it changes: versions by date, layers, catalogue, offices."""

from datetime import date, datetime
from pathlib import Path

import pytest
from records import empty_store

from knowledge.catalogue import CodeStatus, KnownCode
from knowledge.database import DatabaseUnavailable, connect
from knowledge.layers import LocalRule, Scope
from knowledge.localities import UnknownOffice, UnknownRule
from knowledge.offices import HANOI, Counter, Hours, Office
from knowledge.procedures import Body, Fee, FeeStatus, Procedure, Source, Topic
from knowledge.store import KnowledgeStore
from knowledge.utterances import Utterance
from knowledge.versions import (
    EditConflict,
    Outcome,
    Status,
    StoreError,
    UnknownProcedure,
    WrongStatus,
)

SOURCE = Source(name="thử", as_of=date(2026, 11, 1))
CODE = "1.001193"


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, moment: str = "2026-11-23T09:00") -> None:
        self.set(moment)

    def set(self, moment: str) -> None:
        self.moment = datetime.fromisoformat(moment).replace(tzinfo=HANOI)

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> KnowledgeStore:
    return empty_store(tmp_path, clock)


def record(name: str = "Khai sinh", code: str = CODE, **more: object) -> Procedure:
    fields = {"code": code, "name": name, "sector": "Hộ tịch", "receiving_body": Body.COMMUNE}
    return Procedure.model_validate(
        {**fields, "receiving": "UBND cấp xã", "source": SOURCE, **more}
    )


def an_office(office_id: str = "hoa-sen", province: str = "Hà Nội", **more: object) -> Office:
    fields = {"id": office_id, "kind": "ward", "name": "phường", "province": province}
    return Office.model_validate(
        {**fields, "address": "số 1", "hours": Hours(), "source": SOURCE, **more}
    )


def a_rule(rule_id: str, **says: object) -> LocalRule:
    fields = {"id": rule_id, "scope": Scope.OFFICE, "office_id": "hoa-sen", "code": CODE}
    return LocalRule.model_validate({**fields, "source": SOURCE, **says})


def name_of(
    store: KnowledgeStore, on: date | None = None, office_id: str = "hoa-sen"
) -> str | None:
    view = store.find_view(CODE, office_id, on)
    return view.procedure.name if view else None


# -- publishing -------------------------------------------------------------------------------


def test_a_published_record_answers_and_its_next_version_replaces_it(store: KnowledgeStore) -> None:
    store.put_office(an_office(), by="a")
    assert store.find_view(CODE, "hoa-sen") is None
    assert store.publish(record(), by="lan") == 1
    assert store.publish(record("Khai sinh mới"), by="lan", note="sửa tên") == 2
    view = store.find_view(CODE, "hoa-sen")
    assert view is not None and (view.version, view.procedure.name) == (2, "Khai sinh mới")
    assert store.find_live_versions() == {CODE: 2}
    assert [(v.version, v.status) for v in store.history(CODE)] == [
        (2, Status.LIVE),
        (1, Status.RETIRED),
    ]


def test_publishing_the_same_content_does_nothing_and_says_so(store: KnowledgeStore) -> None:
    store.publish(record(), by="a")
    before = store.revision()
    assert store.publish(record(), by="b") == 1
    [again] = store.publish_many([record()], by="b")
    assert (again.version, again.outcome) == (1, Outcome.UNCHANGED)
    assert store.revision() == before
    assert len(store.audit(subject=f"procedure:{CODE}")) == 1


def test_many_are_published_in_order_even_when_a_code_comes_twice(store: KnowledgeStore) -> None:
    done = store.publish_many(
        [record("A"), record("B", "1.000894"), record("C"), record("C")], by="import"
    )
    assert [(p.code, p.version, p.outcome.value) for p in done] == [
        (CODE, 1, "new"),
        ("1.000894", 1, "new"),
        (CODE, 2, "changed"),
        (CODE, 2, "unchanged"),
    ]
    assert store.find_live_versions() == {CODE: 2, "1.000894": 1}


def test_a_batch_that_fails_is_not_half_published(store: KnowledgeStore) -> None:
    with pytest.raises(DatabaseUnavailable):
        store.publish_many([record(), record("B", "1.000894")], by="a", office_id="khong-co")
    assert store.find_live_versions() == {}
    assert store.audit() == []


def test_every_change_raises_the_revision_and_leaves_a_line(store: KnowledgeStore) -> None:
    changes = {
        "publish": lambda: store.publish(record(), by="lan"),
        "put_office": lambda: store.put_office(an_office(), by="lan"),
        "put_rule": lambda: store.put_rule(a_rule("r", note="x"), by="lan"),
        "drop_rule": lambda: store.drop_rule("r", by="lan"),
        "put_utterances": lambda: store.put_utterances([Utterance(text="x")], by="lan"),
        "put_known_codes": lambda: store.put_known_codes(
            [KnownCode(code="2.001009", name="x", source=SOURCE)], by="lan"
        ),
        "put_setting": lambda: store.put_setting("hoa-sen", "banner", {"text": "x"}, by="lan"),
        "retire": lambda: store.retire(CODE, by="lan", reason="bãi bỏ"),
    }
    for action, change in changes.items():
        before = store.revision()
        change()
        line = store.audit(limit=1)[0]
        assert store.revision() > before, action
        assert (line.action, line.by) == (action, "lan")


def test_other_stores_on_the_same_database_see_a_change_at_once(
    store: KnowledgeStore, tmp_path: Path, clock: Clock
) -> None:
    store.put_office(an_office(), by="a")
    store.publish(record(), by="a")
    other = KnowledgeStore(connect(f"sqlite:///{tmp_path / 'letan.db'}"), clock)
    assert name_of(other) == "Khai sinh"
    store.publish(record("Khai sinh mới"), by="a")
    assert name_of(other) == "Khai sinh mới"


# -- by date ----------------------------------------------------------------------------------


def test_a_version_of_a_later_day_waits_and_then_takes_over_by_itself(
    store: KnowledgeStore, clock: Clock
) -> None:
    store.put_office(an_office(), by="a")
    store.publish(record("Luật cũ"), by="a")
    store.publish(record("Luật mới", effective_from="2027-03-01"), by="a")
    assert [v.status for v in store.history(CODE)] == [Status.SCHEDULED, Status.LIVE]
    assert name_of(store) == "Luật cũ"
    assert name_of(store, date(2027, 3, 1)) == "Luật mới"
    clock.set("2027-02-28T23:59:59")
    assert name_of(store) == "Luật cũ"
    before = store.revision()
    clock.set("2027-03-01T00:00")
    assert store.revision() > before
    assert name_of(store) == "Luật mới"
    assert store.find_live_versions() == {CODE: 2}
    assert [s.name for s in store.live_summaries("hoa-sen")] == ["Luật mới"]


def test_the_day_begins_at_midnight_in_ha_noi(store: KnowledgeStore, clock: Clock) -> None:
    store.publish(record(effective_from="2027-03-01"), by="a")
    clock.moment = datetime.fromisoformat("2027-02-28T16:59:59+00:00")
    assert store.find_live_versions() == {}
    clock.moment = datetime.fromisoformat("2027-02-28T17:00:00+00:00")
    assert store.find_live_versions() == {CODE: 1}


def test_an_urgent_fix_before_the_day_does_not_lose_what_is_scheduled(
    store: KnowledgeStore, clock: Clock
) -> None:
    store.put_office(an_office(), by="a")
    store.publish(record("Cũ"), by="a")
    store.publish(record("Mới", effective_from="2027-03-01"), by="a")
    store.publish(record("Cũ, sửa lỗi"), by="a")
    assert name_of(store) == "Cũ, sửa lỗi"
    clock.set("2027-03-02T09:00")
    assert name_of(store) == "Mới"
    store.publish(record("Mới, sửa lỗi"), by="a")
    assert name_of(store) == "Mới, sửa lỗi"
    assert [v.status.value for v in store.history(CODE)] == ["live"] + ["retired"] * 3


def test_an_expired_version_stops_by_itself_and_none_older_answers(
    store: KnowledgeStore, clock: Clock
) -> None:
    store.put_office(an_office(), by="a")
    store.publish(record("Thường"), by="a")
    store.publish(record("Thí điểm", effective_until="2026-12-31"), by="a")
    clock.set("2026-12-31T23:00")
    assert name_of(store) == "Thí điểm"
    clock.set("2027-01-01T00:00")
    assert name_of(store) is None
    assert store.live_summaries("hoa-sen") == []


def test_publishing_a_scheduled_record_again_changes_nothing(
    store: KnowledgeStore, clock: Clock
) -> None:
    later = record("Mới", effective_from="2027-03-01")
    assert store.publish(later, by="a") == store.publish(later, by="a") == 1
    clock.set("2027-03-05T09:00")
    assert store.publish(later, by="a") == 1
    assert [v.status for v in store.history(CODE)] == [Status.LIVE]


# -- retire, rollback -------------------------------------------------------------------------


def test_a_retired_procedure_answers_no_more_not_even_on_its_scheduled_day(
    store: KnowledgeStore, clock: Clock
) -> None:
    store.put_office(an_office(), by="a")
    store.publish(record(), by="a")
    store.publish(record("Mới", effective_from="2027-03-01"), by="a")
    store.retire(CODE, by="lan", reason="bãi bỏ")
    clock.set("2027-03-02T09:00")
    assert name_of(store) is None
    assert store.audit(limit=1)[0].after == {"note": "bãi bỏ"}
    with pytest.raises(UnknownProcedure, match=CODE):
        store.retire(CODE, by="lan", reason="lần nữa")


def test_rolling_back_publishes_the_old_content_as_a_new_version(store: KnowledgeStore) -> None:
    store.put_office(an_office(), by="a")
    store.publish(record("Đúng"), by="a")
    store.publish(record("Sai"), by="a")
    assert store.rollback(CODE, 1, by="lan", reason="gõ nhầm") == 3
    assert name_of(store) == "Đúng"
    newest = store.history(CODE)[0]
    assert (newest.created_by, newest.note) == ("lan", "quay lại bản 1: gõ nhầm")
    before = store.revision()
    assert store.rollback(CODE, 1, by="lan") == 3
    assert store.revision() == before


def test_rolling_back_to_nothing_or_to_a_draft_is_refused(store: KnowledgeStore) -> None:
    store.publish(record(), by="a")
    draft = store.save_draft(record("Nháp"), by="a")
    with pytest.raises(UnknownProcedure):
        store.rollback(CODE, 99, by="a")
    with pytest.raises(WrongStatus, match="chưa từng được công bố"):
        store.rollback(CODE, draft, by="a")


# -- imports ----------------------------------------------------------------------------------


def test_a_portal_record_never_replaces_the_offices_own_but_waits_for_review_once(
    store: KnowledgeStore,
) -> None:
    store.publish(record("Của phường"), by="lan")
    portal = record("Của cổng", origin="portal")
    before = store.revision()
    [held] = store.publish_many([portal], by="import", source_hashes={CODE: "h1"})
    assert (held.outcome, held.version) == (Outcome.HELD, 2)
    assert store.find_live_versions() == {CODE: 1}
    assert store.revision() == before
    reworded = record("Của cổng, đọc kỹ hơn", origin="portal")
    [again] = store.publish_many([reworded], by="import", source_hashes={CODE: "h1"})
    assert again.outcome is Outcome.UNCHANGED
    [new] = store.publish_many([reworded], by="import", source_hashes={CODE: "h2"})
    assert new.outcome is Outcome.HELD
    assert [v.version for v in store.versions_in(Status.DRAFT)] == [3, 2]


def test_an_import_does_not_bring_back_what_staff_have_retired(store: KnowledgeStore) -> None:
    portal = record("Của cổng", origin="portal")
    store.publish(portal, by="import")
    store.retire(CODE, by="lan", reason="phường không nhận")
    [same] = store.publish_many([portal], by="import")
    assert (same.outcome, store.find_live_versions()) == (Outcome.UNCHANGED, {})
    [newer] = store.publish_many([record("Cổng, mới", origin="portal")], by="import")
    assert (newer.outcome, store.find_live_versions()) == (Outcome.HELD, {})
    assert store.rollback(CODE, 1, by="lan") == 3
    assert store.find_live_versions() == {CODE: 3}


# -- offices ----------------------------------------------------------------------------------


def test_each_office_sees_its_own_rules_and_those_of_its_province(store: KnowledgeStore) -> None:
    store.put_office(an_office(), by="a")
    store.put_office(an_office("hai-an", "Hải Phòng"), by="a")
    store.publish(record(), by="a")
    fee = Fee(amount_vnd=8000, status=FeeStatus.FIXED)
    store.put_rule(
        a_rule("hp", scope=Scope.PROVINCE, office_id=None, province="Hải Phòng", fees=[fee]), by="a"
    )
    store.put_rule(a_rule("hs", note="chỉ ở Hoa Sen"), by="a")
    here, there = store.find_view(CODE, "hoa-sen"), store.find_view(CODE, "hai-an")
    assert here is not None and there is not None
    assert (here.procedure.fees, [n.text for n in here.notes]) == ((), ["chỉ ở Hoa Sen"])
    assert (there.procedure.fees, there.notes) == ((fee,), ())
    assert [rule.id for rule in store.rules("hai-an")] == ["hp"]


def test_an_offices_own_version_answers_there_and_the_national_one_elsewhere(
    store: KnowledgeStore,
) -> None:
    store.put_office(an_office(), by="a")
    store.put_office(an_office("hai-an", "Hải Phòng"), by="a")
    store.publish(record("Chung"), by="a")
    assert store.publish(record("Riêng"), by="lan", office_id="hoa-sen") == 2
    assert (name_of(store), name_of(store, office_id="hai-an")) == ("Riêng", "Chung")
    assert (store.find_live_versions(), store.find_live_versions("hoa-sen")) == (
        {CODE: 1},
        {CODE: 2},
    )
    assert [(p.name, v) for p, v in store.live_procedures("hoa-sen")] == [("Riêng", 2)]
    store.retire(CODE, by="lan", reason="dùng bản chung", office_id="hoa-sen")
    assert name_of(store) == "Chung"


def test_a_suspension_is_seen_at_the_next_question_and_lifted_the_same_way(
    store: KnowledgeStore,
) -> None:
    store.put_office(an_office(), by="a")
    store.publish(record(), by="a")
    store.find_view(CODE, "hoa-sen")
    store.put_rule(a_rule("stop", suspended="bảo trì hệ thống"), by="lan")
    view = store.find_view(CODE, "hoa-sen")
    assert view is not None and view.suspended is not None
    assert view.suspended.reason == "bảo trì hệ thống"
    store.drop_rule("stop", by="lan")
    view = store.find_view(CODE, "hoa-sen")
    assert view is not None and view.suspended is None
    with pytest.raises(UnknownRule):
        store.drop_rule("stop", by="lan")


def test_a_moved_counter_is_seen_at_the_next_question(store: KnowledgeStore) -> None:
    store.put_office(an_office(), by="a")
    store.publish(record(), by="a")
    assert store.find_view(CODE, "hoa-sen").counter is None  # type: ignore[union-attr]
    counter = Counter(number="9", name="Hộ tịch", sectors=("Hộ tịch",))
    assert store.put_office(an_office(counters=[counter]), by="lan")
    assert store.find_view(CODE, "hoa-sen").counter == counter  # type: ignore[union-attr]
    assert store.office("hoa-sen").counters == (counter,)


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(store: KnowledgeStore) -> None:
    seen = an_office()
    store.put_office(seen, by="a")
    assert store.put_office(an_office(email="lan@x.vn"), by="lan", base=seen)
    with pytest.raises(EditConflict, match="người khác sửa"):
        store.put_office(an_office(email="hoa@x.vn"), by="hoa", base=seen)
    rule = a_rule("r", note="một")
    store.put_rule(rule, by="lan")
    store.put_rule(a_rule("r", note="hai"), by="lan", base=rule)
    with pytest.raises(EditConflict):
        store.put_rule(a_rule("r", note="ba"), by="hoa", base=rule)
    assert store.office("hoa-sen").email == "lan@x.vn"
    assert store.rules("hoa-sen")[0].note == "hai"


def test_an_office_cannot_take_over_the_rule_of_another(store: KnowledgeStore) -> None:
    store.put_office(an_office(), by="a")
    store.put_office(an_office("hai-an", "Hải Phòng"), by="a")
    store.put_rule(a_rule("r", note="một"), by="a")
    with pytest.raises(StoreError, match="của nơi khác"):
        store.put_rule(a_rule("r", office_id="hai-an", note="hai"), by="b")


def test_putting_the_same_again_changes_nothing(store: KnowledgeStore) -> None:
    assert store.put_office(an_office(), by="a")
    assert store.put_rule(a_rule("r", note="một"), by="a")
    assert store.put_setting(None, "x", [1], by="a")
    before = store.revision()
    assert not store.put_office(an_office(), by="a")
    assert not store.put_rule(a_rule("r", note="một"), by="a")
    assert not store.put_setting(None, "x", [1], by="a")
    assert store.revision() == before


def test_an_unknown_office_is_named(store: KnowledgeStore) -> None:
    with pytest.raises(UnknownOffice, match="khong-co"):
        store.office("khong-co")
    assert store.offices() == []


def test_settings_belong_to_an_office_or_to_the_deployment(store: KnowledgeStore) -> None:
    store.put_office(an_office(), by="a")
    store.put_setting(None, "banner", "chung", by="a")
    store.put_setting("hoa-sen", "banner", {"text": "riêng"}, by="a")
    store.put_setting("hoa-sen", "off", None, by="a")
    assert store.find_setting(None, "banner") == "chung"
    assert store.find_setting("hoa-sen", "banner") == {"text": "riêng"}
    assert store.find_setting("hoa-sen", "chưa có") is None


# -- catalogue, utterances --------------------------------------------------------------------


def test_the_catalogue_knows_codes_that_are_not_held(store: KnowledgeStore) -> None:
    old = KnownCode(
        code="2.001009",
        name="Khai nhận di sản",
        status=CodeStatus.ABOLISHED,
        superseded_by=("2.001406",),
        source=SOURCE,
    )
    assert store.find_known_code("2.001009") is None
    assert store.put_known_codes([old], by="a") == 1
    assert store.put_known_codes([old], by="a") == 0
    assert store.find_known_code("2.001009") == old
    renamed = old.model_copy(update={"name": "Văn bản khai nhận di sản"})
    assert store.put_known_codes([renamed], by="a") == 1
    assert store.find_known_code("2.001009") == renamed


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"status": "superseded"}, "phải ghi superseded_by"),
        ({"superseded_by": ["1.000894"]}, "còn hiệu lực"),
        ({"status": "abolished", "superseded_by": ["2.001009"]}, "chính nó"),
    ],
)
def test_a_catalogue_entry_that_contradicts_itself_is_refused(
    fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        KnownCode.model_validate({"code": "2.001009", "name": "x", "source": SOURCE, **fields})


def test_an_office_learns_from_shared_utterances_and_its_own(store: KnowledgeStore) -> None:
    store.put_office(an_office(), by="a")
    shared = Utterance(text="vợ em mới sinh", code=CODE, topics=(Topic.PAPERS, Topic.FEE))
    own = Utterance(text="bé nhà em", code=CODE, office_id="hoa-sen")
    draft = Utterance(text="chưa duyệt", code=CODE, status="draft")
    assert store.put_utterances([shared, own, draft], by="a") == 3
    assert store.utterances("hoa-sen") == [shared, own]
    assert store.utterances(None) == [shared]


def test_the_same_words_are_one_utterance_and_a_source_can_be_replaced(
    store: KnowledgeStore,
) -> None:
    said = [Utterance(text=text, code=CODE, source="shipped") for text in ("một", "hai")]
    store.put_utterances(said, by="a")
    store.put_utterances([Utterance(text="của phường", code=CODE, source="staff")], by="a")
    assert store.put_utterances(said, by="a") == 0
    retold = [said[1].model_copy(update={"topics": (Topic.FEE,)})]
    assert store.put_utterances(retold, by="a", replace=True) == 2
    assert [(u.text, u.topics) for u in store.utterances(None)] == [
        ("hai", (Topic.FEE,)),
        ("của phường", ()),
    ]
