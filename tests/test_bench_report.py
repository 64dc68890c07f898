"""The report of `letan bench`: every figure it was given is on the page, as text and as a plot."""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from browser import missing
from fastapi.testclient import TestClient
from records import record

from evals import bench_report
from evals.baselines import bm25_on_names, chroma_top_k
from evals.bench import UNBOUND
from evals.bench_parts import Parts
from evals.growth import copies, enough, grow, likely_seconds
from evals.rivals import create_app
from evals.side_by_side import (
    DESK,
    Rival,
    as_usual,
    compare,
    in_processes,
    read_desk,
    table,
    usual,
)
from evals.soak import soak
from knowledge.desk_embeddings import DeskEmbeddings
from knowledge.embedding import load_encoder
from knowledge.offices import HANOI
from knowledge.passages import split

WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=HANOI)


def crowd(per_second: float) -> list[dict[str, Any]]:
    return [
        {"clients": n, "per_second": per_second, "p50_ms": 4.0, "p95_ms": 9.5, "p99_ms": 12.0,
         "errors": 0}
        for n in (1, 16)
    ]  # fmt: skip


def size(passages: int) -> dict[str, Any]:
    return {
        "passages": passages, "procedures": passages // 4, "publish_seconds": 1.0,
        "index_seconds": 2.0, "index_mib": 10.0, "database_mib": 5.0, "first_start_seconds": 9.0,
        "start_seconds": 3.0, "build_peak_mib": 444.0, "first_peak_mib": 555.0,
        "started_mib": 300.0, "memory_mib": 321.0, "p50_ms": 7.5, "p95_ms": 19.0, "errors": 0,
    }  # fmt: skip


@pytest.fixture
def figures() -> dict[str, Any]:
    right = {
        "cases": 10, "first": 0.9, "offered": 0.95, "silent_cases": 4, "answered_wrongly": 0.25,
    }  # fmt: skip
    sides = [
        {"name": "Lễ Tân", "by_clients": crowd(187), "memory_mib": 400.0, "accuracy": right},
        {"name": "FastAPI gửi lại", "by_clients": crowd(2345), "memory_mib": 0, "accuracy": None},
    ]
    return {
        "machine": "máy <thử>, 2 cores", "load_before": 0.1, "load_after": 1.0, "records": 2893,
        "rival_model": "mô hình thử", "sides": sides, "sizes": [size(1000), size(100_000)],
        "table": [{"name": "Lễ Tân", "per_second": 187, "p95_ms": 9.5, "memory_mib": 400.0,
                   "first": 0.9, "offered": 0.95, "answered_wrongly": 0.25}],
        "soak": {"requests": 60_000, "errors": 0, "per_second": 190.0, "started_mib": 377.0,
                 "memory_mib": [400.0, 410.0, 411.0], "p50_ms": [9.0, 8.0, 8.4],
                 "p95_ms": [30.0, 31.0, 29.0], "grew_by": 0.002, "slower_by": -0.017},
    }  # fmt: skip


def test_the_page_shows_each_figure_and_the_json_holds_them_all(
    figures: dict[str, Any], tmp_path: Path
) -> None:
    page = tmp_path / "out" / "bench.html"
    bench_report.write(page, figures, WHEN)
    text = page.read_text("utf-8")
    for said in ("09:30 ngày 24/11/2026", "máy &lt;thử&gt;", "90,0 %", "25,0 %", "60\u00a0000 câu",
                 "100\u00a0000", "2\u00a0893 thủ tục", "0,2 %", ">555<", "377 MiB",
                 "1,7 %"):  # fmt: skip
        assert said in text, said
    assert text.count("<svg") == 7
    held = json.loads(page.with_suffix(".json").read_text("utf-8"))
    assert held["measured_at"] == WHEN.isoformat()
    assert {key: held[key] for key in figures} == figures


