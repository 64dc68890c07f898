"""Quiets the HTTP clients of the platforms: their addresses hold the token, and they log those."""

import logging

from assistant.log_secrets import clean_last_words, clean_standard_logging

LOUD = ("httpx", "httpcore", "telegram", "telegram.ext")


def silence_tokens() -> None:
    """Only warnings of the clients are logged, and no token stands in what anybody logs."""
    clean_standard_logging()
    clean_last_words()
    for name in LOUD:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
