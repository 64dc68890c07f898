"""Settings of the optional language model, from the environment or `.env`."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ModelSettings(BaseSettings):
    """Which model words answers, where it is, and how much of everything it may use.

    Without a ``model`` none is asked and none need be installed. ``daily_tokens`` counts per
    process and starts again at midnight in Vietnam; 0 means no limit.
    """

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_CHAT_", env_file=".env", extra="ignore")

    model: str = ""
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    timeout_seconds: float = Field(default=8, gt=0, le=60)
    max_tokens: int = Field(default=400, ge=16, le=4000)
    concurrency: int = Field(default=2, ge=1, le=64)
    daily_tokens: int = Field(default=500_000, ge=0)

    @property
    def is_on(self) -> bool:
        return bool(self.model)
