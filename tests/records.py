"""Small records, an office and a clock that tests build their cases from; all of them invented."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge.database import connect, migrate
from knowledge.layers import LocalRule, ProcedureView, Scope, overlay
from knowledge.offices import HANOI, Counter, Hours, Office, Phone
from knowledge.procedures import (
    Body,
    Case,
    Fee,
    FeeStatus,
    Procedure,
    ProcessingTime,
    RequiredDocument,
    Source,
    TimeUnit,
)
from knowledge.store import KnowledgeStore

TODAY = date(2026, 11, 24)
MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=HANOI)
SOURCE = Source(name="Cổng thử", as_of=date(2026, 11, 1), url="https://thu.example/viec")
CODE = "1.000001"

FREE = Fee(amount_vnd=0, status=FeeStatus.FREE)
UNPUBLISHED = Fee(status=FeeStatus.UNPUBLISHED)
BY_PROVINCE = Fee(status=FeeStatus.SET_BY_PROVINCE)
THREE_DAYS = ProcessingTime(amount=3, unit=TimeUnit.WORKING_DAY)
TWO_CASES = (
    Case(id="has_paper", label="Còn giấy cũ", says=("còn giấy", "có giấy cũ")),
    Case(id="lost_paper", label="Mất giấy cũ", says=("mất giấy", "không có giấy cũ")),
)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, moment: datetime = MORNING) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


def fixed(amount_vnd: int, **more: Any) -> Fee:
    return Fee(amount_vnd=amount_vnd, status=FeeStatus.FIXED, **more)


def paper(name: str, **more: Any) -> RequiredDocument:
    return RequiredDocument(name=name, **({"originals": 1} | more))


def record(code: str = CODE, name: str = "Xác nhận việc thử", **more: Any) -> Procedure:
    """A verified record of the ward; whatever is not named is absent."""
    fields: dict[str, Any] = {
        "code": code,
        "name": name,
        "sector": "Hộ tịch",
        "receiving_body": Body.COMMUNE,
        "receiving": "UBND cấp xã nơi cư trú",
        "authority": "UBND cấp xã",
        "verified": True,
        "source": SOURCE,
    }
    return Procedure.model_validate(fields | more)


def an_office(**more: Any) -> Office:
    fields: dict[str, Any] = {
        "id": "phuong-thu",
        "kind": "ward",
        "name": "phường Thử",
        "province": "Hà Nội",
        "address": "số 1 phố Thử",
        "phones": (Phone(label="Tổng đài", number="024 0000 0200"),),
        "hours": Hours(
            **dict.fromkeys(
                ("monday", "tuesday", "wednesday", "thursday", "friday"),
                ("07:30-11:30", "13:30-17:00"),
            )
        ),
        "counters": (
            Counter(number="1", name="Hướng dẫn", is_reception=True, sectors=("Tiếp công dân",)),
            Counter(number="4", name="Hộ tịch", sectors=("Hộ tịch",), floor="tầng 2"),
        ),
        "source": SOURCE,
    }
    return Office.model_validate(fields | more)


def a_rule(rule_id: str = "phuong-thu-1", **says: Any) -> LocalRule:
    fields: dict[str, Any] = {
        "id": rule_id,
        "scope": Scope.OFFICE,
        "office_id": "phuong-thu",
        "code": CODE,
        "source": Source(name="Thông báo của phường Thử", as_of=date(2026, 11, 20)),
    }
    return LocalRule.model_validate(fields | says)


def seen(procedure: Procedure, *rules: LocalRule, on: date = TODAY) -> ProcedureView:
    """A record as it holds in the invented office."""
    return overlay(procedure, rules, on, office=an_office())


def empty_store(home: Path, clock: Callable[[], datetime]) -> KnowledgeStore:
    """A store without any record, in a database of its own below ``home``."""
    engine = connect(f"sqlite:///{home / 'letan.db'}")
    migrate(engine)
    return KnowledgeStore(engine, clock)
