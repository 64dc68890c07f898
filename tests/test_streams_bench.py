"""`letan bench streams`: what it holds open is open, and ends."""

import os
from pathlib import Path

import pytest

from evals.streams import bench_streams

pytestmark = pytest.mark.slow


def test_streams_are_held_and_all_end_in_order(tmp_path: Path) -> None:
    report = bench_streams(tmp_path, os.environ, streams=40)
    assert report.asked == report.opened == report.held == report.ended == 40
    assert 0 < report.facts_p50_ms <= report.facts_p95_ms
    assert report.mib_held > 0 and report.other_answers_p95_ms > 0
