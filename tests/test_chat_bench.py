"""The bench of the chats: replies are matched to what was asked, and a short run loses nothing."""

import os
from pathlib import Path

import pytest

from evals.chat_bench import bench_chats, matched, updates


def test_replies_are_matched_in_order_and_the_missing_and_the_extra_are_counted() -> None:
    asked = [{"message": {"chat": {"id": chat}}} for chat in (1, 1, 2)]
    times = [{"begun": 10.0}, {"begun": 11.0}, {"begun": 12.0}]
    log = [{"chat": "1", "at": 10.5}, {"chat": "1", "at": 11.25}, {"chat": "1", "at": 13.0}]
    waits, lost, twice = matched(asked, times, log)
    assert waits == [500, 250] and lost == 1 and twice == 1


def test_people_ask_in_private_and_in_groups_that_call_the_desk() -> None:
    found = [update["message"] for update in updates(100, first=1)]
    groups = [m for m in found if m["chat"]["type"] == "supergroup"]
    assert len(groups) == 20 and all(m["text"].startswith("/hoi@") for m in groups)
    assert len({m["from"]["id"] for m in found}) == 100


@pytest.mark.slow
def test_a_short_run_answers_everybody_once(own_home: Path) -> None:
    report = bench_chats(own_home, os.environ, per_second=5, seconds=4, step=lambda _: None)
    assert (report.messages, report.replies, report.lost, report.twice) == (20, 20, 0, 0)
    assert 0 < report.p50_ms <= report.p95_ms and report.cores_used > 0
