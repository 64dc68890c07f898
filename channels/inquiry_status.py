"""`GET /api/inquiries/<code>`: a clerk's answer for whoever knows the reference."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from channels.door import Door, error

# Six characters of 32 cannot be guessed at this pace: 10⁹ codes, 20 wrong ones a minute.
WRONG_A_MINUTE = RateLimitItemPerMinute(20)
LONGEST_CODE = 20


def inquiry_routes(door: Door) -> APIRouter:
    """Where an inquiry stands, and its answer."""
    routes = APIRouter()
    limiter = MovingWindowRateLimiter(MemoryStorage())

    @routes.get("/api/inquiries/{code}")
    async def inquiry(code: str, request: Request) -> Response:
        """Status, answer and when; reading again costs nothing, guessing is slowed down."""
        who = request.client.host if request.client else ""
        if not limiter.test(WRONG_A_MINUTE, who):
            return error(429, "too_many_guesses")
        found = None
        if len(code) <= LONGEST_CODE:
            found = await door.workers.run(lambda: door.desk.inquiries.find(code))
        if found is None:
            limiter.hit(WRONG_A_MINUTE, who)
            return error(404, "unknown_inquiry")
        return JSONResponse(
            {
                "code": found.code,
                "status": found.status.value,
                "answer": found.answer,
                "answered_at": found.answered_at.isoformat() if found.answered_at else None,
            },
            headers={"Cache-Control": "no-store"},
        )

    return routes
