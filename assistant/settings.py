"""Settings of the assistant, from the environment or `.env`."""

from datetime import timedelta

from pydantic_settings import BaseSettings, SettingsConfigDict


class AssistantSettings(BaseSettings):
    """How long a conversation keeps its procedure in hand, how long it is stored.

    At the kiosk the next person is another one, and a group talks of many things: both
    forget sooner than ``idle_hours``.
    """

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", env_file=".env", extra="ignore")

    idle_hours: float = 12
    kiosk_idle_minutes: float = 3
    group_idle_minutes: float = 30
    retention_days: int = 90
    log_level: str = "INFO"

    @property
    def retention(self) -> timedelta:
        return timedelta(days=self.retention_days)

    def idle_after(self, channel: str) -> timedelta:
        """The silence after which a channel starts anew."""
        if channel == "kiosk":
            return timedelta(minutes=self.kiosk_idle_minutes)
        if channel.endswith("_group"):
            return timedelta(minutes=self.group_idle_minutes)
        return timedelta(hours=self.idle_hours)
