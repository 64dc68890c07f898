"""The national record of a procedure, and everything it is made of.

Values only: no storage, no retrieval, no wording. A record that validates is
safe to render; nonsense is refused here with a sentence a clerk understands.
"""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

CODE_PATTERN = r"^\d\.\d{6}$"
# The parts of a record that a person checks against its source, one by one.
CHECKED_SECTIONS = frozenset(
    {
        "papers",
        "fee",
        "time",
        "place",
        "channel",
        "forms",
        "legal_basis",
        "authority",
        "conditions",
    }
)
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Value(BaseModel):
    """An immutable value; an unknown field is an error, not a silent loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Channel(StrEnum):
    """How a dossier can be handed in (cách thức nộp)."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    POST = "post"


class Body(StrEnum):
    """The kind of office that receives a dossier (*where to hand in*)."""

    COMMUNE = "commune"
    COMMUNE_POLICE = "commune_police"
    COMMUNE_MILITARY = "commune_military"
    LAND_OFFICE = "land_office"
    TAX_OFFICE = "tax_office"
    SOCIAL_INSURANCE = "social_insurance"
    PROVINCE = "province"
    OTHER = "other"


class Topic(StrEnum):
    """What a question asks about a procedure (loại câu hỏi)."""

    PAPERS = "papers"
    FEE = "fee"
    TIME = "time"
    PLACE = "place"
    CHANNEL = "channel"
    STEPS = "steps"
    FORM = "form"
    LEGAL_BASIS = "legal_basis"
    CONDITIONS = "conditions"
    RESULT = "result"


class TimeUnit(StrEnum):
    WORKING_DAY = "working_day"
    DAY = "day"
    HOUR = "hour"
    MONTH = "month"
    SAME_DAY = "same_day"
    UNKNOWN = "unknown"


class FeeStatus(StrEnum):
    """What is known about an amount. FREE needs the word in the source, never a bare 0."""

    FIXED = "fixed"
    FREE = "free"
    SET_BY_PROVINCE = "set_by_province"
    UNPUBLISHED = "unpublished"


class Source(Value):
    """Where a fact was read, and when the data was current (tên nguồn, ngày)."""

    name: Text
    as_of: date
    url: str | None = None


