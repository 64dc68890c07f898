"""The answer as it is read aloud: words instead of signs, and sentences short enough to follow."""

import re
from functools import lru_cache

from assistant.speech_tokens import PAUSE, shipped_speller
from knowledge.vietnamese import has_tones

MAX_WORDS = 20  # a listener cannot look back; longer sentences are cut at a comma
MIN_WORDS = 3  # a shorter piece stays with its neighbour ("Dạ,")

_BULLET = re.compile(r"^(?:[•●▪◦‣·*☐☑✓✔➤►]|[-–—](?= )) *")
_NUMBERED = re.compile(r"^(\d{1,2})[.)] +")
_SOURCE = re.compile(
    r"^Nguồn: (?P<name>[^,(]+).*?(?:\(dữ liệu [\d/]+(?:, (?P<warning>đã [^)]*))?[^)]*\))?\.?$"
)
# Pictures, arrows and their modifiers say nothing aloud; signs that do are in speech.yaml.
_PICTURES = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\u200b-\u200f\u20e3\U000e0000-\U000e007f]+"
)
_BRACKETS = re.compile(r" *[(\[{] *| *[)\]}]")
_QUOTES = re.compile("[\"“”«»„‘`*_]|(?<!\\w)['’]|['’](?!\\w)")
_DASH = re.compile(r" +[-–—] +| *[–—] *")
_SLASH = re.compile(r"(?<=[^\W\d]) ?/ ?(?=[^\W\d])")
# "Anh/chị" is one form of address, said in one breath.
_PAIR = re.compile(r"\b(anh|ông|cô|bác)/(chị|bà|chú)\b", re.IGNORECASE)
_PAUSES = re.compile(r" *[,;:](?:[ ,;:]*[,;:])? *")
_BEFORE_STOP = re.compile(r"[ ,;:]+(?=[.!?]|$)")
_STOPS = re.compile(r"([.!?])[.!? ,;:…]*")
# Words before which a long sentence may be cut; none stands inside a spoken number or date.
_JOINT = re.compile(
    r",? (?=(?:và|hoặc|hay|nhưng|mà|thì|nếu|để|do|khi|vì|tại|trên|theo|bằng|từ ngày|từ|kèm|gồm|"
    r"trong|của|cho|về|với|cùng|phải|được|không còn|không phải|không cần|chưa|đã|sau|trước|là|thay|"
    r"ghi|nơi|đến|thuộc|có hiệu lực|liên quan|giải quyết|quy định|nhiều nơi|nộp|Nghị định|Thông tư|"
    r"Luật) )|, "
)
_SENTENCE = re.compile(r"(?<=[.!?]) +")


def to_speech(text: str) -> str:
    """The answer in words a Vietnamese voice reads right, one line, every sentence closed.

    Sentences of more than MAX_WORDS words are cut where a comma or semicolon
    allows it. A text without Vietnamese marks (an English answer) only loses its
    signs, because its numbers are not Vietnamese words.
    """
    foreign = _is_foreign(text)
    sentences = [said for line in text.splitlines() for said in _sentences(line, foreign)]
    return " ".join(sentences).replace(PAUSE, ",")


@lru_cache(
    maxsize=4096
)  # the lines of a record are said again and again: a third of an answer's time
def _sentences(line: str, foreign: bool) -> tuple[str, ...]:
    """One written line as spoken sentences."""
    written = _BULLET.sub("", _PICTURES.sub("", line).strip())
    if source := _SOURCE.match(written):
        written = f"Nguồn: {source['name'].strip()}."
        if source["warning"]:
            written += f" Dữ liệu {source['warning']}."
    written = _NUMBERED.sub(r"\1: ", written)
    written = written.replace("…", ".").replace("...", ".").replace("và/hoặc", "hoặc")
    written = _PAIR.sub(r"\1 \2", written)
    said = written if foreign else shipped_speller().spell(written)
    return tuple(
        _capital(piece)
        for sentence in _SENTENCE.split(_punctuate(said))
        for piece in _cut(sentence)
    )


def _is_foreign(text: str) -> bool:
    """Whether these are several plain words without a single Vietnamese mark."""
    return not has_tones(text) and sum(word.strip(".,:;()").isalpha() for word in text.split()) >= 4


def _punctuate(line: str) -> str:
    """The line with brackets, dashes and slashes as pauses, closed by a full stop."""
    line = _BRACKETS.sub(", ", line)
    line = _SLASH.sub(", ", _DASH.sub(", ", _QUOTES.sub("", line)))
    line = _PAUSES.sub(", ", line)
    line = _STOPS.sub(r"\1 ", _BEFORE_STOP.sub("", line))
    line = " ".join(line.split()).strip(" ,;:")
    if not any(char.isalnum() for char in line):
        return ""
    return line if line[-1] in ".!?" else f"{line}."


def _cut(sentence: str) -> list[str]:
    """A sentence as one or more of at most MAX_WORDS words, as far as its commas allow."""
    if not sentence or len(sentence.split()) <= MAX_WORDS:
        return [sentence] if sentence else []
    pieces: list[str] = []
    for part in sentence.split(", "):
        words = len(part.split())
        held = len(pieces[-1].split()) if pieces else 0
        fits = held + words <= MAX_WORDS
        if pieces and (fits or held < MIN_WORDS or words < MIN_WORDS):
            pieces[-1] += f", {part}"
        else:
            pieces.append(part)
    pieces = [short for piece in pieces for short in _at_joints(piece)]
    return [piece if piece[-1] in ".!?" else f"{piece}." for piece in pieces]


def _at_joints(piece: str) -> list[str]:
    """A piece its commas left too long, cut where a speaker would breathe: before "hoặc", "thì"…

    The cut nearest to the middle is taken; without a joint the piece stays whole, because a
    number cut in two is another number.
    """
    words = len(piece.split())
    if words <= MAX_WORDS:
        return [piece]
    cuts = [
        (abs(words - 2 * before), match.start())
        for match in _JOINT.finditer(piece)
        if MIN_WORDS <= (before := len(piece[: match.start()].split())) <= words - MIN_WORDS
    ]
    if not cuts:
        return [piece]
    at = min(cuts)[1]
    first, rest = piece[:at], piece[at:].lstrip(" ,")
    return [*_at_joints(first), *_at_joints(rest)]


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
