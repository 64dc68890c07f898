"""Which web pages may embed an office's chat: a key for each office, origins one by one.

Nothing is allowed until staff allow it. The key stands in the page for everybody to read: it
names the office and can be replaced, it is no secret.
"""

import re
import secrets
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from knowledge.store import KnowledgeStore

SETTING = "widget"
KEY = re.compile(r"^[a-z0-9]{12,40}$")
_HOST = re.compile(r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$|^\[[0-9a-f:]+\](:\d{1,5})?$")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class BadOrigin(ValueError):
    """What was given is not the address of a web site."""


@dataclass(frozen=True, slots=True)
class Permit:
    """One office's key and the origins that may use it."""

    office_id: str
    key: str
    origins: tuple[str, ...] = ()


def origin_of(address: str) -> str:
    """The origin of a web address as browsers send it; raises BadOrigin.

    International names must come in their ASCII form ("xn--…"), as the address bar copies them.
    """
    parts = urlsplit(address.strip())
    host = parts.netloc.lower()
    if parts.scheme not in ("http", "https") or not _HOST.match(host):
        raise BadOrigin(
            f"{address!r} không phải địa chỉ trang web; hãy ghi dạng https://ten-trang.gov.vn"
        )
    return f"{parts.scheme}://{host.removesuffix(_DEFAULT_PORTS[parts.scheme])}"


class Permits:
    """The permits of a deployment, kept in the store. Safe between threads; blocking."""

    def __init__(self, store: KnowledgeStore) -> None:
        self._store = store
        self._held: tuple[int, dict[str, Permit]] = (-1, {})

    def find(self, key: str) -> Permit | None:
        """The permit of a key; read anew only after something was published or changed."""
        revision = self._store.revision()
        if self._held[0] != revision:
            rows = self._store.settings_named(SETTING)
            permits = [_permit(office_id, value) for office_id, value in rows.items()]
            self._held = (revision, {permit.key: permit for permit in permits})
        return self._held[1].get(key)

    def of(self, office_id: str) -> Permit | None:
        """The permit of an office that has ever had one."""
        value = self._store.find_setting(office_id, SETTING)
        return _permit(office_id, value) if value else None

    def allow(self, office_id: str, origin: str, *, by: str) -> Permit:
        """Let the pages of a site embed the chat; the first time the office gets its key."""
        permit = self.of(office_id) or Permit(office_id, _new_key())
        origins = tuple(dict.fromkeys([*permit.origins, origin_of(origin)]))
        return self._put(replace(permit, origins=origins), by)

    def deny(self, office_id: str, origin: str, *, by: str) -> Permit:
        """Take a site's leave away."""
        permit = self.of(office_id) or Permit(office_id, _new_key())
        gone = origin_of(origin)
        return self._put(replace(permit, origins=tuple(o for o in permit.origins if o != gone)), by)

    def new_key(self, office_id: str, *, by: str) -> Permit:
        """Another key; pages that carry the old one stop working."""
        permit = self.of(office_id) or Permit(office_id, "")
        return self._put(replace(permit, key=_new_key()), by)

    def _put(self, permit: Permit, by: str) -> Permit:
        value = {"key": permit.key, "origins": list(permit.origins)}
        self._store.put_setting(permit.office_id, SETTING, value, by=by)
        return permit


def _permit(office_id: str, value: dict[str, Any]) -> Permit:
    return Permit(office_id, value["key"], tuple(value["origins"]))


def _new_key() -> str:
    return secrets.token_hex(10)
