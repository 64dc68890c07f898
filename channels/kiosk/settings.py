"""Settings of the lobby: kiosk, board and slip; from the environment or `.env`."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class KioskSettings(BaseSettings):
    """``public_url`` is what a resident's phone opens; ``boards`` limits open event streams;
    ``printer`` is the slip printer (channels/kiosk/printer.py). ``hands_free`` lets the first
    screen listen by itself for somebody who calls it: a microphone that is open in the hall is
    for the office to decide."""

    model_config = SettingsConfigDict(env_prefix="CHANNELS_KIOSK_", env_file=".env", extra="ignore")

    public_url: str = ""
    idle_seconds: float = 60
    countdown_seconds: int = 15
    boards: int = 8
    printer: str = ""
    hands_free: bool = False
