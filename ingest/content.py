"""Everything a file that was read has to say: drafts, codes, proposals and passages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ingest.decisions import (
    Header,
    Said,
    numbered_by_name,
    proposals_in,
    read_header,
    replaced_in,
)
from ingest.draft import Draft
from ingest.drafting import draft_of
from ingest.folding import folded
from ingest.forms import is_blank_form
from ingest.found import Piece
from ingest.legal import passages_of, title_of
from ingest.listing import known_codes, listed_codes
from ingest.pages import Reading
from ingest.reading import READER
from ingest.segments import segments_of
from knowledge.catalogue import KnownCode
from knowledge.documents import FileStatus, NewDraft, NewFile
from knowledge.store import KnowledgeStore

Mask = Callable[[str], str]


@dataclass
class Content:
    """Everything found in a reading."""

    drafts: list[Draft] = field(default_factory=list)
    new: NewFile | None = None
    known: list[KnownCode] = field(default_factory=list)
    listed: int = 0
    replaces: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)


def content_of(reading: Reading, name: str, day: date, store: KnowledgeStore) -> Content:
    """Drafts, proposals, passages and listed codes of a file that was read; stores nothing."""
    segments = segments_of(reading)
    everything = [
        Piece(
            block.text or " | ".join(cell for row in block.rows for cell in row.cells), block.page
        )
        for page in reading.pages
        for block in page.blocks
    ]
    text = "\n".join(piece.text for piece in everything)
    header = numbered_by_name(read_header(text), name, text)
    said = title_of(everything, header, name) if header.number else ""
    source = f"{said} số {header.number}, tệp {name}" if said else f"Tệp {name}"
    content = Content(problems=list(reading.problems))
    content.drafts = [
        draft
        for found in segments.procedures
        if (draft := draft_of(found, header, source, day)) is not None
    ]
    content.drafts = _with_codes(content.drafts, store)
    lines: list[Said] = []
    for block in (block for page in reading.pages for block in page.blocks):
        if block.is_table:
            lines += [Said(" | ".join(filter(None, row.cells)), row.page) for row in block.rows]
        else:
            lines.append(Said(block.text, block.page))
    proposals = proposals_in(lines, header)
    gone = {proposal.code for proposal in proposals}
    listed, doubts = listed_codes(segments.listed)
    content.problems += doubts
    content.listed = len(listed)
    unsure = [entry.code for entry in listed if not entry.is_sure]
    if unsure:
        content.problems.append(f"mã đọc chưa chắc, cần xem lại: {', '.join(unsure[:30])}")
    content.known = [code for code in known_codes(listed, source, day) if code.code not in gone]
    passages = []
    form = is_blank_form(everything)
    if form:
        content.problems.append("biểu mẫu để điền: không có nội dung để tra cứu")
    elif not content.drafts and not (listed and len(listed) * 2 >= len(segments.rest) - 15):
        passages = passages_of(segments.rest, header, name)
    elif content.drafts and header.number:
        passages = [p for p in passages_of(segments.rest, header, name) if p.article]
    if not (content.drafts or passages or listed or proposals or form):
        content.problems.append("không thấy thủ tục, mã hay đoạn văn nào dùng được")
    content.new = NewFile(
        edition="", name=name, content_hash="", reader=READER, kind=reading.kind,
        status=FileStatus.READ, report={},
        drafts=tuple(
            NewDraft(code=d.code, name=d.name, record=d.model_dump(mode="json"))
            for d in content.drafts
        ),
        proposals=tuple(proposals), passages=tuple(passages),
    )  # fmt: skip
    content.problems += _header_problems(header, store.today())
    if passages and header.effective_from:
        content.replaces = replaced_in((piece.text for piece in everything), header.number)
    if content.replaces:
        content.problems.append(
            f"văn bản này thay {', '.join(content.replaces)}: công bố đoạn trích thì đoạn của "
            "văn bản đó ngừng, từ ngày văn bản này có hiệu lực"
        )
    return content


def mask_passages(content: Content, mask: Mask) -> None:
    """Letters name people; residents are answered from passages, so no number of theirs stays."""
    assert content.new is not None
    clear = tuple(
        passage.model_copy(update={"text": mask(passage.text)}) for passage in content.new.passages
    )
    touched = sum(a.text != b.text for a, b in zip(clear, content.new.passages, strict=True))
    if touched:
        content.problems.append(f"đã che dữ liệu cá nhân trong {touched} đoạn trích")
    content.new = content.new.model_copy(update={"passages": clear})


def _with_codes(drafts: Sequence[Draft], store: KnowledgeStore) -> list[Draft]:
    """A draft without a code gets that of the procedure of exactly its name, marked as doubtful;
    of several drafts of one code the fullest stays."""
    names = {folded(s.name): s.code for s in store.live_summaries(None)}
    best: dict[str, Draft] = {}
    without: list[Draft] = []
    for draft in drafts:
        if draft.code is None and (code := names.get(folded(draft.name))):
            note = f"Mã {code} lấy theo tên thủ tục đang dùng, tệp không ghi mã."
            draft = draft.model_copy(update={"code": code, "problems": (*draft.problems, note)})
        if draft.code is None:
            without.append(draft)
        elif draft.code not in best or _filled(draft) > _filled(best[draft.code]):
            best[draft.code] = draft
    return [*best.values(), *without]


def _filled(draft: Draft) -> int:
    return sum(field.is_found for field in draft.fields)


def _header_problems(header: Header, today: date) -> list[str]:
    if header.effective_from and header.effective_from > today:
        return [f"văn bản có hiệu lực từ {header.effective_from:%d/%m/%Y}"]
    return []
