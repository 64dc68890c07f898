"""The rotating tokens of a Zalo Official Account: refreshed by one, stored before used.

A refresh token works once. One process at a time refreshes (a lease in the database), and the
new pair is committed before any call uses it. If a process dies between the answer of Zalo and
that commit, the pair is lost; the old access token goes on working, because it is refreshed
hours before it ends, and `needs_consent` tells a person to link the account again meanwhile.
"""

import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import Engine, Table, or_, select, update

from channels.mail_tables import insert_new
from channels.sending import SendFailed
from channels.threads import Workers
from channels.zalo_oa_reading import PLATFORM
from channels.zalo_settings import ZaloOaSettings
from knowledge.database import reading, writing
from knowledge.schema_groups import TokenRow

TOKEN: Table = TokenRow.__table__  # type: ignore[assignment]
# An access token lives 25 hours; this much before its end it is replaced.
EARLY = timedelta(hours=3)
# A refresh token lives three months from its issue.
REFRESH_LIVES = timedelta(days=90)
REFRESHING = timedelta(seconds=60)
HALTED_SECONDS = 300.0
TIMEOUT_SECONDS = 20.0
USED_REFRESH_TOKEN = -14020


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is stored of an account's access; ``stored_at``: when the pair came."""

    access: str
    refresh: str
    expires_at: datetime
    needs_consent: bool
    verifier: str
    stored_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When the refresh token ends: then the account must be linked again."""
        return self.stored_at + REFRESH_LIVES


def find_tokens(engine: Engine, office_id: str) -> Tokens | None:
    """What is stored of an office's account, None before it was ever linked."""
    with reading(engine) as connection:
        row = connection.execute(select(TOKEN).where(_of(office_id))).first()
    if row is None:
        return None
    return Tokens(
        row.access_token, row.refresh_token, row.expires_at, row.needs_consent,
        row.verifier or "", row.updated_at,
    )  # fmt: skip


def _of(office_id: str) -> Any:
    return (TOKEN.c.office_id == office_id) & (TOKEN.c.platform == PLATFORM)


