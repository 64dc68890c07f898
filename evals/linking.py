"""How well questions are linked to procedures, per kind, beside the usual baselines."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import mean, median
from time import perf_counter
from typing import Any

from assistant.decide import Decision, Meant, Thresholds, Unsure, decide, standing_alone
from evals.cases import LinkCase
from evals.scoring import expected_calibration_error
from knowledge.linking.linker import Linking

# Cases where answering from any record is wrong.
SILENT = frozenset({"out_of_scope", "dangerous", "unknown", "insult", "greeting", "office_info"})
DEPTHS = (1, 3, 5)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Linked:
    """One case with the ranking it got, what was decided, and the time in milliseconds."""

    case: LinkCase
    linking: Linking
    decision: Decision
    milliseconds: float

    @property
    def ranking(self) -> tuple[str, ...]:
        """Labels, best first; an intent above a procedure hides it."""
        return tuple(candidate.label for candidate in self.linking.candidates)

    @property
    def probability(self) -> float:
        """The probability of the best candidate."""
        return self.linking.best.probability if self.linking.best else 0.0

    @property
    def must_be_silent(self) -> bool:
        return not self.case.codes

    def right_at(self, depth: int) -> bool:
        return bool(set(self.ranking[:depth]) & set(self.case.codes))

    @property
    def in_choices(self) -> bool:
        """Answered, or offered beside the answer or instead of it: at most four procedures."""
        match self.decision:
            case Meant(candidate, beside):
                return any(c.label in self.case.codes for c in (candidate, *beside))
            case Unsure(candidates):
                return any(c.label in self.case.codes for c in candidates)
        return False

    @property
    def answered(self) -> bool:
        return isinstance(self.decision, Meant) and not self.decision.candidate.is_intent

    @property
    def right(self) -> bool:
        return isinstance(self.decision, Meant) and self.decision.candidate.label in self.case.codes


def link_all(
    cases: Sequence[LinkCase],
    link: Callable[[str], Linking],
    thresholds: Thresholds,
    progress: Progress | None = None,
) -> list[Linked]:
    """Every case linked and decided as a first message.

    Intents count as ranks: what outranks a procedure hides it.
    """
    rows = []
    for number, case in enumerate(cases, 1):
        started = perf_counter()
        linking = link(case.question)
        milliseconds = (perf_counter() - started) * 1000
        linking = replace(linking, candidates=standing_alone(linking))
        rows.append(Linked(case, linking, decide(linking, thresholds), milliseconds))
        if progress:
            progress(number, len(cases))
    return rows


def summarise(rows: Sequence[Linked]) -> dict[str, Any]:
    """Figures of one group of cases; shares are None where no case has a right answer."""
    asked = [row for row in rows if not row.must_be_silent]
    silent = [row for row in rows if row.must_be_silent]
    return {
        "cases": len(rows),
        **{f"recall@{d}": _share(row.right_at(d) for row in asked) for d in DEPTHS},
        "mrr": mean([_reciprocal(row) for row in asked]) if asked else None,
        "in_choices": _share(row.in_choices for row in asked),
        "false_answers": _share(row.answered for row in silent),
    }


def figures(rows: Sequence[Linked]) -> dict[str, Any]:
    """Per kind and in all, with calibration and latency."""
    kinds = sorted({row.case.kind for row in rows})
    answered = [(row.probability, row.right) for row in rows if row.answered]
    top = [(row.probability, row.right_at(1)) for row in rows if not row.must_be_silent]
    return {
        "kinds": {kind: summarise([r for r in rows if r.case.kind == kind]) for kind in kinds},
        "all": summarise(rows),
        "ece": expected_calibration_error(top),
        "ece_answered": expected_calibration_error(answered),
        "p50_ms": median(row.milliseconds for row in rows),
    }


def rank_figures(cases: Sequence[LinkCase], rank: Callable[[str], list[str]]) -> dict[str, Any]:
    """Recall and MRR of a baseline ranking, per kind and in all."""
    ranked = [(case, rank(case.question)) for case in cases if case.codes]

    def group(rows: Sequence[tuple[LinkCase, list[str]]]) -> dict[str, Any]:
        return {
            "cases": len(rows),
            **{
                f"recall@{d}": _share(bool(set(r[:d]) & set(c.codes)) for c, r in rows)
                for d in DEPTHS
            },
            "mrr": mean(
                [
                    next((1 / i for i, code in enumerate(r, 1) if code in c.codes), 0.0)
                    for c, r in rows
                ]
            )
            if rows
            else None,
        }

    kinds = sorted({case.kind for case, _ in ranked})
    return {
        "kinds": {kind: group([row for row in ranked if row[0].kind == kind]) for kind in kinds},
        "all": group(ranked),
    }


def reliability(rows: Sequence[Linked], bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean stated probability, share right, cases) of each probability bin that has cases."""
    points = []
    pairs = [(row.probability, row.right_at(1)) for row in rows if not row.must_be_silent]
    for b in range(bins):
        inside = [(p, r) for p, r in pairs if min(int(p * bins), bins - 1) == b]
        if inside:
            points.append((mean(p for p, _ in inside), mean(r for _, r in inside), len(inside)))
    return points


def risk_coverage(rows: Sequence[Linked]) -> list[tuple[float, float]]:
    """(share of questions answered, share of those answered wrongly) as the bar is lowered.

    Questions that must not be answered count as wrong when answered.
    """
    ranked = sorted(rows, key=lambda row: row.probability, reverse=True)
    ranked = [row for row in ranked if row.ranking and row.ranking[0][0].isdigit()]
    points, wrong = [], 0
    for position, row in enumerate(ranked, 1):
        wrong += not row.right_at(1)
        points.append((position / len(rows), wrong / position))
    return points


def _share(flags: Iterable[bool]) -> float | None:
    values = list(flags)
    return sum(values) / len(values) if values else None


def _reciprocal(row: Linked) -> float:
    return next((1 / i for i, label in enumerate(row.ranking, 1) if label in row.case.codes), 0.0)
