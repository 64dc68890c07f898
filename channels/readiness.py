"""Whether the process lives, and whether it can answer: for a balancer, and for who looks after it.

A desk that can only read still answers everybody, so it stays ready; that it keeps nothing, or
finds by words alone, is said beside it.
"""

import anyio
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from channels.door import Door

WAITS_SECONDS = 1  # a disk that hangs must not make the answer hang; the last finding is told


def health_routes(door: Door) -> APIRouter:
    """Whether the process lives, and whether it can answer."""
    routes = APIRouter()
    library = door.desk.library

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Alive: the process answers."""
        return {"status": "ok"}

    @routes.get("/readyz")
    async def readyz() -> Response:
        """Ready: the database answers and knowledge is loaded; "degraded" when not all is well."""
        try:
            held = await door.workers.run(
                lambda: len(library.store.find_live_versions(door.desk.office_id))
            )
        except Exception:  # whatever is wrong, the balancer only needs "no"
            return JSONResponse({"status": "unavailable"}, status_code=503)
        with anyio.move_on_after(WAITS_SECONDS):
            await anyio.to_thread.run_sync(door.storage.look, abandon_on_cancel=True)
        vectors = "away" if library.index.is_away else "ok"
        writes = "ok" if door.storage.takes_writes else "refused"
        status = "ok" if vectors == writes == "ok" else "degraded"
        told = {"status": status, "procedures": held, "vectors": vectors, "writes": writes}
        return JSONResponse(told, status_code=200 if held else 503)

    return routes
