"""The list of procedures: search and filters."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from channels.door import Door
from channels.staff.access import Clerk, show
from channels.staff.shelf import STATUS_NAMES, Shelf
from knowledge.layers import Scope
from knowledge.vietnamese import fold

SHOWN = 60


def list_routes(door: Door) -> APIRouter:
    """`/staff/procedures`."""
    routes = APIRouter()
    desk = door.desk
    store = desk.library.store
    shelf = Shelf(store, desk.office_id)

    @routes.get("/staff/procedures")
    async def listing(
        request: Request,
        staff: Clerk,
        q: str = "",
        sector: str = "",
        state: str = "",
        trang: int = 1,
    ) -> Response:
        """``trang`` is the page, from 1."""

        def read() -> dict[str, Any]:
            held = store.live_summaries(desk.office_id)
            drafts = {v.code: v for v in reversed(shelf.drafts())}
            suspended = {
                r.code: r for r in store.rules(desk.office_id)
                if r.suspended and r.code and r.scope is Scope.OFFICE
            }  # fmt: skip
            words = fold(q.lower()).split()
            found = [
                p for p in held
                if (not sector or p.sector == sector)
                and (state != "draft" or p.code in drafts)
                and (state != "suspended" or p.code in suspended)
                and _contains(words, p.code, p.name, p.short_name or "", *p.aliases)
            ]  # fmt: skip
            found.sort(key=lambda p: (-p.popularity, p.title))
            pages = -(-len(found) // SHOWN) or 1
            page = min(max(trang, 1), pages)
            start = (page - 1) * SHOWN
            return {
                "found": found[start : start + SHOWN], "start": start, "page": page,
                "pages": pages, "query": urlencode({"q": q, "sector": sector, "state": state}),
                "count": len(found), "q": q, "sector": sector,
                "state": state, "sectors": sorted({p.sector for p in held}),
                "drafts": drafts, "suspended": suspended, "status_names": STATUS_NAMES,
            }  # fmt: skip

        return await show(request, staff, "staff/procedures.html", read)

    return routes


def _contains(words: list[str], *texts: str) -> bool:
    whole = fold(" ".join(texts).lower())
    return all(word in whole for word in words)
