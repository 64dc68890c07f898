"""Sound for the evaluation of hearing: a voice command or recordings, a quiet room, noise.

Everything is mono at 16 kHz in floats on the scale of 16-bit steps.
"""

import io
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.hearing.ears import RATE
from assistant.speaking.voice import Voice

Sound = NDArray[np.float64]
NOISE_DB = 10.0
# What a microphone picks up in a room where nobody speaks, in 16-bit steps.
ROOM = 20.0
# Quieter than this below the loudest is a pause: noise is measured against speech alone.
PAUSE_BELOW = 0.05
ALOUD = 9_000.0  # the peak of a voice at arm's length


class NoSound(RuntimeError):
    """A recording is missing or cannot be read; the message says which."""


class Said(Protocol):
    """What of an utterance a mouth needs to know."""

    @property
    def id(self) -> str: ...
    @property
    def say(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Recordings:
    """WAV files named after the utterances, made by people or a voice elsewhere."""

    folder: Path

    def say(self, utterance: Said) -> Sound:
        place = self.folder / f"{utterance.id}.wav"
        try:
            return read_wav(place.read_bytes())
        except FileNotFoundError as problem:
            raise NoSound(f"there is no recording {place}") from problem


@dataclass(frozen=True, slots=True)
class SpokenByCommand:
    """A command that reads text and writes WAV, as the kiosk's own voice does."""

    voice: Voice

    def say(self, utterance: Said) -> Sound:
        return read_wav(self.voice.speak(utterance.say, "vi"))


def read_wav(content: bytes) -> Sound:
    """16-bit WAV of any rate as mono at 16 kHz; raises NoSound."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            if file.getsampwidth() != 2:
                raise NoSound(f"a recording has {file.getsampwidth() * 8} bits; 16 are needed")
            rate, channels = file.getframerate(), file.getnchannels()
            steps = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
    except (wave.Error, EOFError) as problem:
        raise NoSound(f"a recording is no WAV: {problem}") from problem
    mono = steps[: len(steps) // channels * channels].reshape(-1, channels).mean(axis=1)
    return at_rate(mono, rate)


def at_rate(sound: Sound, rate: int) -> Sound:
    """The same sound at 16 kHz, without what 16 kHz cannot carry."""
    if rate == RATE or not len(sound):
        return sound
    wanted = round(len(sound) * RATE / rate)
    spectrum = np.fft.rfft(sound)
    kept = np.zeros(wanted // 2 + 1, dtype=complex)
    both = min(len(kept), len(spectrum))
    kept[:both] = spectrum[:both]
    return np.fft.irfft(kept, wanted) * (wanted / len(sound))


def pcm(sound: Sound) -> bytes:
    return sound.clip(-32768, 32767).astype("<i2").tobytes()


def in_a_room(sound: Sound, before: float = 0.5, after: float = 1.6) -> Sound:
    """The sound as a microphone hears it between the tap and the end, at a common loudness."""
    loudest = float(np.abs(sound).max()) if len(sound) else 0.0
    aloud = sound * (ALOUD / loudest) if loudest else sound
    quiet = np.concatenate([np.zeros(int(before * RATE)), aloud, np.zeros(int(after * RATE))])
    return quiet + np.random.default_rng(7).normal(0, ROOM, len(quiet))


def with_speech_noise(sound: Sound, decibels: float) -> Sound:
    """The sound under noise with the spectrum of speech itself, the hardest steady noise there is.

    ``decibels`` is how much quieter the noise is than the sound where somebody speaks.
    """
    loud = np.abs(sound) > PAUSE_BELOW * np.abs(sound).max()
    power = float((sound[loud] ** 2).mean()) / 10 ** (decibels / 10)
    phases = np.random.default_rng(9).uniform(0, 2 * np.pi, len(sound) // 2 + 1)
    magnitude = np.abs(np.fft.rfft(sound))
    smooth = np.convolve(magnitude, np.ones(201) / 201, mode="same")
    noise = np.fft.irfft(smooth * np.exp(1j * phases), len(sound))
    noise *= (power / float((noise**2).mean())) ** 0.5
    return sound + noise
