"""Settings of the deployment and of the knowledge, from the environment or `.env`."""

from collections.abc import Iterable
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class LetanSettings(BaseSettings):
    """Where the state lives and which office answers."""

    model_config = SettingsConfigDict(env_prefix="LETAN_", env_file=".env", extra="ignore")

    home: Path = Path("var")
    office: str = "hoa-sen"
    offices: str = ""

    def office_ids(self, held: Iterable[str]) -> list[str]:
        """The offices that are served, the default first; ``held`` are those that are known."""
        named = list(held) if self.offices.strip() == "*" else self.offices.split(",")
        return list(dict.fromkeys([self.office, *filter(None, map(str.strip, named))]))


class KnowledgeSettings(BaseSettings):
    """Where the knowledge is stored and what encodes it.

    Empty values mean the embedded default below ``LETAN_HOME``.
    """

    model_config = SettingsConfigDict(env_prefix="KNOWLEDGE_", env_file=".env", extra="ignore")

    database_url: str = ""
    chroma_server: str = ""
    embedding_model: str = ""

    def database_at(self, home: Path) -> str:
        """The database URL: the one set, or SQLite below ``home``."""
        return self.database_url or f"sqlite:///{(home / 'letan.db').resolve()}"
