"""Says what a file is by its content, and refuses what is dangerous before anything opens it."""

import csv
import json
import re
import zipfile
import zlib
from pathlib import Path

from ingest.pages import Kind, Unreadable

HEAD = 8192
# The office's largest Word files unpack to some 60 MB; a bomb unpacks to gigabytes.
MOST_UNPACKED = 300 * 1024 * 1024
MOST_RATIO = 200
MOST_PARTS = 10_000
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_HTML = re.compile(rb"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]|<table[\s>]", re.IGNORECASE)
# A mail begins with its headers, one of which says how its body is written.
_MAIL = re.compile(
    rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:MIME-Version|Content-Type):", re.I
)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|\s*[-*] \S|\|.+\|\s*$|```)", re.MULTILINE)


def kind_of(path: Path) -> Kind:
    """What the file is, whatever its name says. Raises Unreadable for an empty file."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\x00 \t\r\n"):
        raise Unreadable("tệp trống, không có chữ nào; hãy chép hoặc tải lại tệp")
    if head.startswith(_IMAGES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "image"
    if head.startswith(b"PK"):
        return _packed(path)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(_OLE):
        return _old_office(path)
    if head.startswith(b"{\\rtf"):
        return "doc"
    if head.startswith(b"\x1f\x8b"):
        return "portal" if _packed_json(path) else "unknown"
    if _MAIL.match(head.lstrip(b"\xef\xbb\xbf\r\n")):
        return "mail"
    if _HTML.search(head):
        return "html"
    if head.startswith(_ARCHIVES):
        raise Unreadable("tệp nén (.rar, .7z); hãy giải nén rồi nhập thư mục bên trong")
    text = _text(head)
    if text is None:
        return "unknown"
    if text.lstrip("\ufeff \r\n\t")[:1] in ("{", "[") and _looks_json(text):
        return "portal"
    if separator_in(text):
        return "csv"
    return "markdown" if _MARKDOWN.search(text) else "text"


def separator_in(text: str) -> str:
    """The separator of a table saved as text, "" for plain text; ``text`` may be cut anywhere."""
    lines = [line for line in text.split("\n")[:-1] if line.strip()][:50]
    for separator in ("\t", ";", ","):
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
        except csv.Error:
            continue
        # Sentences have commas too, but not the same number line after line.
        if len(widths) >= 2 and widths[0] >= 2 and widths.count(widths[0]) == len(widths):
            return separator
    return ""


def _packed(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive)
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, RuntimeError, zlib.error, NotImplementedError) as error:
        raise Unreadable(
            "tệp hỏng (không mở được như tệp Word, Excel hay PowerPoint); hãy lưu lại tệp"
        ) from error
    if any(name.startswith("word/") for name in names):
        return "docx"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if any(name.startswith("ppt/") for name in names):
        return "pptx"
    if "content.xml" in names and "mimetype" in names:
        return _open_document(path)
    raise Unreadable(
        "tệp nén, không phải Word, Excel hay PowerPoint; hãy giải nén rồi nhập thư mục bên trong"
    )


def _open_document(path: Path) -> Kind:
    """Texts, sheets and slides of LibreOffice, which it turns into those of Microsoft."""
    with zipfile.ZipFile(path) as archive, archive.open("mimetype") as file:
        kind = file.read(100).decode("ascii", errors="replace")
    if "opendocument.text" in kind:
        return "doc"
    if "opendocument.spreadsheet" in kind:
        return "ods"
    if "opendocument.presentation" in kind:
        return "ppt"
    raise Unreadable("tệp hình vẽ của LibreOffice; hãy lưu thành PDF rồi nhập")


def check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would unpack to far more than an office file does.

    Only the sizes the archive states are read; unpacking itself is bounded by them, because
    zipfile stops at the stated size.
    """
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        size = unpacked // 1024 // 1024
        raise Unreadable(f"tệp nén bung ra {size} MB, quá lớn (có thể là bom nén)")
    if unpacked > 20 * 1024 * 1024 and unpacked / packed > MOST_RATIO:
        raise Unreadable("tệp nén có tỉ lệ nén bất thường (có thể là bom nén)")


def _old_office(path: Path) -> Kind:
    """Word, Excel or PowerPoint of 1997–2003, by the names in the compound file's directory."""
    with path.open("rb") as file:
        content = file.read(64 * 1024 * 1024)
    if "WordDocument".encode("utf-16-le") in content:
        return "doc"
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "xls"
    if "PowerPoint Document".encode("utf-16-le") in content:
        return "ppt"
    if "__substg1.0_".encode("utf-16-le") in content:
        raise Unreadable("thư của Outlook (.msg); hãy lưu thành .eml hoặc in ra PDF rồi nhập")
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable("tệp có mật khẩu; hãy bỏ mật khẩu rồi gửi lại")
    return "unknown"


def _packed_json(path: Path) -> bool:
    import gzip

    try:
        with gzip.open(path) as file:
            start = file.read(HEAD)
    except (OSError, EOFError, zlib.error):
        return ".json" in path.name.lower()
    return start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[")


def _looks_json(text: str) -> bool:
    """Whether text that begins like JSON is JSON: its first line or its first object says so."""
    first = text.lstrip("\ufeff \r\n\t").split("\n", 1)[0].strip()
    try:
        json.loads(first)
        return True
    except (ValueError, RecursionError):
        return bool(re.match(r'[\[{]\s*(?:[\[{]\s*)?(?:"|$)', text.lstrip("\ufeff \r\n\t")))


def wide_of(head: bytes) -> str:
    """ "utf-16-le" or "utf-16-be" for such text without its mark, "" for anything else.

    Every other byte of Vietnamese says the block of the letter: Latin, accented, punctuation.
    """
    for name, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        blocks = sum(byte in (0, 1, 3, 0x1E, 0x20) for byte in high)
        latin = high.count(0)
        if len(high) >= 16 and blocks >= 0.98 * len(high) and latin >= 0.5 * len(high):
            other = head[0::2] if name == "utf-16-le" else head[1::2]
            if other.count(0) <= len(other) // 100:
                return name
    return ""


def _text(head: bytes) -> str | None:
    """The beginning as text, None for binary content."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="ignore")
    if wide := wide_of(head):
        return head.decode(wide, errors="ignore")
    if head.count(b"\x00") > len(head) // 10:
        return None
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(head) - 4:
            return head[: error.start].decode("utf-8")
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return head.decode("cp1258", errors="replace") if control < len(head) // 50 else None
