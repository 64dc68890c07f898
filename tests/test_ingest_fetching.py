"""Fetching by address: public web servers only, whatever the address pretends."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.fetching import fetch, is_public
from ingest.pages import Unreadable

MEGABYTE = 1024 * 1024


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        body = b"x" * (3 * MEGABYTE) if self.path == "/large" else b"noi dung"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as held:
        thread = threading.Thread(target=held.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{held.server_port}"
        held.shutdown()
        thread.join()


def get(url: str, folder: Path) -> Path:
    return fetch(url, folder, most_bytes=MEGABYTE, allow=lambda address: True)


def test_a_public_file_is_saved_under_its_own_name(server: str, tmp_path: Path) -> None:
    path = get(f"{server}/tai/quyet%20dinh.pdf", tmp_path)
    assert (path.name, path.read_bytes()) == ("quyet_dinh.pdf", b"noi dung")


def test_redirects_are_followed_a_few_times_and_no_more(server: str, tmp_path: Path) -> None:
    assert get(f"{server}/to//a.txt", tmp_path).name == "a.txt"
    with pytest.raises(Unreadable, match="chuyển hướng"):
        get(f"{server}/{'to//' * 8}a.txt", tmp_path)


def test_a_redirect_to_an_inner_address_is_refused(server: str, tmp_path: Path) -> None:
    def first_only(address: str, asked: list[str] = []) -> bool:  # noqa: B006
        asked.append(address)
        return len(asked) == 1

    with pytest.raises(Unreadable, match="nội bộ"):
        fetch(f"{server}/to//a.txt", tmp_path, most_bytes=MEGABYTE, allow=first_only)


def test_more_than_the_limit_is_not_downloaded(server: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="lớn hơn giới hạn"):
        get(f"{server}/large", tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/a", "http://user:secret@example.org/",
        "http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:10.0.0.1]/", "http://0.0.0.0/", "http://10.1.2.3/", "https://localhost/",
        "http://127.0.0.1:6379/",
    ],
)  # fmt: skip
def test_inner_addresses_and_other_schemes_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        fetch(url, tmp_path, most_bytes=MEGABYTE)


def test_a_name_with_one_inner_address_among_public_ones_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="nội bộ"):
        fetch(
            "http://rebind.example/", tmp_path, most_bytes=MEGABYTE,
            resolve=lambda host, port: ["93.184.216.34", "192.168.1.1"],
        )  # fmt: skip


@pytest.mark.parametrize(
    "address", ["64:ff9b::a00:1", "2002:a00:1::", "fe80::1%eth0", "100.64.0.1"]
)
def test_addresses_that_hide_an_inner_one_are_not_public(address: str) -> None:
    assert not is_public(address)
