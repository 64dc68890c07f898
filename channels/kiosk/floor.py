"""The floor plan as SVG: the counters of one floor, the kiosk, and the way to one counter.

Drawn with attributes only, because the pages' security policy allows no inline style; ``stroke``
is said even where there is none, because inside a page the drawing inherits the icons' outline.
"""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from assistant.wording import upper_first
from knowledge.offices import Counter, FloorPlan, Office, Spot

# Units of the drawing for one hundredth of the hall.
SCALE = 6
MARGIN = 40
Point = tuple[float, float]
HALF = (36, 26)  # of a counter's box
WIDTH = 100 * SCALE + 2 * MARGIN
HEIGHT = 70 * SCALE + 2 * MARGIN
RED, INK, EDGE, CREAM = "#8f1d1f", "#221b17", "#8d7a63", "#fbf6ec"


def way_text(counter: Counter) -> str:
    """ "tầng 2, bên trái"; empty when the office has not said."""
    return ", ".join(part for part in (counter.floor, counter.position) if part)


def floor_svg(office: Office, target: str | None = None) -> str | None:
    """The kiosk's floor, or the way to counter ``target``: over the stairs where it is upstairs.

    None when the office has no plan, or no counter of that floor has a spot.
    """
    plan = office.plan
    if plan is None:
        return None
    goal = next((c for c in office.counters if c.number == target), None)
    floor = goal.floor if goal and goal.floor else plan.kiosk_floor
    shown = _counters_on(office, plan, floor)
    if not shown:
        return None
    halls = [_hall(plan, floor, shown, goal)]
    if floor != plan.kiosk_floor and plan.stairs:  # first to the stairs, below; then on, above
        ground = _counters_on(office, plan, plan.kiosk_floor)
        halls.append(_hall(plan, plan.kiosk_floor, ground, None, to=plan.stairs))
    name = f"Sơ đồ {floor}" + (f", đường đến quầy {goal.number}" if goal else "")
    stacked = "".join(
        f'<g transform="translate(0 {n * HEIGHT})">{hall}</g>' for n, hall in enumerate(halls)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT * len(halls)}"'
        f' role="img" aria-label="{escape(name)}" font-family="Be Vietnam Pro, sans-serif">'
        f"<title>{escape(name)}</title>{stacked}</svg>"
    )


def _counters_on(office: Office, plan: FloorPlan, floor: str) -> list[Counter]:
    return [c for c in office.counters if c.spot and (c.floor or plan.kiosk_floor) == floor]


def _hall(
    plan: FloorPlan,
    floor: str,
    shown: Sequence[Counter],
    goal: Counter | None,
    to: Spot | None = None,
) -> str:
    """One floor, with the way to a counter of it or to the spot ``to``."""
    is_ground = floor == plan.kiosk_floor
    parts = [
        f'<rect x="8" y="8" width="{WIDTH - 16}" height="{HEIGHT - 16}" rx="18" fill="{CREAM}"'
        f' stroke="{EDGE}" stroke-width="4"/>'
    ]
    start, end = plan.kiosk if is_ground else plan.stairs, goal.spot if goal else to
    if start and end:
        others = [at(c.spot) for c in shown if c.spot and c is not goal]
        parts.append(_way(start, end, others))
    parts += [_counter(c, c.spot, is_goal=c is goal) for c in shown if c.spot]
    if is_ground and plan.entrance:
        parts.append(_word(plan.entrance, "Cửa vào"))
    if is_ground:
        parts.append(_dot(plan.kiosk, "Bạn ở đây"))
    if plan.stairs and (to or not is_ground):
        parts.append(_dot(plan.stairs, "Cầu thang"))
    if not is_ground or to:
        parts.append(_floor_name(floor))
    return "".join(parts)


def _floor_name(floor: str) -> str:
    return (
        f'<text x="28" y="46" font-size="26" stroke="none" font-weight="600" fill="{RED}">'
        f"{escape(upper_first(floor))}</text>"
    )


def at(spot: Spot) -> tuple[float, float]:
    """The point on the drawing; the entrance is at the bottom, as one looks at it coming in."""
    return MARGIN + spot.x * SCALE, HEIGHT - MARGIN - spot.y * 0.7 * SCALE


def _way(start: Spot, goal: Spot, others: Sequence[Point]) -> str:
    """Two straight pieces, first along or first across: whichever passes fewer counters."""
    (x1, y1), (x2, y2) = at(start), at(goal)
    corner = min(((x1, y2), (x2, y1)), key=lambda c: _passed(((x1, y1), c, (x2, y2)), others))
    points = " ".join(f"{x:.0f},{y:.0f}" for x, y in ((x1, y1), corner, (x2, y2)))
    return (
        f'<polyline points="{points}" fill="none"'
        f' stroke="{RED}" stroke-width="8" stroke-dasharray="4 16" stroke-linecap="round"/>'
    )


def _passed(way: Sequence[Point], others: Sequence[Point]) -> int:
    """How many counters lie on a way of upright and level pieces."""
    passed = 0
    for (x1, y1), (x2, y2) in pairwise(way):
        left, right, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
        passed += sum(
            left - HALF[0] < x < right + HALF[0] and top - HALF[1] < y < bottom + HALF[1]
            for x, y in others
        )
    return passed


def _counter(counter: Counter, spot: Spot, *, is_goal: bool) -> str:
    x, y = at(spot)
    fill, ink = (RED, "#fff") if is_goal else ("#fff", INK)
    return (
        f'<rect x="{x - 36:.0f}" y="{y - 26:.0f}" width="72" height="52" rx="10" fill="{fill}"'
        f' stroke="{RED}" stroke-width="3"/>'
        f'<text x="{x:.0f}" y="{y + 10:.0f}" text-anchor="middle" font-size="30" stroke="none"'
        f' font-weight="600" fill="{ink}">{escape(counter.number)}</text>'
    )


def _dot(spot: Spot, word: str) -> str:
    x, y = at(spot)
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="14" fill="{INK}" stroke="none"/>'
        f'<text x="{x:.0f}" y="{y + 40:.0f}" text-anchor="middle" font-size="24" stroke="none"'
        f' font-weight="600" fill="{INK}">{escape(word)}</text>'
    )


def _word(spot: Spot, word: str) -> str:
    x, y = at(spot)
    return (
        f'<text x="{x:.0f}" y="{y + 24:.0f}" text-anchor="middle" font-size="22" stroke="none"'
        f' fill="{INK}">{escape(word)}</text>'
    )
