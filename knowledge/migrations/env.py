"""Alembic's entry: runs on the connection that ``knowledge.database.migrate`` opened."""

from alembic import context

from knowledge import schema_console, schema_queue  # noqa: F401  their tables belong to the metadata
from knowledge.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
)
with context.begin_transaction():
    context.run_migrations()
