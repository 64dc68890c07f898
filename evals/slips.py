"""What a recogniser may make of a sentence: one word in seven heard as a word that sounds like it.

Made from sounds that Vietnamese speakers and recognisers mix up, not from the desk's own table of
slips, so that the table is not measured against itself.
"""

import unicodedata
from collections.abc import Iterator

INITIALS = (
    ("tr", "ch"), ("ch", "tr"), ("s", "x"), ("x", "s"), ("gi", "d"), ("d", "gi"), ("r", "d"),
    ("l", "n"), ("n", "l"), ("kh", "h"), ("th", "t"), ("đ", "l"), ("b", "m"), ("v", "d"),
)  # fmt: skip
FINALS = (("ng", "n"), ("n", "ng"), ("m", "n"), ("t", "c"), ("c", "t"), ("nh", "n"), ("p", "t"))
GRAVE, ACUTE, HOOK, TILDE, DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
TONES = {HOOK: TILDE, TILDE: HOOK, ACUTE: HOOK, DOT: GRAVE, GRAVE: DOT}
VOWELS = frozenset("aăâeêioôơuưy")


def misheard(word: str) -> list[str]:
    """Words that sound like ``word``: another initial, another final, another tone."""
    found = []
    for sound, other in INITIALS:
        if word.startswith(sound) and word[len(sound) :] and _is_vowel(word[len(sound)]):
            found.append(other + word[len(sound) :])
            break
    for sound, other in FINALS:
        if word.endswith(sound) and word[: -len(sound)] and _is_vowel(word[: -len(sound)][-1]):
            found.append(word[: -len(sound)] + other)
            break
    apart = unicodedata.normalize("NFD", word)
    for mark, other in TONES.items():
        if mark in apart:
            found.append(unicodedata.normalize("NFC", apart.replace(mark, other)))
            break
    return found


def with_slips(sentence: str, most: float) -> Iterator[str]:
    """The sentence with one word misheard, each word in each way; none when one word is too many.

    ``most`` is the word error that must not be passed.
    """
    words = sentence.split()
    if 1 / len(words) > most:
        return
    for at, word in enumerate(words):
        for other in misheard(word):
            yield " ".join([*words[:at], other, *words[at + 1 :]])


def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter)[0] in VOWELS or letter in VOWELS
