"""Tells speech from silence, noise, clicks and tones, by loudness and by the voice's own pitch.

A frame is voiced when it is clearly louder than the room and repeats itself at the pitch of a
human voice (70 to 400 Hz). Noise repeats nothing, a click is too short, a beep never moves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.hearing.ears import RATE

HOP = RATE // 50  # 20 ms
WINDOW = 2 * HOP
SHORTEST_LAG, LONGEST_LAG = RATE // 400, RATE // 70
# The quietest tenth of what was heard is the room; a voice at arm's length is well above it.
ABOVE_ROOM_DB = 6.0
QUIETEST_DB = -52.0
# White noise stays below 0.35 over these lags; speech at 10 dB over noise is around 0.8.
VOICED = 0.55
LEAST_VOICED_FRAMES = 8  # "dạ" is about that long
# A spoken pitch moves by a tenth and more; a beep's stands still, to the step of one lag.
LEAST_PITCH_SPREAD = 0.04
# A tone repeats itself at every multiple of its period; the first of them is its pitch.
AS_GOOD = 0.95


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of sound: loudness below full scale, how much it repeats, at how many hertz."""

    db: float
    repeats: float
    hertz: float


class SpeechGate:
    """Watches the sound of one turn as it comes in."""

    def __init__(self) -> None:
        self._rest: NDArray[np.float64] = np.empty(0)
        self._frames: list[Frame] = []

    def accept(self, pcm: bytes) -> None:
        sound = np.frombuffer(pcm, np.int16).astype(np.float64) / 32768
        self._rest = np.concatenate([self._rest, sound])
        while len(self._rest) >= WINDOW:
            self._frames.append(_measure(self._rest[:WINDOW]))
            self._rest = self._rest[HOP:]

    @property
    def seconds(self) -> float:
        return len(self._frames) * HOP / RATE

    def is_loud(self) -> bool:
        """Whether anything at all was heard."""
        return any(frame.db >= QUIETEST_DB for frame in self._frames)

    @property
    def voiced_seconds(self) -> float:
        return len(self.voiced()) * HOP / RATE

    def voiced(self) -> list[int]:
        """The numbers of the voiced frames, as far as can be told now."""
        if not self._frames:
            return []
        room = float(np.percentile([frame.db for frame in self._frames], 10))
        least = max(QUIETEST_DB, room + ABOVE_ROOM_DB)
        return [
            n
            for n, frame in enumerate(self._frames)
            if frame.repeats >= VOICED and frame.db >= least
        ]

    def is_speech(self) -> bool:
        """Whether somebody has spoken by now."""
        voiced = self.voiced()
        if len(voiced) < LEAST_VOICED_FRAMES:
            return False
        hertz = [self._frames[n].hertz for n in voiced]
        low, middle, high = np.percentile(hertz, (10, 50, 90))
        return bool((high - low) / middle >= LEAST_PITCH_SPREAD)

    def began_at(self) -> float | None:
        """The second at which the voice set in, None before it did."""
        return self.voiced()[0] * HOP / RATE if self.is_speech() else None

    def silent_for(self) -> float:
        """Seconds since the last voiced frame; 0 before anybody spoke."""
        voiced = self.voiced()
        return (len(self._frames) - 1 - voiced[-1]) * HOP / RATE if voiced else 0.0


def _measure(window: NDArray[np.float64]) -> Frame:
    window = window - window.mean()
    energy = float(np.dot(window, window))
    db = 10 * np.log10(energy / len(window) + 1e-12)
    if energy < 1e-9:
        return Frame(float(db), 0.0, 0.0)
    spectrum = np.fft.rfft(window, 2 * WINDOW)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[: LONGEST_LAG + 1]
    # the longer the lag, the fewer samples overlap
    overlap = 1 - np.arange(LONGEST_LAG + 1) / WINDOW
    normal = correlation / (energy * overlap)
    searched = normal[SHORTEST_LAG:]
    if searched.max() <= 0:
        return Frame(float(db), 0.0, 0.0)
    good = searched >= AS_GOOD * searched.max()
    start = int(np.argmax(good))
    stop = start + int(np.argmin(good[start:])) if not good[start:].all() else len(good)
    lag = SHORTEST_LAG + start + int(np.argmax(searched[start:stop]))
    return Frame(float(db), float(min(1.0, normal[lag])), RATE / lag)
