"""`widget.js` in one piece, put together from the scripts that the chat page uses too.

A page embeds it with one plain `<script async>`, which cannot be a module: a module does not
know which tag loaded it, and would ask the ward's policy for more files. Each source becomes a
function of its own, so their names stay apart.
"""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache

from channels.door import HERE

STATIC = HERE / "static"
# In the order in which they are needed; the last one starts the widget.
SOURCES = (
    "events", "wire", "memory", "clerk", "display", "answer",
    "widget/words", "widget/parts", "widget/chat", "widget/widget",
)  # fmt: skip
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "(?:[./\w]*/)?(\w+)\.js";$', re.M)
_EXPORT = re.compile(r"^export (?=(?:async )?function|const|class)", re.M)
_NAME = re.compile(r"^export (?:async )?(?:function\*?|const|class) (\w+)", re.M)
_COMMENT = re.compile(r"^\s*(?:/\*.*?\*/\s*?|//[^\n]*)\n", re.M | re.S)
_INDENT = re.compile(r"^[ \t]+", re.M)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The script as it is sent, plain and compressed, and a mark of its content."""

    plain: bytes
    compressed: bytes
    etag: str


@lru_cache(maxsize=1)
def bundle() -> Bundle:
    """The script of this version, made once."""
    style = _INDENT.sub("", _COMMENT.sub("", (STATIC / "widget/widget.css").read_text("utf-8")))
    parts = [f"const STYLE = {json.dumps(style, ensure_ascii=False)};"]
    parts += [_module(name) for name in SOURCES]
    body = "\n".join(parts)
    plain = f'(() => {{\n"use strict";\nconst SCRIPT = document.currentScript;\n{body}\n}})();\n'
    content = plain.encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    return Bundle(content, gzip.compress(content, 9, mtime=0), etag)


def _module(name: str) -> str:
    source = (STATIC / f"{name}.js").read_text("utf-8")
    given = ", ".join(_NAME.findall(source))
    source = _IMPORT.sub(_borrowed, _EXPORT.sub("", source))
    source = _INDENT.sub("", _COMMENT.sub("", source))
    own = _holder(name.rpartition("/")[2])
    return f"const {own} = (() => {{\n{source}return {{ {given} }};\n}})();"


def _borrowed(statement: re.Match[str]) -> str:
    names = statement[1].replace(" as ", ": ")
    return f"const {names} = {_holder(statement[2])};"


def _holder(name: str) -> str:
    return f"_{name}"
