"""A procedure's record as the fields of a form, and back; what pydantic finds, in Vietnamese.

A list is a run of rows; the fields of a row are named "documents-0-name". The order of a list is
the order in which its rows arrive, whatever their numbers, so rows can be moved with or without a
script.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from assistant.wording import CHANNELS
from knowledge.procedures import Body, Channel, FeeStatus, Procedure, TimeUnit

BODIES = {
    Body.COMMUNE: "UBND phường, xã",
    Body.COMMUNE_POLICE: "Công an phường, xã",
    Body.COMMUNE_MILITARY: "Ban chỉ huy quân sự phường, xã",
    Body.LAND_OFFICE: "Văn phòng đăng ký đất đai",
    Body.TAX_OFFICE: "Thuế",
    Body.SOCIAL_INSURANCE: "Bảo hiểm xã hội",
    Body.PROVINCE: "Cơ quan cấp tỉnh",
    Body.OTHER: "Nơi khác",
}
FEE_STATUSES = {
    FeeStatus.FIXED: "số tiền ghi bên cạnh",
    FeeStatus.FREE: "miễn phí (nguồn ghi rõ)",
    FeeStatus.SET_BY_PROVINCE: "do tỉnh quy định",
    FeeStatus.UNPUBLISHED: "chưa công bố",
}
UNITS = {
    TimeUnit.WORKING_DAY: "ngày làm việc",
    TimeUnit.DAY: "ngày",
    TimeUnit.HOUR: "giờ",
    TimeUnit.MONTH: "tháng",
    TimeUnit.SAME_DAY: "trong ngày",
    TimeUnit.UNKNOWN: "không rõ",
}
ALL_CHANNELS = {"": "mọi cách nộp", **{c.value: CHANNELS[c] for c in Channel}}
SECTIONS = {
    "papers": "giấy tờ", "fee": "lệ phí", "time": "thời hạn", "place": "nơi nộp",
    "channel": "cách nộp", "forms": "mẫu", "legal_basis": "căn cứ", "authority": "thẩm quyền",
    "conditions": "điều kiện",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, its label, how it is typed in."""

    name: str
    label: str
    kind: str = "text"  # text | long | lines | number | date | choice | cases | hidden
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of the record and the fields of each of its rows."""

    name: str
    label: str
    one: str
    fields: tuple[Field, ...]
    is_wide: bool = True


def _values(names: Mapping[Any, str]) -> dict[str, str]:
    return {str(key.value): name for key, name in names.items()}


# What is there for every procedure, in the order a clerk reads it.
HEAD = (
    Field("name", "Tên đầy đủ", "long"),
    Field("short_name", "Tên thường gọi"),
    Field("sector", "Lĩnh vực"),
    Field("summary", "Việc này là gì", "long"),
)
WHERE = (
    Field("receiving_body", "Nơi nhận hồ sơ", "choice", _values(BODIES)),
    Field("receiving", "Nộp ở đâu, theo quy định", "long"),
    Field("authority", "Cơ quan giải quyết"),
)
OTHER = (
    Field("who_can_apply", "Ai làm được", "long"),
    Field("case_question", "Câu hỏi để biết trường hợp nào"),
    Field("documents_note", "Lưu ý về giấy tờ", "long"),
    Field("deadline", "Hạn người dân phải đi làm", "long"),
    Field("result", "Kết quả", "long"),
    Field("validity", "Kết quả có giá trị đến khi nào"),
    Field("steps", "Các bước (mỗi dòng một bước)", "lines"),
    Field("conditions", "Yêu cầu, điều kiện (mỗi dòng một ý)", "lines"),
    Field("aliases", "Người dân hay gọi là (mỗi dòng một cách)", "lines"),
    Field("mistakes", "Hay nhầm (mỗi dòng một ý)", "lines"),
    Field("related", "Mã thủ tục liên quan (mỗi dòng một mã)", "lines"),
)
DATES = (
    Field("effective_from", "Có hiệu lực từ", "date"),
    Field("effective_until", "Đến hết ngày", "date"),
)
SOURCE = (
    Field("source-name", "Nguồn"),
    Field("source-as_of", "Ngày của dữ liệu", "date"),
    Field("source-url", "Đường dẫn"),
)
CASES = Field("cases", "Trường hợp (bỏ trống: mọi trường hợp)", "cases")
CHANNEL = Field("channel", "Cách nộp", "choice", ALL_CHANNELS)
LISTS = (
    Rows("fees", "Lệ phí", "mức phí", (
        Field("status", "Mức", "choice", _values(FEE_STATUSES)),
        Field("amount_vnd", "Số tiền (đồng)", "number"),
        Field("per", "Tính theo"), CHANNEL, Field("note", "Ghi chú", "long"), CASES,
        Field("effective_from", "Từ ngày", "date"), Field("effective_until", "Đến ngày", "date"),
    )),
    Rows("times", "Thời hạn giải quyết", "thời hạn", (
        Field("amount", "Số", "number"), Field("unit", "Đơn vị", "choice", _values(UNITS)),
        CHANNEL, Field("note", "Ghi chú", "long"), CASES,
    )),
    Rows("documents", "Giấy tờ", "giấy tờ", (
        Field("name", "Tên giấy tờ", "long"), Field("originals", "Bản chính", "number"),
        Field("copies", "Bản sao", "number"),
        Field("handling", "Nộp hay xuất trình", "choice",
              {"submit": "nộp", "show": "xuất trình"}),
        Field("when", "Khi nào cần"), Field("form", "Theo mẫu"), CASES,
    )),
    Rows("channels", "Cách nộp", "cách nộp", (
        Field("channel", "Cách", "choice", {c.value: CHANNELS[c] for c in Channel}),
        Field("where", "Ở đâu"), Field("url", "Đường dẫn"), Field("note", "Ghi chú"),
    )),
    Rows("cases", "Trường hợp", "trường hợp", (
        Field("id", "", "hidden"), Field("label", "Tên trường hợp"),
        Field("says", "Người dân nói thế nào (mỗi dòng một cách)", "lines"),
    )),
    Rows("not_needed", "Giấy tờ không cần", "giấy tờ", (
        Field("name", "Giấy tờ"), Field("rule", "Vì sao không cần", "long"),
    )),
    Rows("forms", "Mẫu tờ khai", "mẫu", (
        Field("name", "Tên mẫu"), Field("number", "Số mẫu (chỉ khi nguồn in)"),
        Field("issued_with", "Kèm theo văn bản"),
    )),
    Rows("legal_basis", "Căn cứ pháp lý", "văn bản", (
        Field("number", "Số văn bản"), Field("title", "Tên"),
    )),
    Rows("replaces", "Thay cho mã cũ", "mã", (
        Field("code", "Mã"), Field("name", "Tên"), Field("note", "Ghi chú"),
    )),
)  # fmt: skip
SINGLE = (*HEAD, *WHERE, *OTHER, *DATES)
FIELD_LABELS = {field.name: field.label for field in SINGLE} | {
    rows.name: rows.label for rows in LISTS
} | {"popularity": "Hay hỏi", "verified": "Đã kiểm tra", "unverified": "Phần chưa kiểm tra",
     "source": "Nguồn", "origin": "Bản của"}  # fmt: skip

WRONG = {
    "missing": "Cần điền.",
    "string_too_short": "Cần điền.",
    "string_pattern_mismatch": "Viết chưa đúng dạng.",
    "int_parsing": "Cần là số nguyên.",
    "greater_than_equal": "Số nhỏ nhất là {ge}.",
    "less_than_equal": "Số lớn nhất là {le}.",
    "date_from_datetime_parsing": "Ngày chưa đúng.",
    "date_parsing": "Ngày chưa đúng.",
    "enum": "Hãy chọn trong danh sách.",
    "literal_error": "Hãy chọn trong danh sách.",
    "bool_parsing": "Hãy chọn có hoặc không.",
}


def to_fields(procedure: Procedure) -> dict[str, Any]:
    """The record as the form shows it: single values by name, each list as rows."""
    record = procedure.model_dump(mode="json")
    record["source-name"] = record["source"]["name"]
    record["source-as_of"] = record["source"]["as_of"]
    record["source-url"] = record["source"]["url"]
    return record


def read_fields(form: FormData, held: Procedure) -> dict[str, Any]:
    """What was typed in, in the shape of ``to_fields``; the code stays that of ``held``."""
    fields: dict[str, Any] = {"code": held.code, "origin": "office"}
    for field in (*SINGLE, *SOURCE):
        fields[field.name] = _read(form, field.name, field.kind)
    fields["popularity"] = form.get("popularity") or held.popularity
    fields["verified"] = form.get("verified") == "1"
    fields["unverified"] = list(map(str, form.getlist("unverified")))
    for rows in LISTS:
        fields[rows.name] = [
            {f.name: _read(form, f"{rows.name}-{n}-{f.name}", f.kind) for f in rows.fields}
            for n in _numbers(form, rows.name)
        ]
    _name_cases(fields["cases"])
    return fields


def to_procedure(fields: Mapping[str, Any]) -> Procedure:
    """The record, validated; raises pydantic's ValidationError for ``problems``."""
    record = {k: v for k, v in fields.items() if not k.startswith("source-")}
    record["source"] = {
        "name": fields["source-name"] or "",
        "as_of": fields["source-as_of"],
        "url": fields["source-url"],
    }
    for name in ("name", "sector", "receiving"):
        record[name] = record[name] or ""
    for rows in LISTS:
        record[rows.name] = [_row(rows, row) for row in fields[rows.name]]
    return Procedure.model_validate(record)


