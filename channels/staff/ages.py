"""How long ago something was, in words."""

from datetime import datetime

from knowledge.offices import HANOI


def age(at: datetime, now: datetime) -> str:
    """How long ago, as one says it: "12 phút", "3 giờ", "2 ngày"."""
    minutes = max(int((now - at).total_seconds() // 60), 0)
    if minutes < 1:
        return "chưa đầy một phút"
    if minutes < 60:
        return f"{minutes} phút"
    if minutes < 24 * 60:
        return f"{minutes // 60} giờ"
    days = (now.astimezone(HANOI).date() - at.astimezone(HANOI).date()).days
    return f"{days} ngày"
