"""Settings of the server's voice, from the environment or `.env`."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class VoiceSettings(BaseSettings):
    """The command that reads text from its input and writes a WAV to its output; empty: none.

    ``keep`` is how many spoken sentences stay on the disk.
    """

    model_config = SettingsConfigDict(
        env_prefix="ASSISTANT_VOICE_", env_file=".env", extra="ignore"
    )

    command: str = ""
    command_english: str = ""
    timeout_seconds: float = 15.0
    keep: int = 2000

    def command_for(self, language: str) -> str:
        return self.command_english if language == "en" else self.command
