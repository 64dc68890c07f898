"""Registers the webhooks of Telegram and Zalo Bot, so that nobody types a token into a shell.

Telegram also learns which commands to show: the ones for a group's administrators only to them.
"""

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from channels.doctor_channels import NEEDED_UPDATES, call_bot_api
from channels.doctor_check import Unreachable
from channels.telegram_settings import TelegramSettings
from channels.zalo_settings import ZaloBotSettings

# Ports that Telegram calls; Zalo names none, so any is taken there.
TELEGRAM_PORTS = frozenset({None, 443, 80, 88, 8443})
TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
ZALO_SECRET_CHARS = range(8, 257)
# Zalo's trial call carries no secret, so that we refuse it is as it should be.
REFUSED = 403
FOR_ALL = (
    ("hoi", "Hỏi thủ tục, giấy tờ, lệ phí"),
    ("thutuc", "Các việc hay hỏi"),
    ("gap_canbo", "Chuyển câu hỏi cho cán bộ"),
)
FOR_ADMINS = (
    ("im", "Lễ Tân im lặng trong nhóm"),
    ("noi", "Lễ Tân nói lại"),
    ("chedo", "Phòng hỏi đáp, hay chỉ khi được gọi"),
    ("thongke", "7 ngày qua trong nhóm"),
)


class SetupFailed(Exception):
    """The webhook could not be registered; the message says what to do."""


def register_telegram(settings: TelegramSettings, address: str) -> str:
    """Registers ``address`` with Telegram; what was registered. Raises SetupFailed."""
    token, secret = settings.token.get_secret_value(), settings.webhook_secret.get_secret_value()
    _need(token, "CHANNELS_TELEGRAM_TOKEN")
    url = _url(address, "/hooks/telegram")
    if urlsplit(url).port not in TELEGRAM_PORTS:
        raise SetupFailed("Telegram chỉ gọi cổng 443, 80, 88 hoặc 8443.")
    if not TELEGRAM_SECRET.fullmatch(secret):
        raise SetupFailed(_secret("CHANNELS_TELEGRAM_WEBHOOK_SECRET"))
    base = f"{settings.api_url.rstrip('/')}/bot{token}"
    _must(base, "setWebhook", url=url, secret_token=secret, allowed_updates=list(NEEDED_UPDATES))
    tell_commands(settings)
    return url


def tell_commands(settings: TelegramSettings) -> None:
    """Tells Telegram which commands to offer to whom. Raises SetupFailed."""
    base = f"{settings.api_url.rstrip('/')}/bot{settings.token.get_secret_value()}"
    _must(base, "setMyCommands", commands=_commands(FOR_ALL))
    _must(
        base, "setMyCommands", commands=_commands((*FOR_ALL, *FOR_ADMINS)),
        scope={"type": "all_chat_administrators"},
    )  # fmt: skip


def register_zalo_bot(settings: ZaloBotSettings, address: str) -> str:
    """Registers ``address`` with the Zalo Bot Platform. Raises SetupFailed."""
    token, secret = settings.token.get_secret_value(), settings.webhook_secret.get_secret_value()
    _need(token, "CHANNELS_ZALO_BOT_TOKEN")
    url = _url(address, "/hooks/zalo-bot")
    if len(secret) not in ZALO_SECRET_CHARS:
        raise SetupFailed(_secret("CHANNELS_ZALO_BOT_WEBHOOK_SECRET"))
    base = f"{settings.api_url.rstrip('/')}/bot{token}"
    saved = _must(base, "setWebhook", url=url, secret_token=secret)
    tried = saved.get("verification")
    if isinstance(tried, dict) and not tried.get("ok") and tried.get("status_code") != REFUSED:
        outcome = " ".join(str(tried.get(name) or "") for name in ("outcome", "hint")).strip()
        raise SetupFailed(f"Zalo đã lưu {url}, nhưng gọi thử không được: {outcome}")
    return url


def remove(api_url: str, token: str) -> None:
    """No webhook any more: messages can be polled. Raises SetupFailed."""
    _must(f"{api_url.rstrip('/')}/bot{token}", "deleteWebhook")


def _must(base: str, method: str, **body: Any) -> dict[str, Any]:
    try:
        status, answer = call_bot_api(base, method, **body)
    except Unreachable:
        raise SetupFailed("Không tới được máy chủ: xem máy có ra Internet được không.") from None
    if not answer.get("ok"):
        why = answer.get("description") or f"mã {status}"
        raise SetupFailed(f"{method} bị từ chối: {why}")
    result = answer.get("result")
    return result if isinstance(result, dict) else {}


def _url(address: str, path: str) -> str:
    address = address.rstrip("/")
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise SetupFailed("Địa chỉ phải là https://… mà Internet tới được.")
    return address if parts.path.endswith(path) else f"{address}{path}"


def _need(value: str, name: str) -> None:
    if not value:
        raise SetupFailed(f"Chưa có {name} trong .env.")


def _secret(name: str) -> str:
    return f"Mã bí mật chưa có hoặc sai dạng; ghi vào .env: {name}={secrets.token_urlsafe(24)}"


def _commands(offered: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"command": name, "description": what} for name, what in offered]
