"""Fetches a file from a public web address, and nothing else: no inner network, no other scheme."""

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from ingest.pages import Unreadable

SECONDS = 60
MOST_REDIRECTS = 5
PORTS = {None, 80, 443, 8080, 8443}

Resolve = Callable[[str, int], Sequence[str]]
Allow = Callable[[str], bool]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip.sixtofour or ip.teredo or ip in ipaddress.ip_network("64:ff9b::/96"):
            return False  # an inner IPv4 address may hide in it
    return ip.is_global and not ip.is_multicast


def resolved(host: str, port: int) -> list[str]:
    """Every address of a host; raises Unreadable when it has none."""
    try:
        return [str(ipaddress.ip_address(host.split("%")[0]))]
    except ValueError:
        pass  # a name
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreadable(f"không tìm thấy máy chủ {host!r}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(
    url: str,
    folder: Path,
    *,
    most_bytes: int,
    resolve: Resolve = resolved,
    allow: Allow = is_public,
    seconds: float = SECONDS,
) -> Path:
    """Download ``url`` into ``folder`` and return the file; raises Unreadable.

    Every hop is checked: the scheme, the port, and that *all* addresses of the host are public;
    the connection goes to the address that was checked, so that a name cannot change its
    meaning in between. Size and time are limited over all hops together.
    """
    ends = time.monotonic() + seconds
    with httpx.Client(trust_env=False, follow_redirects=False, timeout=10) as client:
        for _ in range(MOST_REDIRECTS + 1):
            request, name = _request(client, url, resolve, allow)
            try:
                response = client.send(request, stream=True)
            except httpx.HTTPError as error:
                raise Unreadable(f"không tải được {url}: {error}") from error
            try:
                if response.is_redirect:
                    url = urljoin(url, response.headers["location"])
                    continue
                if response.status_code != 200:
                    raise Unreadable(f"máy chủ trả lời {response.status_code} cho {url}")
                return _save(response, folder / name, most_bytes, ends)
            finally:
                response.close()
    raise Unreadable(f"địa chỉ chuyển hướng quá {MOST_REDIRECTS} lần")


def _request(
    client: httpx.Client, url: str, resolve: Resolve, allow: Allow
) -> tuple[httpx.Request, str]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise Unreadable(f"địa chỉ không hợp lệ: {url!r}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unreadable("chỉ tải địa chỉ http:// hoặc https://")
    if parts.username or parts.password:
        raise Unreadable("địa chỉ không được kèm tên và mật khẩu")
    if port not in PORTS and allow is is_public:
        raise Unreadable(f"không tải qua cổng {port}")
    host = parts.hostname
    number = port or (443 if parts.scheme == "https" else 80)
    addresses = list(resolve(host, number))
    if not addresses or not all(allow(address) for address in addresses):
        raise Unreadable(f"{host!r} là địa chỉ nội bộ, không tải được")
    chosen = addresses[0]
    inside = f"[{chosen}]" if ":" in chosen else chosen
    target = httpx.URL(url).copy_with(host=inside.strip("[]"), port=port, fragment=None)
    request = client.build_request(
        "GET",
        target,
        headers={"Host": host if port is None else f"{host}:{port}", "User-Agent": "letan"},
        extensions={"sni_hostname": host},
    )
    return request, _file_name(parts.path)


def _file_name(path: str) -> str:
    name = re.sub(r"[^\w.()-]+", "_", unquote(path.rsplit("/", 1)[-1]))[-120:]
    return name.strip(".") or "trang.html"


def _save(response: httpx.Response, path: Path, most_bytes: int, ends: float) -> Path:
    megabytes = most_bytes // 1024 // 1024
    too_large = f"tệp ở địa chỉ này lớn hơn giới hạn {megabytes} MB"
    if int(response.headers.get("content-length") or 0) > most_bytes:
        raise Unreadable(too_large)
    written = 0
    try:
        with path.open("wb") as file:
            for chunk in response.iter_bytes(64 * 1024):
                written += len(chunk)
                if written > most_bytes:
                    raise Unreadable(too_large)
                if time.monotonic() > ends:
                    raise Unreadable("tải quá lâu; hãy tải bằng trình duyệt rồi nhập tệp")
                file.write(chunk)
    except httpx.HTTPError as error:
        raise Unreadable(f"đang tải thì đứt: {error}") from error
    return path
