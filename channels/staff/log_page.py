"""The log of what was changed, in words; for the admin."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from channels.door import Door
from channels.staff.access import Admin, console_of, show
from channels.staff.log_words import KINDS, SIGN_INS, told

LINES = 50


def log_routes(door: Door) -> APIRouter:
    """`/staff/log`."""
    routes = APIRouter()
    store, office_id = door.desk.library.store, door.desk.office_id

    @routes.get("/staff/log")
    async def log(
        request: Request,
        staff: Admin,
        subject: str = "",
        ai: str = "",
        loai: str = "",
        vao: bool = False,
        truoc: int | None = None,
    ) -> Response:
        """``ai`` is whose lines, ``loai`` a key of KINDS, ``vao`` shows sign-ins too."""

        def read() -> dict[str, object]:
            lines = store.audit(
                subject=subject or None, office_id=office_id, shared=True, limit=LINES + 1,
                by=ai or None, kinds=KINDS[loai][1] if loai in KINDS else (),
                but=() if vao or subject else SIGN_INS, before=truoc,
            )  # fmt: skip
            names = {s.code: s.title for s in store.live_summaries(office_id)}
            kept = {"subject": subject, "ai": ai, "loai": loai, "vao": "1" if vao else ""}
            query = {key: value for key, value in kept.items() if value}
            more = len(lines) > LINES
            return {
                "lines": [told(line, names) for line in lines[:LINES]], "kinds": KINDS, **kept,
                "people": console_of(request).accounts.all(), "is_first": truoc is None,
                "older": urlencode({**query, "truoc": lines[LINES - 1].id}) if more else "",
            }  # fmt: skip

        return await show(request, staff, "staff/log.html", read)

    return routes
