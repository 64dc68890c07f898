"""Whether a library that is installed has a known hole: asked where that can be asked.

python docs/audit.py           asks; where nobody answers, says so and holds the report to the pins
python docs/audit.py --write   writes docs/dependency-audit.md anew

An answer is trusted only from a source that knows the hole of a release everybody knows: one
that has no page for a release calls every release sound.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import httpx
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
REPORT = ROOT / "docs" / "dependency-audit.md"
EXCEPTIONS = ROOT / "docs" / "audit-exceptions.yaml"
PINS = ROOT / "constraints.txt"
PROBE = ("jinja2", "2.10")  # CVE-2019-10906, in every database
SECONDS = 6
SHIPPED = {"", "postgres", "llm", "printer"}  # what an office installs; the rest is for us
OSV, PYPI = "https://api.osv.dev", "https://pypi.org"

HEAD = """# Thư viện đi kèm

Ngày {day}. Phiên bản ghim trong `constraints.txt`, giấy phép theo lời khai của từng gói.
`make audit` hỏi cơ sở dữ liệu lỗ hổng qua pip-audit và hỏng khi có lỗ hổng chưa được ghi trong
`docs/audit-exceptions.yaml`; nơi không hỏi được thì đòi bảng này đúng với các bản đã ghim.

- **Đã đối chiếu: {asked} gói** (cột cuối có chữ) với thông báo lỗ hổng PyPI công bố cho bản mới
  nhất, vì bản đã ghim chính là bản mới nhất vào ngày trên.
- **Chưa đối chiếu: {unasked} gói** (cột cuối để trống): có bản mới hơn bản đã ghim, hoặc chỉ dùng
  để phát triển. Nơi lập bảng không tới được osv.dev, còn PyPI ở đó không trả thông báo theo từng
  bản.
- Nơi có mạng: chạy `make audit` trước khi đưa vào dùng và mỗi tháng một lần.

| Gói | Phiên bản | Giấy phép | Lỗ hổng đã công bố |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Hole:
    """One published hole of one package, under every name it goes by."""

    package: str
    version: str
    names: frozenset[str]
    mended_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Excepted:
    """A hole somebody has looked at, why it does not touch the desk, and until when that holds."""

    id: str
    package: str
    reason: str
    until: date

    def covers(self, hole: Hole, today: date) -> bool:
        return self.id in hole.names and self.package == hole.package and today <= self.until


@dataclass
class Audit:
    """What was found, in lines to print; ``failed`` when somebody has to do something."""

    lines: list[str] = field(default_factory=list)
    failed: bool = False

    def say(self, line: str, *, fails: bool = False) -> None:
        self.lines.append(line)
        self.failed = self.failed or fails


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: Path = PINS) -> dict[str, str]:
    """Every pin by its normal name."""
    found = re.findall(r"^([\w.-]+)==(\S+)", file.read_text("utf-8"), re.M)
    return {normal(name): version for name, version in found}


def excepted(file: Path = EXCEPTIONS) -> list[Excepted]:
    """Raises TypeError for an entry that lacks its reason or its last day."""
    return [Excepted(**entry) for entry in yaml.safe_load(file.read_text("utf-8")) or []]


