"""Slips: one for each number, a picture that stays the same, a printer that may fail."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import desk_at
from fastapi.testclient import TestClient
from PIL import Image, ImageChops
from records import Clock

from assistant.desk import Desk
from channels.kiosk.printer import PrinterTrouble, SlipPrinter, commands
from channels.kiosk.slip_image import WIDTH, Slip, SlipPaper, slip_image
from channels.web import create_app

BIRTH = "1.001193"
GOLDEN = Path(__file__).parent / "data" / "kiosk" / "slip.png"
SLIP = Slip(
    office="Phường Hoa Sen",
    title="SỐ THỨ TỰ",
    label="K012",
    counters=("Quầy 9 – Hộ tịch",),
    way="tầng 1, bên trái",
    taken_at="08:35 24/11/2026",
    procedure="Đăng ký khai sinh",
    papers=(
        SlipPaper("Tờ khai theo mẫu", is_missing=False),
        SlipPaper("Giấy chứng sinh; nếu không có thì văn bản của người làm chứng", is_missing=True),
    ),
    address="https://phuong.example/so/abcdefghijklmnop",
)


@pytest.fixture(scope="module")
def lobby(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(shutil.copytree(homes[1], tmp_path_factory.mktemp("slips") / "home"), Clock())


@contextmanager
def door_with(lobby: Desk, printer: str) -> Iterator[TestClient]:
    os.environ["CHANNELS_KIOSK_PRINTER"] = printer
    try:
        app = create_app(lobby)
    finally:
        del os.environ["CHANNELS_KIOSK_PRINTER"]
    with TestClient(app) as client:
        yield client


@contextmanager
def a_network_printer() -> Iterator[tuple[str, bytearray]]:
    """A printer that takes what one caller sends, as port 9100 of a real one does."""
    listener = socket.create_server(("127.0.0.1", 0))
    got = bytearray()
    ended = threading.Event()

    def take() -> None:
        caller, _ = listener.accept()
        with caller:
            while piece := caller.recv(65_536):
                got.extend(piece)
        ended.set()

    threading.Thread(target=take, daemon=True).start()
    yield f"network:127.0.0.1:{listener.getsockname()[1]}", got
    assert ended.wait(10)
    listener.close()


def raster_of(sent: bytes) -> Image.Image:
    """The picture in a stream of ESC/POS raster commands (GS v 0), as a printer would show it."""
    strips, at = [], 0
    while (at := sent.find(b"\x1dv0", at)) >= 0:
        wide = int.from_bytes(sent[at + 4 : at + 6], "little")
        high = int.from_bytes(sent[at + 6 : at + 8], "little")
        dots = bytes(byte ^ 0xFF for byte in sent[at + 8 : at + 8 + wide * high])
        strips.append(Image.frombytes("1", (wide * 8, high), dots))
        at += 8 + wide * high
    whole = Image.new("1", (strips[0].width, sum(strip.height for strip in strips)))
    y = 0
    for strip in strips:
        whole.paste(strip, (0, y))
        y += strip.height
    return whole


def test_the_slip_looks_as_it_did() -> None:
    """Compared dot by dot; ``LETAN_GOLDEN=write`` draws the golden picture anew."""
    drawn = slip_image(SLIP)
    if os.environ.get("LETAN_GOLDEN") == "write":
        GOLDEN.parent.mkdir(parents=True, exist_ok=True)
        drawn.save(GOLDEN, optimize=True)
    golden = Image.open(GOLDEN)
    assert drawn.size == golden.size and drawn.width == WIDTH
    different = ImageChops.difference(drawn.convert("L"), golden.convert("L"))
    changed = sum(different.histogram()[1:]) / (drawn.width * drawn.height)
    assert changed < 0.002  # another FreeType may round a few edges differently


def test_vietnamese_reaches_the_paper_as_a_picture_and_the_paper_is_cut() -> None:
    picture = slip_image(SLIP)
    sent = commands(picture)
    assert ImageChops.difference(
        raster_of(sent).convert("L"), picture.convert("L")
    ).getbbox() is None  # fmt: skip
    assert b"\x1dV" in sent[-12:]
    assert "Số".encode() not in sent


def test_marks_above_capitals_stay_on_the_line_they_belong_to() -> None:
    """A letter with two marks draws more than the bare letter, and nothing leaves the paper."""
    marked = slip_image(
        Slip("Ổ Ễ Ậ Ử Ỡ", "Ế", "A001", (), "", "", None, (), "https://a.example/so/x")
    )
    plain = slip_image(
        Slip("O E A U O", "E", "A001", (), "", "", None, (), "https://a.example/so/x")
    )
    assert marked.size == plain.size
    assert marked.convert("L").histogram()[0] > plain.convert("L").histogram()[0]


def test_one_slip_for_each_number_goes_to_the_printer(lobby: Desk) -> None:
    with a_network_printer() as (name, got), door_with(lobby, name) as door:
        body = {
            "client_key": "phiếu-0001", "code": BIRTH, "case": "has_certificate",
            "missing": ["Giấy chứng sinh"],
        }  # fmt: skip
        token = door.post("/api/queue", json=body).json()["token"]
        assert door.post(f"/api/queue/{token}/slip").json() == {"by": "printer"}
        again = door.post(f"/api/queue/{token}/slip")
        assert again.status_code == 409 and "đã in" in again.json()["error"]["message"]
        page = door.get(f"/kiosk/phieu/{token}").text
        assert "Giấy chứng sinh (còn thiếu)" in page
    assert raster_of(bytes(got)).width == WIDTH


def test_a_printer_that_fails_is_said_and_the_slip_may_be_printed_later(lobby: Desk) -> None:
    with door_with(lobby, "file:/khong/co/may/in") as door:
        token = door.post("/api/queue", json={"client_key": "phiếu-0002"}).json()["token"]
        refused = door.post(f"/api/queue/{token}/slip")
        assert refused.status_code == 503 and "nhớ số" in refused.json()["error"]["message"]
    with door_with(lobby, "dummy:") as door:
        other = door.post("/api/queue", json={"client_key": "phiếu-0003"}).json()["token"]
        assert door.post(f"/api/queue/{other}/slip").json() == {"by": "printer"}
    with door_with(lobby, "") as door:
        assert door.post(f"/api/queue/{token}/slip").json() == {"by": "browser"}
        assert door.post(f"/api/queue/{token}/slip").status_code == 409
        assert door.post("/api/queue/khong-co/slip").status_code == 404


def test_a_printer_prints_into_a_device_file_and_a_wrong_name_makes_none(tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    device.touch()
    SlipPrinter(f"file:{device}").print(slip_image(SLIP))
    assert raster_of(device.read_bytes()).width == WIDTH
    for name in (f"file:{tmp_path}/lp1", "network:127.0.0.1:1", "usb", "network:máy in:chín"):
        with pytest.raises(PrinterTrouble):
            SlipPrinter(name).check()
    assert not (tmp_path / "lp1").exists()
