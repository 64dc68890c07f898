"""Procedures: find one, correct it, have it reviewed, publish, roll back, suspend."""

from fastapi import APIRouter

from channels.door import Door
from channels.staff.procedure_edit import edit_routes
from channels.staff.procedure_list import list_routes
from channels.staff.procedure_new import new_routes
from channels.staff.procedure_steps import step_routes
from channels.staff.procedure_suspension import suspension_routes


def procedure_routes(door: Door) -> APIRouter:
    """`/staff/procedures` and everything below."""
    routes = APIRouter()
    for part in (list_routes, new_routes, edit_routes, step_routes, suspension_routes):
        routes.include_router(part(door))
    return routes
