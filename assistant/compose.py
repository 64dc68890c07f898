"""Renders the asked topics of one procedure in plain Vietnamese, every fact from the record."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from assistant import wording
from assistant.address import Address
from assistant.answers import Answer, Choice, Outcome, ProcedureRef
from assistant.facts import ALL_CASES, SECTION, cite, gather, select_case, shown_topics
from assistant.replies import say
from assistant.wording import lower_first, upper_first
from knowledge.layers import ProcedureView
from knowledge.procedures import Body, Channel, Procedure, RequiredDocument, Topic

OVERVIEW_PAPERS = 8  # beyond this a phone screen is a wall; the rest on demand
ALL_PAPERS = 40
STALE_AFTER = timedelta(days=90)  # LAW: data older than this is shown with a warning
SECTION_NAMES = {
    "papers": "giấy tờ",
    "fee": "lệ phí",
    "time": "thời hạn",
    "place": "nơi nộp",
    "channel": "cách nộp",
    "steps": "các bước",
    "forms": "mẫu tờ khai",
    "legal_basis": "căn cứ pháp lý",
    "conditions": "điều kiện",
    "result": "kết quả",
    "faq": "câu hỏi thường gặp",
}


def compose(
    view: ProcedureView,
    topics: Sequence[Topic],
    *,
    address: Address,
    office_name: str,
    phone: str,
    case: str | None = None,
    opening: str = "",
    probability: float = 1.0,
    asks_case: bool = False,
    follows: bool = False,
    brief: bool = False,
) -> Answer:
    """The answer about one procedure, without its conversation.

    ``topics`` empty gives the overview; ``case`` narrows papers, fee and time to one case.
    With ``asks_case`` the papers of single cases wait for the answer to the one question that
    tells the cases apart; ``facts`` have them already. With ``follows`` something
    polite was said before; with ``brief`` the facts were, and only their sources are given.
    """
    whole = view
    view = narrowed(view, case)
    procedure = view.procedure
    shown = shown_topics(topics)
    parts: list[str] = []
    if asks_case and Topic.PAPERS in shown:
        every = tuple(d for d in procedure.documents if not d.cases)
        view = view.model_copy(
            update={"procedure": procedure.model_copy(update={"documents": every})}
        )
    if view.suspended:
        parts.append(
            say(
                "suspended", address, office=office_name,
                procedure=procedure.title, reason=view.suspended.reason,
            )
        )  # fmt: skip
    blocks = [_BLOCKS[topic](view, address, len(topics) == 0 or len(topics) > 1) for topic in shown]
    head = f"{'' if follows else 'Dạ, '}{opening}{_name_in_sentence(procedure)}"
    if follows:
        head = upper_first(head)
    if case and case != ALL_CASES:
        head += f" ({lower_first(wording.case_labels(procedure, [case]))})"
    body = [block for block in blocks if block]
    if not topics:
        body = _unpublished_at_once(body)
    if not brief and len(body) == 1 and "\n" not in body[0]:
        parts.append(_one_line(head, body[0]))
    elif not brief:
        parts.append("\n".join([f"{head}:", *body]))
    notes = [
        note.text for note in view.notes if note.section is None or note.section in _sections(shown)
    ]
    parts.extend(f"Lưu ý: {note}" for note in notes)
    parts.extend(_trust(view, shown, address, phone))
    choices: tuple[Choice, ...] = ()
    if asks_case:
        choices = case_choices(procedure)
        parts.append(say("ask_case", address, question=procedure.case_question))
        parts += [f"{i}. {choice.label}" for i, choice in enumerate(choices, 1)]
    return Answer(
        outcome=Outcome.ANSWERED,
        text="\n".join(parts),
        procedure=ProcedureRef(procedure.code, procedure.name),
        topics=tuple(topic.value for topic in topics),
        facts=gather(narrowed(whole, case), topics),
        choices=choices,
        citations=cite(view, topics),
        probability=probability,
    )


# A heading before the name makes a sentence of it: "lệ phí đăng ký khai sinh: miễn phí".
_HEADED = {
    "Giấy tờ": "giấy tờ cho",
    "Lệ phí": "lệ phí",
    "Thời hạn giải quyết": "thời hạn giải quyết",
    "Nơi nộp": "nơi nộp",
    "Cách nộp": "cách nộp",
    "Các bước": "các bước",
    "Mẫu tờ khai": "mẫu tờ khai",
    "Căn cứ pháp lý": "căn cứ pháp lý của",
    "Điều kiện": "điều kiện",
    "Người làm được": "người làm được",
    "Kết quả": "kết quả",
}


def _one_line(head: str, block: str) -> str:
    """One fact in one sentence, without a colon after a colon."""
    heading, _, rest = block.partition(": ")
    before = _HEADED.get(heading)
    if before is None or not rest:
        return f"{head}: {lower_first(block)}"
    start = "Dạ, " if head.startswith("Dạ, ") else ""
    name = lower_first(head.removeprefix("Dạ, "))
    return f"{start}{before if start else upper_first(before)} {name}: {rest}"


_NOTHING_KNOWN = ": chưa công bố."


def _unpublished_at_once(blocks: Sequence[str]) -> list[str]:
    """An overview's blocks; what is not published is said in one line, at the first of them."""
    unknown = [block for block in blocks if block.endswith(_NOTHING_KNOWN) and "\n" not in block]
    if len(unknown) < 2:
        return list(blocks)
    names = [block.removesuffix(_NOTHING_KNOWN) for block in unknown]
    line = wording.join([names[0], *map(lower_first, names[1:])]) + _NOTHING_KNOWN
    return [line if b == unknown[0] else b for b in blocks if b == unknown[0] or b not in unknown]


