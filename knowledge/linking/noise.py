"""The ways a phrase is mistyped, for teaching: marks dropped, teencode, fillers, slips."""

import random

from knowledge.vietnamese import fold

_SHORT = {
    "không": ("ko", "k", "hok", "khong"), "được": ("dc", "đc"), "gì": ("j", "gi"),
    "vậy": ("z", "v"), "bao nhiêu": ("bn", "bao nhiu"), "như thế nào": ("ntn",),
    "làm": ("lm",), "giấy tờ": ("gtờ", "giay to"), "đăng ký": ("đky", "dk", "đk", "đăng kí"),
    "rồi": ("r",), "mình": ("mik", "mk"), "vợ": ("vk",), "chồng": ("ck",),
    "khai sinh": ("ks",), "kết hôn": ("kết hun",), "căn cước": ("cccd", "căn cứơc"),
    "hộ kinh doanh": ("hkd",), "người": ("ng",), "phải": ("fai", "phai"), "biết": ("bít",),
}  # fmt: skip
_OPENINGS = (
    "cho em hỏi", "dạ cho hỏi", "ad ơi", "alo", "em ơi", "cháu ơi cho bác hỏi", "mọi người ơi",
    "dạ em chào ạ", "cho mình hỏi", "xin hỏi", "anh chị ơi", "chào phường ạ",
)  # fmt: skip
_ENDINGS = ("ạ", "vậy ạ", "ad", "với ạ", "em cảm ơn", "hả em", "nhỉ", "giúp em với", "nhé", "ạ?")


def strip_marks(text: str, rng: random.Random) -> str:
    """All marks gone, or those of about half the words."""
    if rng.random() < 0.7:
        return fold(text)
    return " ".join(fold(word) if rng.random() < 0.5 else word for word in text.split())


def shorten(text: str, rng: random.Random) -> str:
    """Chat spelling for some words."""
    for word, short in _SHORT.items():
        if word in text and rng.random() < 0.7:
            text = text.replace(word, rng.choice(short))
    return text


def slip(text: str, rng: random.Random) -> str:
    """One or two letters doubled, dropped or swapped."""
    letters = list(text)
    for _ in range(rng.choice((1, 1, 2))):
        if len(letters) < 6:
            break
        at = rng.randrange(1, len(letters) - 1)
        match rng.randrange(3):
            case 0:
                del letters[at]
            case 1:
                letters.insert(at, letters[at])
            case _:
                letters[at], letters[at - 1] = letters[at - 1], letters[at]
    return "".join(letters)


def wrap(text: str, rng: random.Random) -> str:
    """A polite opening, an ending, or both."""
    if rng.random() < 0.7:
        text = f"{rng.choice(_OPENINGS)} {text}"
    if rng.random() < 0.5:
        text = f"{text} {rng.choice(_ENDINGS)}"
    return text


def disturb(text: str, rng: random.Random) -> str:
    """The text as it is (about half the time), or disturbed in one or two ways."""
    if rng.random() < 0.45:
        return text
    ways = [strip_marks, shorten, wrap, slip]
    for way in rng.sample(ways, k=rng.choice((1, 1, 2))):
        text = way(text, rng)
    return text
