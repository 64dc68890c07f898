"""Counting in one process: windows that end, and nothing kept or started for each call."""

import threading

import pytest
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from channels import process_counts
from channels.process_counts import CLEAN_SECONDS, ProcessCounts


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000_000.0]
    monkeypatch.setattr(process_counts.time, "time", lambda: now[0])
    return now


def test_a_window_lets_its_number_through_and_opens_again_when_it_ends(clock: list[float]) -> None:
    limiter = FixedWindowRateLimiter(ProcessCounts())
    twice = RateLimitItemPerMinute(2)
    assert [limiter.hit(twice, "someone") for _ in range(3)] == [True, True, False]
    assert limiter.hit(twice, "someone else")
    assert limiter.get_window_stats(twice, "someone").reset_time == clock[0] + 60
    clock[0] += 60
    assert limiter.hit(twice, "someone")


def test_windows_that_ended_are_forgotten(clock: list[float]) -> None:
    counts = ProcessCounts()
    for address in range(1000):
        counts.incr(str(address), 60)
    clock[0] += CLEAN_SECONDS
    counts.incr("new", 60)
    assert counts.reset() == 1


def test_counting_starts_no_thread() -> None:
    counts = ProcessCounts()
    before = threading.active_count()
    for _ in range(50):
        counts.incr("someone", 60)
    assert threading.active_count() == before


def test_many_threads_lose_no_count() -> None:
    counts = ProcessCounts()
    threads = [
        threading.Thread(target=lambda: [counts.incr("all", 60) for _ in range(500)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts.get("all") == 4000
