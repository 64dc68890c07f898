"""The evaluation cases: readable, answerable, and enough of every kind."""

from collections import Counter
from pathlib import Path

import pytest

from assistant.answers import Outcome
from evals.cases import (
    BadCase,
    FactCase,
    LinkCase,
    OutcomeCase,
    read_cases,
    read_conversations,
)
from knowledge.procedures import Topic
from knowledge.sample import read_procedures

HELD = {procedure.code: procedure for procedure in read_procedures()}
LINKS = read_cases(LinkCase, "linking")
FACTS = read_cases(FactCase, "facts")
OUTCOMES = read_cases(OutcomeCase, "outcomes")
TALKS = read_conversations()


def test_every_case_has_an_id_of_its_own() -> None:
    ids = Counter(case.id for case in (*LINKS, *FACTS, *OUTCOMES, *TALKS))
    assert [name for name, times in ids.items() if times > 1] == []


def test_no_question_is_asked_twice_with_different_answers() -> None:
    asked: dict[str, set[tuple[str, ...]]] = {}
    for case in LINKS:
        asked.setdefault(case.question.lower().strip(), set()).add(tuple(sorted(case.codes)))
    assert [question for question, codes in asked.items() if len(codes) > 1] == []


def test_every_case_can_be_answered_by_the_sample_office() -> None:
    """Some also accept a code that only the national portal brings."""
    assert [case.id for case in LINKS if case.codes and not HELD.keys() & set(case.codes)] == []
    assert {case.code for case in FACTS} <= HELD.keys()


def test_there_are_enough_cases_of_every_kind() -> None:
    assert len(LINKS) >= 200 and len(FACTS) >= 50 and len(OUTCOMES) >= 50 and len(TALKS) >= 20
    kinds = Counter(case.kind for case in LINKS)
    for kind in ("direct", "colloquial", "no_diacritics", "out_of_scope", "unknown"):
        assert kinds[kind] >= 20, kinds


def test_every_procedure_of_the_sample_is_asked_about() -> None:
    assert HELD.keys() <= {code for case in LINKS for code in case.codes}


def test_expected_topics_and_outcomes_exist() -> None:
    topics = {topic.value for topic in Topic}
    outcomes = {outcome.value for outcome in Outcome}
    assert all(set(case.topics) <= topics for case in FACTS)
    assert all(set(case.accepted) <= outcomes for case in OUTCOMES)
    for talk in TALKS:
        for turn in talk.turns:
            said = (turn.outcome,) if isinstance(turn.outcome, str) else turn.outcome or ()
            assert set(said) <= outcomes and set(turn.topics or ()) <= topics


def test_every_expected_paper_stands_in_the_record_word_for_word() -> None:
    missing = [
        f"{case.id}: {name!r}"
        for case in FACTS
        for name in case.expect.get("papers", ())
        if name not in {paper.name for paper in HELD[case.code].documents}
    ]
    assert not missing, "\n".join(missing)


def test_a_bad_line_is_named_with_file_and_line(tmp_path: Path) -> None:
    good = LINKS[0].model_dump_json()
    (tmp_path / "linking.jsonl").write_text(f"{good}\n\n{{}}\n", "utf-8")
    with pytest.raises(BadCase, match=r"linking\.jsonl:3"):
        read_cases(LinkCase, "linking", tmp_path)


def test_a_missing_file_has_no_cases(tmp_path: Path) -> None:
    assert read_cases(LinkCase, "linking", tmp_path) == []


def test_cases_of_the_portal_name_codes_that_look_like_codes() -> None:
    portal = read_cases(LinkCase, "portal")
    assert portal
    for case in portal:
        assert all(len(code) == 8 and code[1] == "." for code in case.codes)
