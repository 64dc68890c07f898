"""Hears that somebody close has died, however it is told."""

import re

from knowledge.vietnamese import fold

_SOMEBODY = (
    "bo|ba|cha|thay|tia|me|ma|u|ong|ba noi|ba ngoai|ong noi|ong ngoai|cu|vo|chong|con|anh|chi|em|"
    "chu|bac|co|di|cau|nguoi nha|nguoi than|bo em|me em"
)
_DIED = re.compile(
    rf"\b(?:{_SOMEBODY})(?: \w+){{0,3}} (?:moi |vua |da )?(?:mat|qua doi|tu tran|chet)\b"
    r"(?! (?:bao|may|giay|the|tien|nhieu|phi|gi|can|so|cccd|ngay|thoi|bang|bien|xe|vi|lau))"
)


def tells_a_death(text: str) -> bool:
    """Whether a message says that somebody close has died."""
    return bool(_DIED.search(fold(text)))
