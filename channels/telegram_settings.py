"""Settings of the Telegram bot, from the environment or `.env`."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PLATFORM = "telegram"


class TelegramSettings(BaseSettings):
    """The token BotFather gave, and the secret of the webhook; empty: not used.

    Sending keeps below Telegram's limits: so many messages a second in all and a minute in one
    group; 0 keeps no limit (a Bot API server of one's own, a measurement).
    """

    model_config = SettingsConfigDict(
        env_prefix="CHANNELS_TELEGRAM_", env_file=".env", extra="ignore"
    )

    token: SecretStr = SecretStr("")
    webhook_secret: SecretStr = SecretStr("")
    api_url: str = "https://api.telegram.org"
    messages_a_second: int = 30
    group_messages_a_minute: int = 20
