"""Letters without their tone marks, as long as the text they come from."""

import unicodedata


def folded(text: str) -> str:
    """Small letters without tone marks; as long as the text, letter for letter."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return plain.replace("đ", "d")
