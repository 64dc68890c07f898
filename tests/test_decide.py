"""From probabilities to one of: this is meant, which of these, unknown."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.decide import MAX_CHOICES, Meant, Thresholds, Unknown, Unsure, decide
from knowledge.linking.linker import Candidate, Linking

BARS = Thresholds(answer=0.6, clarify=0.35, choice=0.05, intent=0.5, leading=0.6, lead=9.0)


def linking(*probabilities: float, intent: float | None = None) -> Linking:
    candidates = [Candidate(f"1.00000{i}", False, p) for i, p in enumerate(probabilities)]
    if intent is not None:
        candidates.append(Candidate("office.hours", True, intent))
    candidates.sort(key=lambda c: -c.probability)
    return Linking(tuple(candidates), 1 - sum(c.probability for c in candidates))


def test_a_probable_procedure_is_answered() -> None:
    decision = decide(linking(0.7, 0.2), BARS)
    assert isinstance(decision, Meant) and decision.candidate.label == "1.000000"


def test_a_few_close_procedures_are_asked_back_most_probable_first() -> None:
    decision = decide(linking(0.2, 0.4, 0.02), BARS)
    assert isinstance(decision, Unsure)
    assert [c.label for c in decision.candidates] == ["1.000001", "1.000000"]


def test_never_more_than_four_are_asked_back() -> None:
    decision = decide(linking(*[0.12] * 7), BARS)
    assert isinstance(decision, Unsure) and len(decision.candidates) == MAX_CHOICES == 4


def test_nothing_probable_is_unknown_and_says_how_probable() -> None:
    assert decide(linking(0.1, 0.1), BARS) == Unknown(0.1)
    assert decide(Linking((), 1.0), BARS) == Unknown(0.0)


def test_an_intent_has_a_bar_of_its_own() -> None:
    decision = decide(linking(0.2, intent=0.55), BARS)
    assert isinstance(decision, Meant) and decision.candidate.is_intent
    assert isinstance(decide(linking(0.3, 0.1, intent=0.45), BARS), Unsure)


def test_unsafe_or_elsewhere_is_declined_when_only_which_of_the_two_is_unclear() -> None:
    unsafe = Candidate("safety.identity_lookup", True, 0.36, group="safety")
    elsewhere = Candidate("general.politics", True, 0.4, group="out_of_scope")
    both = Linking((elsewhere, unsafe), 0.24)
    decision = decide(both, BARS)
    assert isinstance(decision, Meant) and decision.candidate.label == "general.politics"
    honest = Candidate("1.000000", False, 0.3)
    assert isinstance(decide(Linking((elsewhere, unsafe, honest), 0.0), BARS), Unsure | Unknown)


def test_an_intent_is_never_offered_as_a_choice() -> None:
    decision = decide(linking(0.3, 0.2, intent=0.4), BARS)
    assert isinstance(decision, Unsure)
    assert not any(c.is_intent for c in decision.candidates)


def test_beside_an_answer_that_is_not_certain_stand_others_that_may_be_meant() -> None:
    bars = replace(BARS, alone=0.9)
    decision = decide(linking(0.7, 0.15, 0.06, 0.05, 0.03), bars)
    assert isinstance(decision, Meant)
    assert [c.label for c in decision.beside] == ["1.000001", "1.000002", "1.000003"]
    certain = decide(linking(0.92, 0.08), bars)
    assert isinstance(certain, Meant) and certain.beside == ()


def test_beside_what_is_unsafe_nothing_is_offered() -> None:
    unsafe = Candidate("safety.forged_papers", True, 0.6, group="safety")
    held = Linking((unsafe, Candidate("1.000001", False, 0.3)), 0.1)
    decision = decide(held, replace(BARS, alone=0.9))
    assert isinstance(decision, Meant) and decision.beside == ()


@given(st.lists(st.floats(0, 1), max_size=8), st.none() | st.floats(0, 1))
def test_every_ranking_gets_exactly_one_decision(shares: list[float], intent: float | None) -> None:
    decision = decide(linking(*shares, intent=intent), BARS)
    match decision:
        case Meant(best):
            assert best.probability >= (BARS.intent if best.is_intent else BARS.answer)
        case Unsure(candidates):
            assert 1 <= len(candidates) <= MAX_CHOICES
        case Unknown(probability):
            assert 0 <= probability <= 1


@pytest.mark.parametrize("name", ["answer", "clarify", "choice", "intent"])
def test_shipped_thresholds_are_probabilities(name: str) -> None:
    assert 0 < getattr(Thresholds.shipped(), name) < 1


def test_shipped_thresholds_ask_back_before_they_answer() -> None:
    shipped = Thresholds.shipped()
    assert shipped.choice <= shipped.clarify <= shipped.answer
