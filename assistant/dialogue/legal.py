"""Questions a law or a document of the office answers: the passage, word for word, and where."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answers import Answer, Citation, Outcome
from assistant.decide import Meant, Unsure, decide
from assistant.dialogue.turn import Backroom, Reply, Turn, is_open
from assistant.language import VIETNAMESE
from assistant.privacy import mask
from assistant.replies import say
from knowledge.documents import DocumentPassage
from knowledge.legal import LegalHit
from knowledge.legal_names import Named, named_in, same_article
from knowledge.linking.matter import core
from knowledge.vietnamese import fold, normalise

_ASKS_TEXT = re.compile(
    r"\b(?:nói gì|nói sao|quy định|ghi gì|ghi thế nào|viết gì|nội dung|nguyên văn|trích|là gì)\b",
    re.IGNORECASE,
)
# "Theo Luật Nuôi con nuôi thì …": what follows is what is asked.
_ACCORDING = re.compile(r"\b(?:theo|căn cứ|can cu)\b.*?\b(?:thì|thi)\b(.*)", re.IGNORECASE)
SECTION = "passage"
CLOSEST = 20
LETTERS = 1600  # of one article on a telephone; what is longer is asked for by its clause
# What a document must say of a question that names none: words of its own, and nearly all of them.
LEAST_WORDS, COVERED = 3, 0.75
FULLY, MANY_WORDS = 0.9, 4
# Of a question that names the law it asks: what is left of it without the law's name.
OF_NAMED = 0.6


def named_passage(room: Backroom, turn: Turn) -> Reply | None:
    """ "Khoản 2 Điều 13 Luật Hộ tịch nói gì": that clause, where the office holds it."""
    named = named_in(turn.question.text)
    if turn.language != VIETNAMESE or _asks_procedure(room, turn):
        return None
    if not (named.article or named.names_number or named.has_kind):
        return None
    hits = [
        hit
        for hit in room.legal.find(turn.question.text, limit=400)
        if named.means(hit.passage.number, hit.passage.title)
        and same_article(hit.passage.article, named.article)
        and (named.clause is None or hit.passage.clause == named.clause)
    ]
    if not hits:
        return None
    if len({hit.passage.file_id for hit in hits}) > 1:
        return None  # "Điều 5" of which law?
    if named.article is None and not named.numbers and not named.short:
        return _asked_of(room, turn, hits)
    return _quoted(room, turn, _whole(hits[0], hits, named))


def _asked_of(room: Backroom, turn: Turn, hits: Sequence[LegalHit]) -> Reply | None:
    """What a law says that is called by its name ("theo Luật Cư trú thì … mấy ngày")."""
    title = set(fold(normalise(hits[0].passage.title)).split())
    asked = set(core(turn.question.normalised).split()) - title - {"luat", "theo", "dinh"}
    if not asked:
        return None
    best = max(hits[:CLOSEST], key=lambda hit: _share(asked, hit.passage)).passage
    if _share(asked, best) < OF_NAMED:
        return None
    beside = _beside(best, asked, hits[:CLOSEST])
    shown = [best, beside] if beside else [best]
    return _quoted(room, turn, sorted(shown, key=lambda passage: passage.seq))


def _beside(
    best: DocumentPassage, asked: set[str], hits: Sequence[LegalHit]
) -> DocumentPassage | None:
    """Another clause of the same article that says as much of the question: a rule and its
    exception, who locks and when; which one is meant the words do not tell."""
    for hit in hits:
        passage = hit.passage
        is_other = passage.article == best.article and passage.clause not in (None, best.clause)
        if best.article and is_other and _share(asked, passage) >= _share(asked, best):
            fits = len(best.text) + len(passage.text) <= LETTERS
            return passage if fits else None
    return None


def _share(asked: set[str], passage: DocumentPassage) -> float:
    said = set(fold(normalise(f"{passage.title} {passage.text}")).split())
    return len(asked & said) / len(asked)


def from_document(room: Backroom, turn: Turn) -> Reply | None:
    """What a document of the office says where no procedure and nothing else is meant."""
    if turn.language != VIETNAMESE or not is_open(room, turn):
        return None
    named = named_in(turn.question.text)
    if named.article or named.names_number:
        return None  # the place that is named is not held: no other one is quoted for it
    asked = set(core(turn.question.normalised).split())
    if len(asked) < LEAST_WORDS:
        return None
    for hit in room.legal.find(turn.question.text, limit=3):
        passage = hit.passage
        share = _share(asked, passage)
        sure = share >= FULLY and len(asked) >= MANY_WORDS
        if sure or (share >= COVERED and not isinstance(turn.decision, Unsure)):
            return _quoted(room, turn, (passage,))
    return None


def _asks_procedure(room: Backroom, turn: Turn) -> bool:
    """Whether the law is only mentioned ("theo Điều 13 thì khai sinh cần giấy gì")."""
    if not turn.question.topics or _ASKS_TEXT.search(turn.question.text):
        return False
    asked = _ACCORDING.search(turn.question.text)
    decision = decide(room.finder.link(asked[1]), room.thresholds) if asked else turn.decision
    return isinstance(decision, Meant) and not decision.candidate.is_intent


def _whole(best: LegalHit, hits: Sequence[LegalHit], named: Named) -> tuple[DocumentPassage, ...]:
    """The clause that is named, or every clause of the article as far as a telephone shows."""
    if best.passage.article is None:
        return (best.passage,)
    same = [
        hit.passage
        for hit in hits
        if (hit.passage.file_id, hit.passage.article)
        == (best.passage.file_id, best.passage.article)
        and (named.clause is None or hit.passage.clause == best.passage.clause)
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
