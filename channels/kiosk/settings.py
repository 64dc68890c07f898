"""Settings of the lobby: kiosk, board and slip; from the environment or `.env`."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class KioskSettings(BaseSettings):
    """``public_url`` is what a resident's phone opens; ``boards`` limits open event streams.

    ``printer`` is a receipt printer of the server: "network:10.0.0.9:9100", "usb:04b8:0202" or
    "file:/dev/usb/lp0"; empty: the kiosk's browser prints.
    """

    model_config = SettingsConfigDict(env_prefix="CHANNELS_KIOSK_", env_file=".env", extra="ignore")

    public_url: str = ""
    idle_seconds: float = 60
    countdown_seconds: int = 15
    boards: int = 8
    printer: str = ""
