"""Sentences as vectors: the encoder that ships with the desk, or any other in its place.

The shipped one is static: a sentence is cut into syllables and syllable pairs,
each has a vector, and the mean of those is the sentence's. It needs NumPy, no torch,
and costs a tenth of a millisecond. A name or a folder of another sentence-transformers
model replaces it (extra ``hub``).
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from knowledge.pieces import Pieces

SHIPPED = Path(__file__).parent / "data" / "model"

BLOCK = 1 << 20  # bytes of the files that name an encoder, at a time

Kind = Literal["query", "passage"]
Vectors = NDArray[np.float32]


class EncoderUnavailable(RuntimeError):
    """The named encoder cannot be loaded; the message says what to install or correct."""


class Encoder(Protocol):
    """What the desk needs of a sentence encoder.

    ``name`` changes whenever the vectors would: an index made under another
    name has to be rebuilt.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """Unit vectors in float32, shape (texts, dimensions)."""
        ...


class StaticEncoder:
    """One vector a piece, in int8 with a scale for each row; safe to share between threads.

    ``dimensions`` below the table's own cuts every vector: training orders the
    dimensions so that the first 128 or 64 work alone, a little less well.
    """

    def __init__(self, folder: Path, dimensions: int | None = None) -> None:
        weights = folder / "model.safetensors"
        with safe_open(str(weights), framework="numpy") as tensors:
            table = tensors.get_tensor("embeddings")
            self._scale: Vectors = tensors.get_tensor("weights").astype(np.float32)[:, None]
        if dimensions is not None and not 0 < dimensions <= table.shape[1]:
            raise EncoderUnavailable(
                f"{folder} has {table.shape[1]} dimensions, not {dimensions!r}"
            )
        self._table: NDArray[np.int8] = np.ascontiguousarray(table[:, :dimensions])
        self._ids = _reader_of_ids(folder / "tokenizer.json")
        self.dimensions: int = self._table.shape[1]
        content = sha256()
        for part in (weights, folder / "tokenizer.json"):
            with part.open("rb") as file:
                for block in iter(lambda: file.read(BLOCK), b""):
                    content.update(block)
        self.name = f"static-{self.dimensions}-{content.hexdigest()[:12]}"

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """Unit vectors, shape (texts, dimensions); ``kind`` makes no difference here.

        A text without a single known piece gets the fixed direction of the
        unknown piece, so that no vector is ever zero.
        """
        out = np.empty((len(texts), self.dimensions), np.float32)
        if not texts:
            return out
        # A surrogate half cannot be written as UTF-8 and would stop the library's tokenizer.
        readable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        for row, found in enumerate(self._ids(readable)):
            ids = found or [0]
            out[row] = (self._table[ids] * self._scale[ids]).sum(axis=0)
        return _unit(out)


def _reader_of_ids(path: Path) -> Callable[[Sequence[str]], Iterable[Sequence[int]]]:
    """What cuts texts into the numbers of pieces: our own reader, or the library's."""
    pieces = Pieces.read(path)
    if pieces is not None:
        return partial(map, pieces.ids)

    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))

    def ids(texts: Sequence[str]) -> Iterable[Sequence[int]]:
        if len(texts) == 1:  # a batch wakes threads that one question does not need
            return [tokenizer.encode(texts[0], add_special_tokens=False).ids]
        return [cut.ids for cut in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    return ids


class HubEncoder:
    """Any sentence-transformers model, by name or folder (extra ``hub``).

    Prompts come from the model itself when it names some for queries and
    documents; e5 models that name none get the prefixes they were trained with.
    """

    def __init__(self, model: str, dimensions: int | None = None) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EncoderUnavailable(
                f"encoder {model!r} needs the extra 'hub': pip install 'letan[hub]'"
            ) from error
        try:
            self._model = SentenceTransformer(model, device="cpu", truncate_dim=dimensions)
        except (OSError, ValueError) as error:
            raise EncoderUnavailable(f"encoder {model!r} cannot be loaded: {error}") from error
        self._prompts = self._find_prompts(model)
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.name = f"hub-{self.dimensions}-{model}"

    def _find_prompts(self, model: str) -> dict[Kind, str]:
        own = self._model.prompts
        query = own.get("query") or ""
        passage = own.get("document") or own.get("passage") or own.get("corpus") or ""
        if not query and not passage and "e5" in model.lower():
            return {"query": "query: ", "passage": "passage: "}
        return {"query": query, "passage": passage}

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """Unit vectors, shape (texts, dimensions)."""
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        vectors = self._model.encode(
            list(texts),
            prompt=self._prompts[kind] or None,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return _unit(np.asarray(vectors, np.float32))


def load_encoder(model: str | Path | None = None, dimensions: int | None = None) -> Encoder:
    """The encoder named by a setting: None for the shipped one, else a folder or a hub name.

    Raises EncoderUnavailable when it is not there, or needs an extra that is not installed.
    """
    folder = Path(model) if model else SHIPPED
    if is_static(folder):
        return _static(folder.resolve(), dimensions)
    if not model:
        raise EncoderUnavailable(f"the shipped encoder is missing from {folder}; reinstall letan")
    return HubEncoder(str(model), dimensions)


def is_static(folder: Path) -> bool:
    """Whether a folder holds a static encoder that needs no torch."""
    modules = folder / "modules.json"
    if not modules.is_file():
        return False
    kinds: list[dict[str, Any]] = json.loads(modules.read_text("utf-8"))
    if not kinds or not str(kinds[0].get("type", "")).endswith("StaticEmbedding"):
        return False
    with safe_open(str(folder / "model.safetensors"), framework="numpy") as tensors:
        return {"embeddings", "weights"} <= set(tensors.keys())


@lru_cache(maxsize=4)
def _static(folder: Path, dimensions: int | None) -> StaticEncoder:
    return StaticEncoder(folder, dimensions)


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)
