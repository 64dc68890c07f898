"""Accounts of the staff: who they are, what they may do, whether they are signed in.

Passwords are kept as argon2 hashes, sessions as hashes of a random token; a wrong password is
counted in the database, so an account locks for all workers at once. Every change leaves an
audit line.
"""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, delete, insert, select, update

from channels.staff.settings import StaffSettings
from knowledge import audit
from knowledge.audit import Change
from knowledge.database import reading, writing
from knowledge.offices import HANOI
from knowledge.schema_console import StaffAccountRow, StaffKeyRow, StaffRoleRow, StaffSessionRow

NAME = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
SHORTEST_PASSWORD = 10
# Enough for a minute's wait at most before a session is seen as used.
SEEN_EVERY = timedelta(minutes=1)
TOTP_SECONDS = 30
# Hashed when a name is unknown, so that the answer takes as long as for a known one.
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$gBxYmbF/yHnyjp8CfslWJg"
    "$9+xQN9yImxrz+ebI9sYcscAl3xvaPqt1vMnvO3uthEw"
)


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


class AccountError(ValueError):
    """A change of an account that cannot be made; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person of the staff as the accounts page shows them."""

    id: int
    name: str
    display_name: str
    role: Role
    must_change: bool
    has_totp: bool
    is_disabled: bool
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in account."""

    token: str
    csrf: str
    account: Account


def check_password(name: str, password: str) -> None:
    """Refuse what is guessed first; AccountError says what a good one is."""
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(f"Mật khẩu cần ít nhất {SHORTEST_PASSWORD} ký tự.")
    rest = password.lower().replace(name, "")
    if len(set(password)) < 5 or len(rest) < SHORTEST_PASSWORD - 2:
        raise AccountError("Mật khẩu quá dễ đoán: đừng lặp một ký tự, đừng dùng tên đăng nhập.")


class Accounts:
    """The accounts of one office. Safe between threads; blocking."""

    def __init__(
        self,
        engine: Engine,
        office_id: str,
        clock: Callable[[], datetime],
        settings: StaffSettings,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._engine = engine
        self._office_id = office_id
        self._clock = clock
        self._settings = settings
        self._hasher = hasher or PasswordHasher()

    # -- accounts ---------------------------------------------------------------------------

    def all(self) -> list[Account]:
        """Every account of the office, by name."""
        with reading(self._engine) as connection:
            rows = connection.execute(self._query().order_by(StaffAccountRow.name)).mappings()
            return [_account(row) for row in rows]

    def find(self, name: str) -> Account | None:
        """The account with this name in this office."""
        with reading(self._engine) as connection:
            row = self._row(connection, StaffAccountRow.name == tidy(name))
        return _account(row) if row else None

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
            self._put(connection, account.id, totp_secret=secret, totp_used=None)
            action = "totp_off" if secret is None else "totp_on"
            self._log(connection, account.name, action, account.name)

    # -- signing in -------------------------------------------------------------------------

    def check(self, name: str, password: str) -> Account | None:
        """The account, when the password is right and the account open; counts a failure."""
        with reading(self._engine) as connection:
            row = self._row(connection, StaffAccountRow.name == tidy(name))
        if row is None:
            self._matches(NOBODY, password)
            return None
        right = self._matches(row["password_hash"], password)
        account = _account(row)
        if account.is_disabled or self._is_locked(account):
            return None
        if not right:
            self._fail(account)
            return None
        return account

    def check_code(self, account_id: int, code: str) -> Account | None:
        """The account, when its one-time code is right and not used before; counts a failure."""
        now = self._clock()
        with writing(self._engine) as connection:
            row = self._row(connection, StaffAccountRow.id == account_id)
            if row is None or row["totp_secret"] is None:
                return None
            account = _account(row)
            if account.is_disabled or self._is_locked(account):
                return None
            step = _matching_step(row["totp_secret"], code.replace(" ", ""), now)
            if step is not None and step > (row["totp_used"] or 0):
                self._put(connection, account.id, totp_used=step)
                return account
        self._fail(account)
        return None

    def sign_in(self, account: Account) -> Session:
        """A new session; old ones that have run out are swept away."""
        token, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), self._clock()
        with writing(self._engine) as connection:
            oldest = now - timedelta(hours=self._settings.session_hours)
            connection.execute(delete(StaffSessionRow).where(StaffSessionRow.created_at < oldest))
            connection.execute(
                insert(StaffSessionRow).values(
                    id=_hashed(token), account_id=account.id, office_id=self._office_id,
                    csrf=csrf, created_at=now, seen_at=now,
                )
            )  # fmt: skip
            self._put(connection, account.id, failures=0, locked_until=None)
            self._log(connection, account.name, "sign_in", account.name)
        return Session(token, csrf, account)

    def find_session(self, token: str) -> Session | None:
        """The session of a token that is neither too old nor too long unused."""
        now = self._clock()
        query = (
            self._query(  # the account has a created_at of its own
                StaffSessionRow.csrf,
                StaffSessionRow.created_at.label("started_at"),
                StaffSessionRow.seen_at,
            )
            .join(StaffSessionRow, StaffSessionRow.account_id == StaffAccountRow.id)
            .where(
                StaffSessionRow.id == _hashed(token),
                StaffSessionRow.office_id == self._office_id,
                StaffAccountRow.disabled_at.is_(None),
            )
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        if (
            row is None
            or now - row["started_at"] > timedelta(hours=self._settings.session_hours)
            or now - row["seen_at"] > timedelta(minutes=self._settings.idle_minutes)
        ):
            return None
        if now - row["seen_at"] > SEEN_EVERY:
            with writing(self._engine) as connection:
                connection.execute(
                    update(StaffSessionRow)
                    .where(StaffSessionRow.id == _hashed(token))
                    .values(seen_at=now)
                )
        return Session(token, row["csrf"], _account(row))

    def sign_out(self, token: str) -> None:
        """End one session."""
        with writing(self._engine) as connection:
            connection.execute(delete(StaffSessionRow).where(StaffSessionRow.id == _hashed(token)))

    def signing_key(self) -> str:
        """The key for the console's cookies, made once for the deployment."""
        with reading(self._engine) as connection:
            found = connection.scalar(select(StaffKeyRow.value))
        if found is None:
            with writing(self._engine) as connection:
                # again under the write lock: another worker may have been faster
                found = connection.scalar(select(StaffKeyRow.value))
                if found is None:
                    found = secrets.token_urlsafe(48)
                    connection.execute(insert(StaffKeyRow).values(id=1, value=found))
        return found

    # -- inside -----------------------------------------------------------------------------

    def _query(self, *columns: Any) -> Any:
        return (
            select(StaffAccountRow.__table__, StaffRoleRow.role, *columns)
            .join(StaffRoleRow, StaffRoleRow.account_id == StaffAccountRow.id)
            .where(StaffRoleRow.office_id == self._office_id)
        )

    def _row(self, connection: Connection, where: Any) -> Any:
        return connection.execute(self._query().where(where)).mappings().first()

    def _get(self, connection: Connection, name: str) -> Account:
        row = self._row(connection, StaffAccountRow.name == tidy(name))
        if row is None:
            raise AccountError(f"Không có tài khoản {name!r}.")
        return _account(row)

    def _put(self, connection: Connection, account_id: int, **values: Any) -> None:
        connection.execute(
            update(StaffAccountRow).where(StaffAccountRow.id == account_id).values(**values)
        )

    def _end_sessions(self, connection: Connection, account_id: int, but: str = "") -> None:
        connection.execute(
            delete(StaffSessionRow).where(
                StaffSessionRow.account_id == account_id, StaffSessionRow.id != _hashed(but)
            )
        )

    def _keep_an_admin(self, connection: Connection, account: Account) -> None:
        if account.role is not Role.ADMIN or account.is_disabled:
            return
        rows = connection.execute(self._query().where(StaffRoleRow.role == Role.ADMIN.value))
        if sum(row.disabled_at is None for row in rows) < 2:
            raise AccountError("Đây là quản trị viên cuối cùng; hãy thêm người khác trước.")

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _is_locked(self, account: Account) -> bool:
        return account.locked_until is not None and account.locked_until > self._clock()

    def _fail(self, account: Account) -> None:
        now = self._clock()
        with writing(self._engine) as connection:
            failures = connection.scalar(
                update(StaffAccountRow)
                .where(StaffAccountRow.id == account.id)
                .values(failures=StaffAccountRow.failures + 1)
                .returning(StaffAccountRow.failures)
            )
            self._log(connection, account.name, "sign_in_failed", account.name)
            if failures is not None and failures >= self._settings.lock_after:
                until = now + timedelta(minutes=self._settings.lock_minutes)
                self._put(connection, account.id, failures=0, locked_until=until)
                after = {"until": until.isoformat()}
                self._log(connection, account.name, "lock_account", account.name, None, after)

    def _log(
        self,
        connection: Connection,
        by: str,
        action: str,
        name: str,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        now = self._clock()
        change = Change(by, now, now.astimezone(HANOI).date(), self._office_id)
        audit.write(connection, change.entry(action, f"account:{name}", before, after))


def tidy(name: str) -> str:
    """A name as it is stored, however it was typed."""
    return unicodedata.normalize("NFC", name).strip().lower()


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step a one-time code belongs to, the neighbouring steps allowed (RFC 6238, 5.2)."""
    totp = pyotp.TOTP(secret)
    step = int(now.timestamp()) // TOTP_SECONDS
    for candidate in (step - 1, step, step + 1):
        if secrets.compare_digest(totp.at(candidate * TOTP_SECONDS).encode(), code.encode()):
            return candidate
    return None


def _account(row: Any) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        display_name=row["display_name"],
        role=Role(row["role"]),
        must_change=row["must_change"],
        has_totp=row["totp_secret"] is not None,
        is_disabled=row["disabled_at"] is not None,
        locked_until=row["locked_until"],
    )
