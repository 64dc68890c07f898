"""The page on sizes says what the formula makes of the figures that were measured."""

import pytest

from evals.sizing import (
    CASES,
    COMMUNES,
    MARKS,
    MEASURED_MARKS,
    PAGE,
    Figures,
    measured,
    need,
    table,
)

MEASURED = Figures(
    of="thử", answers_a_second=100, process_mib=512, office_mib=16,
    bytes_a_turn=8192, knowledge_mib=1024,
)  # fmt: skip


def test_the_page_shows_the_table_of_the_figures_that_are_kept() -> None:
    shown = PAGE.read_text("utf-8").split(MARKS[0])[1].split(MARKS[1])[0].strip()
    assert shown == table(Figures.read())
    assert len(shown.splitlines()) == 2 + len(CASES) + 1 and "3.321 xã" in shown


def test_the_page_names_the_figures_it_was_made_from() -> None:
    shown = PAGE.read_text("utf-8").split(MEASURED_MARKS[0])[1].split(MEASURED_MARKS[1])[0].strip()
    assert shown == measured(Figures.read())
    assert "| 100,0 |" in measured(MEASURED) and "| 8.192 byte |" in measured(MEASURED)


def test_one_ward_needs_one_process_and_a_province_one_to_spare() -> None:
    ward = need("phường", 1, 500, MEASURED)
    assert (ward.processes, ward.connections) == (1, 32)
    assert ward.memory_gib == pytest.approx(0.5)
    assert ward.peak == pytest.approx(500 * 0.1 / 1800 * 3)
    province = need("tỉnh", 150, 500, MEASURED)
    assert province.peak == pytest.approx(12.5) and province.processes == 2
    assert province.memory_gib == pytest.approx(2 * (512 + 149 * 16) / 1024)
    assert province.disk_gib == pytest.approx(75_000 * 90 * 8192 / 2**30 + 1)


def test_more_questions_never_need_less() -> None:
    needs = [need("x", 170, a_day, MEASURED) for a_day in (100, 500, 1500, 5000)]
    assert [n.processes for n in needs] == sorted(n.processes for n in needs)
    assert needs[-1].processes > needs[0].processes and COMMUNES > 170
