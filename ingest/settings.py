"""Limits of ingesting, from the environment or `.env`."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class IngestSettings(BaseSettings):
    """How large a file may be and how long it may take; ``workers`` 0 means every core."""

    model_config = SettingsConfigDict(env_prefix="INGEST_", env_file=".env", extra="ignore")

    max_megabytes: int = 100
    max_pages: int = 1000
    seconds_per_file: int = 1800
    workers: int = 0
