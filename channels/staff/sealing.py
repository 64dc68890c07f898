"""Secrets of the staff (second factors), encrypted before they are stored.

The key is not in the database: whoever takes a copy of that, a backup say, has no second factor
of anybody. It is ``CHANNELS_STAFF_SECRET_KEY``, or a file that is made at the first start and
that every worker of one machine shares; several machines need the setting.
"""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

FILE = "staff.key"
# Every token of Fernet begins with its version byte, 0x80 in base64; a bare secret is base32.
_MARK = "gAAAA"


class SecretsUnreadable(RuntimeError):
    """The key is no key; the message says where it is from and how to make one."""


class Secrets:
    """Encrypts and decrypts with one key."""

    def __init__(self, key: str, origin: str = "CHANNELS_STAFF_SECRET_KEY") -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            raise SecretsUnreadable(
                f"{origin} không phải khóa dùng được (32 byte, base64). Tạo khóa mới: python -c "
                "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
            ) from error

    @classmethod
    def open(cls, home: Path, key: str = "") -> "Secrets":
        """With the key of the settings, else the one in ``home``, which is made when missing."""
        if key:
            return cls(key)
        path = home / FILE
        if not path.exists():
            _make(path)
        return cls(path.read_text("ascii").strip(), str(path))

    def seal(self, secret: str) -> str:
        """What may be stored."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open_sealed(self, stored: str) -> str | None:
        """The secret; one stored before secrets were encrypted comes back as it is.

        None when it was sealed with another key, so that nobody gets in without it.
        """
        if not is_sealed(stored):
            return stored
        try:
            return self._fernet.decrypt(stored.encode()).decode()
        except InvalidToken:
            return None


def is_sealed(stored: str) -> bool:
    """Whether a stored secret is encrypted."""
    return stored.startswith(_MARK)


def _make(path: Path) -> None:
    """A new key, readable by its owner only; the first of several workers wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
