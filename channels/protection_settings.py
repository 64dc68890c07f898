"""Settings of what keeps the HTTP door open under load, from the environment or `.env`."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class ProtectionSettings(BaseSettings):
    """Bounds on what one client, one conversation and one day may ask; 0 takes a bound away.

    Many residents share one address behind a telephone company's gateway, so the bound on an
    address only stops floods; the one on a conversation stops a stuck script. Each worker
    process counts for itself.
    """

    model_config = SettingsConfigDict(
        env_prefix="CHANNELS_PROTECTION_", env_file=".env", extra="ignore"
    )

    per_address_a_minute: int = 240
    per_conversation_a_minute: int = 30
    answers_a_day: int = 50_000
    waiting: int = 64
    open_streams: int = 2_000
    body_seconds: float = 15
    public_metrics: bool = False
