"""Puts every case to a real desk and keeps what came back; scoring reads it afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Any, cast

from assistant.desk import Desk
from evals.cases import FactCase, LinkCase, OutcomeCase, read_cases, read_conversations
from evals.desk import MOMENT, Clock
from evals.scoring import (
    Verdict,
    answered_codes,
    is_false_answer,
    is_in_choices,
    is_right_first,
    missed_facts,
    wrong_facts,
)

# Kinds where no record may answer; "office_info" and "greeting" have answers of their own.
MUST_NOT_ANSWER = {"out_of_scope", "dangerous", "unknown", "insult", "greeting", "office_info"}
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """One case with the answer it got and the time it took."""

    case: LinkCase | FactCase | OutcomeCase
    answer: dict[str, Any]
    milliseconds: float


def ask(
    desk: Desk, question: str, conversation: str | None = None, channel: str = "api"
) -> tuple[dict[str, Any], float]:
    """One timed question; the answer as JSON and milliseconds."""
    started = perf_counter()
    answer = desk.receptionist.reply(question, conversation, channel)
    return answer.to_json(), (perf_counter() - started) * 1000


def run_questions(desk: Desk, progress: Progress | None = None) -> list[Asked]:
    """Every single-question case, each in a conversation of its own."""
    cases: Sequence[LinkCase | FactCase | OutcomeCase] = [
        *read_cases(LinkCase, "linking"),
        *read_cases(FactCase, "facts"),
        *read_cases(OutcomeCase, "outcomes"),
    ]
    rows = []
    for number, case in enumerate(cases, 1):
        answer, milliseconds = ask(desk, case.question)
        rows.append(Asked(case, answer, milliseconds))
        if progress:
            progress(number, len(cases))
    return rows


def judge(desk: Desk, row: Asked) -> Verdict:
    """The verdict on one answered case."""
    case, answer = row.case, row.answer
    wrong = _wrong(desk, answer)
    missed: list[str] = []
    match case:
        case LinkCase(codes=codes) if codes:
            first = is_right_first(answer, codes)
            choices = is_in_choices(answer, codes)
            outcome = answer["outcome"] in ("answered", "clarifying")
        case LinkCase():
            first = choices = outcome = not is_false_answer(answer)
        case FactCase():
            first = is_right_first(answer, (case.code,))
            choices = is_in_choices(answer, (case.code,))
            outcome = answer["outcome"] == "answered"
            body = desk.library.store.find_view(case.code, desk.office_id)
            missed = missed_facts(
                answer, case.expect, body.procedure.receiving_body if body else ""
            )
        case OutcomeCase():
            outcome = answer["outcome"] in case.accepted
            first = choices = outcome
    return Verdict(
        case.id, case.kind, first, choices, outcome, not missed, tuple(wrong), row.milliseconds,
        answer["probability"],
    )  # fmt: skip


def _wrong(desk: Desk, answer: dict[str, Any]) -> list[str]:
    wrong = []
    for part in (answer, *answer.get("also", [])):
        if part["outcome"] == "answered" and part["procedure"]:
            view = desk.library.store.find_view(part["procedure"]["code"], desk.office_id)
            wrong += wrong_facts(part, view) if view else ["a procedure that is not held"]
    return wrong


@dataclass(frozen=True, slots=True)
class TurnVerdict:
    """Whether one scripted turn came back as written; ``problems`` says what did not."""

    case: str
    turn: int
    say: str
    problems: tuple[str, ...]
    answer: dict[str, Any]


def run_conversations(desk: Desk, progress: Progress | None = None) -> list[TurnVerdict]:
    """Every scripted conversation, turn by turn; the desk's clock must be one of `fresh_desk`."""
    verdicts = []
    cases = read_conversations()
    clock = cast(Clock, desk.clock)
    for number, case in enumerate(cases, 1):
        conversation: str | None = None
        clock.moment = MOMENT
        for position, turn in enumerate(case.turns, 1):
            clock.moment += timedelta(minutes=turn.after_minutes)
            answer, _ = ask(desk, turn.say, conversation, case.channel)
            conversation = answer["conversation_id"]
            problems = _problems(desk, turn, answer)
            verdicts.append(TurnVerdict(case.id, position, turn.say, tuple(problems), answer))
        if progress:
            progress(number, len(cases))
    clock.moment = MOMENT
    return verdicts


def _problems(desk: Desk, turn: Any, answer: dict[str, Any]) -> list[str]:
    problems = _wrong(desk, answer)
    if turn.outcome is not None:
        accepted = (turn.outcome,) if isinstance(turn.outcome, str) else turn.outcome
        if answer["outcome"] not in accepted:
            problems.append(f"outcome {answer['outcome']!r}, not {accepted!r}")
    code = answer["procedure"]["code"] if answer["procedure"] else None
    if turn.code is not None:
        codes = (turn.code,) if isinstance(turn.code, str) else turn.code
        if code not in codes and not (
            answer["outcome"] == "clarifying"
            and is_in_choices(answer, codes)
            and turn.outcome is not None
        ):
            problems.append(f"procedure {code!r}, not {codes!r}")
    if turn.topics is not None and not set(turn.topics) <= set(answer["topics"]):
        problems.append(f"topics {answer['topics']!r}, not {list(turn.topics)!r}")
    if turn.expect:
        view = desk.library.store.find_view(code, desk.office_id) if code else None
        body = view.procedure.receiving_body if view else ""
        problems += [f"missing {what}" for what in missed_facts(answer, turn.expect, body)]
    text = answer["text"].casefold()
    problems += [f"does not say {said!r}" for said in turn.says if said.casefold() not in text]
    problems += [f"says {said!r}" for said in turn.never if said.casefold() in text]
    others = set(turn.also) - set(answered_codes(answer))
    problems += [f"leaves out {other!r}" for other in sorted(others)]
    return problems
