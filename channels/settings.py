"""Settings of the doors residents come through, from the environment or `.env`."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class ChannelSettings(BaseSettings):
    """Limits of the HTTP door; sizes in characters or bytes as named.

    A platform's message brings more than its words: the message it replies to, media in every
    size, every mention. Refused for its size it would be delivered again for a day.
    """

    model_config = SettingsConfigDict(env_prefix="CHANNELS_", env_file=".env", extra="ignore")

    max_message_chars: int = 2000
    max_body_bytes: int = 32_768
    max_hook_bytes: int = 262_144
    answer_threads: int = 0  # 0: two, or one (`channels.serving.answering`)
    work_threads: int = 8  # for pages, numbers, slips and the wait for a model
