"""What the page of one procedure shows: its form, and the answers residents would get."""

from typing import Any

from pydantic import ValidationError

from assistant.address import UNKNOWN
from assistant.compose import compose
from assistant.desk import Desk
from assistant.office_answers import office_facts
from assistant.speech import to_speech
from channels.splitting import split
from channels.staff import record_form
from channels.staff.shelf import STATUS_NAMES, Edit, Shelf
from channels.zalo_bot_sending import LIMIT
from knowledge.layers import overlay
from knowledge.procedures import Procedure, Topic
from knowledge.versions import Status

PREVIEWED = (Topic.FEE, Topic.PAPERS, Topic.TIME, Topic.PLACE)


def preview(desk: Desk, procedure: Procedure) -> dict[str, Any]:
    store = desk.library.store
    office, rules = store.office(desk.office_id), store.rules(desk.office_id)
    view = overlay(procedure, rules, store.today(), office=office)
    phone = office_facts(office, desk.clock())["phone"]

    def answer(*topics: Topic) -> str:
        return compose(view, topics, address=UNKNOWN, office_name=office.name, phone=phone).text

    text = answer()
    topics = [(record_form.SECTIONS[t.value], answer(t)) for t in PREVIEWED]
    return {
        "text": text,
        "pieces": split(text, LIMIT),
        "speech": to_speech(text),
        "topics": topics,
    }


def editing(
    desk: Desk, shelf: Shelf, code: str, fields: dict[str, Any], edit: Edit, **more: Any
) -> dict[str, Any]:
    try:
        shown, wrong = preview(desk, record_form.to_procedure(fields)), {}
    except ValidationError as error:
        shown, wrong = None, record_form.problems(error)
    drafts = [
        v for v in shelf.history(code)
        if v.status in (Status.DRAFT, Status.IN_REVIEW) and v.version != edit.draft
    ]  # fmt: skip
    is_review = next(
        (v.status is Status.IN_REVIEW for v in shelf.history(code) if v.version == edit.draft),
        False,
    )
    return {
        "code": code, "fields": fields, "edit": edit, "preview": shown, "wrong": wrong,
        "form": record_form, "drafts": drafts, "conflict": "", "difference": [],
        "suspension": shelf.suspension(code), "status_names": STATUS_NAMES,
        "is_review": is_review, "focus": "", "note": "", "unsaved": False, **more,
    }  # fmt: skip
