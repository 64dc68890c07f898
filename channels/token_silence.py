"""Keeps tokens out of the logs: the platforms put them into addresses, and clients log those."""

import logging
import re

# Telegram: /bot123456789:AA…, Zalo Bot: /bot12345689:abc-xyz.
_TOKEN = re.compile(r"(bot)\d{4,}:[\w-]{3,}", re.IGNORECASE)
LOUD = ("httpx", "httpcore", "telegram", "telegram.ext")


def without_tokens(text: str) -> str:
    """The text with every bot token replaced."""
    return _TOKEN.sub(r"\1<token>", text)


class TokenFilter(logging.Filter):
    """Takes tokens out of a record before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if _TOKEN.search(message):
            record.msg, record.args = without_tokens(message), ()
        if record.exc_info:
            record.exc_text = without_tokens(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


def silence_tokens() -> None:
    """Quiet the HTTP clients to warnings, and take tokens out of what they still say."""
    for name in LOUD:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
        if not any(isinstance(known, TokenFilter) for known in logger.filters):
            logger.addFilter(TokenFilter())
