"""Questions staff found answered wrongly, kept as evaluation cases of the office.

Only masked text is kept. The export has the form of `evals/cases/linking.jsonl`, so that
`letan eval reported` tells, after every change, which of them are answered rightly by now.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Engine, Table, delete, insert, select

from knowledge import audit
from knowledge.audit import Change
from knowledge.database import reading, writing
from knowledge.offices import HANOI
from knowledge.schema_work import EvaluationCaseRow
from knowledge.versions import StoreError

_CASE = cast(Table, EvaluationCaseRow.__table__)


@dataclass(frozen=True, slots=True)
class ReportedCase:
    """A question, the codes that are right (none: no record may answer), and what came instead."""

    id: int
    question: str
    codes: Sequence[str]
    got_code: str | None
    got_outcome: str
    probability: float
    note: str | None
    created_at: datetime
    created_by: str


class Reported:
    """The reported questions of one office. Safe between threads; blocking."""

    def __init__(self, engine: Engine, office_id: str, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._office_id = office_id
        self._clock = clock

    def all(self) -> list[ReportedCase]:
        """Newest first."""
        query = (
            select(_CASE).where(_CASE.c.office_id == self._office_id).order_by(_CASE.c.id.desc())
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [ReportedCase(**{k: v for k, v in row.items() if k != "office_id"}) for row in rows]

    def add(
        self,
        question_masked: str,
        codes: Sequence[str],
        *,
        got_code: str | None,
        got_outcome: str,
        probability: float,
        note: str | None,
        by: str,
    ) -> int:
        """Keep a case; its number. The same question again replaces what was said before."""
        values: dict[str, Any] = {
            "question": question_masked, "codes": list(codes), "got_code": got_code,
            "got_outcome": got_outcome, "probability": probability, "note": note,
        }  # fmt: skip
        same = (_CASE.c.office_id == self._office_id, _CASE.c.question == question_masked)
        with writing(self._engine) as connection:
            connection.execute(delete(_CASE).where(*same))
            done = connection.execute(
                insert(_CASE).values(
                    office_id=self._office_id, created_at=self._clock(), created_by=by, **values
                )
            )
            number = int(done.inserted_primary_key[0])  # type: ignore[index]
            entry = self._change(by).entry("report_case", f"case:{number}", None, values)
            audit.write(connection, entry)
        return number

    def drop(self, number: int, *, by: str) -> None:
        """Remove a case that was reported by mistake; StoreError when there is none."""
        mine = (_CASE.c.office_id == self._office_id, _CASE.c.id == number)
        with writing(self._engine) as connection:
            row = connection.execute(select(_CASE).where(*mine)).mappings().first()
            if row is None:
                raise StoreError("Câu này đã được bỏ rồi.")
            connection.execute(delete(_CASE).where(*mine))
            before = {"question": row["question"], "codes": row["codes"]}
            audit.write(connection, self._change(by).entry("drop_case", f"case:{number}", before))

    def to_jsonl(self) -> str:
        """Every case as a line of `evals/cases/linking.jsonl`, oldest first."""
        return "".join(
            json.dumps(
                {
                    "id": f"{self._office_id}-{_digest(case.question)}",
                    "kind": "reported",
                    "question": case.question,
                    "codes": list(case.codes),
                    **({"note": case.note} if case.note else {}),
                },
                ensure_ascii=False,
            )
            + "\n"
            for case in reversed(self.all())
        )

    def _change(self, by: str) -> Change:
        now = self._clock()
        return Change(by, now, now.astimezone(HANOI).date(), self._office_id)


def _digest(question: str) -> str:
    """A name for a question that stays when others are removed."""
    return hashlib.sha256(question.encode()).hexdigest()[:8]
