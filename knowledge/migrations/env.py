"""Alembic's entry: runs on the connection that ``knowledge.database.migrate`` opened."""

from alembic import context

from knowledge.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
)
with context.begin_transaction():
    context.run_migrations()
