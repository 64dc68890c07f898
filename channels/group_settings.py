"""Settings of the chat groups, from the environment or `.env`."""

from datetime import timedelta

from pydantic_settings import BaseSettings, SettingsConfigDict


class GroupSettings(BaseSettings):
    """How the desk behaves in chats.

    Limits count answers: a busy group of 500 people stays readable, one person cannot fill it.
    """

    model_config = SettingsConfigDict(
        env_prefix="CHANNELS_GROUPS_", env_file=".env", extra="ignore"
    )

    burst_seconds: float = 4
    repeat_minutes: float = 10
    clerk_quiet_minutes: float = 10
    context_minutes: float = 15
    person_per_10_minutes: int = 8
    person_per_day: int = 60
    group_per_minute: int = 15
    private_per_minute: int = 20
    threads: int = 3  # that answer; more than cores only take turns
    lanes: int = 24  # chats worked on at once; most of them wait for the platform
    max_attempts: int = 16
    keep_days: int = 30

    @property
    def burst(self) -> timedelta:
        return timedelta(seconds=self.burst_seconds)

    @property
    def repeat(self) -> timedelta:
        return timedelta(minutes=self.repeat_minutes)

    @property
    def clerk_quiet(self) -> timedelta:
        return timedelta(minutes=self.clerk_quiet_minutes)

    @property
    def context(self) -> timedelta:
        return timedelta(minutes=self.context_minutes)

    @property
    def keep(self) -> timedelta:
        return timedelta(days=self.keep_days)
