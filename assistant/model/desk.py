"""The optional language model of one desk, wired from its settings; None when it is off."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from assistant.decide import Thresholds
from assistant.model.breaker import Breaker
from assistant.model.budget import TokenBudget
from assistant.model.chat import LangChainModel, Model
from assistant.model.guarded import Guarded
from assistant.model.phrasing import Phrasing
from assistant.model.second_opinion import Finds, SecondOpinion
from assistant.model.settings import ModelSettings


@dataclass(frozen=True, slots=True)
class ModelDesk:
    """What the desk does with a language model."""

    guarded: Guarded
    phrasing: Phrasing
    opinion: SecondOpinion

    def close(self) -> None:
        """The desk closes: the model's connections go with it."""
        self.guarded.close()

    @property
    def counts(self) -> dict[str, int]:
        """Calls by how they ended, answers worded and kept, sentences dropped."""
        return self.guarded.counts | self.phrasing.counts


def open_model(
    settings: ModelSettings, clock: Callable[[], datetime], model: Model | None = None
) -> Guarded | None:
    """The model, with one budget and one breaker for all who ask it; None when it is off.

    Raises ModelNotInstalled when its client is missing.
    """
    if not settings.is_on:
        return None
    return Guarded(
        model or LangChainModel(settings),
        Breaker(monotonic),
        TokenBudget(settings.daily_tokens, clock),
        timeout_seconds=settings.timeout_seconds,
        max_tokens=settings.max_tokens,
        concurrency=settings.concurrency,
    )


def build_model_desk(
    settings: ModelSettings,
    finder: Finds,
    title_of: Callable[[str], str | None],
    thresholds: Thresholds,
    clock: Callable[[], datetime],
    model: Model | Guarded | None = None,
) -> ModelDesk | None:
    """The model's part of a desk; raises ModelNotInstalled when its client is missing."""
    guarded = model if isinstance(model, Guarded) else open_model(settings, clock, model)
    if guarded is None:
        return None
    opinion = SecondOpinion(guarded, finder, thresholds, title_of)
    return ModelDesk(guarded, Phrasing(guarded), opinion)
