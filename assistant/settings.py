"""Settings of the assistant, from the environment or `.env`."""

from datetime import timedelta

from pydantic_settings import BaseSettings, SettingsConfigDict


class AssistantSettings(BaseSettings):
    """How long a conversation keeps its procedure in hand, how long it is stored."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", env_file=".env", extra="ignore")

    idle_hours: float = 12
    retention_days: int = 90
    log_level: str = "INFO"

    @property
    def retention(self) -> timedelta:
        return timedelta(days=self.retention_days)

    @property
    def idle_after(self) -> timedelta:
        return timedelta(hours=self.idle_hours)
