"""Fetching by address: public web servers only, whatever the address pretends."""

import socket
import threading
import time
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
        "http://127.0.0.1:6379/", "http://[::127.0.0.1]/", "gopher://127.0.0.1/",
    ],
)  # fmt: skip
def test_inner_addresses_and_other_schemes_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        fetch(url, tmp_path, most_bytes=MEGABYTE)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "10.1"])
def test_an_inner_address_in_an_odd_writing_is_refused(host: str, tmp_path: Path) -> None:
    """The system's resolver takes each of them for an address; it is the answer that is checked."""
    with pytest.raises(Unreadable, match=r"nội bộ|không hợp lệ"):
        fetch(
            f"http://{host}/", tmp_path, most_bytes=MEGABYTE,
            resolve=lambda name, port: [socket.inet_ntoa(socket.inet_aton(name))],
        )  # fmt: skip


def test_a_name_with_one_inner_address_among_public_ones_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="nội bộ"):
        fetch(
            "http://rebind.example/", tmp_path, most_bytes=MEGABYTE,
            resolve=lambda host, port: ["93.184.216.34", "192.168.1.1"],
        )  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::", "::a00:1", "::ffff:0:a00:1",
        "fe80::1%eth0", "fec0::1", "fd00:ec2::254", "100.64.0.1",
    ],
)  # fmt: skip
def test_addresses_that_hide_an_inner_one_are_not_public(address: str) -> None:
    assert not is_public(address)
    assert is_public("2606:4700:4700::1111") and is_public("93.184.216.34")


class Slow(BaseHTTPRequestHandler):
    """Sends a letter now and then: of its headers, or of its body."""

    def do_GET(self) -> None:
        if self.path == "/no-place":
            self.send_response(304)
            self.end_headers()
            return
        if self.path == "/body":
            self.send_response(200)
            self.end_headers()
        else:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        gone = threading.Event()
        for _ in range(100):
            try:
                self.wfile.write(b"x")
            except OSError:
                return
            gone.wait(0.1)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.mark.parametrize("path", ["/headers", "/body"])
def test_a_server_that_sends_a_letter_now_and_then_is_given_up(path: str, tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as held:
        held.daemon_threads = True
        threading.Thread(target=held.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{held.server_port}{path}"
        started = time.monotonic()
        with pytest.raises(Unreadable, match="quá lâu"):
            fetch(url, tmp_path, most_bytes=MEGABYTE, allow=lambda address: True, seconds=1)
        assert time.monotonic() - started < 5
        held.shutdown()


def test_an_answer_that_is_neither_file_nor_redirect_is_refused(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as held:
        threading.Thread(target=held.serve_forever, daemon=True).start()
        with pytest.raises(Unreadable, match="304"):
            get(f"http://127.0.0.1:{held.server_port}/no-place", tmp_path)
        held.shutdown()


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://exa mple.vn/a", "http://a..vn/", "http://x\x00y/", "http://"]
)
def test_an_address_that_is_none_is_refused_in_words(url: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"địa chỉ|không tìm thấy"):
        fetch(url, tmp_path, most_bytes=MEGABYTE)


def test_the_next_address_is_tried_where_the_first_cannot_be_reached(
    server: str, tmp_path: Path
) -> None:
    path = fetch(
        server.replace("127.0.0.1", "phuong.vn") + "/a.txt", tmp_path, most_bytes=MEGABYTE,
        resolve=lambda host, port: ["::1", "127.0.0.1"], allow=lambda address: True,
    )  # fmt: skip
    assert path.read_bytes() == b"noi dung"
