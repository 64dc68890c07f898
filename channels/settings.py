"""Settings of the doors residents come through, from the environment or `.env`."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class ChannelSettings(BaseSettings):
    """Limits of the HTTP door; sizes in characters or bytes as named."""

    model_config = SettingsConfigDict(env_prefix="CHANNELS_", env_file=".env", extra="ignore")

    max_message_chars: int = 2000
    max_body_bytes: int = 32_768
    answer_threads: int = 8
