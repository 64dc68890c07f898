"""What the queue says: calls for the waiting room, refusals and places for residents."""

from datetime import datetime

from assistant.language import ENGLISH, VIETNAMESE
from assistant.office_answers import when
from assistant.queue_numbers import (
    ClosedReason,
    NumberState,
    QueueClosed,
    Standing,
)
from knowledge.offices import HANOI

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


def refusal_text(refusal: QueueClosed, now: datetime, language: str = VIETNAMESE) -> str:
    """Why there is no number now, and when to come."""
    if language == ENGLISH:
        return _english_refusal(refusal)
    again = f" Mời anh/chị quay lại lúc {when(refusal.opens_at, now)}." if refusal.opens_at else ""
    why = {
        ClosedReason.CLOSED: "Dạ, trung tâm đang ngoài giờ làm việc nên chưa phát số ạ.",
        ClosedReason.FULL: "Dạ, quầy này đã phát hết số của hôm nay ạ.",
        ClosedReason.TOO_LATE: "Dạ, số người đang chờ đã đủ đến hết giờ làm việc hôm nay ạ.",
    }[refusal.reason]
    return f"{why}{again}"


def place_text(standing: Standing, language: str = VIETNAMESE) -> str:
    """Where a number stands, in one or two sentences."""
    if language == ENGLISH:
        return _english_place(standing)
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


def _english_refusal(refusal: QueueClosed) -> str:
    again = ""
    if refusal.opens_at:
        opens = refusal.opens_at.astimezone(HANOI)
        again = f" Please come back at {opens:%H:%M} on {opens:%d/%m/%Y}."
    why = {
        ClosedReason.CLOSED: "The office is closed now and gives no numbers.",
        ClosedReason.FULL: "This counter has given all its numbers for today.",
        ClosedReason.TOO_LATE: "As many people are waiting as can be served until closing time.",
    }[refusal.reason]
    return f"{why}{again}"


def _english_place(standing: Standing) -> str:
    number = standing.number
    match number.state:
        case NumberState.CALLED:
            return f"It is your turn. Please go to counter {number.counter}."
        case NumberState.DONE:
            return "This visit is over. Thank you."
        case NumberState.SKIPPED:
            return "This number was called and nobody came. Please tell the clerk at the counter."
        case NumberState.LEFT:
            return "This number was given back."
    people = "1 person is" if standing.ahead == 1 else f"{standing.ahead} people are"
    ahead = f"{people} before you." if standing.ahead else "You are next."
    if standing.wait is None:
        return f"{ahead} It is too early today to say how long that takes."
    if standing.wait.low == 0:
        return f"{ahead} The wait is under {standing.wait.high} minutes."
    return f"{ahead} The wait is {standing.wait.low} to {standing.wait.high} minutes."
