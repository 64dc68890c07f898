"""The answer as it is read aloud."""


def to_speech(text: str) -> str:
    """The text without bullets."""
    return text.replace("•", "").replace("–", ",")
