"""Known holes of what is installed: asked of a source that answers, never passed over."""

import importlib.util
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 27)
SHUT = "http://127.0.0.1:9"


def _loaded() -> Any:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "docs" / "audit.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


audit = _loaded()


class Osv(BaseHTTPRequestHandler):
    """Answers like the real one: holes by package and release, ``{}`` for a sound one."""

    def do_POST(self) -> None:
        held = {("jinja2", "2.10"): "CVE-2019-10906", ("honggoi", "1.0"): "CVE-2026-1"}
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        name = asked["package"]["name"]
        hole = held.get((name, asked["version"]))
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}]
        affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges}]
        entry = {"id": "GHSA-x", "aliases": [hole], "details": "…", "affected": affected}
        body = json.dumps({"vulns": [entry]} if hole else {}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


class Mirror(Osv):
    """A package mirror: a page for a package, none for one release of it."""

    def do_GET(self) -> None:
        self.send_error(404)

    def do_POST(self) -> None:
        self.send_error(404)


@contextmanager
def answering(kind: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as held:
        thread = threading.Thread(target=held.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{held.server_port}"
        held.shutdown()
        thread.join()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Two pins, their report, and no exception."""
    pins = tmp_path / "constraints.txt"
    pins.write_text("honggoi==1.0\nLanh_goi==2.0\n", "utf-8")
    report = tmp_path / "report.md"
    rows = "| honggoi | 1.0 | MIT |  |\n| lanh-goi | 2.0 | MIT | không |\n"
    report.write_text(f"Ngày 27/11/2026. …\n\n{rows}", "utf-8")
    exceptions = tmp_path / "exceptions.yaml"
    exceptions.write_text("# chưa có mục nào\n", "utf-8")
    return {"pins": pins, "report": report, "exceptions": exceptions}


def except_until(files: dict[str, Path], day: str) -> None:
    entry = {"id": "CVE-2026-1", "package": "honggoi", "reason": "không dùng"}
    files["exceptions"].write_text(f"- {json.dumps(entry)[:-1]}, until: {day}}}\n", "utf-8")


def test_a_known_hole_fails_until_somebody_has_looked_and_again_after_the_day(
    files: dict[str, Path],
) -> None:
    """The real pip-audit over a server that speaks as the database does."""
    with answering(Osv) as osv:
        source = audit.reachable(osv=osv, pypi=SHUT)
        assert source[:2] == ("-s", "osv")
        found = audit.audited(TODAY, source, **files)
        assert found.failed
        assert "honggoi 1.0: CVE-2026-1, GHSA-x; sửa ở bản 1.1" in found.lines[0]
        assert "2 gói" in found.lines[-1]
    (hole,) = audit.reported_holes("| honggoi | 1.0 | MIT | CVE-2026-1 |")
    except_until(files, "2026-11-27")
    assert not audit.judged([hole], audit.excepted(files["exceptions"]), TODAY).failed
    late = audit.judged([hole], audit.excepted(files["exceptions"]), date(2026, 11, 28))
    assert late.failed and "hết hạn" in late.lines[-1]


def test_an_exception_says_why_and_until_when(files: dict[str, Path]) -> None:
    files["exceptions"].write_text("- {id: CVE-2026-1, package: honggoi}\n", "utf-8")
    with pytest.raises(TypeError):
        audit.excepted(files["exceptions"])


def test_a_mirror_that_knows_no_release_is_no_source(files: dict[str, Path]) -> None:
    """pip-audit would pass over every package it has no page for, and call that sound."""
    with answering(Mirror) as mirror:
        assert audit.reachable(osv=mirror, pypi=mirror) == ()
    assert audit.reachable(osv=SHUT, pypi=SHUT) == ()


def test_without_a_source_the_dated_report_has_to_be_of_the_pins(files: dict[str, Path]) -> None:
    calm = audit.audited(TODAY, (), **files)
    assert not calm.failed and "KHÔNG TỚI ĐƯỢC" in calm.lines[0]
    files["pins"].write_text("honggoi==1.1\nlanh-goi==2.0\nthem==3\n", "utf-8")
    changed = audit.audited(TODAY, (), **files)
    assert changed.failed
    assert "honggoi: ghim 1.1, bảng ghi 1.0" in changed.lines[1]
    assert "them: ghim 3, bảng ghi không" in changed.lines[2]
    files["report"].write_text("| honggoi | 1.1 | MIT | |", "utf-8")
    assert audit.audited(TODAY, (), **files).failed  # no date


def test_a_source_that_falls_silent_midway_is_no_answer(files: dict[str, Path]) -> None:
    source = ("-s", "osv", "--osv-url", f"{SHUT}/v1/query")
    assert "KHÔNG TỚI ĐƯỢC" in audit.audited(TODAY, source, **files).lines[0]


def test_a_hole_the_report_tells_of_needs_its_exception_too(files: dict[str, Path]) -> None:
    page = files["report"].read_text("utf-8").replace("MIT |  |", "MIT | CVE-2026-1 |")
    files["report"].write_text(page, "utf-8")
    assert audit.audited(TODAY, (), **files).failed
    except_until(files, "2026-12-31")
    assert not audit.audited(TODAY, (), **files).failed


def test_the_committed_report_is_of_todays_pins_and_its_holes_were_looked_at() -> None:
    page = audit.REPORT.read_text("utf-8")
    assert audit.report_differs(page, audit.pinned()) == []
    looked_at = {(entry.id, entry.package) for entry in audit.excepted()}
    for hole in audit.reported_holes(page):
        assert any((name, hole.package) in looked_at for name in hole.names), hole


def test_everything_an_installation_brings_is_pinned() -> None:
    extras = frozenset({"", "dev", "postgres", "llm", "printer"})
    brought = set(audit.shipped("letan", extras)) - {"setuptools", "wheel", "pip"}
    assert len(brought) > 100
    assert brought <= audit.pinned().keys(), sorted(brought - audit.pinned().keys())
