"""Saving a part of the office: what was wrong, or changed meanwhile, comes back with the form."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request, Response

from channels.staff.access import Staff, show, work
from channels.staff.office_change import Refused
from knowledge.versions import EditConflict


async def refusal_of(
    request: Request,
    staff: Staff,
    change: Callable[[], object],
    template: str,
    form: Callable[..., Mapping[str, Any]],
) -> Response | None:
    """None once ``change`` is done; else the form again, told what is ``wrong`` (422) or who saved
    before (``conflict``, 409)."""
    told: dict[str, Any]
    try:
        await work(request, change)
    except Refused as refusal:
        status, told = 422, {"wrong": refusal.sentences}
    except EditConflict as problem:
        status, told = 409, {"conflict": str(problem)}
    else:
        return None
    return await show(request, staff, template, lambda: form(**told), status=status)
