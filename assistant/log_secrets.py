"""Keeps secrets out of what is logged, whoever logs it.

Telegram and Zalo put a bot's token into every address, so it stands in the errors and debug lines
of any client; an Official Account's tokens travel in headers and forms. Ours are plain lines of
structlog, everybody else's go through the standard library: both are cleaned where a line is
made, tracebacks included.
"""

import logging
import re
import sys
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

# Telegram: 123456789:AA…, Zalo Bot: 12345689:abc-xyz; in an address after "bot", the colon perhaps
# written as %3A. Alone the second half must be long: "12345:30" is a time or a port.
_IN_ADDRESS = re.compile(r"(bot)\d{4,}(?::|%3A)[\w-]{3,}", re.IGNORECASE)
_ALONE = re.compile(r"\b\d{6,}(?::|%3A)[\w-]{20,}", re.IGNORECASE)
# "access_token": "…", refresh_token=…, secret_key: …, X-Bot-Api-Secret-Token: …
_NAMED = re.compile(
    r"((?:access|refresh|secret|bot|api)[_-](?:token|key)|app_secret|oa_secret|webhook_secret"
    r"|code_verifier)"
    r"(\\?[\"']?\s*[=:,]\s*(?:b?\\?[\"'])?)"
    r"(?!Secret|None\b|null\b)[^\s\"'&,;)}\\]{3,}",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """The text with every token and key replaced."""
    text = _IN_ADDRESS.sub(r"\1<token>", text)
    return _NAMED.sub(r"\1\2<secret>", _ALONE.sub("<token>", text))


def clean_line(_: Any, __: str, line: Any) -> str:
    """structlog's last step: the finished line, cleaned."""
    return without_secrets(line)


def clean_standard_logging() -> None:
    """Clean every record of the standard library's loggers as it is made; safe to call again."""
    before = logging.getLogRecordFactory()
    if getattr(before, "cleans", False):
        return

    def made(*args: Any, **more: Any) -> logging.LogRecord:
        record = before(*args, **more)
        message = _message(record)
        cleaned = without_secrets(message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        if record.exc_info and record.exc_info[0] is not None:
            # Formatters that find a text ready do not write the traceback themselves.
            text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            record.exc_text = without_secrets(text)
        return record

    made.cleans = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(made)


def clean_last_words() -> None:
    """Clean the traceback of what ends the process; safe to call again."""
    if getattr(sys.excepthook, "cleans", False):
        return
    sys.excepthook = _hook(sys.excepthook)


Hook = Callable[[type[BaseException], BaseException, TracebackType | None], Any]


def _hook(before: Hook) -> Hook:
    def hook(
        kind: type[BaseException], problem: BaseException, trace: TracebackType | None
    ) -> None:
        text = "".join(traceback.format_exception(kind, problem, trace))
        if (cleaned := without_secrets(text)) == text:
            before(kind, problem, trace)
        else:
            sys.stderr.write(cleaned)

    hook.cleans = True  # type: ignore[attr-defined]
    return hook


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # arguments that do not fit: the handler will say so
        return str(record.msg)
