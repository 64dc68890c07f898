"""What an office knows as files: one for each procedure, one for its frequent questions.

The files are made to be kept under version control and handed to a neighbouring office: the same
knowledge gives the same bytes, and what is wrong in a file is told by file and field, all of it
at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from knowledge.data_files import parse_yaml
from knowledge.faq import FaqEntry, FaqText
from knowledge.procedures import Code, Procedure
from knowledge.versions import to_record

FAQ = Path("faq") / "entries.yaml"
# pydantic's kinds of error → what stands in the file; the others keep its own words.
WRONG = {
    "missing": "thiếu trường này",
    "extra_forbidden": "không có trường nào tên như vậy",
    "string_type": "phải là chữ",
    "string_too_short": "không được để trống",
    "string_too_long": "dài quá {max_length} ký tự",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "bool_type": "phải là true hoặc false",
    "date_type": "phải là ngày, dạng 2026-11-24",
    "date_from_datetime_parsing": "phải là ngày, dạng 2026-11-24",
    "enum": "phải là một trong: {expected}",
    "literal_error": "phải là một trong: {expected}",
    "tuple_type": "phải là một danh sách",
    "model_type": "phải có các trường của một bản ghi",
    "model_attributes_type": "phải có các trường của một bản ghi",
    "greater_than_equal": "nhỏ nhất là {ge}",
}


class BadRecords(ValueError):
    """Files that cannot be read; the message has a line for each problem, file and field named."""


@dataclass(frozen=True, slots=True)
class Records:
    """What a folder holds."""

    procedures: tuple[Procedure, ...]
    faq: tuple[FaqText, ...]


def write_records(
    folder: Path, procedures: Iterable[Procedure], entries: Iterable[FaqEntry]
) -> tuple[int, int, list[Path]]:
    """Write the files; how many procedures and questions, and files of procedures gone since."""
    folder.mkdir(parents=True, exist_ok=True)
    written = set()
    for procedure in procedures:
        path = folder / f"{procedure.code}.yaml"
        _write(path, to_record(procedure))
        written.add(path)
    texts = [
        FaqText.model_validate(entry.model_dump(include=set(FaqText.model_fields)))
        for entry in entries
    ]
    rows = [text.model_dump(mode="json", exclude_defaults=True) for text in texts]
    if rows or (folder / FAQ).exists():
        (folder / FAQ).parent.mkdir(exist_ok=True)
        _write(folder / FAQ, sorted(rows, key=lambda row: str(row["question"])))
    left = [path for path in sorted(folder.glob("*.yaml")) if path not in written]
    return len(written), len(rows), [path for path in left if _is_code(path.stem)]


def read_records(folder: Path) -> Records:
    """Every record of a folder; raises BadRecords with all that is wrong."""
    if not folder.is_dir():
        raise BadRecords(f"{folder}: không có thư mục này")
    wrong: list[str] = []
    procedures = []
    for path in sorted(folder.rglob("*.yaml")):
        if path == folder / FAQ or any(p.startswith(".") for p in path.relative_to(folder).parts):
            continue
        found = _read(path, Procedure, wrong)
        if found is None:
            continue
        if found.code != path.stem:
            wrong.append(f"{path.name}: code: là {found.code!r}, khác với tên tệp")
        procedures.append(found)
    faq = _read(folder / FAQ, tuple[FaqText, ...], wrong) if (folder / FAQ).exists() else ()
    if not procedures and not faq and not wrong:
        wrong.append(f"{folder}: không có tệp .yaml nào")
    if wrong:
        raise BadRecords("\n".join(wrong))
    return Records(tuple(procedures), tuple(faq or ()))


def _read(path: Path, kind: Any, wrong: list[str]) -> Any:
    try:
        return TypeAdapter(kind).validate_python(parse_yaml(path.read_text("utf-8")))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        wrong.append(f"{path.name}: dòng {line}: không đọc được YAML ({error.problem})")
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        wrong.append(f"{path.name}: không đọc được YAML ({error})")
    except ValidationError as error:
        for problem in error.errors():
            field = ".".join(
                str(part + 1) if isinstance(part, int) else part for part in problem["loc"]
            )
            wrong.append(f"{path.name}: {field or 'cả tệp'}: {_said(problem)}")
    return None


def _said(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    sentence = WRONG.get(problem["type"], str(problem["msg"]))
    return sentence.format(**problem.get("ctx", {}))


def _write(path: Path, value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)
    path.write_text(text, "utf-8")


def _is_code(name: str) -> bool:
    try:
        TypeAdapter(Code).validate_python(name)
    except ValidationError:
        return False
    return True
