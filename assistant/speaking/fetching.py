"""The voice of the lobby as files: fetched once, checked by hash, then used without internet.

Piper's Vietnamese voice `vi_VN-vais1000-medium` (63 MB; trained on VAIS-1000, CC BY 4.0, see its
MODEL_CARD). The hashes are of the files at the revision named in the address; several independent
projects pin the same ones. Nothing that differs by one bit is kept.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx

REVISION = "3d796cc2f2c884b3517c527507e084f7bb245aea"
HOME = (
    "https://huggingface.co/rhasspy/piper-voices/resolve/"
    f"{REVISION}/vi/vi_VN/vais1000/medium"
)  # fmt: skip
SECONDS = 30.0
PIECE = 1 << 16
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """A file of the voice as it must be."""

    name: str
    bytes: int
    sha256: str


MODEL = VoiceFile(
    "vi_VN-vais1000-medium.onnx",
    63_201_294,
    "ec7c89e2c85f4d1edc24b6120c18aaf1bda614f06b511567eb9c7c0de15e2dab",
)
FILES = (
    VoiceFile(
        "vi_VN-vais1000-medium.onnx.json",
        4_860,
        "fafb9da1354ed4b77c31af228ed41fb41cd825c14cffa105454b25e6ae751ee0",
    ),
    MODEL,
)


class VoiceNotFetched(RuntimeError):
    """The voice could not be brought here, or was not the one that was expected."""


def fetch_voice(
    folder: Path, home: str, files: tuple[VoiceFile, ...], told: Told = lambda count: None
) -> Path:
    """The model's place in ``folder``; what is there and right is not fetched again.

    ``told`` hears of every piece of bytes. Raises VoiceNotFetched; no half or wrong file stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        place = folder / file.name
        if place.exists() and _hash_of(place) == file.sha256:
            continue
        _fetch(f"{home.rstrip('/')}/{file.name}", place, file, told)
    return folder / files[-1].name


def _fetch(address: str, place: Path, file: VoiceFile, told: Told) -> None:
    made = sha256()
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as part:
        half = Path(part.name)
        try:
            with httpx.stream("GET", address, timeout=SECONDS, follow_redirects=True) as answer:
                answer.raise_for_status()
                for piece in answer.iter_bytes(PIECE):
                    made.update(piece)
                    part.write(piece)
                    told(len(piece))
                    if part.tell() > file.bytes:
                        break
            part.flush()
            if part.tell() != file.bytes or made.hexdigest() != file.sha256:
                raise VoiceNotFetched(
                    f"{address} is not the file that was expected "
                    f"({part.tell()} bytes, sha256 {made.hexdigest()})"
                )
        except httpx.HTTPStatusError as problem:
            raise VoiceNotFetched(f"{address} answered {problem.response.status_code}") from problem
        except httpx.HTTPError as problem:
            raise VoiceNotFetched(f"{address} cannot be reached from here: {problem}") from problem
        finally:
            if not _is_right(half, file):
                half.unlink(missing_ok=True)
    half.chmod(0o644)
    half.replace(place)


def _is_right(place: Path, file: VoiceFile) -> bool:
    return place.stat().st_size == file.bytes and _hash_of(place) == file.sha256


def _hash_of(place: Path) -> str:
    made = sha256()
    with place.open("rb") as file:
        while piece := file.read(PIECE):
            made.update(piece)
    return made.hexdigest()
