"""The utterance bank: readable, consistent, and apart from the questions it is examined with."""

from collections import defaultdict
from pathlib import Path

import pytest
from records import MORNING

from assistant.address import UNKNOWN
from assistant.office_answers import office_facts
from assistant.replies import fill
from evals.cases import FactCase, LinkCase, OutcomeCase, read_cases, read_conversations
from evals.safety import SafetyCase
from knowledge.linking.bank import (
    is_fit_part,
    read_intents,
    read_portal_utterances,
    read_utterances,
    read_vague,
)
from knowledge.sample import BadDataFile, read_office, read_procedures
from knowledge.vietnamese import fold, normalise

LEAST_WORDS = 5  # shorter ones are near each other by chance; only the same words count there
NEAR = 0.9


def bank() -> list[str]:
    lines = [said.text for said in (*read_utterances(), *read_portal_utterances())]
    lines += [text for intent in read_intents() for text in intent.utterances]
    return lines + [vague.text for vague in read_vague()]


def questions() -> list[tuple[str, str]]:
    asked = [
        (case.id, case.question)
        for model, name in (
            (LinkCase, "linking"), (LinkCase, "portal"), (LinkCase, "unseen"),
            (LinkCase, "unseen_second"), (LinkCase, "unseen_portal"),
            (LinkCase, "unseen_third"), (LinkCase, "unseen_third_portal"),
            (LinkCase, "unseen_fourth"), (LinkCase, "unseen_fourth_portal"),
            (LinkCase, "unseen_fifth"), (LinkCase, "unseen_fifth_portal"),
            (FactCase, "facts"), (OutcomeCase, "outcomes"), (SafetyCase, "safety"),
        )
        for case in read_cases(model, name)
    ]  # fmt: skip
    for talk in read_conversations():
        asked += [(talk.id, turn.say) for turn in talk.turns]
    return asked


def words_of(text: str) -> frozenset[str]:
    return frozenset(fold(normalise(text)).split())


def is_shared_by_nature(name: str, question: str) -> bool:
    """A short turn of a conversation ("lệ phí?") is said alike by everybody."""
    return name.startswith(("conv", "talk", "khach")) and len(question.split()) < LEAST_WORDS


def test_no_line_of_the_bank_is_a_question_of_the_evaluation() -> None:
    taught = {fold(normalise(text)) for text in bank()}
    leaks = [
        f"{name}: {question!r}"
        for name, question in questions()
        if fold(normalise(question)) in taught and not is_shared_by_nature(name, question)
    ]
    assert not leaks, "\n".join(leaks)


def test_no_line_of_the_bank_is_nearly_a_question_of_the_evaluation() -> None:
    taught = {words_of(text): text for text in bank()}
    containing: dict[str, set[frozenset[str]]] = defaultdict(set)
    for words in taught:
        for word in words:
            containing[word].add(words)
    leaks = []
    for name, question in questions():
        asked = words_of(question)
        if len(question.split()) < LEAST_WORDS or len(asked) < LEAST_WORDS:
            continue
        # A near copy misses at most a tenth of the words, so among any of them one more than
        # that there is one it holds; the rarest words leave the fewest lines to compare.
        rarest = sorted(asked, key=lambda word: len(containing[word]))
        for line in set().union(*(containing[word] for word in rarest[: len(asked) // 10 + 1])):
            if len(asked & line) / len(asked | line) >= NEAR:
                leaks.append(f"{name}: {question!r} ~ {taught[line]!r}")
    assert not leaks, "\n".join(leaks)


def test_every_phrase_belongs_to_a_procedure_that_is_held() -> None:
    held = {procedure.code for procedure in read_procedures()}
    assert {said.label for said in read_utterances()} <= held


def test_every_vague_request_and_related_code_leads_to_something_held() -> None:
    held = {procedure.code for procedure in read_procedures()}
    assert all(set(vague.codes) <= held for vague in read_vague())
    assert all(set(intent.related) <= held for intent in read_intents())


def test_every_fixed_reply_can_be_filled_with_the_facts_of_an_office() -> None:
    facts = office_facts(read_office(), MORNING)
    for intent in read_intents():
        if intent.reply:
            assert "{" not in fill(intent.reply, UNKNOWN, **facts | {"reference": ""}), intent.id


def test_an_intent_that_turns_somebody_away_says_something_of_its_own() -> None:
    for intent in read_intents():
        if intent.outcome in ("out_of_scope", "refused"):
            assert intent.reply, intent.id


def test_about_one_line_in_five_is_kept_for_fitting_and_always_the_same_ones() -> None:
    lines = bank()
    kept = [text for text in lines if is_fit_part(text)]
    assert 0.15 < len(kept) / len(lines) < 0.25
    assert all(is_fit_part(f"  {text.upper()}") == is_fit_part(text.upper()) for text in lines[:50])


def test_an_intent_told_twice_is_refused_with_its_file(tmp_path: Path) -> None:
    once = "- id: chao\n  outcome: small_talk\n  utterances: [xin chào]\n"
    (tmp_path / "a.yaml").write_text(once, "utf-8")
    (tmp_path / "b.yaml").write_text(once, "utf-8")
    with pytest.raises(BadDataFile, match=r"b\.yaml.*'chao'"):
        read_intents(tmp_path)


def test_no_vague_file_means_no_vague_requests(tmp_path: Path) -> None:
    assert read_vague(tmp_path / "none.yaml") == []
