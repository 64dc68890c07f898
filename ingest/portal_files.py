"""Streams portal records out of .json, .jsonl and their .gz, however long the file."""

import codecs
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

# The portal's longest record is some 300 kB; a longer line is not one, and would fill the memory.
LONGEST_LINE = 8 * 1024 * 1024
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class BrokenLine:
    """A place in the file that is no record, and why, in Vietnamese."""

    why: str


def read_records(
    path: Path, on_position: Callable[[int], None] | None = None
) -> Iterator[tuple[int, dict[str, Any] | BrokenLine]]:
    """Each record with its line (JSONL) or its number in the list (JSON), from 1.

    A broken line comes out as BrokenLine and reading goes on; a file cut short ends
    with one. Only the current record is held in memory. ``on_position`` hears how many
    bytes of the file have been read before each record. Raises OSError when the file
    cannot be opened.
    """
    with path.open("rb") as plain:
        is_packed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=plain)) if is_packed else plain
        number = 0
        try:
            records = _lines(stream) if _is_lines(path) else _values(stream)
            for number, record in records:
                if on_position is not None:
                    on_position(plain.tell())
                yield number, record
        except (EOFError, gzip.BadGzipFile, zlib.error):
            yield number + 1, BrokenLine("tệp nén bị hỏng hoặc bị cắt giữa chừng")


def _is_lines(path: Path) -> bool:
    return ".jsonl" in "".join(path.suffixes).lower() or ".ndjson" in "".join(path.suffixes).lower()


def _lines(stream: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | BrokenLine]]:
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST_LINE)
            yield (
                number,
                BrokenLine(
                    f"dòng dài hơn {LONGEST_LINE // 1024 // 1024} MB, không phải một bản ghi"
                ),
            )
            continue
        text = line.removeprefix(b"\xef\xbb\xbf").strip()
        if text:
            yield number, _parsed(text)


def _parsed(text: bytes) -> dict[str, Any] | BrokenLine:
    try:
        return _checked(json.loads(text.decode("utf-8")))
    except UnicodeDecodeError:
        return BrokenLine("không phải chữ mã UTF-8")
    except (ValueError, RecursionError) as error:
        return BrokenLine(f"JSON hỏng: {error}")


def _checked(value: object) -> dict[str, Any] | BrokenLine:
    return (
        value
        if isinstance(value, dict)
        else BrokenLine("không phải một bản ghi (cần một đối tượng JSON {…})")
    )


def _values(stream: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | BrokenLine]]:
    """The elements of one JSON list, or one or several objects one after another."""
    json_decoder = json.JSONDecoder()
    to_text = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    held, at_end, number = "", False, 0
    while True:
        held = held.lstrip(" \t\r\n,") if number else held.lstrip(" \t\r\n[")
        if held.startswith("]") or (at_end and not held):
            return
        try:
            value, end = json_decoder.raw_decode(held) if held else (None, 0)
        except RecursionError:
            yield number + 1, BrokenLine("JSON hỏng: lồng nhau quá sâu")
            return
        except ValueError as error:
            value, end = None, 0
            if at_end or len(held) > LONGEST_LINE:
                yield number + 1, BrokenLine(f"JSON hỏng, phần còn lại không đọc được: {error}")
                return
        if end and (end < len(held) or at_end):
            number += 1
            yield number, _checked(value)
            held = held[end:]
        else:
            chunk = stream.read(CHUNK)
            held, at_end = held + to_text.decode(chunk, final=not chunk), not chunk
