"""What every part of the web application is built from: the desk, threads, templates, refusals."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import structlog
from fastapi.responses import JSONResponse
from fastapi.templating import Jinja2Templates

from assistant.desk import Desk
from channels.answering import Answering
from channels.settings import ChannelSettings
from channels.storage import Storage
from channels.threads import Workers
from knowledge.database import DatabaseUnavailable

log = structlog.get_logger()
DATABASE_SECONDS = 30  # a restart of PostgreSQL takes less; a full disk needs a person anyway
HERE = Path(__file__).parent
ERRORS = {
    "empty": "Tin nhắn trống. Hãy gõ câu hỏi rồi gửi lại.",
    "too_long": "Tin nhắn quá dài. Hãy rút ngắn còn tối đa {limit} ký tự.",
    "too_large": "Dữ liệu gửi lên quá lớn.",
    "not_json": "Dữ liệu gửi lên không phải JSON hợp lệ.",
    "bad_request": "Yêu cầu không đúng dạng: {detail}.",
    "unknown_conversation": (
        "Không tìm thấy cuộc trò chuyện này. Hãy bắt đầu cuộc mới (bỏ conversation_id)."
    ),
    "unknown_turn": "Không còn lượt hỏi này. Hãy gửi lại câu hỏi.",
    "turn_taken": "Mã lượt hỏi này đã dùng rồi. Hãy gửi lại câu hỏi với mã khác.",
    "lost": "Có lỗi ở máy chủ. Câu trả lời trên đây vẫn đúng theo hồ sơ thủ tục.",
    "other_origin": (
        "Trang web khác không gọi thẳng vào đây được. Hãy dùng khung chat nhúng của trung tâm."
    ),
    "origin_not_allowed": (
        "Trang {origin} chưa được phép nhúng khung chat. Trung tâm cần thêm địa chỉ này."
    ),
    "unknown_number": "Không có số này hôm nay. Mời lấy số mới.",
    "unknown_procedure": "Không có thủ tục này.",
    "no_queue": "Việc này không lấy số ở đây. Mời hỏi quầy hướng dẫn.",
    "queue_elsewhere": "Việc này làm ở {name}{address}, không lấy số ở đây.",
    "no_number_now": "{sentence}",
    "slip_printed": "Phiếu của số này đã in rồi.",
    "no_printer": "Máy in phiếu đang lỗi. Mời anh/chị nhớ số, hoặc quét mã bằng điện thoại.",
    "slip_too_soon": "Vừa in thử xong. Chờ ít giây rồi in lại.",
    "printer_silent": "Máy in không trả lời: {problem}.",
    "no_voice": "Máy chủ chưa có giọng đọc.",
    "too_many_boards": "Đã có đủ bảng gọi số đang mở.",
    "too_many_address": "Có quá nhiều câu hỏi từ mạng này. Xin chờ một phút rồi gửi lại.",
    "too_many_conversation": "Cuộc trò chuyện này gửi quá nhanh. Xin chờ một phút rồi gửi lại.",
    "too_many_numbers": (
        "Mạng này đã lấy quá nhiều số. Mời lấy số ở quầy hướng dẫn, hoặc chờ một lúc rồi thử lại."
    ),
    "too_many_today": (
        "Hôm nay đã hết lượt hỏi tự động. Xin hỏi lại ngày mai hoặc gọi điện cho trung tâm."
    ),
    "busy": "Đang có nhiều người hỏi cùng lúc. Xin chờ vài giây rồi gửi lại.",
    "no_database": (
        "Máy chủ tạm thời không đọc, ghi được dữ liệu. Xin thử lại sau ít phút hoặc gọi điện cho "
        "trung tâm."
    ),
    "slow_body": "Dữ liệu gửi lên quá chậm. Xin gửi lại.",
    "unknown_inquiry": "Không có câu hỏi với mã này. Hãy kiểm tra lại mã.",
    "too_many_guesses": "Đã thử quá nhiều mã. Hãy thử lại sau ít phút.",
    "http_404": "Không có trang này.",
    "http_405": "Địa chỉ này không nhận cách gọi đó.",
}
# Only what we serve ourselves runs or loads, so an answer can never become a script. no-cache: the
# page says whether the office is open now.
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Door:
    """One office's web application; each part makes its routes with ``router(door)``.

    ``has_chats`` is false where the deployment's Zalo and Telegram belong to another office.
    ``answering`` are the threads for answers, ``workers`` those for all other blocking work;
    ``under_way`` are the turns with a name that are just being answered here.
    """

    desk: Desk
    settings: ChannelSettings
    workers: Workers
    answering: Answering
    templates: Jinja2Templates
    storage: Storage
    has_chats: bool = True
    under_way: dict[str, anyio.Event] = field(default_factory=dict)


def database_is_down(problem: DatabaseUnavailable) -> JSONResponse:
    """Says that the database does not answer, to who asked and in the log."""
    log.warning("database_unavailable", problem=str(problem))
    answer = error(503, "no_database")
    answer.headers["Retry-After"] = str(DATABASE_SECONDS)
    return answer


def error(status: int, code: str, **details: Any) -> JSONResponse:
    """A refusal with a stable code and a sentence in Vietnamese."""
    message = ERRORS.get(code, "Có lỗi, xin thử lại.").format(**details)
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)
