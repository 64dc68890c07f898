"""A run with a real language model: what it changes, what is dropped, and that no fact changes.

The judge is the one of the lying runs, without a planted lie: every line shown that is not the
record's own must hold no number, link, amount, paper, authority or negation.
"""

from collections.abc import Callable
from contextlib import closing
from statistics import median
from time import perf_counter
from typing import Any

from assistant.model.settings import ModelSettings
from evals.cases import FactCase, read_cases
from evals.desk import fresh_desk
from evals.lying import wrong_lines

Progress = Callable[[int, int], None]
NO_LIE = "\0"


def run_real_model(
    settings: ModelSettings, questions: int, progress: Progress | None = None
) -> dict[str, Any]:
    """The same questions in the record's words and then in the model's, compared line by line."""
    figures: dict[str, Any] = {
        "model": settings.model, "questions": 0, "changed": 0, "unchanged": 0,
        "facts_wrong": 0, "examples": [],
    }  # fmt: skip
    seconds = []
    with fresh_desk(model=settings) as desk:
        if desk.model is None:
            raise ValueError("no model is named: set ASSISTANT_CHAT_MODEL")
        with closing(desk.model) as model:
            cases = read_cases(FactCase, "facts")
            for case in cases[: questions or None]:
                record = desk.receptionist.reply(case.question, None, "api", worded=False)
                started = perf_counter()
                shown = desk.receptionist.word(record)
                seconds.append(perf_counter() - started)
                figures["questions"] += 1
                figures["changed" if shown.text != record.text else "unchanged"] += 1
                wrong = []
                if shown.text != record.text:
                    wrong = wrong_lines(shown.text, record.text, NO_LIE)
                if shown.to_json()["facts"] != record.to_json()["facts"]:
                    wrong.append("facts changed")
                figures["facts_wrong"] += len(wrong)
                figures["examples"] += [{"question": case.question, "line": w} for w in wrong]
                if progress:
                    progress(figures["questions"], len(cases))
            counts = dict(model.counts)
    figures["sentences_dropped"] = counts.get("dropped", 0)
    figures["calls"] = {k: v for k, v in counts.items() if k not in ("dropped", "worded", "kept")}
    figures["median_seconds"] = round(median(seconds), 2) if seconds else None
    return figures
