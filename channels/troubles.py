"""What went wrong with Zalo or Telegram, in words for a clerk: why, and what to do."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.data_files import parse_yaml

FILE = Path(__file__).parent / "data" / "troubles.yaml"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something failed, what a person does about it, whether sending again then helps."""

    why: str
    to_do: str
    again: bool


@lru_cache(maxsize=1)
def _known() -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = parse_yaml(FILE.read_text("utf-8"))
    return content


def explain(platform: str, error: str) -> Trouble:
    """The first explanation whose pattern the error holds; the last one holds for every error."""
    for known in _known():
        if known["platform"] in ("", platform) and any(said in error for said in known["says"]):
            return Trouble(known["why"], known["do"], known["again"])
    raise AssertionError("the table ends with an explanation for everything")
