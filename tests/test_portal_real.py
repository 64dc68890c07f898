"""The real portal file, where it is at hand: every record converts or says why not."""

import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingest.portal import BrokenLine, RejectedRecord, read_records, to_procedure
from ingest.portal_money import amounts_in
from knowledge.procedures import Fee, FeeStatus, Procedure, TimeUnit

SHARED = Path(__file__).parent.parent.parent / "shared" / "data" / "portal"
CURRENT = SHARED / "procedures_2026.jsonl.gz"
SUPERSEDED = SHARED / "procedures_2025_three_level.jsonl.gz"

pytestmark = pytest.mark.skipif(
    not CURRENT.exists(), reason=f"the portal's real file is not at {CURRENT}"
)

Pairs = dict[str, tuple[dict[str, Any], Procedure]]


@pytest.fixture(scope="module")
def converted() -> tuple[Pairs, dict[str, str]]:
    """Source and procedure by code, and the reasons of what was refused."""
    pairs: Pairs = {}
    refused: dict[str, str] = {}
    for _, record in read_records(CURRENT):
        assert not isinstance(record, BrokenLine)
        try:
            pairs[record["code"]] = (record, to_procedure(record))
        except RejectedRecord as rejection:
            refused[record["code"]] = str(rejection)
    return pairs, refused


@pytest.fixture(scope="module")
def pairs(converted: tuple[Pairs, dict[str, str]]) -> Pairs:
    return converted[0]


def test_every_record_converts_but_the_two_of_the_district_level(
    converted: tuple[Pairs, dict[str, str]],
) -> None:
    pairs, refused = converted
    assert (len(pairs), len(refused)) == (2842, 2)
    assert all("cấp huyện" in why for why in refused.values())


def test_no_record_before_the_two_levels_is_taken() -> None:
    reasons: Counter[str] = Counter()
    for _, record in read_records(SUPERSEDED):
        assert not isinstance(record, BrokenLine)
        with pytest.raises(RejectedRecord) as refusal:
            to_procedure(record)
        reasons[str(refusal.value)] += 1
    assert reasons.total() == 397


def test_nobody_is_sent_to_a_district(pairs: Pairs) -> None:
    for code, (_, procedure) in pairs.items():
        said = f"{procedure.receiving} {procedure.authority or ''}".lower()
        assert not re.search(r"huyện|\bquận\b|thị xã", said), code
        for line in procedure.steps:
            assert "UBND cấp huyện" not in line, code
            assert "nhân dân cấp huyện" not in line, code


def test_what_named_a_district_is_marked_for_confirmation(pairs: Pairs) -> None:
    for code, (record, procedure) in pairs.items():
        if re.search(r"huyện", record["agency"]):
            assert "place" in procedure.unverified, code


def test_certified_copies_cost_what_the_note_in_the_wrong_column_says(pairs: Pairs) -> None:
    (fee,) = pairs["2.000815"][1].fees
    assert (fee.status, fee.amount_vnd, fee.per) == (FeeStatus.FIXED, 2_000, "trang")
    assert "1.000 đồng/trang" in (fee.note or "")
    assert "200.000 đồng/bản" in (fee.note or "")


def test_the_food_safety_fee_is_in_thousands(pairs: Pairs) -> None:
    (fee,) = pairs["2.001827"][1].fees
    assert (fee.amount_vnd, fee.per) == (700_000, "cơ sở")


def test_an_identity_card_costs_half_until_the_end_of_2026(pairs: Pairs) -> None:
    card = [fee for fee in pairs["1.014063"][1].fees if fee.amount_vnd]
    assert {(fee.amount_vnd, str(fee.effective_until)) for fee in card} == {
        (25_000, "2026-12-31"),
        (50_000, "None"),
    }


def test_household_businesses_and_building_permits_ask_the_province(pairs: Pairs) -> None:
    for code in ("1.001612", "1.013225", "1.004873", "1.000656", "1.001193"):
        assert {fee.status for fee in pairs[code][1].fees} == {FeeStatus.SET_BY_PROVINCE}, code


def free_of(procedure: Procedure) -> list[Fee]:
    return [fee for fee in procedure.fees if fee.status is FeeStatus.FREE]


def test_nothing_is_free_whose_bracket_names_an_amount_or_the_council(pairs: Pairs) -> None:
    for code, (record, procedure) in pairs.items():
        brackets = [method["fee"] for method in record["methods"]]
        if all(amounts_in(text) or "Hội đồng nhân dân" in text for text in brackets) and brackets:
            assert not free_of(procedure), code


def test_free_is_never_read_from_a_zero(pairs: Pairs) -> None:
    for code, (record, procedure) in pairs.items():
        words = " ".join(method["fee"] for method in record["methods"]).lower()
        if not re.search(r"miễn phí|không đồng|không thu", words):
            assert not free_of(procedure), code


def test_a_bare_mien_phi_is_always_marked_for_review(pairs: Pairs) -> None:
    for code, (record, procedure) in pairs.items():
        if any(method["fee"] == "Miễn phí" for method in record["methods"]) and free_of(procedure):
            assert "fee" in procedure.unverified, code


def test_a_bare_number_never_gains_a_unit_by_itself(pairs: Pairs) -> None:
    for code, (record, procedure) in pairs.items():
        bare = [method for method in record["methods"] if re.fullmatch(r"\d{1,2}", method["time"])]
        if bare and len(bare) == len(record["methods"]) and not any(m["note"] for m in bare):
            assert {time.unit for time in procedure.times} <= {TimeUnit.UNKNOWN}, code


def test_names_of_papers_are_names(pairs: Pairs) -> None:
    for code, (_, procedure) in pairs.items():
        for document in procedure.documents:
            assert not re.search(r"^[\s\-+*;,.\[)]", document.name), (code, document.name)
            assert not re.search(r"\(\d+ bản (?:chính|sao)[^)]*\)$", document.name), code
            assert not document.name.lower().startswith("lưu ý"), code


def test_no_paper_is_lost_without_a_word(pairs: Pairs) -> None:
    """A record with papers has papers, a note about them, or says that they are doubtful."""
    empty = [
        code
        for code, (record, procedure) in pairs.items()
        if record["documents"]
        and not (procedure.documents or procedure.documents_note)
        and "papers" not in procedure.unverified
        and not re.search(r"không quy định|không có", " ".join(record["documents"]), re.IGNORECASE)
    ]
    assert len(empty) <= 5, empty


@pytest.mark.slow
def test_the_whole_file_converts_in_seconds() -> None:
    records = [record for _, record in read_records(CURRENT) if isinstance(record, dict)]
    started = time.process_time()
    for record in records:
        try:
            to_procedure(record)
        except RejectedRecord:
            continue
    assert time.process_time() - started < 60  # 10 s on the machine it was written on
