"""Settings of what keeps the HTTP door open under load, from the environment or `.env`."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProtectionSettings(BaseSettings):
    """Bounds on what one client, one conversation and one day may ask; 0 takes a bound away.

    Many residents share one address behind a telephone company's gateway, so the bound on an
    address only stops floods; the one on a conversation stops a stuck script. What is
    counted is kept in ``limits_storage``: empty, each worker process counts for itself;
    "database", all of them together in the deployment's database; or an address that the
    limits library takes ("redis://…", "memcached://…"; needs the client's package).
    ``waiting`` and ``open_streams`` are what one process holds.

    ``trusted_proxies`` are the addresses or networks whose ``X-Forwarded-For`` is believed,
    comma-separated: a client behind a proxy counts by its own address. With a
    ``metrics_token`` the figures are given to whoever sends it as a bearer token.

    ``numbers_a_minute`` and ``numbers_a_day`` are the queue numbers one address may take: no
    script from afar fills the queue. A screen in the office's own network is not counted.
    """

    model_config = SettingsConfigDict(
        env_prefix="CHANNELS_PROTECTION_", env_file=".env", extra="ignore"
    )

    per_address_a_minute: int = 240
    per_conversation_a_minute: int = 30
    answers_a_day: int = 50_000
    numbers_a_minute: int = 60
    numbers_a_day: int = 1_000
    limits_storage: str = ""
    waiting: int = 64
    open_streams: int = 2_000
    body_seconds: float = 15
    public_metrics: bool = False
    metrics_token: SecretStr = SecretStr("")
    trusted_proxies: str = "127.0.0.1"
