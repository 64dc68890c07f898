"""What `letan doctor` finds about the Zalo Official Account, in words for a ward's IT person.

Nothing is changed by looking: a token that is about to end is not refreshed here, because the
refresh token works once and belongs to the process that serves.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from channels.doctor_check import NOT_SET, TIMEOUT_SECONDS, Check, Unreachable, unreachable
from channels.zalo_settings import ZaloOaSettings

if TYPE_CHECKING:  # `letan --help` must not load the database
    from channels.zalo_oa_tokens import Tokens

NAME = "Zalo Official Account"
LINK = (
    "chạy letan channels oa-link, mở địa chỉ nó in ra bằng tài khoản quản trị OA (docs/zalo-oa.md)"
)
# Time to find whoever administers the account.
SOON = timedelta(days=14)
TOKEN_INVALID = -216


def check_zalo_oa(
    settings: ZaloOaSettings,
    tokens: "Tokens | None",
    last_heard: datetime | None,
    now: datetime,
) -> Check:
    """Keys, token, age of the refresh pair, account, quota, and when an event last came."""
    if not settings.app_id:
        return Check(NAME, True, NOT_SET, needed=False)
    missing = _missing(settings)
    if missing:
        return Check(NAME, False, f"thiếu {', '.join(missing)}", "ghi vào .env (docs/zalo-oa.md)")
    if tokens is None or not tokens.access:
        return Check(NAME, False, "chưa liên kết với Official Account", LINK)
    if tokens.needs_consent:
        until = "đã hết" if tokens.expires_at <= now else f"còn đến {_day(tokens.expires_at)}"
        return Check(NAME, False, f"phải liên kết lại; quyền gửi tin {until}", LINK)
    if tokens.ends_at <= now:
        return Check(NAME, False, "mã gia hạn đã quá ba tháng, không dùng được nữa", LINK)
    try:
        found, to_do = _account(settings, tokens, now)
    except Unreachable:
        return unreachable(NAME, "Zalo")
    age = (now - tokens.stored_at).days
    found.append(f"cặp mã cấp {age} ngày trước, dùng đến {_day(tokens.ends_at)}")
    if tokens.ends_at - now < SOON:
        to_do.append(f"sắp hết hạn gia hạn: {LINK}")
    found.append(
        f"sự kiện gần nhất {moment_words(last_heard)}"
        if last_heard
        else "chưa nhận được sự kiện nào"
    )
    if last_heard is None:
        to_do.append(
            "Zalo không cho hỏi địa chỉ webhook: ở trang Webhook của ứng dụng phải là "
            "https://<tên miền>/hooks/zalo-oa, các sự kiện đã bật; nhắn thử một tin cho OA rồi "
            "chạy lại"
        )
    if settings.signature == "warn":
        return Check(
            NAME, False, f"{'; '.join(found)}; đang nhận cả sự kiện không có chữ ký đúng",
            "bỏ CHANNELS_ZALO_OA_SIGNATURE=warn trước khi mở cho người dân",
        )  # fmt: skip
    refused = any(line.startswith("Zalo từ chối") for line in found)
    return Check(NAME, not refused, "; ".join(found), "; ".join(to_do))


def _missing(settings: ZaloOaSettings) -> list[str]:
    keys = {
        "CHANNELS_ZALO_OA_APP_SECRET": settings.app_secret.get_secret_value(),
        "CHANNELS_ZALO_OA_OA_SECRET": settings.oa_secret.get_secret_value(),
        "CHANNELS_ZALO_OA_REDIRECT_URL": settings.redirect_url,
    }
    return [name for name, value in keys.items() if not value]


def _account(
    settings: ZaloOaSettings, tokens: "Tokens", now: datetime
) -> tuple[list[str], list[str]]:
    """What Zalo says of the account and its quota: findings, and what to do."""
    if tokens.expires_at <= now:
        return (
            [f"quyền gửi tin hết hạn {moment_words(tokens.expires_at)}"],
            ["chạy letan serve: nó tự gia hạn khi có tin; chưa chạy thì chưa trả lời được ai"],
        )
    code, account = _call(settings, tokens, "GET", "/v2.0/oa/getoa")
    if code == TOKEN_INVALID:
        return (
            ["Zalo từ chối quyền gửi tin (-216)"],
            [f"nhắn thử một tin cho OA để letan serve tự gia hạn; vẫn vậy thì {LINK}"],
        )
    if code:
        return ([f"Zalo từ chối với mã {code}"], ["xem bảng mã lỗi trong docs/zalo-oa.md"])
    found = [str(account.get("name") or "OA không tên")]
    to_do = []
    if account.get("is_verified") is False:
        found.append("chưa xác thực")
        to_do.append("xác thực OA: chưa xác thực thì không gửi được tin và không lập được nhóm")
    if package := account.get("package_name"):
        until = account.get("package_valid_through_date")
        found.append(f"gói {package}" + (f" đến {until}" if until else ""))
    return [*found, _quota(settings, tokens)], to_do


def _quota(settings: ZaloOaSettings, tokens: "Tokens") -> str:
    """How many consultation messages are left, as far as Zalo tells."""
    body = {"quota_owner": "OA", "product_type": "cs"}
    code, data = _call(settings, tokens, "POST", "/v3.0/oa/quota/message", body)
    if code:
        return f"hạn mức tin tư vấn: Zalo không cho biết (mã {code})"
    # The fields vary between copies of the documentation: what is left is what counts.
    left = [int(row["remain"]) for row in _rows(data) if str(row.get("remain", "")).isdigit()]
    if not left:
        return "hạn mức tin tư vấn: Zalo không cho biết"
    return f"còn {sum(left)} tin tư vấn trả phí (48 giờ đầu không tính)"


def _rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    rows = data.get("rows", [data])
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _call(
    settings: ZaloOaSettings, tokens: "Tokens", method: str, path: str, body: Any = None
) -> tuple[int, dict[str, Any]]:
    """Zalo's error code, 0 for none, and the data; a list of rows comes as ``rows``."""
    url = f"{settings.api_url.rstrip('/')}{path}"
    headers = {"access_token": tokens.access}
    try:
        response = httpx.request(method, url, json=body, headers=headers, timeout=TIMEOUT_SECONDS)
        envelope = response.json()
    except (httpx.HTTPError, ValueError):
        raise Unreachable from None
    if not isinstance(envelope, dict):
        raise Unreachable
    code = int(envelope.get("error", -100))
    data = envelope.get("data") or {}
    return code, data if isinstance(data, dict) else {"rows": data}


def _day(moment: datetime) -> str:
    return _in_words(moment, "%d/%m/%Y")


def moment_words(moment: datetime) -> str:
    """A time as a clerk reads it."""
    return _in_words(moment, "%H:%M %d/%m/%Y")


def _in_words(moment: datetime, form: str) -> str:
    from knowledge.hours import HANOI  # `letan --help` must not load the records

    return moment.astimezone(HANOI).strftime(form)
