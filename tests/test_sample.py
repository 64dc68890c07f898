"""The sample office: its files are sound, every procedure has a place, and preparing is safe."""

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from knowledge import sample
from knowledge.catalogue import CodeStatus
from knowledge.database import connect, migrate
from knowledge.offices import HANOI, OpenReason, opening
from knowledge.procedures import Body
from knowledge.sample import BadDataFile
from knowledge.store import KnowledgeStore


@pytest.fixture
def store(tmp_path: Path) -> KnowledgeStore:
    engine = connect(f"sqlite:///{tmp_path / 'letan.db'}")
    migrate(engine)
    return KnowledgeStore(engine, lambda: datetime(2026, 11, 23, 9, tzinfo=HANOI))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeStore:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('sample') / 'letan.db'}")
    migrate(engine)
    store = KnowledgeStore(engine, lambda: datetime(2026, 11, 23, 9, tzinfo=HANOI))
    assert sample.prepare(store)
    return store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small copy of the shipped data that a test may change."""
    folder = tmp_path / "data"
    shutil.copytree(sample.DATA / "office", folder / "office")
    shutil.copy(sample.DATA / "catalogue.yaml", folder)
    for code in ("1.001193", "1.000894"):
        [record] = (sample.DATA / "procedures").rglob(f"{code}.yaml")
        (folder / "procedures").mkdir(exist_ok=True)
        shutil.copy(record, folder / "procedures")
    said = folder / "utterances" / "procedures"
    said.mkdir(parents=True)
    (said / "1.001193.yaml").write_text(
        'code: "1.001193"\ngeneral: [bé nhà em mới sinh]\npapers+fee: [cần giấy gì và mấy đồng]\n'
    )
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_every_shipped_procedure_answers_in_the_sample_office(prepared: KnowledgeStore) -> None:
    codes = {procedure.code for procedure in sample.read_procedures()}
    summaries = prepared.live_summaries(sample.SAMPLE_OFFICE)
    assert {summary.code for summary in summaries} == codes
    titles = [summary.title for summary in summaries]
    assert len(set(titles)) == len(titles)


def test_every_procedure_the_ward_receives_has_a_counter_and_neighbours_a_place(
    prepared: KnowledgeStore,
) -> None:
    nowhere = {
        summary.code: summary.sector
        for summary in prepared.live_summaries(sample.SAMPLE_OFFICE)
        if summary.receiving_body not in (Body.PROVINCE, Body.OTHER)
        and (view := prepared.find_view(summary.code, sample.SAMPLE_OFFICE))
        and not (view.counter or view.place)
    }
    assert nowhere == {}


def test_a_ward_procedure_never_goes_to_a_neighbour_nor_a_neighbours_to_a_counter(
    prepared: KnowledgeStore,
) -> None:
    for summary in prepared.live_summaries(sample.SAMPLE_OFFICE):
        view = prepared.find_view(summary.code, sample.SAMPLE_OFFICE)
        assert view is not None
        if summary.receiving_body is Body.COMMUNE:
            assert view.place is None, summary.code
        else:
            assert view.counter is None, summary.code
            assert view.place is None or view.place.body is summary.receiving_body


def test_the_counters_residents_ask_for_most_are_the_right_ones(prepared: KnowledgeStore) -> None:
    expected = {
        "1.001193": "9",
        "1.000894": "8",
        "2.000815": "2",
        "1.012812": "3",
        "1.013225": "4",
        "1.001612": "5",
        "1.014027": "6",
        "2.002854": "7",
    }
    for code, number in expected.items():
        view = prepared.find_view(code, sample.SAMPLE_OFFICE)
        assert view is not None and view.counter is not None, code
        assert view.counter.number == number, code
    residence = prepared.find_view("1.004222", sample.SAMPLE_OFFICE)
    assert residence is not None and residence.place is not None
    assert residence.place.id == "police"


def test_the_sample_office_says_that_it_is_a_sample() -> None:
    office = sample.read_office()
    assert "giả định" in office.address and "mẫu" in (office.note or "")
    assert 8 <= len(office.counters) <= 10
    every = (*office.counters, *office.places)
    numbers = [part.phone for part in every if part.phone]
    numbers += [phone.number for phone in office.phones]
    assert all(number.startswith("024 0000 ") for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert all("mẫu" in r.source.name for r in sample.read_rules() if r.province != "Hải Phòng")


@pytest.mark.parametrize(
    "day",
    [date(2027, 1, 1), date(2027, 2, 6), date(2027, 4, 16), date(2027, 4, 30), date(2027, 9, 2)],
)
def test_the_office_keeps_the_public_holidays(day: date) -> None:
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=HANOI)
    assert opening(sample.read_office(), moment).reason is OpenReason.HOLIDAY


def test_only_the_police_are_there_on_saturday_morning() -> None:
    office, saturday = sample.read_office(), datetime(2026, 11, 28, 9, tzinfo=HANOI)
    assert not opening(office, saturday).is_open
    assert opening(office, saturday, office.find_place("police")).is_open


def test_old_codes_point_to_what_replaced_them(prepared: KnowledgeStore) -> None:
    abolished = prepared.find_known_code("2.001009")
    assert abolished is not None
    assert (abolished.status, abolished.superseded_by) == (CodeStatus.ABOLISHED, ("2.001406",))
    held = prepared.find_live_versions()
    for code in ("2.002481", "2.002621", "2.002622", "2.000986", "2.001023"):
        known = prepared.find_known_code(code)
        assert known is not None and known.status is CodeStatus.SUPERSEDED
        assert set(known.superseded_by) <= held.keys()
        assert code not in held


def test_amounts_of_another_province_do_not_reach_the_sample_office(
    prepared: KnowledgeStore,
) -> None:
    assert {r.province for r in prepared.rules(sample.SAMPLE_OFFICE)} == {"Hà Nội", None}


def test_preparing_again_changes_nothing(store: KnowledgeStore, data: Path) -> None:
    assert sample.prepare(store, data)
    before = store.revision()
    assert not sample.prepare(store, data)
    assert store.revision() == before
    assert [(u.text, u.topics) for u in store.utterances(None)] == [
        ("bé nhà em mới sinh", ()),
        ("cần giấy gì và mấy đồng", ("papers", "fee")),
    ]


def test_an_interrupted_preparation_is_completed(
    store: KnowledgeStore, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr(store, "put_rule", power_cut)
        sample.prepare(store, data)
    assert sample.prepare(store, data)
    assert len(store.rules(sample.SAMPLE_OFFICE)) == 2
    assert store.find_live_versions() == {"1.001193": 1, "1.000894": 1}


def test_a_newer_package_brings_newer_records_but_leaves_what_staff_decided(
    store: KnowledgeStore, data: Path
) -> None:
    sample.prepare(store, data)
    birth = store.get_version("1.001193", 1)
    store.publish(birth.model_copy(update={"summary": "Của cán bộ"}), by="lan")
    office = store.office(sample.SAMPLE_OFFICE)
    store.put_office(office.model_copy(update={"email": "lan@phuong.vn"}), by="lan")
    for code in ("1.001193", "1.000894"):
        change(data / "procedures" / f"{code}.yaml", "popularity: 5", "popularity: 4")
    said = data / "utterances" / "procedures" / "1.001193.yaml"
    change(said, "bé nhà em mới sinh", "nhà em vừa có em bé")
    assert sample.prepare(store, data)
    assert store.find_live_versions() == {"1.001193": 2, "1.000894": 2}
    view = store.find_view("1.001193", sample.SAMPLE_OFFICE)
    assert view is not None and view.procedure.summary == "Của cán bộ"
    assert store.office(sample.SAMPLE_OFFICE).email == "lan@phuong.vn"
    assert "bé nhà em mới sinh" not in [u.text for u in store.utterances(None)]
    store.retire("1.000894", by="lan", reason="thử")
    change(data / "procedures" / "1.000894.yaml", "popularity: 4", "popularity: 3")
    assert sample.prepare(store, data)
    assert store.find_live_versions() == {"1.001193": 2}


def test_a_deployment_with_an_office_of_its_own_is_left_alone(
    store: KnowledgeStore, data: Path
) -> None:
    own = sample.read_office().model_copy(update={"id": "phuong-that"})
    store.put_office(own, by="quản trị")
    assert not sample.prepare(store, data)
    assert store.find_live_versions() == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("procedures/1.000894.yaml", "popularity: 5", "popularity: 9", "popularity"),
        ("procedures/1.000894.yaml", "popularity: 5", "popularity: [5", "1.000894.yaml"),
        ("procedures/1.000894.yaml", '"1.000894"', '"1.000895"', "tên tệp"),
        ("office/hoa-sen.yaml", "07:30-11:30", "11:30-07:30", "phải sau giờ mở"),
        ("office/hoa-sen.yaml", "id: hoa-sen", "id: hoa-hong", "tên tệp"),
        ("office/rules/hoa-sen.yaml", "documents_note", "documents_nota", "documents_nota"),
        ("utterances/procedures/1.001193.yaml", "papers+fee", "papers+fees", "loại câu hỏi"),
        ("catalogue.yaml", "status: abolished", "status: bãi bỏ", "status"),
    ],
)
def test_a_bad_file_is_named_with_its_field(
    store: KnowledgeStore, data: Path, file: str, old: str, new: str, message: str
) -> None:
    change(data / file, old, new)
    with pytest.raises(BadDataFile, match=message) as refused:
        sample.prepare(store, data)
    assert Path(file).name in str(refused.value)
