"""Settings of the staff console, from the environment or `.env`."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class StaffSettings(BaseSettings):
    """How long a sign-in lasts, when an account locks itself, who reviews what is published."""

    model_config = SettingsConfigDict(env_prefix="CHANNELS_STAFF_", env_file=".env", extra="ignore")

    session_hours: float = 10
    idle_minutes: float = 60
    lock_after: int = 5
    lock_minutes: float = 15
    attempts_per_minute: int = 20
    second_person: bool = False
    # encrypts second factors; without it a key file below LETAN_HOME does
    secret_key: str = ""
    max_body_bytes: int = 1_048_576
