"""What `letan doctor` finds about the chat platforms, in words for a ward's IT person.

A platform that is not set up is no fault. Tokens are part of the addresses: no error repeats one.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import httpx

from channels.doctor_check import NOT_SET, TIMEOUT_SECONDS, Check, Unreachable, unreachable
from channels.doctor_oa import check_zalo_oa, moment_words
from channels.telegram_settings import TelegramSettings
from channels.zalo_settings import ZaloBotSettings, ZaloOaSettings

T = TypeVar("T")

TELEGRAM = "Telegram"
ZALO_BOT = "Zalo Bot"
ADMINS = ("administrator", "creator")
# What the desk lives on: questions, corrections, buttons, being added and removed.
NEEDED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


def telegram() -> Check:
    """The Telegram bot with the groups the desk knows."""
    settings = TelegramSettings()
    groups = known_groups("telegram") if settings.token.get_secret_value() else []
    return check_telegram(settings, groups)


def check_telegram(settings: TelegramSettings, groups: Sequence[tuple[str, str]]) -> Check:
    """Token, webhook, and whether the bot hears its groups (id and title of each)."""
    token = settings.token.get_secret_value()
    if not token:
        return Check(TELEGRAM, True, NOT_SET, needed=False)
    base = f"{settings.api_url.rstrip('/')}/bot{token}"
    try:
        status, me = call_bot_api(base, "getMe")
        if status in (401, 404):
            return Check(
                TELEGRAM, False, "Telegram không nhận token",
                "lấy lại token ở @BotFather (lệnh /token), ghi vào CHANNELS_TELEGRAM_TOKEN",
            )  # fmt: skip
        if not me.get("ok"):
            return Check(TELEGRAM, False, f"Telegram trả lời {status}", "chờ ít phút rồi thử lại")
        bot = me["result"]
        hook = call_bot_api(base, "getWebhookInfo")[1].get("result", {})
        deaf = [] if bot.get("can_read_all_group_messages") else [
            title for chat, title in groups if not _is_admin(base, chat, bot["id"])
        ]  # fmt: skip
    except Unreachable:
        return unreachable(TELEGRAM, "Telegram")
    found = f"@{bot.get('username', '')}, {_hook_words(hook)}"
    if hook.get("url") and not settings.webhook_secret.get_secret_value():
        return Check(
            TELEGRAM, False, f"{found}; thiếu mã bí mật của webhook",
            "đặt CHANNELS_TELEGRAM_WEBHOOK_SECRET rồi đăng ký lại webhook (docs/telegram.md)",
        )  # fmt: skip
    if wrong := _wrong_address(hook, "/hooks/telegram"):
        return Check(TELEGRAM, False, found, wrong)
    if unheard := set(NEEDED_UPDATES) - set(hook.get("allowed_updates") or NEEDED_UPDATES):
        return Check(
            TELEGRAM, False, f"{found}; webhook không nhận {', '.join(sorted(unheard))}",
            "đăng ký lại webhook với allowed_updates như trong docs/telegram.md",
        )  # fmt: skip
    if hook.get("last_error_message"):
        return Check(
            TELEGRAM, False, f"{found}; lần gọi gần nhất lỗi: {hook['last_error_message']}",
            "xem letan serve có đang chạy, địa chỉ https có mở ra ngoài, chứng chỉ còn hạn",
        )  # fmt: skip
    if deaf:
        return Check(
            TELEGRAM, True,
            f"{found}; chế độ riêng tư đang bật, bot chỉ nghe lệnh và trả lời ở: {', '.join(deaf)}",
            "muốn bot nghe cả câu hỏi không gọi tên: cho bot làm quản trị viên nhóm, hoặc tắt "
            "chế độ riêng tư ở @BotFather (/setprivacy) rồi thêm lại bot vào nhóm",
        )  # fmt: skip
    return Check(TELEGRAM, True, found)


def zalo_bot() -> Check:
    """The bot of the Zalo Bot Platform, with when it last brought a message."""
    settings = ZaloBotSettings()
    last = _last_heard("zalo-bot") if settings.token.get_secret_value() else None
    return check_zalo_bot(settings, moment_words(last) if last else "")


def check_zalo_bot(settings: ZaloBotSettings, last_heard: str = "") -> Check:
    """Token, webhook, and whether the bot may be in groups.

    ``last_heard``: when a message last came, in words; Zalo does not tell whether its calls of
    the webhook arrive, so this is all there is to go by.
    """
    token = settings.token.get_secret_value()
    if not token:
        return Check(ZALO_BOT, True, NOT_SET, needed=False)
    base = f"{settings.api_url.rstrip('/')}/bot{token}"
    try:
        status, me = call_bot_api(base, "getMe")
        if status == 401 or me.get("error_code") == 401:
            return Check(
                ZALO_BOT, False, "Zalo không nhận token",
                "lấy lại token trong Zalo Bot Creator, ghi vào CHANNELS_ZALO_BOT_TOKEN",
            )  # fmt: skip
        if not me.get("ok"):
            return Check(ZALO_BOT, False, f"Zalo trả lời {status}", "chờ ít phút rồi thử lại")
        # Without a webhook the platform answers 404: then messages are polled.
        hook = call_bot_api(base, "getWebhookInfo")[1].get("result", {})
    except Unreachable:
        return unreachable(ZALO_BOT, "Zalo")
    bot = me["result"]
    found = f"{bot.get('display_name') or bot.get('account_name', '')}, {_hook_words(hook)}"
    if hook.get("url") and not settings.webhook_secret.get_secret_value():
        return Check(
            ZALO_BOT, False, f"{found}; thiếu mã bí mật của webhook",
            "đặt CHANNELS_ZALO_BOT_WEBHOOK_SECRET rồi đăng ký lại webhook (docs/zalo-bot.md)",
        )  # fmt: skip
    if wrong := _wrong_address(hook, "/hooks/zalo-bot"):
        return Check(ZALO_BOT, False, found, wrong)
    if last_heard:
        found = f"{found}; tin gần nhất {last_heard}"
    elif hook.get("url"):
        return Check(
            ZALO_BOT, True, f"{found}; chưa nhận được tin nào",
            "nhắn thử một tin cho bot rồi chạy lại; vẫn không có thì xem letan serve, tên miền, "
            "và tường lửa có chặn Zalo không (docs/zalo-bot.md)",
        )  # fmt: skip
    if not bot.get("can_join_groups"):
        return Check(
            ZALO_BOT, True, f"{found}; bot chưa vào nhóm được",
            "chỉ cần khi dùng trong nhóm: Zalo mở tính năng này cho từng bot (docs/zalo-bot.md)",
        )  # fmt: skip
    return Check(ZALO_BOT, True, found)


def zalo_oa() -> Check:
    """The Official Account with the tokens that are stored."""
    from assistant.desk import now
    from channels.zalo_oa_tokens import find_tokens

    settings = ZaloOaSettings()
    if not settings.app_id:
        return check_zalo_oa(settings, None, None, now())
    return check_zalo_oa(settings, _from_database(find_tokens), _last_heard("zalo-oa"), now())


def _last_heard(platform: str) -> datetime | None:
    from channels.channel_state import find_last_heard

    return _from_database(lambda engine, office_id: find_last_heard(engine, office_id, platform))


def known_groups(platform: str) -> list[tuple[str, str]]:
    """Id and title of the groups the desk is in; none where the database cannot be read."""
    from assistant.desk import now
    from channels.chats import Chats

    found = _from_database(lambda engine, office_id: Chats(engine, office_id, now).groups()) or []
    return [(chat.chat_id, chat.title or chat.chat_id) for chat in found
            if chat.platform == platform]  # fmt: skip


def _from_database(read: Callable[[Any, str], T]) -> T | None:
    """What ``read`` finds; None where the database cannot be read, which has its own check."""
    from knowledge.database import DatabaseUnavailable, connect
    from knowledge.settings import KnowledgeSettings, LetanSettings

    home = LetanSettings()
    try:
        return read(connect(KnowledgeSettings().database_at(home.home)), home.office)
    except (DatabaseUnavailable, ValueError, OSError):
        return None


def _hook_words(hook: dict[str, Any]) -> str:
    return f"webhook {hook['url']}" if hook.get("url") else "không có webhook (hỏi liên tục)"


def _wrong_address(hook: dict[str, Any], path: str) -> str:
    """What to do about a webhook that leads to another program; empty when it leads to us."""
    if not hook.get("url") or str(hook["url"]).rstrip("/").endswith(path):
        return ""
    return f"webhook không trỏ tới Lễ Tân: đăng ký lại với địa chỉ kết thúc bằng {path}"


def _is_admin(base: str, chat_id: str, bot_id: int) -> bool:
    _, body = call_bot_api(base, "getChatMember", chat_id=int(chat_id), user_id=bot_id)
    return body.get("result", {}).get("status") in ADMINS


def call_bot_api(base: str, method: str, **body: Any) -> tuple[int, dict[str, Any]]:
    """HTTP status and envelope of one call; raises Unreachable without naming the address."""
    try:
        response = httpx.post(f"{base}/{method}", json=body, timeout=TIMEOUT_SECONDS)
    except httpx.HTTPError:
        raise Unreachable from None
    try:
        envelope = response.json()
    except ValueError:
        envelope = {}
    return response.status_code, envelope if isinstance(envelope, dict) else {}
