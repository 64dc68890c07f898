"""Questions a law or a document of the office answers: the passage, word for word, and where."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answers import Answer, Citation, Outcome
from assistant.decide import Meant, Unsure
from assistant.dialogue.turn import Backroom, Reply, Turn, is_open
from assistant.language import VIETNAMESE
from assistant.privacy import mask
from assistant.replies import say
from knowledge.documents import DocumentPassage
from knowledge.legal import LegalHit
from knowledge.linking.linker import core
from knowledge.vietnamese import fold, normalise

_ARTICLE = re.compile(r"\bđiều\s+\d{1,3}[a-zđ]?\b", re.IGNORECASE)
_NUMBER = re.compile(r"\b\d{1,4}/\d{4}(?:/[\w-]+)?")
_KIND = re.compile(
    r"\b(?:bộ luật|luật|nghị định|thông tư|quyết định|nghị quyết|pháp lệnh|công văn|thông báo)\b",
    re.IGNORECASE,
)
_ASKS_TEXT = re.compile(
    r"\b(?:nói gì|nói sao|quy định|ghi gì|ghi thế nào|viết gì|nội dung|nguyên văn|trích|là gì)\b",
    re.IGNORECASE,
)
SECTION = "passage"
LETTERS = 1600  # of one article on a telephone; what is longer is asked for by its clause
# What a document must say of a question that names none: words of its own, and nearly all of them.
LEAST_WORDS, COVERED = 3, 0.75
FULLY, MANY_WORDS = 0.9, 4


def named_passage(room: Backroom, turn: Turn) -> Reply | None:
    """ "Khoản 2 Điều 13 Luật Hộ tịch nói gì": that clause, where the office holds it."""
    text = turn.question.text
    named = _ARTICLE.search(text) or (_NUMBER.search(text) and _KIND.search(text))
    if not named or turn.language != VIETNAMESE or _asks_procedure(turn):
        return None
    hits = [hit for hit in room.legal.find(text, limit=40) if _is_meant(hit.passage, text)]
    if not hits:
        return None
    best = hits[0]
    if _ARTICLE.search(text) and (best.passage.article is None or not best.is_named):
        return None
    if not _KIND.search(text) and len({hit.passage.file_id for hit in hits if hit.is_named}) > 1:
        return None  # "Điều 5" of which law?
    return _quoted(room, turn, _whole(best, hits, text))


def from_document(room: Backroom, turn: Turn) -> Reply | None:
    """What a document of the office says where no procedure and nothing else is meant."""
    if turn.language != VIETNAMESE or not is_open(room, turn):
        return None
    asked = set(core(turn.question.normalised).split())
    if len(asked) < LEAST_WORDS:
        return None
    for hit in room.legal.find(turn.question.text, limit=3):
        passage = hit.passage
        said = set(fold(normalise(f"{passage.title} {passage.text}")).split())
        share = len(asked & said) / len(asked)
        sure = share >= FULLY and len(asked) >= MANY_WORDS
        if sure or (share >= COVERED and not isinstance(turn.decision, Unsure)):
            return _quoted(room, turn, (passage,))
    return None


def _asks_procedure(turn: Turn) -> bool:
    """Whether the law is only mentioned ("theo Điều 13 thì khai sinh cần giấy gì")."""
    decision = turn.decision
    about = isinstance(decision, Meant) and not decision.candidate.is_intent
    return about and bool(turn.question.topics) and not _ASKS_TEXT.search(turn.question.text)


def _is_meant(passage: DocumentPassage, text: str) -> bool:
    """Whether a passage is of the law that a question names, if it names one."""
    if not _KIND.search(text):
        return True
    number = (passage.number or "").lower()
    told = [n.lower() for n in _NUMBER.findall(text)]
    if told:
        return any(number.startswith(n) for n in told)
    words = fold(normalise(passage.title)).split()
    said = fold(normalise(text))
    return " ".join(words) in said


def _whole(best: LegalHit, hits: Sequence[LegalHit], text: str) -> tuple[DocumentPassage, ...]:
    """The clause that is named, or every clause of the article as far as a telephone shows."""
    if re.search(r"\bkhoản\s+\d", text, re.IGNORECASE) or best.passage.article is None:
        return (best.passage,)
    same = [
        hit.passage
        for hit in hits
        if (hit.passage.file_id, hit.passage.article)
        == (best.passage.file_id, best.passage.article)
    ]
    shown: list[DocumentPassage] = []
    for passage in sorted(same, key=lambda passage: passage.seq):
        if shown and sum(len(p.text) for p in shown) + len(passage.text) > LETTERS:
            break
        shown.append(passage)
    return tuple(shown)


def _quoted(room: Backroom, turn: Turn, passages: Sequence[DocumentPassage]) -> Reply:
    _, facts = room.office(turn)
    lines = []
    for passage in passages:
        page = f", trang {passage.page}" if passage.page else ""
        lines.append(say("passage_from", turn.address, citation=f"{passage.citation}{page}"))
        lines.append(f"“{mask(passage.text).text}”")
    first = passages[0]
    if first.effective_from is None:
        lines.append(say("passage_undated", turn.address, **facts))
    lines.append(say("passage_only", turn.address, **facts))
    citations = tuple(
        Citation(p.number or "", SECTION, p.citation, p.effective_from, verified=True)
        for p in passages
    )
    answer = Answer(Outcome.ANSWERED, "\n".join(lines), citations=citations, probability=1.0)
    return answer, replace(turn.state, choices=(), asked_case=False, misses=0)
