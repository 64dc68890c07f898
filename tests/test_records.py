"""The shipped records are whole, consistent, true to their source and in our own words."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.portal_money import amounts_in
from knowledge.procedures import Channel, Fee, FeeStatus, Procedure, TimeUnit
from knowledge.sample import DATA, read_catalogue, read_procedures, superseded_by

SHARED = Path(__file__).parent.parent.parent / "shared" / "data" / "portal"
CURRENT = SHARED / "procedures_2026.jsonl.gz"
SUPERSEDED = SHARED / "procedures_2025_three_level.jsonl.gz"
needs_portal = pytest.mark.skipif(
    not CURRENT.exists(), reason=f"the portal's real file is not at {CURRENT}"
)

RECORDS = list(read_procedures())
BY_CODE = {record.code: record for record in RECORDS}
CASES = [pytest.param(record, id=record.code) for record in RECORDS]

# Twelve words in a row are a copied sentence; official names of that length are names.
RUN = 12
# Keys whose text is the official name of a procedure, form, law, body or result.
NAMES = {"code", "form", "title", "number", "issued_with", "authority", "result", "url", "source"}
# The longest name of a paper in use; anything longer is a sentence hiding in a name.
NAME_WORDS = 26


def in_own_words(content: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a record that is ours to word, with the key it stands under."""
    if isinstance(content, dict):
        for inner, value in content.items():
            if inner not in NAMES:
                yield from in_own_words(value, inner)
    elif isinstance(content, list):
        for value in content:
            yield from in_own_words(value, key)
    elif isinstance(content, str):
        yield key, content


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str) -> Iterator[int]:
    row = words(text)
    return (hash(tuple(row[i : i + RUN])) for i in range(len(row) - RUN + 1))