class OaTokens:
    """The access token of one office's account. ``sleep`` waits for another process's refresh."""

    def __init__(
        self,
        engine: Engine,
        office_id: str,
        clock: Callable[[], datetime],
        settings: ZaloOaSettings,
        workers: Workers,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._engine = engine
        self._office_id = office_id
        self._clock = clock
        self._settings = settings
        self._workers = workers
        self._sleep = sleep
        self._client = httpx.AsyncClient(
            base_url=settings.oauth_url.rstrip("/"), timeout=TIMEOUT_SECONDS
        )

    async def stop(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def access(self, *, refused: str = "") -> str:
        """A token to call with; refreshed when it ends soon, or is the one just ``refused``.

        Raises SendFailed when there is none until somebody links the account.
        """
        for _ in range(int(REFRESHING.total_seconds())):
            tokens = await self._workers.run(self.find)
            if tokens is None:
                raise SendFailed(
                    "Zalo OA is not linked yet (letan channels oa-link)",
                    retry_after=HALTED_SECONDS, halts=True,
                )  # fmt: skip
            now = self._clock()
            dying = tokens.expires_at - now < EARLY or tokens.access == refused
            usable = tokens.expires_at > now and tokens.access != refused
            if not dying or (tokens.needs_consent and usable):
                return tokens.access
            if tokens.needs_consent:
                raise SendFailed(
                    "Zalo OA must be linked again (letan channels oa-link)",
                    retry_after=HALTED_SECONDS, halts=True,
                )  # fmt: skip
            if await self._workers.run(self._begin):
                return await self._refresh(refused)
            if usable:  # another process is at it; the old one is still good
                return tokens.access
            await self._sleep(1.0)
        raise SendFailed("Zalo OA token is being refreshed for too long", retry_after=0)

    async def _refresh(self, refused: str) -> str:
        # Read again under the lease: another process may have finished in between.
        tokens = await self._workers.run(self.find)
        assert tokens is not None
        if tokens.access != refused and tokens.expires_at - self._clock() >= EARLY:
            await self._workers.run(self._end)
            return tokens.access
        try:
            pair = await self._ask({"grant_type": "refresh_token", "refresh_token": tokens.refresh})
        except SendFailed as failed:
            if failed.halts:
                await self._workers.run(lambda: self._end(needs_consent=True))
                if tokens.expires_at > self._clock() and tokens.access != refused:
                    return tokens.access
            else:
                await self._workers.run(self._end)
                if tokens.expires_at > self._clock() and tokens.access != refused:
                    return tokens.access
            raise
        await self._workers.run(lambda: self.store(pair))
        return str(pair["access_token"])

    async def consent(self, code: str) -> None:
        """Exchange the code of the consent page for the first pair; raises SendFailed."""
        verifier = await self._workers.run(self._verifier)
        pair = await self._ask(
            {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        )
        await self._workers.run(lambda: self.store(pair))

    async def _ask(self, form: dict[str, str]) -> dict[str, Any]:
        try:
            response = await self._client.post(
                "/v4/oa/access_token",
                data={"app_id": self._settings.app_id, **form},
                headers={"secret_key": self._settings.app_secret.get_secret_value()},
            )
            body = response.json()
        except (httpx.HTTPError, ValueError) as error:
            why = f"Zalo OA login not reached: {type(error).__name__}"
            raise SendFailed(why, retry_after=0) from None
        if response.status_code == 200 and body.get("access_token") and body.get("refresh_token"):
            return dict(body)
        code = body.get("error")
        why = f"Zalo OA login refused: {code} {body.get('error_name', '')}"
        if isinstance(code, int) and code < 0:
            raise SendFailed(why, retry_after=HALTED_SECONDS, halts=True)
        raise SendFailed(why, retry_after=0)

    def consent_url(self) -> str:
        """Where an administrator of the account agrees; a new verifier is kept for its code."""
        verifier = secrets.token_urlsafe(48)[:43]
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        now = self._clock()
        row = {
            "office_id": self._office_id, "platform": PLATFORM, "access_token": "",
            "refresh_token": "", "expires_at": now, "needs_consent": True,
            "verifier": verifier, "updated_at": now,
        }  # fmt: skip
        with writing(self._engine) as connection:
            if not insert_new(connection, TOKEN, row):
                connection.execute(update(TOKEN).where(self._mine()).values(verifier=verifier))
        query = httpx.QueryParams(
            app_id=self._settings.app_id,
            redirect_uri=self._settings.redirect_url,
            code_challenge=challenge,
            state="letan",
        )
        return f"{self._settings.oauth_url.rstrip('/')}/v4/oa/permission?{query}"

    def find(self) -> Tokens | None:
        """What is stored, None before the account was ever linked."""
        return find_tokens(self._engine, self._office_id)

    def store(self, pair: dict[str, Any]) -> None:
        """Keep a new pair; from the commit on it is the one that counts."""
        now = self._clock()
        values = {
            "access_token": str(pair["access_token"]),
            "refresh_token": str(pair["refresh_token"]),
            "expires_at": now + timedelta(seconds=int(pair.get("expires_in") or 90000)),
            "refreshing_until": None,
            "needs_consent": False,
            "updated_at": now,
        }
        row = {"office_id": self._office_id, "platform": PLATFORM}
        with writing(self._engine) as connection:
            if not insert_new(connection, TOKEN, row | values):
                connection.execute(update(TOKEN).where(self._mine()).values(values))

    def _begin(self) -> bool:
        """Take the lease for one refresh; False when somebody has it."""
        now = self._clock()
        free = or_(TOKEN.c.refreshing_until.is_(None), TOKEN.c.refreshing_until <= now)
        with writing(self._engine) as connection:
            taken = connection.execute(
                update(TOKEN).where(self._mine(), free).values(refreshing_until=now + REFRESHING)
            )
        return taken.rowcount == 1

    def _end(self, *, needs_consent: bool = False) -> None:
        values: dict[str, Any] = {"refreshing_until": None}
        if needs_consent:
            values["needs_consent"] = True
        with writing(self._engine) as connection:
            connection.execute(update(TOKEN).where(self._mine()).values(values))

    def _verifier(self) -> str:
        tokens = self.find()
        return tokens.verifier if tokens else ""

    def _mine(self) -> Any:
        return _of(self._office_id)
