"""Metrics as pure functions over answers and cases; no desk, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from knowledge.layers import ProcedureView

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one answer did: right procedure first, or among the choices, the outcome, the facts."""

    case: str
    kind: str
    first: bool
    in_choices: bool
    outcome_ok: bool
    facts_ok: bool
    wrong_facts: tuple[str, ...]
    milliseconds: float
    probability: float = 0.0


def answered_codes(answer: Json) -> list[str]:
    """The procedures an answer speaks about, main one first."""
    parts = [answer, *answer.get("also", [])]
    return [part["procedure"]["code"] for part in parts if part.get("procedure")]


def is_right_first(answer: Json, codes: Sequence[str]) -> bool:
    """Whether the answer is about an acceptable procedure."""
    return answer["outcome"] == "answered" and bool(set(answered_codes(answer)[:1]) & set(codes))


def is_in_choices(answer: Json, codes: Sequence[str]) -> bool:
    """Whether an acceptable procedure is answered or offered among at most four choices."""
    offered = {choice["code"] for choice in answer["choices"][:4]} | set(answered_codes(answer))
    return bool(offered & set(codes))


def is_false_answer(answer: Json) -> bool:
    """Whether a question that must not be answered from a record was."""
    return answer["outcome"] == "answered" and answer["procedure"] is not None


def wrong_facts(answer: Json, view: ProcedureView) -> list[str]:
    """Every fact of an answer that differs from the record it cites; empty when all agree."""
    procedure, facts = view.procedure, answer["facts"]
    wrong = []
    names = {paper.name: paper for paper in procedure.documents}
    for paper in facts["papers"]:
        held = names.get(paper["name"])
        if held is None or (held.originals, held.copies) != (paper["originals"], paper["copies"]):
            wrong.append(f"paper {paper['name']!r}")
    amounts = {(fee.amount_vnd, fee.status.value) for fee in procedure.fees}
    wrong += [
        f"fee {fee['amount_vnd']!r}"
        for fee in facts["fees"]
        if (fee["amount_vnd"], fee["status"]) not in amounts
    ]
    times = {(entry.amount, entry.unit.value) for entry in procedure.times}
    wrong += [
        f"time {entry['amount']!r} {entry['unit']}"
        for entry in facts["times"]
        if (entry["amount"], entry["unit"]) not in times
    ]
    if (
        (counter := facts["counter"])
        and counter["number"] is not None
        and not (view.counter and view.counter.number == counter["number"])
    ):
        wrong.append(f"counter {counter['number']!r}")
    return wrong


def missed_facts(answer: Json, expect: Mapping[str, Any], body: str) -> list[str]:
    """What a case expects and the answer does not bring; empty when all is there.

    ``body`` is the receiving body of the record, for ``place``.
    """
    facts = answer["facts"]
    missed: list[str] = []
    for key, wanted in expect.items():
        match key:
            case "papers":
                ok = set(wanted) <= {paper["name"] for paper in facts["papers"]}
            case "papers_count":
                ok = len(facts["papers"]) == wanted
            case "fee":
                ok = set(wanted) <= {fee["amount_vnd"] for fee in facts["fees"]}
            case "free":
                ok = any(fee["status"] == "free" for fee in facts["fees"]) == wanted
            case "time":
                ok = list(wanted) in [[entry["amount"], entry["unit"]] for entry in facts["times"]]
            case "counter":
                ok = bool(facts["counter"]) and str(facts["counter"]["number"]) == str(wanted)
            case "place":
                ok = body == wanted and facts["counter"] is not None
            case "online":
                ok = any(way["channel"] == "online" for way in facts["channels"]) == wanted
            case _:
                raise ValueError(f"a case expects {key!r}, which no metric knows")
        if not ok:
            missed.append(key)
    return missed


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0…1) of the values lie, by nearest rank; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def share(flags: Sequence[bool]) -> float | None:
    """The share of true flags; None when there are none."""
    return sum(flags) / len(flags) if flags else None


def summarise(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """One row of the table: shares, wrong facts, latency in milliseconds."""
    return {
        "cases": len(verdicts),
        "first": share([v.first for v in verdicts]),
        "in_choices": share([v.in_choices for v in verdicts]),
        "outcome": share([v.outcome_ok for v in verdicts]),
        "facts": share([v.facts_ok for v in verdicts]),
        "wrong_facts": sum(len(v.wrong_facts) for v in verdicts),
        "p50_ms": round(median([v.milliseconds for v in verdicts]), 2) if verdicts else None,
        "p95_ms": round(percentile([v.milliseconds for v in verdicts], 0.95), 2),
    }


def expected_calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """ECE over equal-width bins of (stated probability, was right); 0 for no pairs."""
    total, gap = len(pairs), 0.0
    for b in range(bins):
        inside = [(p, r) for p, r in pairs if min(int(p * bins), bins - 1) == b]
        if inside:
            said = sum(p for p, _ in inside) / len(inside)
            hit = sum(r for _, r in inside) / len(inside)
            gap += abs(said - hit) * len(inside) / total
    return gap