def texts_in(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for value in content:
            yield from texts_in(value)
    elif isinstance(content, str):
        yield content


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@pytest.fixture(scope="module")
def portal() -> dict[str, dict[str, Any]]:
    return {record["code"]: record for record in read_lines(CURRENT)}


def test_short_names_are_unique() -> None:
    names = Counter((record.short_name or record.name).lower() for record in RECORDS)

    assert [name for name, count in names.items() if count > 1] == []


def test_related_codes_lead_somewhere() -> None:
    known = {entry.code for entry in (*read_catalogue(), *superseded_by(RECORDS))} | set(BY_CODE)

    assert {r.code: set(r.related) - known for r in RECORDS if set(r.related) - known} == {}


def test_catalogue_leads_to_records_that_exist() -> None:
    ahead = {code for entry in read_catalogue() for code in entry.superseded_by or ()}

    assert ahead - set(BY_CODE) == set()


@pytest.mark.parametrize("record", CASES)
def test_nothing_sends_a_resident_to_the_abolished_district(record: Procedure) -> None:
    said = " ".join(text for _, text in in_own_words(record.model_dump(mode="json")))

    assert not re.search(r"(?i)\bhuyện\b|UBND quận|cấp quận", said)


@pytest.mark.parametrize(
    "record", [case for case in CASES if case.values[0].verified and case.values[0].popularity >= 4]
)
def test_what_is_asked_most_has_papers_times_and_a_dated_source(record: Procedure) -> None:
    assert record.documents
    assert record.times
    assert record.source.as_of >= date(2026, 7, 1)


@pytest.mark.parametrize("record", [case for case in CASES if case.values[0].cases])
def test_every_case_has_a_fee_and_a_time_where_any_case_has(record: Procedure) -> None:
    for case, parts in product(record.cases, (record.fees, record.times)):
        reached = [part for part in parts if not part.cases or case.id in part.cases]

        assert reached or not parts, f"{case.label}: không có phí hoặc thời hạn nào"


def test_a_fee_that_ends_is_followed_by_what_holds_the_next_day() -> None:
    for record in RECORDS:
        for ending in (fee for fee in record.fees if fee.effective_until):
            next_day = ending.effective_until + timedelta(days=1)
            after = [
                fee
                for fee in record.fees
                if fee.effective_from == next_day
                and fee.channel in (None, ending.channel)
                and (not fee.cases or set(ending.cases) <= set(fee.cases))
            ]

            assert after, f"{record.code}: sau {ending.effective_until} không còn mức phí nào"


def overlaps(one: Fee, other: Fee, case: str | None, channel: Channel) -> bool:
    def holds(fee: Fee) -> bool:
        return fee.channel in (None, channel) and (not fee.cases or case in fee.cases)

    apart = (
        one.effective_until and other.effective_from and other.effective_from > one.effective_until
    ) or (
        other.effective_until and one.effective_from and one.effective_from > other.effective_until
    )
    return holds(one) and holds(other) and not apart


@pytest.mark.parametrize("record", CASES)
def test_two_fees_for_one_case_and_channel_say_what_tells_them_apart(record: Procedure) -> None:
    cases = [case.id for case in record.cases] or [None]
    for (i, one), (j, other) in product(enumerate(record.fees), repeat=2):
        if i < j and any(overlaps(one, other, *at) for at in product(cases, Channel)):
            assert one.note or other.note


@pytest.mark.parametrize("record", CASES)
def test_free_never_stands_beside_a_note_that_the_province_decides(record: Procedure) -> None:
    for fee in record.fees:
        if fee.status is FeeStatus.FREE:
            assert not re.search(r"HĐND|Hội đồng nhân dân|do tỉnh", fee.note or "")


@needs_portal
def test_fees_agree_with_the_portal(portal: dict[str, dict[str, Any]]) -> None:
    """Where the fee counts as verified: a province's fee is not called free, no amount is ours."""
    for record in RECORDS:
        source = portal.get(record.code)
        if source is None or not record.is_section_verified("fee"):
            continue
        told = " ".join(f"{m['fee']} {m['note']} {m['time']}" for m in source["methods"])
        statuses = {fee.status for fee in record.fees}
        if "Hội đồng nhân dân" in told:
            assert FeeStatus.SET_BY_PROVINCE in statuses, record.code
        published = {amount.vnd for amount in amounts_in(told)}
        # A fee halved until a date is published in full, with the words "50%".
        allowed = published | {amount // 2 for amount in published if "50%" in told}
        ours = {fee.amount_vnd for fee in record.fees if fee.amount_vnd}

        assert ours <= allowed, record.code


UNITS = {
    TimeUnit.WORKING_DAY: r"ngày làm việc",
    TimeUnit.DAY: r"ngày",
    TimeUnit.HOUR: r"giờ",
    TimeUnit.MONTH: r"tháng",
    TimeUnit.UNKNOWN: "",
}
# The portal prints a bare "3" or "5" here: 1.001022 counts working days as the Law on
# Civil Status does (60/2014/QH13), the others say that the portal does not print the unit.
BARE_NUMBER = {"1.001022", "1.001669", "2.000554", "2.002189"}


@needs_portal
def test_times_agree_with_the_portal(portal: dict[str, dict[str, Any]]) -> None:
    for record in RECORDS:
        source = portal.get(record.code)
        if source is None or not record.is_section_verified("time") or record.code in BARE_NUMBER:
            continue
        told = json.dumps(source, ensure_ascii=False).lower()
        for time in record.times:
            if time.amount is not None:
                number = rf"(?<!\d)0?{time.amount}(?!\d)\s*(\([^)]*\)\s*)?{UNITS[time.unit]}"

                assert re.search(number, told), f"{record.code}: {time.amount} {time.unit}"


@needs_portal
def test_no_sentence_is_copied_from_the_portal() -> None:
    theirs: set[int] = set()
    for path in (CURRENT, SUPERSEDED):
        for source in read_lines(path):
            for text in texts_in(source):
                theirs.update(runs(text))
    copied = []
    for path in sorted((DATA / "procedures").rglob("*.yaml")):
        record = yaml.safe_load(path.read_text("utf-8"))
        forms = {form["name"] for form in record.get("forms") or ()}
        forms |= {paper.get("form") for paper in record.get("documents") or ()}
        for key, text in in_own_words(record):
            name = key == "name" and (len(words(text)) <= NAME_WORDS or text == record["name"])
            if not name and text not in forms and any(run in theirs for run in runs(text)):
                copied.append(f"{path.stem} {key}: {text}")

    assert copied == []
