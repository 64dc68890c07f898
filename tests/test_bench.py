"""The benchmark measures a real server; its figures are for people, not for these tests."""

import os
from pathlib import Path

import pytest

from evals.bench import bench, free_port, letan, machine, memory_mib, peak_mib


def test_a_free_port_is_free_and_not_always_the_same() -> None:
    ports = {free_port() for _ in range(5)}
    assert all(1024 < port < 65536 for port in ports)


def test_the_machine_is_named_with_its_cores() -> None:
    assert "cores" in machine()


def test_memory_and_its_peak_are_measured_in_mebibytes() -> None:
    assert 10 < memory_mib(os.getpid()) <= peak_mib(os.getpid()) < 100_000


def test_a_command_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    process = letan("--help", environment=os.environ | {"LETAN_HOME": str(tmp_path / "home")})
    printed, problems = process.communicate(timeout=60)
    assert process.returncode == 0, problems
    assert "serve" in printed


@pytest.mark.slow
def test_a_short_benchmark_gives_every_figure(own_home: Path) -> None:
    steps: list[str] = []
    report = bench(own_home, os.environ, portal=None, questions=20, step=steps.append)
    figures = report.to_json()
    assert report.errors == 0 and report.questions == 20
    assert report.records >= 184 and report.ingest_seconds is None
    assert 0 < report.p50_ms <= report.p95_ms
    assert report.cold_start_seconds > 0 and report.memory_mib > 50
    assert set(figures) >= {"p50_ms", "p95_ms", "memory_mib", "cold_start_seconds"}
    assert len(steps) == 13
    assert report.workers >= 1 and report.workers_memory_mib > 50
    for crowd in (report.by_clients, report.workers_by_clients, report.echo_by_clients):
        assert [row["clients"] for row in crowd] == [1, 4, 16, 64]
        assert all(row["errors"] == 0 and row["per_second"] > 0 for row in crowd)


@pytest.mark.slow
def test_a_failed_import_ends_the_benchmark_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="letan ingest failed"):
        bench(
            tmp_path / "home", os.environ, portal=tmp_path / "none.jsonl", questions=20,
            step=lambda _: None,
        )  # fmt: skip
