"""What the queue says: calls for the waiting room, refusals and places for residents."""

from datetime import datetime

from assistant.office_answers import when
from assistant.queue_numbers import (
    ClosedReason,
    NumberState,
    QueueClosed,
    Standing,
)

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def spoken_label(label: str) -> str:
    """ "A012" as it is said: "A, không một hai"; the U of the priority series is "ưu tiên"."""
    letters = label.rstrip("0123456789")
    digits = " ".join(_DIGITS[int(digit)] for digit in label[len(letters) :])
    if len(letters) > 1:
        return f"ưu tiên {letters[1:]}, {digits}"
    return f"{letters}, {digits}"


def call_text(label: str, counter: str) -> str:
    """ "Mời số A012 đến quầy 3"."""
    return f"Mời số {label} đến quầy {counter}"


def call_speech(label: str, counter: str) -> str:
    """The call as a voice reads it."""
    return f"Mời số {spoken_label(label)}, đến quầy số {counter}."


def refusal_text(refusal: QueueClosed, now: datetime) -> str:
    """Why there is no number now, and when to come."""
    again = f" Mời anh/chị quay lại lúc {when(refusal.opens_at, now)}." if refusal.opens_at else ""
    why = {
        ClosedReason.CLOSED: "Dạ, trung tâm đang ngoài giờ làm việc nên chưa phát số ạ.",
        ClosedReason.FULL: "Dạ, quầy này đã phát hết số của hôm nay ạ.",
        ClosedReason.TOO_LATE: "Dạ, số người đang chờ đã đủ đến hết giờ làm việc hôm nay ạ.",
    }[refusal.reason]
    return f"{why}{again}"


def place_text(standing: Standing) -> str:
    """Where a number stands, in one or two sentences."""
    number = standing.number
    match number.state:
        case NumberState.CALLED:
            return f"Đã đến lượt. Mời đến quầy {number.counter}."
        case NumberState.DONE:
            return "Lượt này đã xong. Cảm ơn anh/chị."
        case NumberState.SKIPPED:
            return "Số này đã được gọi mà chưa có người đến. Anh/chị báo cán bộ ở quầy để gọi lại."
        case NumberState.LEFT:
            return "Số này đã được trả lại."
    ahead = f"Còn {standing.ahead} người trước." if standing.ahead else "Sắp đến lượt anh/chị."
    if standing.wait is None:
        return f"{ahead} Chưa đủ số liệu hôm nay để ước lượng thời gian chờ."
    if standing.wait.low == 0:
        return f"{ahead} Chờ chừng dưới {standing.wait.high} phút."
    return f"{ahead} Chờ chừng {standing.wait.low} đến {standing.wait.high} phút."
