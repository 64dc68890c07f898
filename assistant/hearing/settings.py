"""Settings of hearing, from the environment or `.env`."""

from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class HearingSettings(BaseSettings):
    """Which recogniser hears residents, and how many may speak at once.

    "auto" is viet-asr where the extra `speech` is installed, else nothing. "browser" is the
    browser's own recogniser: it may send the sound to its maker, so it is never chosen by itself.
    """

    model_config = SettingsConfigDict(
        env_prefix="ASSISTANT_HEARING_", env_file=".env", extra="ignore"
    )

    engine: Literal["auto", "viet-asr", "whisper", "browser", "off"] = "auto"
    whisper_model: str = ""
    speakers: int = 4
