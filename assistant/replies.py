"""Fixed sentences of the desk, kept as data and filled with forms of address and office facts."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.address import UNKNOWN, Address
from knowledge.data_files import parse_yaml

FOLDER = Path(__file__).parent / "data"
FILE = FOLDER / "replies.yaml"
FILES = (FILE, FOLDER / "handoff.yaml")


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    return {
        name: sentence
        for file in FILES
        for name, sentence in parse_yaml(file.read_text("utf-8")).items()
    }


def say(name: str, address: Address = UNKNOWN, /, **facts: Any) -> str:
    """The sentence ``name`` with its placeholders filled; raises KeyError for an unknown name."""
    return fill(_sentences()[name], address, **facts)


def fill(sentence: str, address: Address, /, **facts: Any) -> str:
    """A sentence from data with forms of address and facts put in.

    Raises KeyError when the sentence names a fact that was not given.
    """
    return sentence.format_map(
        {
            "you": address.you,
            "You": address.you_start,
            "me": address.me,
            "Me": address.me[0].upper() + address.me[1:],
            "self": address.me,
            **facts,
        }
    )