def narrowed(view: ProcedureView, case: str | None) -> ProcedureView:
    """The view with only what holds for one case."""
    return view.model_copy(update={"procedure": select_case(view.procedure, case)})


def case_choices(procedure: Procedure) -> tuple[Choice, ...]:
    """A button for each case, and one for who cannot tell."""
    shown = [Choice(case.label, case.label) for case in procedure.cases]
    return (*shown, Choice(say("all_cases_label"), say("all_cases_message")))


def _sections(topics: Sequence[Topic]) -> set[str]:
    return {SECTION[topic] for topic in topics}


def _name_in_sentence(procedure: Procedure) -> str:
    return lower_first(procedure.title)


def _papers(view: ProcedureView, address: Address, brief: bool) -> str:
    procedure = view.procedure
    if not procedure.documents and procedure.cases:
        return "Giấy tờ: tùy từng trường hợp."
    if not procedure.documents:
        return (
            "Giấy tờ: chưa công bố."
            if brief
            else "Giấy tờ: nguồn công bố chưa có danh sách giấy tờ."
        )
    limit = OVERVIEW_PAPERS if brief else ALL_PAPERS
    lines: list[str] = []
    shown = 0

    def add(heading: str, papers: Sequence[RequiredDocument]) -> None:
        nonlocal shown
        room = papers[: max(0, limit - shown)]
        if room:
            lines.append(heading)
            lines.extend(f"• {wording.paper_line(paper)}" for paper in room)
            shown += len(room)

    every = [p for p in procedure.documents if not p.cases]
    add("Giấy tờ phải nộp:", [p for p in every if p.handling == "submit"])
    by_case: dict[tuple[str, ...], list[RequiredDocument]] = {}
    for paper in procedure.documents:
        if paper.cases:
            by_case.setdefault(paper.cases, []).append(paper)
    for cases, papers in by_case.items():
        add(f"Nếu {lower_first(wording.case_labels(procedure, cases))}:", papers)
    add("Mang theo để xuất trình:", [p for p in every if p.handling == "show"])
    if shown < len(procedure.documents):
        lines.append(say("more_papers", address, count=len(procedure.documents) - shown))
    if procedure.documents_note and not brief:
        lines.append(procedure.documents_note)
    if procedure.not_needed:
        spared = procedure.not_needed[:3]
        told = [n.name if brief else f"{n.name} ({n.rule})" for n in spared]
        lines.append("Không cần: " + "; ".join(told) + ".")
    return "\n".join(lines)


def _fee(view: ProcedureView, address: Address, brief: bool) -> str:
    lines = wording.fee_lines(view.procedure)
    if not lines:
        return "Lệ phí: chưa công bố."
    return wording.listed("Lệ phí", lines)


def _time(view: ProcedureView, address: Address, brief: bool) -> str:
    procedure = view.procedure
    lines = wording.time_lines(procedure)
    text = (
        wording.listed("Thời hạn giải quyết", lines)
        if lines
        else "Thời hạn giải quyết: chưa công bố."
    )
    return f"{text}\n{procedure.deadline}" if procedure.deadline else text


def _place(view: ProcedureView, address: Address, brief: bool) -> str:
    procedure = view.procedure
    if counter := view.counter:
        where = f"Quầy số {counter.number} – {counter.name}"
        if spot := ", ".join(filter(None, [counter.floor, counter.position])):
            where += f" ({spot})"
    elif place := view.place:
        where = ", ".join(filter(None, [place.name, place.address]))
        if place.phone:
            where += f", điện thoại {place.phone}"
        if procedure.receiving_body is Body.COMMUNE_POLICE:
            where += " (không phải quầy của UBND)"
    else:
        where = procedure.receiving
    lines = [f"Nơi nộp: {where}."]
    if not brief:
        if procedure.receiving not in where:
            lines.append(f"Theo quy định: {lower_first(procedure.receiving)}.")
        if procedure.authority:
            lines.append(f"Cơ quan giải quyết: {procedure.authority}.")
    return "\n".join(lines)