def reachable(osv: str = OSV, pypi: str = PYPI) -> tuple[str, ...]:
    """pip-audit's options for the first source that knows the probe's hole; empty when none."""
    name, version = PROBE
    query = {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
    with httpx.Client(timeout=SECONDS, follow_redirects=True) as http:
        if _holds(lambda: http.post(f"{osv}/v1/query", json=query), "vulns"):
            return ("-s", "osv", "--osv-url", f"{osv}/v1/query")
        if _holds(lambda: http.get(f"{pypi}/pypi/{name}/{version}/json"), "vulnerabilities"):
            return ("-s", "pypi")
    return ()


def _holds(asked: Callable[[], httpx.Response], key: str) -> bool:
    try:
        answer = asked()
        return answer.status_code == 200 and bool(answer.json().get(key))
    except (httpx.HTTPError, ValueError):
        return False


def holes(source: tuple[str, ...], pins: Path = PINS) -> tuple[list[Hole], list[str]] | None:
    """The holes of the pins and the names the source does not know; None if it fell silent."""
    command = [
        sys.executable, "-m", "pip_audit", "-r", str(pins), "--no-deps", "--disable-pip",
        "--progress-spinner", "off", "-f", "json", *source,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    try:
        said = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        sys.stderr.write(done.stderr[-500:])
        return None
    found = [
        Hole(
            normal(package["name"]),
            package["version"],
            frozenset([hole["id"], *hole.get("aliases", ())]),
            tuple(hole.get("fix_versions", ())),
        )
        for package in said
        for hole in package.get("vulns", ())
    ]
    return found, [package["name"] for package in said if "skip_reason" in package]


def judged(found: list[Hole], exceptions: list[Excepted], today: date) -> Audit:
    """Fails for every hole without an exception that still holds."""
    audit = Audit()
    for hole in found:
        names = ", ".join(sorted(hole.names))
        mended = f"; sửa ở bản {', '.join(hole.mended_in)}" if hole.mended_in else ""
        line = f"{hole.package} {hole.version}: {names}{mended}"
        reason = next((e for e in exceptions if e.covers(hole, today)), None)
        if reason:
            audit.say(f"đã xem xét đến {reason.until:%d/%m/%Y}: {line} ({reason.reason})")
        else:
            audit.say(f"LỖ HỔNG {line}", fails=True)
    for unused in exceptions:
        if not any(unused.covers(hole, today) for hole in found):
            audit.say(f"mục {unused.id} trong audit-exceptions.yaml đã hết hạn hoặc không còn cần")
    return audit


def report_differs(page: str, pins: dict[str, str]) -> list[str]:
    """Where the dated report and the pins say something else."""
    if not re.search(r"^Ngày \d\d/\d\d/\d{4}\.", page, re.M):
        return ["bảng không ghi ngày"]
    rows = re.findall(r"^\| ([\w.-]+) \| (\S+) \|", page, re.M)
    told = {normal(name): version for name, version in rows}
    return [
        f"{name}: ghim {pins.get(name, 'không')}, bảng ghi {told.get(name, 'không')}"
        for name in sorted(pins.keys() | told.keys())
        if pins.get(name) != told.get(name)
    ]


def reported_holes(page: str) -> list[Hole]:
    """The holes the report names, one for each name."""
    row = r"^\| ([\w.-]+) \| (\S+) \|[^|]*\| ((?:[A-Z]+-[\w-]+(?:, )?)+) \|$"
    return [
        Hole(normal(package), version, frozenset([name]))
        for package, version, names in re.findall(row, page, re.M)
        for name in names.split(", ")
    ]


def audited(
    today: date,
    source: tuple[str, ...],
    pins: Path = PINS,
    report: Path = REPORT,
    exceptions: Path = EXCEPTIONS,
) -> Audit:
    """What ``source`` says of the pins; without one, whether the committed report is of them."""
    answer = holes(source, pins) if source else None
    if answer is not None:
        found, unknown = answer
        audit = judged(found, excepted(exceptions), today)
        known = len(pinned(pins)) - len(unknown)
        audit.say(f"đã hỏi {source[1]} về {known} gói; {len(unknown)} gói nơi đó không biết")
        return audit
    page = report.read_text("utf-8")
    audit = judged(reported_holes(page), excepted(exceptions), today)
    audit.say(
        f"KHÔNG TỚI ĐƯỢC nguồn thông báo lỗ hổng nào: chỉ so {report.name} với các bản đã ghim"
    )
    for line in report_differs(page, pinned(pins)):
        audit.say(f"{line}; chạy `python docs/audit.py --write` rồi đọc lại bảng", fails=True)
    return audit


def shipped(name: str = "letan", extras: frozenset[str] = frozenset(SHIPPED)) -> Iterator[str]:
    """Normal names of everything ``name`` brings along here, each once."""
    seen: set[tuple[str, str]] = set()
    waiting = [(normal(name), extra) for extra in extras]
    while waiting:
        package, extra = waiting.pop()
        if (package, extra) in seen:
            continue
        seen.add((package, extra))
        try:
            needs = distribution(package).requires or []
        except PackageNotFoundError:
            continue
        for need in map(Requirement, needs):
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                waiting += [(normal(need.name), more) for more in ("", *need.extras)]
    return iter(sorted({package for package, _ in seen} - {normal(name)}))


def published(http: httpx.Client, name: str, version: str) -> str:
    """What PyPI has published of the pin, "không" for nothing; "" where a newer release is told of.

    For every registry that has a page for a package and none for each of its releases.
    """
    answer = http.get(f"{PYPI}/pypi/{name}/json")
    if answer.status_code != 200 or answer.json()["info"]["version"] != version:
        return ""
    held = [hole for hole in answer.json()["vulnerabilities"] if not hole.get("withdrawn")]
    # One hole is often told twice; the name that both share is its CVE.
    names = {
        min([hole["id"], *hole["aliases"]], key=lambda n: (n[:3] != "CVE", n)) for hole in held
    }
    return ", ".join(sorted(names)) or "không"


def licence(name: str) -> str:
    """What a package says of its licence, in one line."""
    try:
        said = distribution(name).metadata
    except PackageNotFoundError:
        return "(không cài ở đây)"
    short = said.get("License-Expression") or (said.get("License") or "").split("\n")[0]
    classes = [c.split(" :: ")[-1] for c in said.get_all("Classifier") or [] if "License" in c]
    return (short or ", ".join(classes) or "không khai").replace("|", "/")[:80]


def write(today: date) -> None:
    pins = pinned()
    asked = {name for name in shipped() if name in pins}
    with httpx.Client(timeout=30, follow_redirects=True) as http:
        told = {name: published(http, name, pins[name]) for name in asked}
    rows = [
        f"| {name} | {version} | {licence(name)} | {told.get(name, '')} |"
        for name, version in pins.items()
    ]
    compared = sum(map(bool, told.values()))
    head = HEAD.format(day=today.strftime("%d/%m/%Y"), asked=compared, unasked=len(pins) - compared)
    REPORT.write_text(head + "\n".join(rows) + "\n", "utf-8")


def main() -> int:
    if "--write" in sys.argv[1:]:
        write(date.today())
        return 0
    audit = audited(date.today(), reachable())
    print("\n".join(audit.lines))  # noqa: T201  (what it is run for)
    return int(audit.failed)


if __name__ == "__main__":
    sys.exit(main())
