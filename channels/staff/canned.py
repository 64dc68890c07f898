"""Canned texts: what clerks write again and again, kept by an editor and put in with one press."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from channels.door import Door
from channels.staff.access import Editor, form_of, leave, show, work
from knowledge.store import KnowledgeStore
from knowledge.versions import EditConflict

SETTING = "canned_texts"
MOST = 50


class CannedText(BaseModel):
    """A text and the short name it is picked by."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    title: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class CannedTexts(BaseModel):
    """All of an office, in the order they are offered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    texts: Annotated[tuple[CannedText, ...], Field(max_length=MOST)] = ()


def canned_texts(store: KnowledgeStore, office_id: str) -> tuple[CannedText, ...]:
    """The canned texts of an office."""
    return CannedTexts.model_validate({"texts": store.find_setting(office_id, SETTING) or ()}).texts


def canned_routes(door: Door) -> APIRouter:
    """`/staff/canned`."""
    routes = APIRouter()
    store, office_id = door.desk.library.store, door.desk.office_id

    def change(by: str, was: CannedText | None, now: CannedText | None) -> None:
        held = store.find_setting(office_id, SETTING)
        texts = list(CannedTexts.model_validate({"texts": held or ()}).texts)
        if was is None:
            texts += [now] if now and now not in texts else []
        elif was not in texts:
            raise EditConflict("Câu này vừa được người khác sửa hoặc bỏ; hãy tải lại trang.")
        else:
            texts[texts.index(was) : texts.index(was) + 1] = [now] if now else []
        wanted = CannedTexts(texts=tuple(texts)).model_dump(mode="json")["texts"]
        store.put_setting(office_id, SETTING, wanted, by=by, base=held)

    @routes.get("/staff/canned")
    async def page(request: Request, staff: Editor) -> Response:
        return await _page(request, staff)

    @routes.post("/staff/canned")
    async def put(request: Request, staff: Editor) -> Response:
        form = await form_of(request)
        typed = {name: str(form.get(name, "")).replace("\r\n", "\n") for name in ("title", "text")}
        was = _was(dict(form))
        if form.get("do") == "drop" and was:
            await work(request, lambda: change(staff.name, was, None))
            return leave(request, "/staff/canned", f"Đã bỏ câu “{was.title}”.")
        try:
            now = CannedText.model_validate(typed)
            await work(request, lambda: change(staff.name, was, now))
        except ValidationError:
            problem = f"Cần tên ngắn (tối đa 80 ký tự) và câu (tối đa 2000); nhiều nhất {MOST} câu."
            return await _page(request, staff, problem=problem, typed=typed, status=422)
        return leave(request, "/staff/canned", f"Đã lưu câu “{now.title}”.")

    async def _page(
        request: Request,
        staff: Editor,
        *,
        problem: str = "",
        typed: dict[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        return await show(
            request,
            staff,
            "staff/canned.html",
            lambda: {
                "texts": canned_texts(store, office_id),
                "problem": problem,
                "typed": typed or {},
            },
            status=status,
        )

    return routes


def _was(form: dict[str, object]) -> CannedText | None:
    title, text = str(form.get("was_title", "")), str(form.get("was_text", ""))
    return CannedText(title=title, text=text.replace("\r\n", "\n")) if title and text else None