class Case(Value):
    """A variant of one procedure with its own papers, fee or time (trường hợp)."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
    label: Text
    says: tuple[str, ...] = ()


class RequiredDocument(Value):
    """One paper of the dossier. Without ``cases`` it is needed in every case.

    ``show`` papers are only shown at the counter (xuất trình), ``submit`` papers stay there.
    """

    name: Text
    originals: int = Field(default=0, ge=0, le=20)
    copies: int = Field(default=0, ge=0, le=20)
    when: str | None = None
    handling: Literal["submit", "show"] = "submit"
    cases: tuple[str, ...] = ()
    form: str | None = None


class Fee(Value):
    """A fee by channel and case.

    ``amount_vnd`` None means not published or set by the province; 0 means free *in words*.
    """

    amount_vnd: int | None = Field(default=None, ge=0, le=1_000_000_000)
    status: FeeStatus
    per: str | None = None
    note: str | None = None
    channel: Channel | None = None
    cases: tuple[str, ...] = ()
    effective_from: date | None = None
    effective_until: date | None = None

    @model_validator(mode="after")
    def _amount_agrees_with_status(self) -> Self:
        match self.status:
            case FeeStatus.FIXED if not self.amount_vnd:
                raise ValueError(
                    "phí 'fixed' phải có số tiền lớn hơn 0; miễn phí thì ghi status: free"
                )
            case FeeStatus.FREE if self.amount_vnd != 0:
                raise ValueError("phí 'free' phải ghi amount_vnd: 0")
            case FeeStatus.SET_BY_PROVINCE | FeeStatus.UNPUBLISHED if self.amount_vnd is not None:
                raise ValueError(
                    f"phí {self.status.value!r} không được kèm số tiền {self.amount_vnd!r}"
                )
        return self


class ProcessingTime(Value):
    """How long it takes, by channel and case; an unknown unit is said, never assumed."""

    amount: int | None = Field(default=None, ge=0, le=2000)
    unit: TimeUnit
    note: str | None = None
    channel: Channel | None = None
    cases: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _amount_agrees_with_unit(self) -> Self:
        if self.unit is TimeUnit.SAME_DAY and self.amount is not None:
            raise ValueError("thời hạn 'same_day' không kèm số")
        if self.amount == 0:
            raise ValueError("thời hạn 0 không có nghĩa; trong ngày thì ghi unit: same_day")
        return self


class SubmissionChannel(Value):
    channel: Channel
    where: str | None = None
    note: str | None = None
    url: str | None = None


class DeclarationForm(Value):
    """A form to fill in (tờ khai); ``number`` only when the source prints one."""

    name: Text
    number: str | None = None
    issued_with: str | None = None


class LegalBasis(Value):
    """A legal document by its number, e.g. "123/2015/NĐ-CP"."""

    number: Text
    title: str | None = None


class NotNeeded(Value):
    """A paper people bring (or are asked for) although no rule asks for it."""

    name: Text
    rule: Text


class Superseded(Value):
    """An older code that this procedure replaced."""

    code: Code
    name: str | None = None
    note: str | None = None


class Procedure(Value):
    """A national procedure (thủ tục hành chính), keyed by ``code``.

    ``receiving``/``receiving_body`` say where to hand in, ``authority`` who decides:
    two fields, because communes receive much that the province decides.
    """

    code: Code
    name: Text
    short_name: str | None = None
    sector: Text
    receiving_body: Body
    receiving: Text
    authority: str | None = None
    summary: str | None = None
    who_can_apply: str | None = None
    case_question: str | None = None
    cases: tuple[Case, ...] = ()
    documents: tuple[RequiredDocument, ...] = ()
    documents_note: str | None = None
    fees: tuple[Fee, ...] = ()
    times: tuple[ProcessingTime, ...] = ()
    deadline: str | None = None
    channels: tuple[SubmissionChannel, ...] = ()
    steps: tuple[str, ...] = ()
    forms: tuple[DeclarationForm, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()
    conditions: tuple[str, ...] = ()
    result: str | None = None
    validity: str | None = None
    aliases: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    not_needed: tuple[NotNeeded, ...] = ()
    replaces: tuple[Superseded, ...] = ()
    related: tuple[Code, ...] = ()
    popularity: int = Field(default=1, ge=1, le=5)
    verified: bool = False
    unverified: tuple[str, ...] = ()
    source: Source
    effective_from: date | None = None
    effective_until: date | None = None
    origin: Literal["office", "portal"] = "office"

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        known = {case.id for case in self.cases}
        if len(known) != len(self.cases):
            raise ValueError(f"thủ tục {self.code}: hai trường hợp trùng id")
        parts: Iterable[RequiredDocument | Fee | ProcessingTime] = (
            *self.documents,
            *self.fees,
            *self.times,
        )
        for part in parts:
            if missing := set(part.cases) - known:
                raise ValueError(
                    f"thủ tục {self.code}: trường hợp không có trong cases: {sorted(missing)!r}"
                )
        if (
            self.effective_from
            and self.effective_until
            and self.effective_until < self.effective_from
        ):
            raise ValueError(f"thủ tục {self.code}: hết hiệu lực trước khi có hiệu lực")
        if self.code in {old.code for old in self.replaces}:
            raise ValueError(f"thủ tục {self.code}: không thể thay thế chính nó")
        if strange := set(self.unverified) - CHECKED_SECTIONS:
            raise ValueError(f"thủ tục {self.code}: phần chưa kiểm không rõ: {sorted(strange)!r}")
        if self.origin == "office" and re.search(
            r"cấp huyện|UBND huyện|quận", " ".join(filter(None, [self.receiving, self.authority]))
        ):
            raise ValueError(f"thủ tục {self.code}: còn nhắc cấp huyện đã bỏ từ 1/7/2025")
        return self

    @property
    def title(self) -> str:
        """The everyday name when there is one, else the full name."""
        return self.short_name or self.name

    def is_section_verified(self, section: str) -> bool:
        """Whether a section (papers, fee, time …) was read in its source and is current."""
        return self.verified and section not in self.unverified