def problems(error: ValidationError) -> dict[str, str]:
    """Field name → sentence; "" holds what belongs to no single field."""
    found: dict[str, str] = {}
    for problem in error.errors():
        name = "-".join(str(part) for part in problem["loc"])
        if problem["type"] == "value_error":
            said = str(problem["ctx"]["error"])
        else:
            said = WRONG.get(problem["type"], "Chưa đúng.").format(**problem.get("ctx", {}))
        rows = problem["loc"][0] if len(problem["loc"]) == 2 else None
        if rows == "fees":
            name += "-amount_vnd"
        elif rows == "times":
            name += "-amount"
        found.setdefault(name, said)
    return found


def change_rows(fields: dict[str, Any], order: str) -> dict[str, Any]:
    """The form after a button of a list: "add:fees", "up:documents:3", "down:…", "drop:…"."""
    action, _, rest = order.partition(":")
    name, _, place = rest.partition(":")
    rows = next((rows for rows in LISTS if rows.name == name), None)
    if rows is None:
        return fields
    held = list(fields[name])
    at = int(place) if place.isdigit() else -1
    if action == "add":
        held.append(_blank(rows))
    elif 0 <= at < len(held):
        if action == "drop":
            del held[at]
        else:
            to = max(0, min(len(held) - 1, at + (-1 if action == "up" else 1)))
            held.insert(to, held.pop(at))
    changed = fields | {name: held}
    if name == "cases":
        _name_cases(held)
    return changed


