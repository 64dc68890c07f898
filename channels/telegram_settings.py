"""Settings of the Telegram bot, from the environment or `.env`."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class TelegramSettings(BaseSettings):
    """The token BotFather gave, and the secret of the webhook; empty: not used."""

    model_config = SettingsConfigDict(
        env_prefix="CHANNELS_TELEGRAM_", env_file=".env", extra="ignore"
    )

    token: SecretStr = SecretStr("")
    webhook_secret: SecretStr = SecretStr("")
    api_url: str = "https://api.telegram.org"
