"""Settings of the lobby: kiosk, board and slip; from the environment or `.env`."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class KioskSettings(BaseSettings):
    """``public_url`` is what a resident's phone opens; ``boards`` limits open event streams;
    ``printer`` is the slip printer (channels/kiosk/printer.py)."""

    model_config = SettingsConfigDict(env_prefix="CHANNELS_KIOSK_", env_file=".env", extra="ignore")

    public_url: str = ""
    idle_seconds: float = 60
    countdown_seconds: int = 15
    boards: int = 8
    printer: str = ""
