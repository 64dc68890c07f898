"""A procedure cut into its smallest citable pieces."""

import hashlib
from dataclasses import dataclass

from knowledge.procedures import Procedure


@dataclass(frozen=True, slots=True)
class Passage:
    """One section of one version of a procedure (đoạn trích)."""

    code: str
    version: int
    section: str
    text: str

    @property
    def id(self) -> str:
        """Stable over rebuilds: the same text of the same version has the same id."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:12]
        return f"{self.code}@{self.version}/{self.section}/{digest}"


def split(procedure: Procedure, version: int) -> list[Passage]:
    """Cut a procedure into passages, one per section that has text.

    Each passage repeats the procedure's name, because a section read alone
    ("Không quá 01 ngày làm việc") does not say what it is about.
    """
    sections = {
        "name": "; ".join(_unique([procedure.name, procedure.title, *procedure.aliases])),
        "summary": " ".join(filter(None, [procedure.summary, procedure.result])),
        "papers": "; ".join(paper.name for paper in procedure.documents)[:900],
        "cases": "; ".join(" ".join([case.label, *case.says]) for case in procedure.cases)[:600],
        "conditions": "; ".join(procedure.conditions)[:900],
        "steps": " ".join(procedure.steps)[:900],
    }
    return [
        Passage(
            procedure.code,
            version,
            section,
            text if section == "name" else f"{procedure.title}. {text}",
        )
        for section, text in sections.items()
        if text
    ]


def _unique(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))
