"""What a ward, a province and the country need, from what was measured: tables of docs/scale.md.

``python -m evals.sizing`` puts the figures of ``evals/baseline/sizing.json``, and what follows from
them, into the page between its marks. The demand is an assumption and says so; the rest was
measured.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.settings import AssistantSettings
from knowledge.database import POOL_SIZE

ROOT = Path(__file__).parent.parent
FIGURES = Path(__file__).parent / "baseline" / "sizing.json"
PAGE = ROOT / "docs" / "scale.md"
MARKS = ("<!-- bảng: evals.sizing -->", "<!-- hết bảng -->")
MEASURED_MARKS = ("<!-- số đo: evals.sizing -->", "<!-- hết số đo -->")

# 10 % of a day's questions come within its busiest half hour (opening), and within that half hour
# the busiest seconds see three times the mean: assumptions, to be replaced by an office's own
# figures (console, "Số liệu").
BUSIEST_SHARE, BUSIEST_SECONDS, BURST = 0.10, 1800, 3.0
# A process is planned at half of what it does at its best: the rest is for restarts and surprises.
USED_SHARE = 0.5
KEPT_DAYS: int = AssistantSettings.model_fields["retention_days"].default
CONNECTIONS = 2 * POOL_SIZE


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; ``of`` says when, where and with which commands."""

    of: str
    answers_a_second: float
    process_mib: float
    office_mib: float
    bytes_a_turn: float
    knowledge_mib: float

    @classmethod
    def read(cls) -> "Figures":
        return cls(**json.loads(FIGURES.read_text("utf-8")))


@dataclass(frozen=True, slots=True)
class Need:
    """One deployment: ``offices`` served by ``processes`` alike."""

    name: str
    offices: int
    questions_a_day: int
    peak: float
    processes: int
    memory_gib: float
    disk_gib: float
    connections: int


def need(name: str, offices: int, a_day_each: int, figures: Figures) -> Need:
    """What one deployment of ``offices`` needs when each is asked ``a_day_each`` questions."""
    a_day = offices * a_day_each
    peak = a_day * BUSIEST_SHARE / BUSIEST_SECONDS * BURST
    working = math.ceil(peak / (figures.answers_a_second * USED_SHARE))
    processes = working + (1 if offices > 1 else 0)  # one may be restarting
    memory = processes * (figures.process_mib + (offices - 1) * figures.office_mib)
    disk = a_day * KEPT_DAYS * figures.bytes_a_turn / 2**30 + figures.knowledge_mib / 1024
    return Need(name, offices, a_day, peak, processes, memory / 1024, disk, processes * CONNECTIONS)


CASES = (
    ("một phường", 1, 500), ("một phường đông", 1, 3_000),
    ("một tỉnh, 130 xã", 130, 500), ("một tỉnh, 170 xã", 170, 500),
    ("một tỉnh, 170 xã, gấp ba", 170, 1_500),
)  # fmt: skip
COMMUNES, PROVINCES = 3_321, 34


def table(figures: Figures) -> str:
    """The rows of the page: each case, then the country as one deployment for each province."""
    rows = [need(name, offices, each, figures) for name, offices, each in CASES]
    province = need("", math.ceil(COMMUNES / PROVINCES), 500, figures)
    country = asdict(province) | {
        "name": f"cả nước: {PROVINCES} bản tỉnh, 3.321 xã", "offices": COMMUNES,
        "questions_a_day": COMMUNES * 500, "peak": province.peak * COMMUNES / province.offices,
        "processes": province.processes * PROVINCES, "memory_gib": province.memory_gib * PROVINCES,
        "disk_gib": province.disk_gib * PROVINCES,
    }  # fmt: skip
    rows.append(Need(**country))
    lines = [
        "| | câu mỗi ngày | câu/giây lúc cao nhất | tiến trình (nhân) | RAM | đĩa, 90 ngày "
        "| kết nối SQL |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        lines.append(
            f"| {row.name} | {_vi(row.questions_a_day)} | {_vi(row.peak, 1)} | {row.processes} "
            f"| {_vi(row.memory_gib, 1)} GiB | {_vi(row.disk_gib, 1)} GiB "
            f"| {row.connections}{' mỗi tỉnh' if row.offices == COMMUNES else ''} |"
        )
    return "\n".join(lines)


def measured(figures: Figures) -> str:
    """The rows of the page that say what was measured, and with which command."""
    bench = "`letan bench --portal …`, hai nhân, 2.893 thủ tục"
    cost = "`python -m evals.offices_cost 20`"
    rows = (
        ("câu/giây của một tiến trình, 16 khách", _vi(figures.answers_a_second, 1), bench),
        ("bộ nhớ một tiến trình, 2.893 thủ tục", f"{_vi(figures.process_mib)} MiB",
         "`python -m evals.soak THƯ_MỤC`, 16 khách"),
        ("bộ nhớ thêm cho một xã đã có người hỏi, cùng tiến trình",
         f"{_vi(figures.office_mib, 1)} MiB", cost),
        ("một lượt trong cơ sở dữ liệu (SQLite)", f"{_vi(figures.bytes_a_turn)} byte",
         "như trên, 300 lượt"),
        ("cơ sở dữ liệu và chỉ mục của thủ tục quốc gia", f"{_vi(figures.knowledge_mib)} MiB",
         "sau `letan ingest`, 12.657 đoạn trích"),
    )  # fmt: skip
    lines = ["| Số | Bằng | Đo bằng |", "|---|--:|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _vi(value: float, digits: int = 0) -> str:
    return f"{value:,.{digits}f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def main() -> None:
    """Put both tables into the page."""
    figures = Figures.read()
    page = _between(PAGE.read_text("utf-8"), MARKS, table(figures))
    PAGE.write_text(_between(page, MEASURED_MARKS, measured(figures)), "utf-8")


def _between(page: str, marks: tuple[str, str], rows: str) -> str:
    before, rest = page.split(marks[0])
    return f"{before}{marks[0]}\n{rows}\n{marks[1]}{rest.split(marks[1])[1]}"


if __name__ == "__main__":
    main()
