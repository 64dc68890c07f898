"""Every table of a deployment in one metadata: whoever compares or creates tables imports this."""

from knowledge import (
    schema_console,
    schema_faq,
    schema_groups,
    schema_ingest,
    schema_limits,
    schema_queue,
    schema_work,
)
from knowledge.schema import Base

__all__ = [
    "Base",
    "schema_console",
    "schema_faq",
    "schema_groups",
    "schema_ingest",
    "schema_limits",
    "schema_queue",
    "schema_work",
]