def test_the_desk_in_several_processes_is_one_line_though_measured_twice(
    figures: dict[str, Any],
) -> None:
    figures |= {"workers": 2, "workers_by_clients": crowd(300)}
    names = [name for name, _ in bench_report.speed_lines(figures)]
    assert names == ["Lễ Tân, 2 tiến trình", "Lễ Tân", "FastAPI gửi lại"]
    beside = {**figures["sides"][0], "name": in_processes(DESK, 2)}
    figures["sides"].append(beside)
    names = [name for name, _ in bench_report.speed_lines(figures)]
    assert names == ["Lễ Tân", "FastAPI gửi lại", "Lễ Tân, 2 tiến trình"]


def test_what_was_not_measured_leaves_no_empty_plot(tmp_path: Path) -> None:
    page = tmp_path / "bench.html"
    missing_part = {"left_out": [{"part": "bản lớn", "why": "PostgreSQL is not installed"}]}
    bench_report.write(
        page, {"machine": "máy", "load_before": 3.0, "load_after": 3.0, **missing_part}, WHEN
    )
    text = page.read_text("utf-8")
    assert "<svg" not in text and "PostgreSQL is not installed" in text
    assert "Máy đang làm việc khác khi đo" in text


def test_a_part_that_fails_or_has_no_time_left_is_named_and_the_others_are_kept() -> None:
    saved: list[dict[str, Any]] = []
    parts = Parts({}, 1, lambda so_far: saved.append(dict(so_far)))

    def fails() -> dict[str, Any]:
        raise RuntimeError("chroma did not start")

    parts.run("bản lớn", fails)
    parts.run("nhỏ", lambda: {"small": 1})
    parts.run("rất lớn", lambda: {"huge": 1}, seconds=3600)
    assert saved[1]["small"] == 1 and "huge" not in parts.figures
    assert [one["part"] for one in parts.figures["left_out"]] == ["bản lớn", "rất lớn"]
    assert parts.figures["left_out"][1]["why"].startswith("hết giờ (cần khoảng 60 phút")


def test_how_long_a_size_takes_follows_from_the_last() -> None:
    assert likely_seconds([], 1000) == 0
    assert likely_seconds([size(1000)], 10_000) == 120


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(1234567, 0, "1\u00a0234\u00a0567"), (0.256, 1, "0,3"), (None, 0, "–"), ("x", 0, "–")],
)
def test_numbers_are_written_as_vietnamese_write_them(
    value: object, digits: int, shown: str
) -> None:
    assert bench_report.figure(value, digits) == shown


def test_copies_have_codes_and_names_of_their_own_and_the_length_of_real_records() -> None:
    records = [record("1.000001", "Đăng ký khai sinh"), record("1.000002", "Đăng ký khai tử")]
    made = list(islice(copies(records), 4000))
    assert len({copy.code for copy in made}) == len({copy.name for copy in made}) == 4000
    assert all(copy.name.startswith("Đăng ký khai") for copy in made)
    found = list(enough(records, 500))
    assert found[:2] == records
    assert 500 <= sum(len(split(one, 1)) for one in found) < 510


def test_what_the_desk_says_is_read_best_first() -> None:
    said = {
        "outcome": "answered", "procedure": {"code": "1"}, "also": [{"procedure": {"code": "2"}}],
        "choices": [{"code": "3"}, {"code": None}, {}],
    }  # fmt: skip
    assert read_desk(said) == (["1", "2", "3"], True)
    asked_back = {"outcome": "clarifying", "procedure": None, "choices": [{"code": "3"}]}
    assert read_desk(asked_back) == (["3"], False)


def test_a_rival_answers_on_the_same_route_from_the_same_records() -> None:
    procedures = [record("1.000001", "Đăng ký khai sinh"), record("1.000002", "Đăng ký khai tử")]
    client = TestClient(create_app(procedures, bm25_on_names(procedures)))
    said = client.post("/api/chat", json={"message": "khai tử"}).json()
    assert said["codes"][0] == "1.000002" and "Đăng ký khai tử" in said["text"]


