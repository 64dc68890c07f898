"""What an account of the staff may do."""

from enum import StrEnum


class Role(StrEnum):
    """What an account may do; each role may do what those before it may."""

    CLERK = "clerk"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"

    def may(self, needed: "Role") -> bool:
        """Whether this role covers what ``needed`` allows."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


ROLE_NAMES = {
    Role.CLERK: "Cán bộ tiếp dân",
    Role.EDITOR: "Người soạn",
    Role.PUBLISHER: "Người duyệt, công bố",
    Role.ADMIN: "Quản trị",
}
