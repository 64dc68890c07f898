"""Settings of the queue, from the environment or `.env`."""

from datetime import timedelta

from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.queue_rules import QueueRules


class QueueSettings(BaseSettings):
    """When numbers are given, and how the priority series takes its turns."""

    model_config = SettingsConfigDict(
        env_prefix="ASSISTANT_QUEUE_", env_file=".env", extra="ignore"
    )

    open_before_minutes: int = 30
    priority_in_a_row: int = 2
    daily_capacity: int = 0
    keep_days: int = 30

    def rules(self) -> QueueRules:
        return QueueRules(
            open_before=timedelta(minutes=self.open_before_minutes),
            priority_in_a_row=self.priority_in_a_row,
            daily_capacity=self.daily_capacity,
            keep=timedelta(days=self.keep_days),
        )
