"""Sound for the evaluation of hearing: a voice command or recordings, a quiet room, noise.

Everything is mono at 16 kHz in floats on the scale of 16-bit steps.
"""

import io
import wave
import zipfile
from collections.abc import Mapping
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
# What is quieter than this below the loudest of a recording is no longer its voice.
LAST_SOUND = 0.03
BETWEEN_SECONDS, EDGE_SECONDS = 0.03, 0.015  # of pieces put together


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


class Composed(Said, Protocol):
    """An utterance put together from pieces."""

    @property
    def parts(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of what people said, cut out of recordings and put together anew.

    ``cuts`` names the beginning of a recording's name, and the seconds where a piece begins and
    ends.
    """

    recordings: Mapping[str, Sound]
    cuts: Mapping[str, tuple[str, float, float]]

    def say(self, utterance: Composed) -> Sound:
        pieces = [self._piece(name) for name in utterance.parts]
        gap = np.zeros(int(BETWEEN_SECONDS * RATE))
        return np.concatenate([part for piece in pieces for part in (piece, gap)])

    def _piece(self, name: str) -> Sound:
        begins, start, end = self.cuts[name]
        found = next((s for n, s in self.recordings.items() if n.startswith(begins)), None)
        if found is None:
            raise NoSound(f"no recording begins with {begins!r}")
        piece = found[int(start * RATE) : int(end * RATE)].copy()
        edge = int(EDGE_SECONDS * RATE)  # no click where it was cut
        piece[:edge] *= np.linspace(0, 1, edge)
        piece[-edge:] *= np.linspace(1, 0, edge)
        return piece * (ALOUD / float(np.abs(piece).max()))


@dataclass(frozen=True, slots=True)
class SpokenByCommand:
    """A command that reads text and writes WAV, as the kiosk's own voice does."""

    voice: Voice

    def say(self, utterance: Said) -> Sound:
        return read_wav(self.voice.speak(utterance.say, "vi"))


def recordings(place: Path) -> dict[str, Sound]:
    """The WAV files of a folder, or of a package (`.whl`, `.zip`); raises NoSound for none."""
    if place.is_dir():
        contents = {file.name: file.read_bytes() for file in sorted(place.glob("*.wav"))}
    elif zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as package:
            names = sorted(name for name in package.namelist() if name.endswith(".wav"))
            contents = {name.rsplit("/", 1)[-1]: package.read(name) for name in names}
    else:
        contents = {}
    if not contents:
        raise NoSound(f"there are no WAV files in {place}")
    return {name: spoken_part(read_wav(content)) for name, content in contents.items()}


def spoken_part(sound: Sound) -> Sound:
    """The recording up to its last sound."""
    loud = np.flatnonzero(np.abs(sound) > LAST_SOUND * np.abs(sound).max(initial=0))
    return sound[: loud[-1] + 1] if len(loud) else sound


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
