"""The office: what changes in a day, hours and contact, counters, floor plan, fees."""

from fastapi import APIRouter

from channels.door import Door
from channels.staff.fee_rules import fee_rule_routes
from channels.staff.office_change import Front
from channels.staff.office_counters import counter_routes
from channels.staff.office_details import detail_routes
from channels.staff.office_plan import plan_routes
from channels.staff.office_today import today_routes
from channels.staff.widget_sites import widget_site_routes


def office_routes(door: Door) -> APIRouter:
    """`/staff/office` and everything below."""
    routes = APIRouter()
    front = Front(door.desk.library.store, door.desk.office_id)
    for part in (today_routes, detail_routes, counter_routes, plan_routes, fee_rule_routes):
        routes.include_router(part(door, front))
    routes.include_router(widget_site_routes(door))
    return routes
