"""Settings of the two Zalo channels, from the environment or `.env`."""

from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ZaloBotSettings(BaseSettings):
    """The token of Zalo Bot Creator and the secret of the webhook; empty: not used."""

    model_config = SettingsConfigDict(
        env_prefix="CHANNELS_ZALO_BOT_", env_file=".env", extra="ignore"
    )

    token: SecretStr = SecretStr("")
    webhook_secret: SecretStr = SecretStr("")
    api_url: str = "https://bot-api.zaloplatforms.com"


class ZaloOaSettings(BaseSettings):
    """The application behind an Official Account; empty: not used.

    ``oa_secret`` signs the webhook (another key than the application's). ``signature`` set to
    "warn" only logs what does not match, to learn once how an account is signed.
    """

    model_config = SettingsConfigDict(
        env_prefix="CHANNELS_ZALO_OA_", env_file=".env", extra="ignore"
    )

    app_id: str = ""
    app_secret: SecretStr = SecretStr("")
    oa_secret: SecretStr = SecretStr("")
    redirect_url: str = ""
    signature: Literal["enforce", "warn"] = "enforce"
    api_url: str = "https://openapi.zalo.me"
    oauth_url: str = "https://oauth.zaloapp.com"
