"""Signing in: the password, the one-time code, the lock, the session.

A wrong password is counted in the database, so an account locks for all workers at once; a
session is kept as a hash of its random token.
"""

import secrets
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import delete, insert, select, update

from channels.staff.account_rows import Account, AccountRows, Session, account_of, hashed, tidy
from knowledge.database import reading, writing
from knowledge.schema_console import StaffAccountRow, StaffKeyRow, StaffSessionRow

# Enough for a minute's wait at most before a session is seen as used.
SEEN_EVERY = timedelta(minutes=1)
TOTP_SECONDS = 30
# Hashed when a name is unknown, so that the answer takes as long as for a known one.
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$gBxYmbF/yHnyjp8CfslWJg"
    "$9+xQN9yImxrz+ebI9sYcscAl3xvaPqt1vMnvO3uthEw"
)


class SignIns(AccountRows):
    """The side of `Accounts` that lets people in."""

    def check(self, name: str, password: str) -> Account | None:
        """The account, when the password is right and the account open; counts a failure."""
        with reading(self._engine) as connection:
            row = self._row(connection, StaffAccountRow.name == tidy(name))
        if row is None:
            self._matches(NOBODY, password)
            return None
        right = self._matches(row["password_hash"], password)
        account = account_of(row)
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
            account = account_of(row)
            if account.is_disabled or self._is_locked(account):
                return None
            secret = self._secrets.open_sealed(row["totp_secret"])
            step = secret and _matching_step(secret, code.replace(" ", ""), now)
            if step and step > (row["totp_used"] or 0):
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
                    id=hashed(token), account_id=account.id, office_id=self._office_id,
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
                StaffSessionRow.id == hashed(token),
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
                    .where(StaffSessionRow.id == hashed(token))
                    .values(seen_at=now)
                )
        return Session(token, row["csrf"], account_of(row))

    def sign_out(self, token: str) -> None:
        """End one session."""
        with writing(self._engine) as connection:
            connection.execute(delete(StaffSessionRow).where(StaffSessionRow.id == hashed(token)))

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


def _matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step a one-time code belongs to, the neighbouring steps allowed (RFC 6238, 5.2)."""
    totp = pyotp.TOTP(secret)
    step = int(now.timestamp()) // TOTP_SECONDS
    for candidate in (step - 1, step, step + 1):
        if secrets.compare_digest(totp.at(candidate * TOTP_SECONDS).encode(), code.encode()):
            return candidate
    return None
