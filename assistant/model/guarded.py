"""A model with everything around it that a resident must never notice: bounds, rest, budget."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from threading import BoundedSemaphore, Lock

import structlog

from assistant.model.breaker import Breaker
from assistant.model.budget import TokenBudget
from assistant.model.chat import Completion, Model
from assistant.model.errors import ModelResting, ModelTimeout, ModelUnavailable

log = structlog.get_logger()
# Vietnamese costs most tokenizers a token for two to three characters; two is on the safe side.
CHARACTERS_A_TOKEN = 2


class Guarded:
    """Asks a model within a deadline, with a few calls at a time and a budget for the day.

    A call that overruns its deadline keeps its place until the client gives up, so a server
    that hangs can hold ``concurrency`` threads and never more.
    """

    def __init__(
        self,
        model: Model,
        breaker: Breaker,
        budget: TokenBudget,
        *,
        timeout_seconds: float,
        max_tokens: int,
        concurrency: int,
    ) -> None:
        self._model = model
        self._breaker = breaker
        self._budget = budget
        self._timeout_seconds = timeout_seconds
        self._max_tokens = max_tokens
        self._places = BoundedSemaphore(concurrency)
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="chat-model")
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    @property
    def counts(self) -> dict[str, int]:
        """How many calls ended how: "answered", or the name of what went wrong."""
        with self._lock:
            return dict(self._counts)

    def close(self) -> None:
        """No further call; connections kept for the next one are closed, calls under way end."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        close = getattr(self._model, "close", None)
        if close:
            close()

    def ask(self, instructions: str, request: str) -> str:
        """The model's reply; raises ModelUnavailable and nothing else."""
        try:
            text = self._ask(instructions, request)
        except ModelUnavailable as problem:
            self._count(type(problem).__name__)
            log.info("model_not_used", why=str(problem))
            raise
        self._count("answered")
        return text

    def _ask(self, instructions: str, request: str) -> str:
        reserved = (len(instructions) + len(request)) // CHARACTERS_A_TOKEN + self._max_tokens
        if not self._places.acquire(blocking=False):
            raise ModelResting("every place is taken")
        if not self._budget.reserve(reserved):
            self._places.release()
            raise ModelResting("today's tokens are spent")
        if not self._breaker.may_try():
            self._budget.settle(reserved, 1)  # nothing was sent
            self._places.release()
            raise ModelResting("it failed too often just now")
        call = self._threads.submit(self._call, instructions, request)
        try:
            completion = call.result(self._timeout_seconds)
        except NotInTime as problem:
            self._breaker.failed()
            raise ModelTimeout("chat model did not answer in time") from problem
        except ModelUnavailable:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        self._budget.settle(reserved, completion.tokens)
        return completion.text

    def _call(self, instructions: str, request: str) -> Completion:
        try:
            return self._model.complete(instructions, request)
        finally:
            self._places.release()

    def _count(self, how: str) -> None:
        with self._lock:
            self._counts[how] += 1
