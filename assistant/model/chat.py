"""The one module that talks to LangChain and to a vendor's client."""

from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from assistant.model.errors import BadReply, ModelRefused, ModelTimeout, ModelUnavailable
from assistant.model.settings import ModelSettings
from assistant.model.transport import LimitedTransport, TooMuch

# A reply of `max_tokens` tokens has at most about this many bytes a token, JSON around it included.
BYTES_A_TOKEN = 24
SPARE_BYTES = 16_384


class ModelNotInstalled(RuntimeError):
    """`ASSISTANT_CHAT_MODEL` is set, but the extra that brings its client is not installed."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model said, and how many tokens it counted for request and reply (0: unknown)."""

    text: str
    tokens: int


class Model(Protocol):
    """Anything that continues instructions and a request."""

    def complete(self, instructions: str, request: str) -> Completion:
        """The reply; raises ModelUnavailable and nothing else."""
        ...


class LangChainModel:
    """A chat model of any provider LangChain knows; "openai:…" speaks to compatible servers too."""

    def __init__(self, settings: ModelSettings) -> None:
        """Build the client; nothing is sent. Raises ModelNotInstalled."""
        options: dict[str, Any] = {
            "temperature": 0,
            "timeout": settings.timeout_seconds,
            "max_retries": 0,  # whoever waits is a resident: the record's words are there already
            "max_tokens": settings.max_tokens,
        }
        if settings.base_url:
            options["base_url"] = settings.base_url
        if key := settings.api_key.get_secret_value():
            options["api_key"] = key
        if settings.model.partition(":")[0] == "openai":
            options |= _compatible(settings)
        try:
            from langchain.chat_models import init_chat_model

            self._client = init_chat_model(settings.model, **options)
        except ImportError as problem:
            raise ModelNotInstalled(
                f"ASSISTANT_CHAT_MODEL={settings.model!r} cần cài thêm: pip install 'letan[llm]'"
            ) from problem

    def complete(self, instructions: str, request: str) -> Completion:
        try:
            reply = self._client.invoke([("system", instructions), ("human", request)])
        except Exception as problem:  # every vendor has a tree of its own; it ends here
            raise _in_our_words(problem) from problem
        text = reply.content
        if not isinstance(text, str) or not text.strip():
            raise BadReply(f"the reply holds no text but {type(text).__name__}")
        usage = reply.usage_metadata
        return Completion(text, _whole(usage["total_tokens"]) if usage else 0)


def _compatible(settings: ModelSettings) -> dict[str, Any]:
    """What the OpenAI client needs beyond the usual: a bound on bytes, and servers without keys."""
    limit = settings.max_tokens * BYTES_A_TOKEN + SPARE_BYTES
    options: dict[str, Any] = {
        "use_responses_api": False,
        "http_client": httpx.Client(
            transport=LimitedTransport(httpx.HTTPTransport(), limit, settings.timeout_seconds),
            timeout=settings.timeout_seconds,
            trust_env=False,
            follow_redirects=False,
        ),
    }
    if settings.base_url:
        # LangChain sends the newer name of this limit, which Ollama does not know.
        options["extra_body"] = {"max_tokens": settings.max_tokens}
        if not settings.api_key.get_secret_value():
            options["api_key"] = "none"  # the client insists on one, a local server does not
    return options


def _in_our_words(problem: Exception) -> ModelUnavailable:
    cause: BaseException | None = problem
    while cause is not None:  # the vendor wraps what our own transport raised
        if isinstance(cause, TooMuch):
            return BadReply("the reply is larger than any reply we asked for")
        cause = cause.__cause__
    try:
        import openai
    except ImportError:
        return ModelUnavailable(f"chat model failed with {type(problem).__name__}")
    if isinstance(problem, openai.APITimeoutError):
        return ModelTimeout("chat model did not answer in time")
    if isinstance(problem, openai.APIStatusError):
        return ModelRefused(f"chat model answered with status {problem.status_code}")
    if isinstance(problem, openai.APIConnectionError):
        return ModelUnavailable("chat model cannot be reached")
    return BadReply(f"chat model sent what its client cannot read ({type(problem).__name__})")


def _whole(tokens: object) -> int:
    return tokens if isinstance(tokens, int) and tokens > 0 else 0
