"""A Zalo Official Account through httpx: messages to followers and to its own groups."""

from datetime import datetime, timedelta
from typing import Any, Literal

import httpx

from channels.heard import Heard, Say
from channels.sending import SendFailed, Traits
from channels.splitting import split
from channels.zalo_oa_reading import PLATFORM
from channels.zalo_oa_tokens import OaTokens
from channels.zalo_settings import ZaloOaSettings

LIMIT = 2000
# One copy of the documentation allows no more; what is refused at length is sent in such pieces.
SHORT = 500
TIMEOUT_SECONDS = 25.0
MINUTE_SECONDS = 60.0
MAX_BUTTONS = 5
CONSULT = "/v3.0/oa/message/cs"
GROUP = "/v3.0/oa/group/message"
OK = 0
TOKEN_INVALID = -216
BAD_PARAMETER = -201

Action = Literal["retry", "minute", "morning", "halt", "gone", "drop"]
# What to do about an error code. What is not listed is dropped: visible, and tried again by hand.
ACTIONS: dict[int, Action] = {
    -32: "minute",  # too many calls this minute
    -100: "retry",  # generic
    -200: "retry",  # sending failed
    -204: "halt",  # account deleted
    -205: "halt",  # account absent
    -210: "halt",  # over the limit
    -211: "halt",  # out of quota
    -213: "gone",  # the resident does not follow
    -216: "halt",  # token invalid even after a refresh
    -219: "halt",  # application disabled
    -220: "halt",  # token removed
    -221: "halt",  # account not verified
    -223: "halt",  # not authorised
    -224: "halt",  # needs a package
    -227: "gone",  # resident banned, or away for 45 days
    -230: "gone",  # outside the seven days in which an answer may be sent
    -234: "morning",  # not at night
    -237: "gone",  # group disabled
    -240: "halt",  # old API shut down
    -242: "halt",  # proof of the application's secret
    -244: "gone",  # resident does not want messages
    -403: "gone",  # account is not in the group
}
HALTED_SECONDS = 900.0
# Without a way to heal by waiting: quota and packages are bought, not waited for.
NEVER = frozenset({-204, -205, -211, -219, -221, -223, -224, -240, -242})
MORNING_HOUR = 6


class ZaloOaPlatform:
    """Sends as the account; refreshes its token once when a call is refused for it."""

    def __init__(self, settings: ZaloOaSettings, tokens: OaTokens, clock: Any) -> None:
        self._tokens = tokens
        self._clock = clock
        self._client = httpx.AsyncClient(
            base_url=settings.api_url.rstrip("/"), timeout=TIMEOUT_SECONDS
        )
        self.name = ""

    async def start(self) -> str:
        """Learn the account's name; raises SendFailed."""
        data = await self.call("GET", "/v2.0/oa/getoa")
        self.name = str(data.get("name") or "")
        return self.name

    async def stop(self) -> None:
        """Close the connections."""
        await self._client.aclose()
        await self._tokens.stop()

    @property
    def traits(self) -> Traits:
        return Traits(
            PLATFORM, "zalo", LIMIT, has_buttons=False, threads=False, call=f"@{self.name}",
            private_buttons=True,
        )  # fmt: skip

    async def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """The ``data`` of a call; raises SendFailed with what the code means."""
        token = await self._tokens.access()
        code, message, data = await self._once(method, path, body, token)
        if code == TOKEN_INVALID:
            token = await self._tokens.access(refused=token)
            code, message, data = await self._once(method, path, body, token)
        if code == OK:
            return data
        raise refusal(code, message, self._clock())

    async def _once(
        self, method: str, path: str, body: Any, token: str
    ) -> tuple[int, str, dict[str, Any]]:
        try:
            response = await self._client.request(
                method, path, json=body, headers={"access_token": token}
            )
            envelope = response.json()
        except (httpx.HTTPError, ValueError) as error:
            why = f"Zalo OA not reached: {type(error).__name__}"
            raise SendFailed(why, retry_after=0) from None
        if response.status_code >= 500:
            raise SendFailed(f"Zalo OA answers {response.status_code}", retry_after=0)
        return (
            int(envelope.get("error", -100)),
            str(envelope.get("message") or ""),
            dict(envelope.get("data") or {}),
        )

    async def send(self, say: Say) -> str:
        """Send one message; in private with buttons. What Zalo refuses is sent plainer, shorter."""
        if say.buttons and not say.is_group:
            try:
                body = _with_buttons(_body(say, say.text), say)
                return _id(await self.call("POST", CONSULT, body))
            except SendFailed as refused:
                if refused.code != BAD_PARAMETER:
                    raise
        path = GROUP if say.is_group else CONSULT
        try:
            return _id(await self.call("POST", path, _body(say, say.text)))
        except SendFailed as refused:
            if refused.code != BAD_PARAMETER or len(say.text) <= SHORT:
                raise
        sent_id = ""
        for piece in split(say.text, SHORT):
            sent_id = _id(await self.call("POST", path, _body(say, piece)))
        return sent_id

    async def show_typing(self, heard: Heard) -> None:
        """The API has no such sign."""

    async def acknowledge(self, heard: Heard) -> None:
        """A pressed button arrives as an ordinary message."""

    async def is_admin(self, heard: Heard) -> bool:
        """The API does not tell; clerks are recognised by their account instead."""
        return False


def _body(say: Say, text: str) -> dict[str, Any]:
    recipient = {"group_id" if say.is_group else "user_id": say.chat_id}
    return {"recipient": recipient, "message": {"text": text}}


def _with_buttons(plain: dict[str, Any], say: Say) -> dict[str, Any]:
    buttons = [
        {"title": button.label, "type": "oa.query.show", "payload": button.data}
        for button in say.buttons[:MAX_BUTTONS]
    ]
    payload = {"template_type": "button", "buttons": buttons}
    attachment = {"type": "template", "payload": payload}
    return plain | {"message": {"text": say.text, "attachment": attachment}}


def _id(data: dict[str, Any]) -> str:
    return str(data.get("message_id") or "")


def refusal(code: int, message: str, now: datetime) -> SendFailed:
    """What an error code means for the message; the text is only for the log."""
    why = f"Zalo OA: {code} {message}".strip()
    action = ACTIONS.get(code, "drop")
    if action == "halt":
        wait = None if code in NEVER else HALTED_SECONDS
        return SendFailed(why, retry_after=wait, halts=True, code=code)
    waits = {"retry": 0.0, "minute": MINUTE_SECONDS, "morning": seconds_to_morning(now)}
    return SendFailed(why, retry_after=waits.get(action), gone=action == "gone", code=code)


def seconds_to_morning(now: datetime) -> float:
    """Until six in the morning, a minute later for good measure."""
    morning = now.replace(hour=MORNING_HOUR, minute=1, second=0, microsecond=0)
    if morning <= now:
        morning += timedelta(days=1)
    return (morning - now).total_seconds()
