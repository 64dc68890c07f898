"""The menu of the console: which pages there are, and who sees them."""

from typing import Any

from channels.staff.roles import Role

# Path, label, who sees it, in the order of the menu. One's own account is behind one's name.
NAVIGATION: tuple[tuple[str, str, Role], ...] = (
    ("/staff", "Hôm nay", Role.CLERK),
    ("/staff/inbox", "Câu hỏi chờ", Role.CLERK),
    ("/staff/faq", "Câu thường gặp", Role.CLERK),
    ("/staff/procedures", "Thủ tục", Role.CLERK),
    ("/staff/queue", "Gọi số", Role.CLERK),
    ("/staff/nhap", "Nhập văn bản", Role.CLERK),
    ("/staff/thu", "Thử hỏi", Role.CLERK),
    ("/staff/so-lieu", "Số liệu", Role.CLERK),
    ("/staff/office", "Trung tâm", Role.CLERK),
    ("/staff/kenh", "Zalo, Telegram", Role.CLERK),
    ("/staff/accounts", "Tài khoản", Role.ADMIN),
    ("/staff/log", "Nhật ký", Role.ADMIN),
)
# Pages of a part of the menu that do not lie below its path.
BELONGS = {"/staff/canned": "/staff/inbox"}


def menu(role: Role, path: str) -> list[dict[str, Any]]:
    """The entries a role sees; the one whose page ``path`` is, is marked."""
    seen = [(to, label) for to, label, needed in NAVIGATION if role.may(needed)]
    path = BELONGS.get(path, path)
    below = [to for to, _ in seen if to != "/staff" and path.startswith(f"{to}/")]
    here = path if any(to == path for to, _ in seen) else max(below, key=len, default="")
    return [{"to": to, "label": label, "is_here": to == here} for to, label in seen]
