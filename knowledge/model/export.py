"""Writes the learned table as a sentence-transformers folder in int8, a quarter of the size."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

MODULES = [
    ("sentence_transformers.models.StaticEmbedding", "0", ""),
    ("sentence_transformers.models.Normalize", "1", "1_Normalize"),
]


def write(folder: Path, tokenizer: Tokenizer, table: NDArray[np.float32]) -> None:
    """Write ``table`` (pieces, dimensions) so that ``SentenceTransformer(folder)`` loads it.

    Rows are int8 with one float32 scale each, in the tensors ``embeddings`` and
    ``weights`` that sentence-transformers reads as model2vec's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scale = np.maximum(np.abs(table).max(axis=1), 1e-9) / 127
    rounded = np.clip(np.rint(table / scale[:, None]), -127, 127).astype(np.int8)
    tensors = {"embeddings": rounded, "weights": scale.astype(np.float32)}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)  # save_file makes it private, a wheel keeps that
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    modules = [
        {"idx": i, "name": name, "path": path, "type": kind}
        for i, (kind, name, path) in enumerate(MODULES)
    ]
    _write_json(folder / "modules.json", modules)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    _write_json(folder / "1_Normalize" / "config.json", {"module_input_name": "sentence_embedding"})
    _write_json(
        folder / "config_sentence_transformers.json",
        {"model_type": "SentenceTransformer", "prompts": {}, "similarity_fn_name": "cosine"},
    )


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
