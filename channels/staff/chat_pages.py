"""Zalo and Telegram in the console: how each stands, what was given up, the groups.

Everybody sees it; who may publish tries a message again or puts it away.
"""

from typing import Any

from fastapi import APIRouter, Request, Response

from channels.channel_state import NAMES, channel_states
from channels.chat_hub import ChatSettings
from channels.chats import Chats
from channels.dead_letters import Dead, DeadLetters, Way
from channels.door import Door
from channels.staff.access import Clerk, NotHere, Publisher, leave, show, work
from channels.troubles import explain

HOME = "/staff/kenh"
# A person goes through them one by one; behind more than that stands one cause.
SHOWN = 50
WAYS: dict[str, Way] = {"tra-loi": "in", "gui": "out"}
PATHS = {way: path for path, way in WAYS.items()}


def chat_pages(door: Door) -> APIRouter:
    """`/staff/kenh`."""
    routes = APIRouter()
    desk, settings = door.desk, ChatSettings()
    engine, office_id = desk.library.engine, desk.office_id
    letters = DeadLetters(engine, office_id, desk.clock)
    chats = Chats(engine, office_id, desk.clock)

    def read() -> dict[str, Any]:
        dead = letters.all()
        groups = chats.groups()
        titles = {(chat.platform, chat.chat_id): chat.title or "nhóm chưa có tên"
                  for chat in groups}  # fmt: skip
        return {
            "states": channel_states(engine, office_id, settings) if door.has_chats else [],
            "letters": dead[:SHOWN], "count": len(dead), "more": max(0, len(dead) - SHOWN),
            "groups": groups, "clerks": chats.clerks(), "titles": titles, "names": NAMES,
            "paths": PATHS, "explain": explain,
        }  # fmt: skip

    @routes.get(HOME)
    async def page(request: Request, staff: Clerk) -> Response:
        return await show(request, staff, "staff/chats.html", read)

    @routes.post(f"{HOME}/gui-lai-het")
    async def retry_all(request: Request, staff: Publisher) -> Response:
        def revive(dead: list[Dead]) -> int:
            return sum(letters.revive(one.way, one.id, by=staff.name) for one in dead)

        done = await work(request, lambda: revive(letters.all()))
        return leave(request, HOME, f"Đang gửi lại {done} tin.")

    @routes.post(f"{HOME}/{{way}}/{{row_id}}/gui-lai")
    async def retry(request: Request, staff: Publisher, way: str, row_id: int) -> Response:
        direction = _way(way)
        if not await work(request, lambda: letters.revive(direction, row_id, by=staff.name)):
            raise NotHere(GONE)
        return leave(request, HOME, "Đang gửi lại; tải lại trang sau ít giây để xem kết quả.")

    @routes.post(f"{HOME}/{{way}}/{{row_id}}/bo")
    async def discard(request: Request, staff: Publisher, way: str, row_id: int) -> Response:
        direction = _way(way)
        if not await work(request, lambda: letters.discard(direction, row_id, by=staff.name)):
            raise NotHere(GONE)
        return leave(request, HOME, "Đã bỏ tin, nội dung đã xóa.")

    return routes


GONE = "Tin này không còn ở đây: người khác vừa gửi lại hoặc bỏ rồi."


def _way(way: str) -> Way:
    if way not in WAYS:
        raise NotHere("Không có trang này.")
    return WAYS[way]
