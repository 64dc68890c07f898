"""Runs the int8 e5 folder with onnxruntime: the start of the static encoder, and its rival."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from knowledge.embedding import Kind

PREFIX = {"query": "query: ", "passage": "passage: "}
LONGEST = 256  # tokens; passages hold at most about 900 characters


class OnnxEncoder:
    """e5-small as int8 ONNX; same interface as the shipped encoder."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        model = folder / "onnx" / "model_int8.onnx"
        self._session = onnxruntime.InferenceSession(str(model), options, ["CPUExecutionProvider"])
        self._inputs = [node.name for node in self._session.get_inputs()]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
        self.name = f"e5-int8:{folder.name}"
        self.dimensions = 384

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> NDArray[np.float32]:
        """Unit vectors, shape (texts, 384); texts of like length share a batch."""
        out = np.zeros((len(texts), self.dimensions), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), 64):
            batch = order[start : start + 64]
            encoded = self._tokenizer.encode_batch([PREFIX[kind] + texts[i] for i in batch])
            ids = np.array([e.ids for e in encoded], np.int64)
            mask = np.array([e.attention_mask for e in encoded], np.int64)
            hidden = self._session.run(None, dict(zip(self._inputs, (ids, mask), strict=True)))[0]
            summed = (np.asarray(hidden) * mask[:, :, None]).sum(axis=1)
            out[batch] = summed / np.linalg.norm(summed, axis=1, keepdims=True)
        return out
