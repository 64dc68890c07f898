"""Accounts of the staff: who they are, what they may do, whether they are signed in.

Passwords are kept as argon2 hashes, secrets of the second factor encrypted. Every change leaves
an audit line.
"""

import re
import secrets

import pyotp
from sqlalchemy import Connection, insert, select, update

from channels.staff.account_rows import Account, AccountError, Session, account_of, tidy
from channels.staff.roles import ROLE_NAMES, Role
from channels.staff.sealing import is_sealed
from channels.staff.sign_ins import SignIns
from knowledge.database import reading, writing
from knowledge.schema_console import StaffAccountRow, StaffRoleRow

__all__ = ["ROLE_NAMES", "Account", "AccountError", "Accounts", "Role", "Session", "tidy"]

NAME = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
SHORTEST_PASSWORD = 10


def check_password(name: str, password: str) -> None:
    """Refuse what is guessed first; AccountError says what a good one is."""
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(f"Mật khẩu cần ít nhất {SHORTEST_PASSWORD} ký tự.")
    rest = password.lower().replace(name, "")
    if len(set(password)) < 5 or len(rest) < SHORTEST_PASSWORD - 2:
        raise AccountError("Mật khẩu quá dễ đoán: đừng lặp một ký tự, đừng dùng tên đăng nhập.")


class Accounts(SignIns):
    """The accounts of one office. Safe between threads; blocking."""

    def all(self) -> list[Account]:
        """Every account of the office, by name."""
        with reading(self._engine) as connection:
            rows = connection.execute(self._query().order_by(StaffAccountRow.name)).mappings()
            return [account_of(row) for row in rows]

    def find(self, name: str) -> Account | None:
        """The account with this name in this office."""
        with reading(self._engine) as connection:
            row = self._row(connection, StaffAccountRow.name == tidy(name))
        return account_of(row) if row else None

    def add(
        self, name: str, display_name: str, role: Role, *, by: str, password: str | None = None
    ) -> str:
        """A new account; gives its initial password, which has to be changed at first sign-in.

        Raises AccountError for a name that is taken or cannot be typed everywhere.
        """
        name, display_name = tidy(name), " ".join(display_name.split())
        if not NAME.fullmatch(name) or len(name) > 60:
            raise AccountError(
                "Tên đăng nhập chỉ gồm chữ thường không dấu, số, dấu chấm, gạch nối; ví dụ lan.nt."
            )
        if not display_name or len(display_name) > 100:
            raise AccountError("Hãy ghi họ tên, tối đa 100 ký tự.")
        initial = password or secrets.token_urlsafe(12)
        check_password(name, initial)
        now = self._clock()
        with writing(self._engine) as connection:
            taken = connection.scalar(
                select(StaffAccountRow.id).where(StaffAccountRow.name == name)
            )
            if taken is not None:
                raise AccountError(f"Tên đăng nhập {name!r} đã có người dùng.")
            account_id = connection.execute(
                insert(StaffAccountRow).returning(StaffAccountRow.id),
                {
                    "name": name, "display_name": display_name,
                    "password_hash": self._hasher.hash(initial), "must_change": True,
                    "failures": 0, "created_at": now, "created_by": by,
                },
            ).scalar_one()  # fmt: skip
            connection.execute(
                insert(StaffRoleRow).values(
                    account_id=account_id, office_id=self._office_id, role=role.value
                )
            )
            self._log(connection, by, "add_account", name, None, {"role": role.value})
        return initial

    def set_role(self, name: str, role: Role, *, by: str) -> None:
        """Give another role, at once for those signed in; the last admin stays admin."""
        with writing(self._engine) as connection:
            account = self._get(connection, name)
            if account.role is role:
                return
            self._keep_an_admin(connection, account)
            connection.execute(
                update(StaffRoleRow)
                .where(
                    StaffRoleRow.account_id == account.id,
                    StaffRoleRow.office_id == self._office_id,
                )
                .values(role=role.value)
            )
            before, after = {"role": account.role.value}, {"role": role.value}
            self._log(connection, by, "set_role", account.name, before, after)

    def set_disabled(self, name: str, disabled: bool, *, by: str) -> None:
        """Close an account and end its sessions, or open it again."""
        with writing(self._engine) as connection:
            account = self._get(connection, name)
            if disabled:
                self._keep_an_admin(connection, account)
                self._end_sessions(connection, account.id)
            self._put(connection, account.id, disabled_at=self._clock() if disabled else None)
            action = "disable_account" if disabled else "enable_account"
            self._log(connection, by, action, account.name)

    def reset_password(self, name: str, *, by: str) -> str:
        """A new initial password; unlocks the account, drops its second factor and sessions."""
        initial = secrets.token_urlsafe(12)
        with writing(self._engine) as connection:
            account = self._get(connection, name)
            self._end_sessions(connection, account.id)
            self._put(
                connection, account.id,
                password_hash=self._hasher.hash(initial), must_change=True,
                failures=0, locked_until=None, totp_secret=None,
            )  # fmt: skip
            self._log(connection, by, "reset_password", account.name)
        return initial

    def change_password(self, session: Session, old: str, new: str) -> None:
        """The person's own new password; every other session of theirs ends."""
        account = session.account
        with reading(self._engine) as connection:
            row = self._row(connection, StaffAccountRow.id == account.id)
        if row is None or not self._matches(row["password_hash"], old):
            raise AccountError("Mật khẩu đang dùng chưa đúng.")
        check_password(account.name, new)
        if old == new:
            raise AccountError("Mật khẩu mới phải khác mật khẩu cũ.")
        hashed = self._hasher.hash(new)
        with writing(self._engine) as connection:
            self._end_sessions(connection, account.id, but=session.token)
            self._put(connection, account.id, password_hash=hashed, must_change=False)
            self._log(connection, account.name, "change_password", account.name)

    def set_totp(self, account: Account, secret: str | None, code: str = "") -> None:
        """Turn the second factor on (``code`` proves the phone has it) or off."""
        if secret is not None and not pyotp.TOTP(secret).verify(
            code.replace(" ", ""), for_time=self._clock(), valid_window=1
        ):
            raise AccountError("Mã chưa đúng. Kiểm tra giờ của điện thoại rồi nhập mã mới nhất.")
        with writing(self._engine) as connection:
            sealed = None if secret is None else self._secrets.seal(secret)
            self._put(connection, account.id, totp_secret=sealed, totp_used=None)
            action = "totp_off" if secret is None else "totp_on"
            self._log(connection, account.name, action, account.name)

    def seal_secrets(self) -> int:
        """Encrypt what was stored before secrets were; how many. Done whenever a desk opens."""
        with writing(self._engine) as connection:
            held = connection.execute(
                select(StaffAccountRow.id, StaffAccountRow.totp_secret).where(
                    StaffAccountRow.totp_secret.is_not(None)
                )
            )
            bare = [(row.id, row.totp_secret) for row in held if not is_sealed(row.totp_secret)]
            for account_id, secret in bare:
                self._put(connection, account_id, totp_secret=self._secrets.seal(secret))
        return len(bare)

    def _keep_an_admin(self, connection: Connection, account: Account) -> None:
        if account.role is not Role.ADMIN or account.is_disabled:
            return
        rows = connection.execute(self._query().where(StaffRoleRow.role == Role.ADMIN.value))
        if sum(row.disabled_at is None for row in rows) < 2:
            raise AccountError("Đây là quản trị viên cuối cùng; hãy thêm người khác trước.")
