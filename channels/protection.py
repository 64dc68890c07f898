"""Wires what protects the web application: headers, bounds, time limits, figures."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from channels.door import Door, error
from channels.metrics import Timed, metrics_routes
from channels.protection_settings import ProtectionSettings
from channels.rate_limits import RateLimits
from channels.security_headers import SecurityHeaders
from channels.shared import Shared
from channels.shared_limits import open_storage
from channels.slow_body import SlowBody
from channels.straight import Straight
from channels.widget.cross_origin import CrossOrigin
from channels.widget.permits import Permit, Permits


def protect(app: FastAPI, door: Door, settings: ProtectionSettings, shared: Shared) -> None:
    """Put ``app`` behind every bound; call it after the other middleware is in place."""
    metrics = shared.metrics
    door.desk.conversations.watch(metrics.recorded)
    app.include_router(
        metrics_routes(
            door,
            metrics,
            public=settings.public_metrics,
            token=settings.metrics_token.get_secret_value(),
        )
    )

    def refused(reason: str) -> None:
        metrics.refused.labels(reason).inc()

    # Inside what follows, because it reads bodies whole: the limit on their size stands before it.
    app.user_middleware.append(
        Middleware(
            RateLimits,
            settings=settings,
            refused=refused,
            shared=open_storage(settings.limits_storage, door.desk.library.engine),
            office_id=door.desk.office_id,
            occupancy=shared.occupancy,
        )
    )
    app.user_middleware.append(Middleware(Straight, door=door))
    app.add_middleware(Timed, metrics=metrics)
    permits = Permits(door.desk.library.store)

    async def find(key: str) -> Permit | None:
        return await door.workers.run(lambda: permits.find(key))

    # Before what counts and times questions: those know them by their path.
    app.add_middleware(
        CrossOrigin, find=find, office_id=door.desk.office_id, public_url=door.desk.public_url
    )
    app.add_middleware(SlowBody, seconds=settings.body_seconds, refusal=error(408, "slow_body"))
    app.add_middleware(SecurityHeaders)
    trusted = [part.strip() for part in settings.trusted_proxies.split(",") if part.strip()]
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)