def _blank(rows: Rows) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in rows.fields:
        row[field.name] = [] if field.kind in ("cases", "lines") else None
        if field.kind == "choice" and field.choices:
            row[field.name] = next(iter(field.choices)) or None
    return row


def _numbers(form: FormData, name: str) -> list[str]:
    start = f"{name}-"
    keys = (key for key in form if key.startswith(start))
    return list(dict.fromkeys(key[len(start) :].split("-", 1)[0] for key in keys))


def _read(form: FormData, name: str, kind: str) -> Any:
    if kind == "cases":
        return [str(value) for value in form.getlist(name)]
    text = str(form.get(name, "")).replace("\r\n", "\n").strip()
    if kind == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if kind == "number":  # "50.000" is how an amount is written in Vietnam
        return text.replace(".", "").replace(" ", "") or None
    return text or None


def _name_cases(cases: Iterable[dict[str, Any]]) -> None:
    """An id for each new case; people never see it."""
    taken = {case["id"] for case in cases}
    for case in cases:
        if not case["id"]:
            number = next(n for n in range(1, 1000) if f"case_{n}" not in taken)
            case["id"] = f"case_{number}"
            taken.add(case["id"])


def _row(rows: Rows, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the record has it: what is empty is left out, where it may be."""
    kept = {key: value for key, value in row.items() if value not in (None, "")}
    for field in rows.fields:
        if field.name in ("name", "label", "number", "rule") and field.name not in kept:
            kept[field.name] = None if rows.name == "forms" and field.name == "number" else ""
    if rows.name == "fees" and kept.get("status") == FeeStatus.FREE:
        kept["amount_vnd"] = 0
    elif rows.name == "fees" and kept.get("status") != FeeStatus.FIXED:
        kept.pop("amount_vnd", None)
    if rows.name == "times" and kept.get("unit") == TimeUnit.SAME_DAY:
        kept.pop("amount", None)
    return kept
