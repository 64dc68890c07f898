"""Accounts and sessions as they are stored, and what every change of them leaves in the log."""

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, delete, select, update

from channels.staff.roles import Role
from channels.staff.sealing import Secrets
from channels.staff.settings import StaffSettings
from knowledge import audit
from knowledge.audit import Change
from knowledge.offices import HANOI
from knowledge.schema_console import StaffAccountRow, StaffRoleRow, StaffSessionRow


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


class AccountRows:
    """The accounts of one office in the database; what `Accounts` is built on."""

    def __init__(
        self,
        engine: Engine,
        office_id: str,
        clock: Callable[[], datetime],
        settings: StaffSettings,
        secrets: Secrets,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._engine = engine
        self._office_id = office_id
        self._clock = clock
        self._settings = settings
        self._secrets = secrets
        self._hasher = hasher or PasswordHasher()

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
        return account_of(row)

    def _put(self, connection: Connection, account_id: int, **values: Any) -> None:
        connection.execute(
            update(StaffAccountRow).where(StaffAccountRow.id == account_id).values(**values)
        )

    def _end_sessions(self, connection: Connection, account_id: int, but: str = "") -> None:
        connection.execute(
            delete(StaffSessionRow).where(
                StaffSessionRow.account_id == account_id, StaffSessionRow.id != hashed(but)
            )
        )

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

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


def hashed(token: str) -> str:
    """What is stored of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def account_of(row: Any) -> Account:
    """A row of the account and its role, without what is secret."""
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
