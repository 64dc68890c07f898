"""A procedure as it was read from a file: every field with its value, its place and how sure.

Values only. What a file does not say is a field without value; what was read badly keeps its
value and a confidence below ``BAR``, so that a person looks at it. Nothing is guessed.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from knowledge.procedures import Procedure, Value

# Below this a field is shown as doubtful and is never taken over unless named one by one.
# Of 1,130 fields above it 2 were wrong, of 732 below it 27: decisions/0044, docs/ingest.md.
BAR = 0.8

# What each section of a draft changes in a record, and its name on the screen.
SECTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "name": ("Tên thủ tục", ("name", "short_name")),
    "sector": ("Lĩnh vực", ("sector",)),
    "papers": ("Thành phần hồ sơ", ("documents", "documents_note", "case_question", "cases")),
    "fee": ("Phí, lệ phí", ("fees",)),
    "time": ("Thời hạn giải quyết", ("times",)),
    "channel": ("Cách thức nộp", ("channels",)),
    "place": ("Nơi tiếp nhận", ("receiving", "receiving_body")),
    "authority": ("Cơ quan giải quyết", ("authority",)),
    "who": ("Đối tượng", ("who_can_apply",)),
    "steps": ("Trình tự thực hiện", ("steps",)),
    "forms": ("Mẫu đơn, tờ khai", ("forms",)),
    "conditions": ("Yêu cầu, điều kiện", ("conditions",)),
    "result": ("Kết quả", ("result",)),
    "legal_basis": ("Căn cứ pháp lý", ("legal_basis",)),
}
# Without these there is no record at all.
NEEDED = ("name", "sector", "place")


class Spot(Value):
    """Where something stands: page from 1, and its box as fractions of the page
    (left, top, right, bottom) where the format has places; sheets and Word have none."""

    page: int | None = None
    box: tuple[float, float, float, float] | None = None


class DraftField(Value):
    """One section as read.

    ``value`` holds the record's own fields (see ``SECTIONS``) in JSON form, None when the
    file says nothing; ``quote`` is the text it was read from, ``why`` says what lowered the
    confidence.
    """

    section: str
    label: str
    value: Mapping[str, Any] | None = None
    text: str = ""
    quote: str = ""
    spot: Spot = Spot()
    confidence: float = 0.0
    why: tuple[str, ...] = ()

    @property
    def is_found(self) -> bool:
        return self.value is not None

    @property
    def is_sure(self) -> bool:
        return self.is_found and self.confidence >= BAR


class Draft(Value):
    """A procedure read from a file, with the passages around it in the fields' quotes.

    ``source`` names the document ("Quyết định 12/QĐ-UBND, tệp qd12.pdf"); ``problems`` are
    sentences about the draft as a whole.
    """

    code: str | None
    name: str
    fields: tuple[DraftField, ...]
    spot: Spot = Spot()
    source: str
    as_of: date
    effective_from: date | None = None
    effective_until: date | None = None
    issuer: str | None = None
    problems: tuple[str, ...] = ()

    def field(self, section: str) -> DraftField:
        """The field of a section; one without value when the file says nothing."""
        for field in self.fields:
            if field.section == section:
                return field
        return DraftField(section=section, label=SECTIONS[section][0])


def section_values(procedure: Procedure, section: str) -> dict[str, Any]:
    """What a record says in a section, in the JSON form of ``DraftField.value``."""
    return procedure.model_dump(mode="json", include=set(SECTIONS[section][1]))
