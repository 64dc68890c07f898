"""Reads the sample office's files: what a clerk could edit by hand, validated on the way in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from knowledge.procedures import Procedure

DATA = Path(__file__).parent / "data"


class BadDataFile(ValueError):
    """A data file does not hold what it should; the message names the file and the field."""


def read_yaml(path: Path) -> Any:
    """The content of one YAML file; raises BadDataFile with the path when it is not YAML."""
    try:
        return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadDataFile(f"{path}: {error}") from error


def read_procedure(path: Path) -> Procedure:
    """One procedure file (``<code>.yaml``) as a validated record."""
    content = read_yaml(path)
    try:
        procedure = Procedure.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'record'}: {e['msg']}" for e in error.errors())
        raise BadDataFile(f"{path}: {problems}") from error
    if path.stem != procedure.code:
        raise BadDataFile(f"{path}: tên tệp phải là mã thủ tục {procedure.code!r}")
    return procedure


def read_procedures(folder: Path = DATA / "procedures") -> Iterator[Procedure]:
    """Every procedure file below ``folder``, ordered by path."""
    for path in sorted(folder.rglob("*.yaml")):
        yield read_procedure(path)
