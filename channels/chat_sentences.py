"""Fixed sentences of the chat channels, kept as data."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.data_files import parse_yaml

FILE = Path(__file__).parent / "data" / "chats.yaml"


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    content: dict[str, str] = parse_yaml(FILE.read_text("utf-8"))
    return content


def tell(name: str, /, **facts: Any) -> str:
    """The sentence ``name`` filled; raises KeyError for an unknown name or a missing fact."""
    return _sentences()[name].format_map(facts)
