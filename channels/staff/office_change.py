"""The office as staff change it: one part at a time, nobody's work overwritten."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from knowledge.offices import Office
from knowledge.store import KnowledgeStore
from knowledge.versions import EditConflict

# Two people rarely save within one transaction; five tries outlast any ward.
TRIES = 5
NAMES = {
    "number": "Số quầy", "name": "Tên", "address": "Địa chỉ", "email": "Thư điện tử",
    "website": "Trang web", "phone": "Điện thoại", "phones": "Điện thoại",
    "queue": "Chữ cái của số",
    "text": "Nội dung", "reason": "Lý do", "date": "Ngày", "hours": "Giờ", "codes": "Mã thủ tục",
    "sectors": "Lĩnh vực", "shown_from": "Từ ngày", "shown_until": "Đến hết ngày",
    "until": "Đến hết ngày", "source": "Nguồn", "fees": "Mức phí", "amount_vnd": "Số tiền",
    "as_of": "Ngày văn bản", "url": "Đường dẫn", "code": "Mã thủ tục",
}  # fmt: skip
WRONG = {
    "missing": "cần điền",
    "string_too_short": "cần điền",
    "string_too_long": "dài quá",
    "string_pattern_mismatch": "viết chưa đúng dạng",
    "date_from_datetime_parsing": "ngày chưa đúng",
    "date_parsing": "ngày chưa đúng",
    "date_type": "cần điền ngày",
    "int_parsing": "cần là số nguyên",
    "greater_than_equal": "số quá nhỏ",
}


class Refused(ValueError):
    """What was typed makes no valid office; ``sentences`` say what to correct."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def sentences_of(error: ValidationError) -> list[str]:
    """What pydantic found, as sentences a clerk understands."""
    said: list[str] = []
    for problem in error.errors():
        if problem["type"] == "value_error":
            text = problem["msg"].removeprefix("Value error, ")
            said.append(f"{text[0].upper()}{text[1:]}.")
            continue
        names = [NAMES[str(part)] for part in problem["loc"] if str(part) in NAMES]
        what = WRONG.get(problem["type"], "không hợp lệ")
        given = problem.get("input")
        shown = f" (“{given}”)" if isinstance(given, str) and given else ""
        said.append(f"{names[-1] if names else 'Nội dung'}: {what}{shown}.")
    return list(dict.fromkeys(said))


def seen(office: Office, *parts: str) -> str:
    """A fingerprint of some fields, for a form to carry: whoever saves later is compared to it."""
    held = office.model_dump(mode="json", include=set(parts))
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:16]


class Front:
    """Reads and changes one office."""

    def __init__(self, store: KnowledgeStore, office_id: str) -> None:
        self.store = store
        self.office_id = office_id

    def office(self) -> Office:
        """The office as it stands."""
        return self.store.office(self.office_id)

    def change(
        self,
        edit: Callable[[Office], Mapping[str, Any]],
        *,
        by: str,
        as_seen: tuple[str, tuple[str, ...]] | None = None,
    ) -> bool:
        """Put the fields that ``edit`` gives for the present office; whether anything changed.

        ``as_seen`` is a fingerprint and the parts it is of: EditConflict when somebody changed
        them since. Raises Refused with sentences when the result would be no valid office.
        """
        for _ in range(TRIES):
            base = self.office()
            if as_seen and as_seen[0] != seen(base, *as_seen[1]):
                who = self._last_by()
                raise EditConflict(
                    f"{who} vừa sửa phần này trong lúc anh/chị đang sửa. Chưa có gì bị ghi đè; "
                    "chữ anh/chị gõ vẫn còn đây. Xem lại rồi lưu lần nữa để thay."
                )
            try:
                new = Office.model_validate(base.model_dump(mode="json") | dict(edit(base)))
            except ValidationError as error:
                raise Refused(*sentences_of(error)) from error
            try:
                return self.store.put_office(new, by=by, base=base)
            except EditConflict:
                continue  # another part was saved at the same moment: lay ours over it
        raise EditConflict("Đang có nhiều người sửa cùng lúc. Xin lưu lại.")

    def _last_by(self) -> str:
        lines = self.store.audit(subject=f"office:{self.office_id}", limit=1)
        return lines[0].by if lines else "Người khác"