def _channel(view: ProcedureView, address: Address, brief: bool) -> str:
    ways = view.procedure.channels
    if not ways:
        return "Cách nộp: chưa công bố có nộp trực tuyến hay không."
    names = wording.join(list(dict.fromkeys(wording.CHANNELS[way.channel] for way in ways)))
    if brief:
        has_online = any(way.channel is Channel.ONLINE for way in ways)
        return (
            f"Cách nộp: {names}."
            if has_online
            else f"Cách nộp: {names} (không thấy công bố nộp trực tuyến)."
        )
    online = [way for way in ways if way.channel is Channel.ONLINE]
    lines = [
        f"Nộp trực tuyến được. Các cách nộp: {names}."
        if online
        else f"Nguồn không công bố cách nộp trực tuyến; {you_can(address)} nộp {names}."
    ]
    for way in ways:
        detail = "; ".join(filter(None, [way.where, way.note, way.url]))
        if detail:
            lines.append(f"• {wording.CHANNELS[way.channel].capitalize()}: {detail}")
    return "\n".join(lines)


def you_can(address: Address) -> str:
    return f"{address.you} có thể"


def _steps(view: ProcedureView, address: Address, brief: bool) -> str:
    steps = view.procedure.steps
    if not steps:
        return "Các bước: nguồn chưa công bố trình tự."
    return "\n".join(["Các bước:", *(f"{i}. {step}" for i, step in enumerate(steps[:12], 1))])


def _form(view: ProcedureView, address: Address, brief: bool) -> str:
    forms = view.procedure.forms
    if not forms:
        return "Mẫu tờ khai: nguồn không công bố mẫu riêng."
    lines = []
    for form in forms[:12]:
        number = f" – mẫu {form.number}" if form.number else ""
        issued = f", kèm theo {form.issued_with}" if form.issued_with else ""
        lines.append(f"{form.name}{number}{issued}")
    return wording.listed("Mẫu tờ khai", lines)


def _legal_basis(view: ProcedureView, address: Address, brief: bool) -> str:
    laws = view.procedure.legal_basis
    if not laws:
        return "Căn cứ pháp lý: nguồn chưa công bố."
    return "Căn cứ pháp lý: " + "; ".join(
        f"{law.title} ({law.number})" if law.title else law.number for law in laws[:20]
    )


def _conditions(view: ProcedureView, address: Address, brief: bool) -> str:
    procedure = view.procedure
    who = procedure.who_can_apply
    lines = [f"Người làm được: {lower_first(who)}"] if who else []
    if lines and not procedure.conditions:
        return f"{lines[0].rstrip('.')}."
    lines.extend(procedure.conditions[:12])
    if not lines:
        return "Điều kiện: nguồn không nêu điều kiện riêng."
    return wording.listed("Yêu cầu, điều kiện", lines)


def _result(view: ProcedureView, address: Address, brief: bool) -> str:
    procedure = view.procedure
    lines = [part for part in (procedure.result, procedure.validity) if part]
    return "Kết quả: " + ". ".join(lines) if lines else "Kết quả: nguồn chưa công bố."


_BLOCKS: dict[Topic, Callable[[ProcedureView, Address, bool], str]] = {
    Topic.PAPERS: _papers,
    Topic.FEE: _fee,
    Topic.TIME: _time,
    Topic.PLACE: _place,
    Topic.CHANNEL: _channel,
    Topic.STEPS: _steps,
    Topic.FORM: _form,
    Topic.LEGAL_BASIS: _legal_basis,
    Topic.CONDITIONS: _conditions,
    Topic.RESULT: _result,
}


def _trust(view: ProcedureView, shown: Sequence[Topic], address: Address, phone: str) -> list[str]:
    """What is unverified, and where the facts come from, said plainly."""
    said = [
        view.provenance[s] for s in dict.fromkeys(SECTION[t] for t in shown) if s in view.provenance
    ]
    doubtful = [
        section
        for section in dict.fromkeys(SECTION[t] for t in shown)
        if section in view.provenance and not view.provenance[section].verified
    ]
    lines = []
    if doubtful and len(doubtful) == len(said):
        lines.append(say("unverified_all", address, phone=phone))
    elif doubtful:
        names = wording.join([SECTION_NAMES[s] for s in doubtful])
        lines.append(say("unverified", address, sections=names, phone=phone))
    for source in dict.fromkeys(p.source for p in said):
        old = view.on - source.as_of > STALE_AFTER
        lines.append(
            say(
                "source_old" if old else "source",
                address,
                name=source.name,
                day=wording.day(source.as_of),
            )
        )
    return lines
