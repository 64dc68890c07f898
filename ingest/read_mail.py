"""Reads a saved mail (.eml) or a page a browser saved as one file (.mhtml)."""

import email
import email.policy
from email.message import EmailMessage, MIMEPart
from pathlib import Path

from ingest.pages import Reading, Unreadable
from ingest.read_web import decoded, html_reading, text_reading

MOST_NAMED = 5


def read_mail(path: Path) -> Reading:
    """The text of a mail, its HTML where it has one; files attached to it are named, not opened.

    Raises Unreadable for a mail without text.
    """
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(preferencelist=("related", "html", "plain"))
    if body is not None and body.is_multipart():
        body = body.get_body(preferencelist=("html", "plain"))
    attached = [name for part in mail.iter_attachments() if (name := part.get_filename())]
    said = f"thư có tệp đính kèm ({', '.join(attached[:MOST_NAMED])}): hãy lưu ra rồi nhập từng tệp"
    if body is None:
        raise Unreadable(said if attached else "thư không có chữ nào đọc được")
    text = decoded_part(body)
    if body.get_content_type() == "text/html":
        reading = html_reading(text)
    else:
        reading = text_reading(text, markdown=False)
    return reading.model_copy(update={"kind": "mail", "problems": (said,) if attached else ()})


def decoded_part(part: MIMEPart) -> str:
    """The text of a part; a charset that is wrong or unknown is found out from the bytes."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return str(part.get_payload())
    try:
        return content.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError):
        return decoded(content)
