"""Numbers people act on: what was asked, what found no answer, which records to look at.

Every picture has its table beside it and every table its CSV; the weekly report is one A4 page
that prints as it stands.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from channels.door import Door
from channels.staff.access import HEADERS, Clerk, NotHere, show, work
from channels.staff.number_tables import TITLES, NumberTable, counts_of, numbers_of
from knowledge.linking.alike import Alike

HOME = "/staff/so-lieu"
USUAL_DAYS = 7
# Ten weeks of bars can still be told apart; the retention of conversations ends the rest.
MOST_DAYS = 92
LABELLED_DAYS = 10
TOP = 10
# A question asked once may hold somebody's story; on paper that leaves the house only what
# several have asked is quoted.
QUOTED_FROM = 2
# A picture is a document of its own: it may style itself, and can load nothing.
SVG_HEADERS = {
    **HEADERS, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"
}  # fmt: skip


def number_routes(door: Door) -> APIRouter:
    """`/staff/so-lieu` and everything below."""
    routes = APIRouter()
    desk = door.desk
    alike = Alike.load(desk.finder.encoder)

    def span(tu: str, den: str) -> tuple[date, date]:
        """The days asked for; the last seven when nothing, or nothing sensible, is asked."""
        today = desk.library.store.today()
        last = min(_day(den) or today, today)
        first = _day(tu) or last - timedelta(days=USUAL_DAYS - 1)
        return max(min(first, last), last - timedelta(days=MOST_DAYS - 1)), last

    @routes.get(HOME)
    async def page(request: Request, staff: Clerk, tu: str = "", den: str = "") -> Response:
        def read() -> dict[str, Any]:
            first, last = span(tu, den)
            numbers = numbers_of(desk, alike, first, last)
            today = desk.library.store.today()
            return {
                "numbers": numbers, "titles": TITLES, "top": TOP, "span": _query(first, last),
                "retention_days": desk.retention.days, "today": today,
                "presets": [
                    (f"{n} ngày", _query(today - timedelta(days=n - 1), today)) for n in (7, 30, 90)
                ],
            }  # fmt: skip

        return await show(request, staff, "staff/numbers.html", read)

    @routes.get(f"{HOME}/hinh/{{name}}.svg")
    async def picture(
        request: Request, staff: Clerk, name: str, tu: str = "", den: str = "", hep: bool = False
    ) -> Response:
        """``hep``: drawn for a narrow screen."""
        draw = PICTURES.get(name)
        if draw is None:
            raise NotHere("Không có hình này.")

        def drawn() -> bytes:
            return draw(counts_of(desk, *span(tu, den))[1][name], hep)

        svg = await work(request, drawn)
        return Response(svg, media_type="image/svg+xml", headers=SVG_HEADERS)

    @routes.get(f"{HOME}/{{name}}.csv")
    async def table(
        request: Request, staff: Clerk, name: str, tu: str = "", den: str = ""
    ) -> Response:
        if name not in TITLES:
            raise NotHere("Không có bảng này.")

        def written() -> tuple[str, str]:
            first, last = span(tu, den)
            numbers = numbers_of(desk, alike, first, last)
            return numbers.tables[name].to_csv(), f"{name}-{first}-{last}.csv"

        text, file = await work(request, written)
        headers = {**HEADERS, "Content-Disposition": f"attachment; filename={file}"}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    @routes.get(f"{HOME}/tuan")
    async def report(request: Request, staff: Clerk, tuan: str = "") -> Response:
        def read() -> dict[str, Any]:
            today = desk.library.store.today()
            last_week = today - timedelta(days=today.weekday() + 7)
            monday = _monday(tuan) or last_week
            sunday = monday + timedelta(days=6)
            numbers = numbers_of(desk, alike, monday, sunday)
            before = counts_of(desk, monday - timedelta(days=7), monday - timedelta(days=1))[0]
            return {
                "numbers": numbers, "span": _query(monday, sunday), "before": len(before),
                "week": f"{monday:%G-W%V}", "quoted_from": QUOTED_FROM,
                "earlier": f"{monday - timedelta(days=7):%G-W%V}",
                "later": f"{monday + timedelta(days=7):%G-W%V}" if sunday < today else "",
            }  # fmt: skip

        return await show(request, staff, "staff/week.html", read)

    return routes


def _stacked(table: NumberTable, narrow: bool) -> bytes:
    names = table.headings[1:-1]
    series = {name: [row[n + 1] for row in table.rows] for n, name in enumerate(names)}
    labels = [str(row[0]).removesuffix(" giờ") for row in table.rows]
    if "/" in labels[0]:
        labels = [label[:5] for label in labels]  # 24/11
        every = -(-len(labels) // (LABELLED_DAYS // 2 if narrow else LABELLED_DAYS))
    else:
        every = 3 if narrow else 1
    from channels.staff import plots  # half a second of matplotlib, for those who look

    return plots.stacked_bars(labels, series or {"": [0] * len(labels)}, every=every, narrow=narrow)


def _level(table: NumberTable, narrow: bool) -> bytes:
    from channels.staff import plots

    return plots.level_bars([(row[0], row[2]) for row in table.rows[:TOP]], narrow=narrow)


PICTURES: dict[str, Callable[[NumberTable, bool], bytes]] = {
    "ngay": _stacked, "gio": _stacked, "thu-tuc": _level,
}  # fmt: skip


def _query(first: date, last: date) -> str:
    return f"tu={first.isoformat()}&den={last.isoformat()}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _monday(week: str) -> date | None:
    """The Monday of "2026-W47"; None for anything else."""
    year, _, number = week.partition("-W")
    try:
        return date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        return None
