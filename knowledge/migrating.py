"""Moves a schema forward with Alembic; what a current database never needs to read."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from knowledge import database
from knowledge.database import NewerDatabase


def check(connection: Connection) -> None:
    """Raises NewerDatabase when the schema is one this program has no migration for."""
    held = MigrationContext.configure(connection).get_current_heads()
    _must_know(set(held), ScriptDirectory.from_config(_config()))


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision, the newest by default, in the caller's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def must_know(revision: str) -> None:
    """Raises NewerDatabase for a schema that this program has no migration for."""
    _must_know({revision}, ScriptDirectory.from_config(_config()))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS).replace("%", "%%"))
    return config


def _must_know(held: set[str], scripts: ScriptDirectory) -> None:
    unknown = held - {script.revision for script in scripts.walk_revisions()}
    if unknown:
        raise NewerDatabase(
            f"cơ sở dữ liệu có cấu trúc {', '.join(sorted(unknown))} mà chương trình này chưa "
            "biết (do một bản letan mới hơn tạo). Hãy cài bản letan mới hơn, hoặc khôi phục bản "
            "sao lưu cũ vào chỗ trống."
        )
