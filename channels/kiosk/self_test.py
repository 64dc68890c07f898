"""`/kiosk/tu-kiem-tra`: before opening, does everything at the screen in the lobby work?

What the server can tell is answered at once; microphone, loudspeaker and paper need a person who
stands there, so the page asks.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from assistant.desk import Desk
from assistant.queue_rules import groups
from assistant.speaking.voice import Voice, VoiceUnavailable
from assistant.wording import upper_first
from channels.door import Door, error
from channels.kiosk.hearing import Ears
from channels.kiosk.printer import PrinterTrouble, SlipPrinter
from channels.kiosk.slip_image import Slip, slip_image
from knowledge.offices import opening

SENTENCE = "Xin chào, tôi là trợ lý tự động của trung tâm."
# The page is open to whoever is in the hall: nobody shall empty the roll of paper.
SECONDS_BETWEEN_SLIPS = 20.0
State = Literal["ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. "warn": the kiosk works, with less."""

    id: str
    state: State
    text: str


def _index(desk: Desk) -> Finding:
    held = len(desk.library.store.find_live_versions(desk.office_id))
    if not held:
        return Finding("index", "bad", "Chưa có thủ tục nào được công bố.")
    if not desk.library.index.is_in_step():
        return Finding("index", "warn", "Chỉ mục chưa khớp dữ liệu: chạy letan index rebuild.")
    return Finding("index", "ok", f"Sẵn sàng, {held} thủ tục.")


def _queue(desk: Desk) -> Finding:
    office = desk.library.store.office(desk.office_id)
    found = groups(office)
    if not found:
        return Finding("queue", "bad", "Chưa quầy nào phát số: ghi chữ cái của số cho từng quầy.")
    waiting = sum(desk.queue.waiting_counts().values())
    hours = "đang mở cửa" if opening(office, desk.clock()).is_open else "ngoài giờ, chưa phát số"
    return Finding("queue", "ok", f"{len(found)} nhóm quầy, {waiting} người chờ, {hours}.")


def _hearing(ears: Ears) -> Finding:
    if ears.settings.engine == "off":
        return Finding("hearing", "warn", "Đã tắt nhận dạng tiếng nói; người dân gõ chữ.")
    if ears.settings.engine == "browser":
        return Finding("hearing", "warn", "Trình duyệt nhận dạng; tiếng nói có thể gửi ra ngoài.")
    ear = ears.get()
    if ear is None:
        return Finding("hearing", "bad", ears.problem or 'Chưa cài: pip install "letan[speech]".')
    return Finding("hearing", "ok", f"Đã nạp {ear.name}.")


def _voice(voice: Voice) -> Finding:
    if not voice.has("vi"):
        return Finding("voice", "warn", "Máy chủ chưa có giọng; dùng giọng của trình duyệt nếu có.")
    try:
        kilobytes = len(voice.speak(SENTENCE, "vi")) / 1000
    except VoiceUnavailable as problem:
        return Finding("voice", "bad", f"Giọng của máy chủ không đọc được: {problem}")
    return Finding("voice", "ok", f"Giọng của máy chủ đọc được ({kilobytes:.0f} KB).")


def _printer(printer: SlipPrinter) -> Finding:
    if not printer.is_set:
        return Finding("printer", "ok", "Trình duyệt in phiếu; in thử để xem giấy.")
    try:
        printer.check()
    except PrinterTrouble as problem:
        return Finding("printer", "bad", f"Không thấy máy in {printer.name}: {problem}")
    return Finding("printer", "ok", f"Nối được {printer.name}; in thử để xem giấy.")


def self_test_routes(
    door: Door,
    ears: Ears,
    voice: Voice,
    printer: SlipPrinter,
    here: Callable[[Request], str],
) -> APIRouter:
    """What the server finds, and a slip to try the printer."""
    routes = APIRouter()
    desk = door.desk
    last_slip = float("-inf")

    def find() -> dict[str, Any]:
        findings = (
            _index(desk), _queue(desk), _hearing(ears), _voice(voice), _printer(printer)
        )  # fmt: skip
        return {
            "now": desk.clock().isoformat(),
            "prints": "printer" if printer.is_set else "browser",
            "findings": [asdict(finding) for finding in findings],
        }

    @routes.get("/api/kiosk/self-test")
    async def findings() -> Response:
        """Index, queue, recogniser, voice and printer, each "ok", "warn" or "bad"."""
        return JSONResponse(await door.workers.run(find), headers={"Cache-Control": "no-store"})

    @routes.post("/api/kiosk/self-test/slip")
    async def slip(request: Request) -> Response:
        """Print a slip that is no number; at most one in twenty seconds."""
        nonlocal last_slip
        if not printer.is_set:
            return JSONResponse({"by": "browser"})
        if monotonic() - last_slip < SECONDS_BETWEEN_SLIPS:
            return error(429, "slip_too_soon")
        last_slip = monotonic()
        address = here(request)
        try:
            await door.workers.run(lambda: printer.print(slip_image(trial_slip(desk, address))))
        except PrinterTrouble as problem:
            return error(503, "printer_silent", problem=problem)
        return JSONResponse({"by": "printer"})

    return routes


def trial_slip(desk: Desk, address: str) -> Slip:
    """A slip nobody can take for a number."""
    office = desk.library.store.office(desk.office_id)
    return Slip(
        office=upper_first(office.name),
        title="PHIẾU IN THỬ",
        label="THỬ",
        counters=("Không dùng để gọi số",),
        way="ăâđêôơư ẢẪẬỂỖỘỞỨỰỲỴ",
        taken_at=f"{desk.clock():%H:%M %d/%m/%Y}",
        procedure=None,
        papers=(),
        address=f"{address}/kiosk",
    )
