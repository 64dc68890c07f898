"""Questions staff reported as answered wrongly, asked again of the office's own desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.desk import Desk
from evals.cases import LinkCase, read_cases
from evals.running import ask
from evals.scoring import answered_codes, is_false_answer, is_in_choices, is_right_first


@dataclass(frozen=True, slots=True)
class Again:
    """One case today. ``verdict``: "right", "offered" (among the choices), "wrong"."""

    case: LinkCase
    verdict: str
    got: tuple[str, ...]


def read(path: Path) -> list[LinkCase]:
    """The cases of an exported file; raises BadCase with its line."""
    return read_cases(LinkCase, path.stem, path.parent)


def ask_again(desk: Desk, cases: Iterable[LinkCase]) -> list[Again]:
    """Each case in a conversation of its own, judged as the evaluation judges linking."""
    found = []
    for case in cases:
        answer, _ = ask(desk, case.question)
        if not case.codes:
            verdict = "wrong" if is_false_answer(answer) else "right"
        elif is_right_first(answer, case.codes):
            verdict = "right"
        else:
            verdict = "offered" if is_in_choices(answer, case.codes) else "wrong"
        found.append(Again(case, verdict, tuple(answered_codes(answer))))
    return found
