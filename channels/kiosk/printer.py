"""The slip printer beside the kiosk: ESC/POS over a device file or the network.

`CHANNELS_KIOSK_PRINTER` names it: ``file:/dev/usb/lp0``, ``network:192.168.1.50`` (port 9100, or
``network:192.168.1.50:9101``); empty: the browser prints the slip's page. ``dummy:`` throws the
slip away, for trying things out.
"""

import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock

from PIL import Image

PORT = 9100
SECONDS = 8.0
# Printers of the cheap kind lose a picture that is longer than their memory.
FRAGMENT_DOTS = 256
EXAMPLES = "file:/dev/usb/lp0, network:192.168.1.50"
Way = Callable[[bytes], None]


class PrinterTrouble(RuntimeError):
    """The printer is not there, switched off, or named in a way nobody can read."""


class SlipPrinter:
    """One printer, one slip at a time. Blocking; safe between threads."""

    def __init__(self, name: str) -> None:
        self.name = name.strip()
        self._turn = Lock()

    @property
    def is_set(self) -> bool:
        """Whether there is one at all; else the browser prints."""
        return bool(self.name)

    def print(self, picture: Image.Image) -> None:
        """Print and cut; raises PrinterTrouble."""
        self._send(commands(picture))

    def check(self) -> None:
        """Reach the printer without printing; raises PrinterTrouble."""
        self._send(b"")

    def _send(self, sent: bytes) -> None:
        try:
            way = self._way()
            with self._turn:
                way(sent)
        except (OSError, ValueError, OverflowError) as problem:
            raise PrinterTrouble(f"the printer {self.name!r} does not answer") from problem

    def _way(self) -> Way:
        kind, _, where = self.name.partition(":")
        match kind:
            case "file" if where:
                return partial(_to_device, Path(where))
            case "network" if where:
                host, _, port = where.partition(":")
                return partial(_to_network, (host, int(port or PORT)))
            case "dummy":
                return lambda sent: None
        raise PrinterTrouble(f"no such printer {self.name!r}; write it like {EXAMPLES}")


def commands(picture: Image.Image) -> bytes:
    """ESC/POS that prints the picture and cuts the paper; raises PrinterTrouble without driver."""
    try:
        from escpos.printer import Dummy
    except ImportError as problem:
        raise PrinterTrouble('no printer driver: pip install "letan[printer]"') from problem
    made = Dummy()
    made.profile.profile_data["media"]["width"]["pixels"] = picture.width
    made.image(picture, impl="bitImageRaster", fragment_height=FRAGMENT_DOTS)
    made.cut()
    return bytes(made.output)


def _to_device(device: Path, sent: bytes) -> None:
    device.stat()  # a wrong name must not become a new file
    with device.open("ab") as opened:
        opened.write(sent)


def _to_network(address: tuple[str, int], sent: bytes) -> None:
    with socket.create_connection(address, timeout=SECONDS) as line:
        line.sendall(sent)
