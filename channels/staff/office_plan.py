"""The floor plan in the console: where the kiosk, the door, the stairs and the counters stand.

Numbers from 0 to 100 in a table are the form; a script lets people drag the same things on the
drawing, or move them with the arrow keys. The drawing below is the one residents see.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from channels.door import Door
from channels.kiosk.floor import HEIGHT, MARGIN, SCALE, WIDTH, at, floor_svg
from channels.staff.access import HEADERS, Admin, Clerk, leave, show, typed_in, work
from channels.staff.office_change import Front, Refused, seen
from channels.staff.office_saving import refusal_of
from knowledge.offices import Counter, Office, Spot

PAGE = "/staff/office/plan"
TEMPLATE = "staff/office_plan.html"
PARTS = ("counters", "plan")
GROUND = "tầng 1"
# What a plan starts with: the kiosk a few steps inside the door.
FIRST = {"kiosk": ("50", "15"), "entrance": ("50", "0"), "stairs": ("", "")}
NAMES = {"kiosk": "Máy ở sảnh", "entrance": "Cửa vào", "stairs": "Cầu thang, thang máy"}
SHORT = {"kiosk": "Máy", "entrance": "Cửa vào", "stairs": "Cầu thang"}


def plan_routes(door: Door, front: Front) -> APIRouter:
    """`/staff/office/plan`: the form, its preview, and saving."""
    routes = APIRouter()

    def form(typed: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        office = front.office()
        fields = typed or _fields(office)
        ground = fields.get("kiosk_floor") or GROUND
        return {
            "typed": fields, "seen": seen(office, *PARTS), "wrong": (), "conflict": "",
            "things": _things(office, fields, ground), "ground": ground,
            "floors": _floors(office, ground), "drawn": _drawings(office, ""),
            "size": (WIDTH, HEIGHT), "scale": (MARGIN, SCALE), **more,
        }  # fmt: skip

    @routes.get(PAGE)
    async def page(request: Request, staff: Clerk) -> Response:
        return await show(request, staff, TEMPLATE, form)

    @routes.post(f"{PAGE}/preview")
    async def preview(request: Request, staff: Clerk) -> Response:
        """The drawing of what is typed, with the way to the counter asked for; nothing is saved."""
        typed = await typed_in(request)

        def draw() -> str:
            base = front.office()
            try:
                new = base.model_validate(base.model_dump(mode="json") | _edit(base, typed))
            except (Refused, ValidationError):
                return '<p class="hint">Còn chỗ chưa điền đúng nên chưa vẽ được.</p>'
            return "".join(_drawings(new, typed.get("target", "")))

        return HTMLResponse(await work(request, draw), headers=HEADERS)

    @routes.post(PAGE)
    async def save(request: Request, staff: Admin) -> Response:
        typed = await typed_in(request)
        as_seen = (typed.get("seen", ""), PARTS)

        def change() -> bool:
            return front.change(lambda o: _edit(o, typed), by=staff.name, as_seen=as_seen)

        again = partial(form, typed)
        if refused := await refusal_of(request, staff, change, TEMPLATE, again):
            return refused
        return leave(request, PAGE, "Đã lưu sơ đồ; màn hình ở sảnh dùng ngay.")

    return routes


def _floor_of(counter: Counter, ground: str) -> str:
    return counter.floor or ground


def _floors(office: Office, ground: str) -> list[str]:
    return list(dict.fromkeys([ground, *(_floor_of(c, ground) for c in office.counters)]))


def _drawings(office: Office, target: str) -> list[str]:
    """The way to one counter, or every floor as it is."""
    if target:
        return [floor_svg(office, target) or ""]
    ground = office.plan.kiosk_floor if office.plan else GROUND
    firsts = {_floor_of(c, ground): c.number for c in office.counters if c.spot}
    drawn = [floor_svg(office)]
    drawn += [floor_svg(office, number) for floor, number in firsts.items() if floor != ground]
    return [svg for svg in drawn if svg]


def _fields(office: Office) -> dict[str, str]:
    plan = office.plan
    fields = {"kiosk_floor": plan.kiosk_floor if plan else GROUND}
    for name, (x, y) in FIRST.items():
        spot: Spot | None = getattr(plan, name) if plan else None
        fields[f"x:{name}"] = _said(spot.x) if spot else "" if plan else x
        fields[f"y:{name}"] = _said(spot.y) if spot else "" if plan else y
    for counter in office.counters:
        fields[f"x:{counter.number}"] = _said(counter.spot.x) if counter.spot else ""
        fields[f"y:{counter.number}"] = _said(counter.spot.y) if counter.spot else ""
    return fields


def _things(office: Office, fields: Mapping[str, str], ground: str) -> list[dict[str, Any]]:
    """Every row of the form, and where its mark stands on the drawing."""
    named = [(key, name, SHORT[key], "") for key, name in NAMES.items()]
    named += [
        (c.number, f"Quầy {c.number} – {c.name}", c.number, _floor_of(c, ground))
        for c in office.counters
    ]
    things = []
    for key, name, short, floor in named:
        try:
            spot = _spot(fields, key, name)
        except Refused:
            spot = None
        things.append({
            "key": key, "name": name, "short": short, "floor": floor or ground,
            "x": fields.get(f"x:{key}", ""), "y": fields.get(f"y:{key}", ""),
            "at": at(spot) if spot else None,
            "everywhere": key == "stairs",
        })  # fmt: skip
    return things


def _edit(office: Office, typed: Mapping[str, str]) -> dict[str, Any]:
    """The counters' spots and the plan as typed; raises Refused naming each wrong row."""
    wrong: list[str] = []

    def read(key: str, name: str) -> dict[str, float] | None:
        try:
            spot = _spot(typed, key, name)
        except Refused as refusal:
            wrong.extend(refusal.sentences)
            return None
        return spot.model_dump() if spot else None

    spots = {key: read(key, name) for key, name in NAMES.items()}
    counters = [
        # a counter that was added since the form was opened keeps its spot
        c.model_dump(mode="json")
        | ({"spot": read(c.number, f"Quầy {c.number}")} if f"x:{c.number}" in typed else {})
        for c in office.counters
    ]
    floor = " ".join(typed.get("kiosk_floor", "").split())
    if spots["kiosk"] is None and not wrong:
        wrong.append("Máy ở sảnh: cần đặt lên sơ đồ, đường đi bắt đầu từ đó.")
    if not floor:
        wrong.append("Tầng đặt máy: cần điền, ví dụ: tầng 1.")
    if wrong:
        raise Refused(*wrong)
    return {"counters": counters, "plan": spots | {"kiosk_floor": floor}}


def _spot(fields: Mapping[str, str], key: str, name: str) -> Spot | None:
    x, y = (fields.get(f"{axis}:{key}", "").strip().replace(",", ".") for axis in "xy")
    if not x and not y:
        return None
    try:
        return Spot(x=float(x), y=float(y))
    except (ValueError, ValidationError) as problem:
        raise Refused(f"{name}: ngang và sâu là hai số từ 0 đến 100.") from problem


def _said(number: float) -> str:
    return f"{number:g}"
