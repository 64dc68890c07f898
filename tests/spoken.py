"""Sound for the tests of hearing: invented noises, and a few real clips that are never committed.

The clips are the samples inside the package `vieneu`, which ``make`` downloads beside the test
environment (`.venv/speech`); ``LETAN_SPEECH_CLIPS`` names another folder.
"""

import os
import subprocess
import sys
import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np
from browser import missing
from numpy.typing import NDArray

from assistant.hearing.ears import RATE

Sound = NDArray[np.float64]
SAMPLES = "vieneu/assets/samples/"


def seconds(count: float) -> NDArray[np.float64]:
    return np.arange(int(count * RATE)) / RATE


def pcm(sound: Sound) -> bytes:
    return sound.clip(-32768, 32767).astype("<i2").tobytes()


def a_room(count: float) -> Sound:
    return np.random.default_rng(7).normal(0, 20, int(count * RATE))


def hiss(count: float) -> Sound:
    return np.random.default_rng(8).normal(0, 3000, int(count * RATE))


def tone(count: float) -> Sound:
    return 8000 * np.sin(2 * np.pi * 220 * seconds(count))


def beeps(count: float) -> Sound:
    return tone(count) * ((seconds(count) % 0.5) < 0.25) + a_room(count)


def hum(count: float) -> Sound:
    at = seconds(count)
    return 3000 * np.sin(2 * np.pi * 100 * at) + 1500 * np.sin(2 * np.pi * 200 * at) + a_room(count)


def clicks(count: float) -> Sound:
    sound = a_room(count)
    for start in range(2000, len(sound) - 100, 3700):
        sound[start : start + 60] += np.random.default_rng(start).normal(0, 15000, 60)
    return sound


def with_noise(sound: Sound, decibels: float) -> Sound:
    """The sound under white noise, ``decibels`` quieter than itself."""
    power = float((sound**2).mean()) / 10 ** (decibels / 10)
    return sound + np.random.default_rng(9).normal(0, power**0.5, len(sound))


def in_a_room(sound: Sound, before: float = 0.5, after: float = 1.6) -> Sound:
    """The sound as a microphone hears it between the tap and the end."""
    quiet = np.concatenate([np.zeros(int(before * RATE)), sound, np.zeros(int(after * RATE))])
    return quiet + a_room(len(quiet) / RATE)


def cut(sound: Sound, start: float, end: float) -> Sound:
    """A piece of it without a click at its edges."""
    piece = sound[int(start * RATE) : int(end * RATE)].copy()
    piece[:160] *= np.linspace(0, 1, 160)
    piece[-160:] *= np.linspace(1, 0, 160)
    return piece


@lru_cache(maxsize=1)
def _package() -> Path | None:
    folder = Path(os.environ.get("LETAN_SPEECH_CLIPS") or Path(sys.prefix) / "speech")
    return next(iter(folder.glob("vieneu-*.whl")), None)


@lru_cache(maxsize=8)
def clip(name: str) -> Sound:
    """A sample of the package by the beginning of its name, at 16 kHz."""
    package = _package()
    if package is None:
        missing("no speech clips (make downloads them; or set LETAN_SPEECH_CLIPS)")
        raise AssertionError
    with zipfile.ZipFile(package) as files:
        found = next(
            file
            for file in files.namelist()
            if file.startswith(SAMPLES + name) and file.endswith(".wav")
        )
        wav = files.read(found)
    made = subprocess.run(
        ["sox", "-t", "wav", "-", "-r", str(RATE), "-c", "1", "-b", "16", "-e", "signed", "-t",
         "raw", "-"],
        input=wav, capture_output=True, check=True,
    )  # fmt: skip
    return np.frombuffer(made.stdout, "<i2").astype(np.float64)
