"""A frequent question as its form has it, and the entry that a filled-in form makes."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from assistant.desk import Desk
from assistant.speech import to_speech
from knowledge.faq import FaqEntry, FaqStatus, FaqText

STATUS_NAMES = {
    FaqStatus.DRAFT: "bản nháp", FaqStatus.IN_REVIEW: "chờ duyệt",
    FaqStatus.PUBLISHED: "đang dùng", FaqStatus.RETIRED: "đã thôi dùng",
}  # fmt: skip
SOURCE_NAMES = {
    "inquiry": "từ câu hỏi", "group": "từ nhóm chat", "staff": "cán bộ soạn", "file": "từ tệp",
}  # fmt: skip
SUGGESTED = 4
WRONG = {
    "question": "Cần câu hỏi, tối đa 500 ký tự.",
    "answer": "Cần câu trả lời, tối đa 2000 ký tự.",
    "phrasings": "Mỗi cách hỏi một dòng, tối đa 500 ký tự.",
    "code": "Mã thủ tục có dạng 1.001193.",
}
EMPTY = {"question": "", "answer": "", "phrasings": "", "code": ""}


class Mistyped(ValueError):
    """What was typed makes no entry; ``wrong`` has a sentence by field."""

    def __init__(self, wrong: dict[str, str]) -> None:
        super().__init__(" ".join(wrong.values()))
        self.wrong = wrong


def fields_of(entry: FaqText) -> dict[str, str]:
    """What the form shows of an entry."""
    return {
        "question": entry.question,
        "answer": entry.answer,
        "phrasings": "\n".join(entry.phrasings),
        "code": entry.code or "",
    }


def typed_in(form: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, in the shape of ``fields_of``."""
    fields = {
        name: str(form.get(name, "")).replace("\r\n", "\n")
        for name in ("question", "answer", "phrasings")
    }
    return fields | {"code": str(form.get("code_other", "")) or str(form.get("code", ""))}


def text_of(fields: Mapping[str, str], mask: Callable[[str], str]) -> FaqText:
    """The entry the fields describe, every line masked; raises Mistyped."""
    kept = {name: "\n".join(map(mask, value.split("\n"))) for name, value in fields.items()}
    try:
        return FaqText(
            question=kept["question"],
            answer=kept["answer"],
            phrasings=tuple(filter(None, map(str.strip, kept["phrasings"].split("\n")))),
            code=fields["code"] or None,
        )
    except ValidationError as error:
        names = [str(problem["loc"][0]) for problem in error.errors()]
        raise Mistyped({name: WRONG[name] for name in names}) from error


def form_page(
    desk: Desk, fields: Mapping[str, Any], entry: FaqEntry | None, **more: Any
) -> dict[str, Any]:
    """Everything the form shows: the fields, procedures they may be about, the history."""
    store = desk.library.store
    titles = {p.code: p.title for p in store.live_summaries(desk.office_id)}
    linked = desk.finder.link(fields["question"]).procedures if fields["question"] else ()
    near = [c.label for c in linked[:SUGGESTED] if c.label in titles]
    if fields["code"] and fields["code"] not in near:
        near.insert(0, fields["code"])
    log = store.audit(subject=f"faq:{entry.id}") if entry else ()
    return {
        "fields": fields, "entry": entry, "suggested": near, "titles": titles, "log": log,
        "status_names": STATUS_NAMES, "source_names": SOURCE_NAMES, "wrong": {},
        "speech": to_speech(fields["answer"]), "conflict": "", "theirs": None, **more,
    }  # fmt: skip
