"""Leaks and false masks over generated messages: ``letan eval masking``.

Identifiers are written in the layouts people type, paste and dictate, and put
into sentences of residents; other sentences hold only numbers that must stay.
A leak is what a reader could still use: six digits in a row of a number, the
digits of a plate, the name or the domain of an address.
"""

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import yaml

import knowledge
from assistant.privacy import mask, without_placeholders
from evals import masking_layouts as layouts
from knowledge.vietnamese import fold

UTTERANCES = Path(knowledge.__file__).parent / "data" / "utterances"
LEAK_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Planted:
    """A message, and what in it must not survive: (kind, layout, secret) each."""

    text: str
    secrets: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; leaks and false masks come with their text."""

    messages: int
    identifiers: int
    leaks: tuple[tuple[str, str, str], ...]  # layout, message, masked
    innocents: int
    false_masks: tuple[tuple[str, str], ...]  # message, masked
    kinds: dict[str, int]
    mean_ms: float
    p99_ms: float


def planted_messages(seed: int, count: int) -> list[Planted]:
    """``count`` messages with one to three identifiers each, the same for the same seed."""
    rng = random.Random(seed)
    return [_planted(rng) for _ in range(count)]


def innocent_messages(seed: int, count: int) -> list[str]:
    """``count`` sentences whose numbers are codes, laws, fees, dates, times and counts."""
    rng = random.Random(seed)
    return [layouts.innocent(rng) for _ in range(count)]


def shipped_utterances() -> list[str]:
    """Every way of asking that comes with the package; none names a person."""
    return [
        sentence
        for path in sorted(UTTERANCES.rglob("*.yaml"))
        for sentence in _sentences(yaml.safe_load(path.read_text("utf-8")))
    ]


def _sentences(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for entry in content:
            if isinstance(entry, str):
                yield entry
            else:
                yield from _sentences(entry)


def _planted(rng: random.Random) -> Planted:
    parts, secrets = [], []
    for _ in range(rng.choices((1, 2, 3), (80, 15, 5))[0]):
        kind, layout, written, secret = layouts.identifier(rng)
        parts.append(layouts.carry(rng, kind, written))
        secrets.append((kind, layout, secret))
    text = rng.choice((" ", ", ", ". ", "\n", " ; ")).join(parts)
    return Planted(_typed(rng, text), tuple(secrets))


def _typed(rng: random.Random, text: str) -> str:
    """The text as different people and programs hand it over."""
    way = rng.random()
    if way < 0.14:
        return fold(text)
    if way < 0.20:
        return text.upper()
    if way < 0.26:
        return unicodedata.normalize("NFD", text)
    if way < 0.30:  # what hides in copied text
        hidden = rng.choice(("\u200b", "\u200d", "\u2060", "\u00ad", "\ufeff", "\U000e0020"))
        return "".join(char + (hidden if rng.random() < 0.3 else "") for char in text)
    if way < 0.33:
        return text.translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})
    if way < 0.35:
        return text.replace(" ", "\u00a0")
    return text


# -- scoring --------------------------------------------------------------------------------------

_DIGIT_WORDS = {
    "khong": "0", "mot": "1", "hai": "2", "ba": "3", "bon": "4", "tu": "4", "nam": "5",
    "lam": "5", "sau": "6", "bay": "7", "tam": "8", "chin": "9",
}  # fmt: skip


def leaks(planted: Planted, masked: str) -> list[tuple[str, str, str]]:
    """The secrets that can still be read in a masked text."""
    left = without_placeholders(masked)
    return [secret for secret in planted.secrets if _survives(secret[0], secret[2], left)]


def _survives(kind: str, secret: str, left: str) -> bool:
    folded = fold(unicodedata.normalize("NFKC", left))
    if kind in ("email", "address"):
        return any(part in folded for part in secret.split("|"))
    if kind == "plate":
        return secret in re.sub(r"\D", "", folded)
    digits = _digits_left(folded)
    # Not across a distance: two counters far apart are no part of a number.
    return any(
        secret[i : i + LEAK_DIGITS] in run
        for run in digits
        for i in range(len(secret) - LEAK_DIGITS + 1)
    )


def _digits_left(folded: str) -> list[str]:
    """Runs of digits, read over any signs and digit words between them, broken by other words."""
    runs, run = [], ""
    for word in re.findall(
        r"\d+|[a-z]+", re.sub(r"(?<=[\doil])[oil]|[oil](?=\d)", _as_digit, folded)
    ):
        digit = word if word.isdigit() else _DIGIT_WORDS.get(word)
        if digit is None and word not in ("roi", "va", "cham"):
            runs.append(run)
            run = ""
        else:
            run += digit or ""
    return [*runs, run]


def _as_digit(match: re.Match[str]) -> str:
    return "0" if match[0] == "o" else "1"


def score(
    planted: Sequence[Planted],
    innocents: Sequence[str],
    masking: Callable[[str], str] = lambda text: mask(text).text,
) -> Figures:
    """Mask every message and count what leaked, what was masked wrongly and how long it took."""
    leaked, wrong, times = [], [], []
    kinds: Counter[str] = Counter()
    for message in planted:
        started = process_time()
        masked = masking(message.text)
        times.append((process_time() - started) * 1000)
        kinds.update(kind for kind, _, _ in message.secrets)
        leaked += [(layout, message.text, masked) for _, layout, _ in leaks(message, masked)]
    for text in innocents:
        started = process_time()
        masked = masking(text)
        times.append((process_time() - started) * 1000)
        if masked != text:
            wrong.append((text, masked))
    times.sort()
    return Figures(
        messages=len(planted),
        identifiers=sum(kinds.values()),
        leaks=tuple(leaked),
        innocents=len(innocents),
        false_masks=tuple(wrong),
        kinds=dict(sorted(kinds.items())),
        mean_ms=sum(times) / len(times),
        p99_ms=times[int(len(times) * 0.99)],
    )


def measure(messages: int, innocents: int, seed: int) -> dict[str, Any]:
    """The figures of one generated corpus and of every utterance that ships."""
    kept = [*innocent_messages(seed, innocents), *shipped_utterances()]
    figures = score(planted_messages(seed, messages), kept)
    return {
        "seed": seed,
        "messages": figures.messages,
        "identifiers": figures.identifiers,
        "kinds": figures.kinds,
        "leaks": len(figures.leaks),
        "innocents": figures.innocents,
        "false_masks": len(figures.false_masks),
        "false_share": round(len(figures.false_masks) / figures.innocents, 5),
        "mean_ms": round(figures.mean_ms, 4),
        "p99_ms": round(figures.p99_ms, 4),
        "leaked_examples": [list(leak) for leak in figures.leaks[:20]],
        "false_examples": [list(pair) for pair in figures.false_masks[:20]],
    }
