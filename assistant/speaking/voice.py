"""Spoken sentences of a command such as Piper; each one is made once and kept by its hash."""

import os
import shlex
import subprocess
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Semaphore

from assistant.speaking.settings import VoiceSettings

# A voice takes a whole core; more of them at once only make everybody wait.
AT_ONCE = 2
HEADER_BYTES = 44


class VoiceUnavailable(RuntimeError):
    """No voice for this language, or its command failed; the message says which."""


class Voice:
    """The configured voices. Safe between threads; blocking."""

    def __init__(self, settings: VoiceSettings, folder: Path) -> None:
        self._settings, self._folder = settings, folder
        self._turns = Semaphore(AT_ONCE)

    def has(self, language: str) -> bool:
        """Whether a voice is configured; whether it works shows when it speaks."""
        return bool(self._settings.command_for(language))

    def speak(self, text: str, language: str) -> bytes:
        """A WAV of ``text``; raises VoiceUnavailable."""
        command = self._settings.command_for(language)
        if not command:
            raise VoiceUnavailable(f"no voice is configured for {language!r}")
        name = sha256("\n".join((command, text)).encode()).hexdigest()
        place = self._folder / f"{name}.wav"
        with suppress(FileNotFoundError):
            sound = place.read_bytes()
            os.utime(place)  # the ones said lately stay
            return sound
        with self._turns:
            sound = self._run(command, text)
        self._keep(place, sound)
        return sound

    def _run(self, command: str, text: str) -> bytes:
        try:
            done = subprocess.run(
                shlex.split(command),
                input=f"{text}\n".encode(),
                capture_output=True,
                timeout=self._settings.timeout_seconds,
                check=False,
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as problem:
            raise VoiceUnavailable(f"the voice command {command!r} did not run") from problem
        if done.returncode or not done.stdout.startswith(b"RIFF"):
            said = done.stderr.decode(errors="replace")[-300:]
            raise VoiceUnavailable(f"the voice command {command!r} made no WAV: {said!r}")
        return _with_lengths(done.stdout)

    def _keep(self, place: Path, sound: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(sound)
        Path(file.name).replace(place)  # whoever reads finds the whole file or none
        kept = sorted(self._folder.glob("*.wav"), key=lambda each: each.stat().st_mtime)
        for old in kept[: -self._settings.keep]:
            old.unlink(missing_ok=True)


def _with_lengths(wav: bytes) -> bytes:
    """The WAV with its true lengths: a program that writes to a pipe cannot know them."""
    data = wav.find(b"data", 12)
    if data < 0 or len(wav) < HEADER_BYTES:
        raise VoiceUnavailable("the voice command made a WAV without sound")
    riff_size = (len(wav) - 8).to_bytes(4, "little")
    data_size = (len(wav) - data - 8).to_bytes(4, "little")
    return wav[:4] + riff_size + wav[8 : data + 4] + data_size + wav[data + 8 :]