def test_the_tutorial_is_measured_with_its_own_model_and_with_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if find_spec("sentence_transformers") is None:
        missing("extra `hub` is not installed")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made_here, ours, words = usual(str(tmp_path / "letan" / "multilingual-e5-small"))
    assert made_here.name == "LangChain + Chroma + multilingual-e5-small"
    assert made_here.kept == tmp_path / "letan" / "vectors"  # embedded once
    assert ours.model != made_here.model and ours.kind == made_here.kind == "chroma"
    assert words.kind == "bm25"
    given, *_ = usual("some/model")
    assert given.name == "LangChain + Chroma + model" and given.kept is None
    assert [one.name for one in usual(None)] == [ours.name, words.name]


def test_a_rival_chooses_its_threads_as_a_tutorial_does() -> None:
    own = as_usual({"OPENBLAS_NUM_THREADS": "1", "LETAN_HOME": "/x"})
    assert own["LETAN_HOME"] == "/x" and not any(name.endswith("NUM_THREADS") for name in own)


def test_texts_whose_vectors_are_kept_are_not_embedded_again(tmp_path: Path) -> None:
    class Counting(DeskEmbeddings):
        embedded = 0

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            self.embedded += len(texts)
            return super().embed_documents(texts)

    embeddings = Counting(load_encoder())
    birth, death = record("1.000001", "Đăng ký khai sinh"), record("1.000002", "Đăng ký khai tử")
    chroma_top_k([birth, death], embeddings, kept=tmp_path)
    assert embeddings.embedded == 2
    renamed = death.model_copy(update={"name": "Đăng ký kết hôn"})
    rank = chroma_top_k([birth, renamed], embeddings, kept=tmp_path)
    assert embeddings.embedded == 3
    assert rank("đăng ký kết hôn") == ["1.000002", "1.000001"]


@pytest.fixture
def own(own_home: Path) -> Iterator[dict[str, str]]:
    yield {**os.environ, "LETAN_HOME": str(own_home)} | UNBOUND


@pytest.mark.slow
def test_the_desk_is_measured_beside_the_tutorial_in_one_run(own: dict[str, str]) -> None:
    if find_spec("sentence_transformers") is None:
        missing("extra `hub` is not installed")
    left_out: list[tuple[str, str]] = []
    sides = compare(
        Path(own["LETAN_HOME"]), own, rivals=[Rival("hỏng", "chroma", "/no/model"), *usual(None)],
        step=lambda _: None, clients=(1, 4), only=40, workers=2,
        left_out=lambda *one: left_out.append(one),
    )  # fmt: skip
    assert left_out == [("hỏng", "evals.rivals did not start")]
    assert [side.name.split()[0] for side in sides] == [
        "Lễ", "Lễ", "LangChain", "BM25", "FastAPI", "FastAPI",
    ]  # fmt: skip
    assert [side.name for side in sides if side.name.endswith(", 2 tiến trình")] == [
        sides[1].name, sides[5].name,
    ]  # fmt: skip
    for side in sides:
        assert [row["errors"] for row in side.by_clients] == [0, 0]
    desk, two, tutorial, words, echo, _ = sides
    assert two.accuracy is None and two.memory_mib > desk.memory_mib
    assert desk.accuracy and tutorial.accuracy and words.accuracy and echo.accuracy is None
    assert desk.accuracy.cases == tutorial.accuracy.cases > 0
    assert desk.accuracy.first > max(tutorial.accuracy.first, words.accuracy.first)
    assert [row["name"] for row in table(sides)] == [side.name for side in sides]
    assert all((side.start_seconds or 0) > 0 for side in sides[:4])


@pytest.mark.slow
def test_growth_and_a_long_run_are_measured_on_servers_of_their_own(own: dict[str, str]) -> None:
    (one,) = grow(Path(own["LETAN_HOME"]), own, [1200], lambda _: None)
    assert one.passages >= 1200 and one.errors == 0 and one.procedures > 184
    assert one.memory_mib > 50 and one.index_mib > 1 and 0 < one.p50_ms <= one.p95_ms
    assert one.first_peak_mib >= one.started_mib > 50 and one.build_peak_mib > 50
    run = soak(own, 400, lambda _: None)
    assert run.errors == 0 and len(run.memory_mib) == 1 and run.requests == 400
    assert run.started_mib > 50 and 0 < run.p50_ms[0] <= run.p95_ms[0]
