"""Fetches a file from a public web address, and nothing else: no inner network, no other scheme."""

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from ingest.pages import Unreadable

SECONDS = 60
READ_SECONDS = 10
TOO_SLOW = "tải quá lâu; hãy tải bằng trình duyệt rồi nhập tệp"
MOST_REDIRECTS = 5
# All that is given out for the public internet (RFC 4291, 2.4). Outside it lie the addresses that
# carry an IPv4 address in other forms (::/96, 64:ff9b::/96, 64:ff9b:1::/48) and site-local ones.
PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
PORTS = {None, 80, 443, 8080, 8443}

Resolve = Callable[[str, int], Sequence[str]]
Allow = Callable[[str], bool]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip.sixtofour or ip.teredo or ip not in PUBLIC_IPV6:
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
    found: list[Path | Exception] = []
    # No proxy of the environment: it would connect to what was not checked.
    client = httpx.Client(trust_env=False, follow_redirects=False, timeout=READ_SECONDS)

    def work() -> None:
        try:
            found.append(_fetched(client, url, folder, most_bytes, resolve, allow, ends))
        except Exception as error:
            found.append(error)

    # In a thread, because a server that sends a letter now and then never lets a read time out.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds + 1)
    client.close()
    if not found:
        raise Unreadable(TOO_SLOW)
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def _fetched(
    client: httpx.Client,
    url: str,
    folder: Path,
    most_bytes: int,
    resolve: Resolve,
    allow: Allow,
    ends: float,
) -> Path:
    for _ in range(MOST_REDIRECTS + 1):
        try:
            response, name = _answered(client, url, resolve, allow)
        except Unreadable:
            raise
        except httpx.TimeoutException as error:
            raise Unreadable(f"máy chủ không trả lời: {url}") from error
        except httpx.HTTPError as error:
            raise Unreadable(f"không tải được {url} ({error})") from error
        except (httpx.InvalidURL, ValueError) as error:  # brackets, blanks, names without a form
            raise Unreadable(f"địa chỉ không hợp lệ: {url!r}") from error
        try:
            if response.has_redirect_location:
                url = urljoin(url, response.headers["location"])
                continue
            if response.status_code != 200:
                raise Unreadable(f"máy chủ trả lời {response.status_code} cho {url}")
            return _save(response, folder / name, most_bytes, ends)
        finally:
            response.close()
    raise Unreadable(f"địa chỉ chuyển hướng quá {MOST_REDIRECTS} lần")


def _answered(
    client: httpx.Client, url: str, resolve: Resolve, allow: Allow
) -> tuple[httpx.Response, str]:
    """The answer of the first address of the host that can be reached, every one checked."""
    parts = urlsplit(url)
    port = parts.port
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unreadable("chỉ tải địa chỉ http:// hoặc https://")
    if parts.username or parts.password:
        raise Unreadable("địa chỉ không được kèm tên và mật khẩu")
    if port not in PORTS and allow is is_public:
        raise Unreadable(f"không tải qua cổng {port}; chỉ tải qua cổng thường (80, 443)")
    if re.search(r"[^\w.:-]", parts.hostname):
        raise Unreadable(f"địa chỉ không hợp lệ: {url!r}")
    target = httpx.URL(url)
    host = target.raw_host.decode("ascii")
    addresses = list(resolve(host, port or (443 if parts.scheme == "https" else 80)))
    if not addresses or not all(allow(address) for address in addresses):
        raise Unreadable(f"{parts.hostname!r} là địa chỉ nội bộ, không tải được")
    for place, address in enumerate(addresses, 1):
        request = client.build_request(
            "GET",
            target.copy_with(host=address, port=port, fragment=None),
            headers={"Host": target.netloc.decode("ascii"), "User-Agent": "letan"},
            extensions={"sni_hostname": host},
        )
        try:
            return client.send(request, stream=True), _file_name(parts.path)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            # A machine without IPv6 still gets the IPv6 address first.
            if place == len(addresses):
                raise
    raise AssertionError("the last address either answers or raises")


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
            # As it comes: waiting for a full chunk would let a slow server hold us.
            for chunk in response.iter_bytes():
                written += len(chunk)
                if written > most_bytes:
                    raise Unreadable(too_large)
                if time.monotonic() > ends:
                    raise Unreadable(TOO_SLOW)
                file.write(chunk)
    except httpx.HTTPError as error:
        raise Unreadable(f"đang tải thì đứt: {error}") from error
    return path
