"""An answer as Telegram's HTML: headings bold, everything else escaped."""

import html
import re

from channels.splitting import units

# A heading of our answers: a short line that ends with a colon and is no list item.
_HEADING = re.compile(r"^(?!•|\d+\.|-)(.{2,90}:)$", re.MULTILINE)
# "Lệ phí: 8.000 đồng": the name of the fact, up to its colon.
_LABEL = re.compile(r"^(?!•|\d+\.|-)([A-ZĐÀ-Ỹ][\wÀ-ỹ ]{2,40}:)(?= )", re.MULTILINE)


def to_html(text: str) -> str:
    """``text`` with its headings bold.

    Escaped first: a resident's words or a record may hold "<", and what Telegram cannot parse
    it refuses whole.
    """
    escaped = html.escape(text, quote=False)
    return _LABEL.sub(r"<b>\1</b>", _HEADING.sub(r"<b>\1</b>", escaped))


def visible_units(text: str) -> int:
    """Length of HTML as Telegram counts it: without tags, entities as one character."""
    return units(html.unescape(re.sub(r"</?[a-z]+>", "", text)))
