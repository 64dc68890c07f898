"""Structured log lines, one JSON object each, without what people typed."""

import logging
import sys

import structlog

from assistant.log_secrets import clean_last_words, clean_line, clean_standard_logging


def configure_logs(level: str = "INFO") -> None:
    """Send log lines as JSON to standard error; tracebacks as text, without local variables.

    Local variables would hold residents' words, and rendering them costs seconds. Tokens and keys
    are taken out of our own lines, of other libraries' and of what ends the process.
    """
    clean_standard_logging()
    clean_last_words()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
            clean_line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        # Looked up at each line: whoever redirects standard error gets what follows.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
