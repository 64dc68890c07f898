"""A desk that says what a test tells it, for tests of what pages show."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assistant.answers import Answer, Choice, Citation, Outcome, ProcedureRef
from assistant.conversations import UnknownConversation
from assistant.receptionist import Ready

BIRTH = ProcedureRef("1.001193", "Thủ tục đăng ký khai sinh")
PORTAL = "Cổng Dịch vụ công quốc gia"
PAPERS = Answer(
    Outcome.ANSWERED,
    "Dạ, đăng ký khai sinh:\nGiấy tờ phải nộp:\n• Tờ khai (1 bản chính)\n• Giấy chứng sinh\n"
    "Lệ phí: miễn phí.\nCác bước:\n1. Lấy số\n2. Nộp hồ sơ\n"
    "Xem thêm https://dichvucong.gov.vn/khai-sinh(1). Hoặc gọi 024 0000 0100.\n"
    "Nguồn: Cổng Dịch vụ công quốc gia (dữ liệu 17/07/2026).",
    procedure=BIRTH,
    citations=(
        Citation(
            BIRTH.code, "papers", PORTAL, date(2026, 7, 17), True, "https://dichvucong.gov.vn/"
        ),
        Citation(BIRTH.code, "fee", PORTAL, date(2026, 7, 17), True, "https://dichvucong.gov.vn/"),
        Citation(BIRTH.code, "place", "Phường Hoa Sen", None, False),
    ),
)
WHICH = Answer(
    Outcome.CLARIFYING,
    "Dạ, anh/chị muốn hỏi việc nào dưới đây ạ?\n1. Đăng ký khai sinh\n2. Đăng ký kết hôn",
    choices=(
        Choice("Đăng ký khai sinh", "cho tôi hỏi khai sinh", BIRTH.code),
        Choice("Đăng ký kết hôn", "cho tôi hỏi kết hôn", "1.000894"),
    ),
)
SMALL = Answer(Outcome.SMALL_TALK, "Dạ, em nghe ạ.")


class ScriptedReceptionist:
    """Says what the test tells it and keeps what it heard; refuses unknown ids as the real one."""

    has_model = False

    def __init__(self) -> None:
        self.script: dict[str, Answer | Exception] = {"giấy tờ": PAPERS, "việc gì": WHICH}
        self.heard: list[tuple[str, str | None]] = []
        self.known: set[str] = set()
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.worded: dict[str, str] = {}
        self.may_word = threading.Event()
        self.may_word.set()

    def prepare(self, messages: Sequence[str]) -> list[Ready]:
        return [Ready.of(message) for message in messages]

    def reply(
        self,
        message: str,
        conversation_id: str | None = None,
        channel: str = "api",
        *,
        worded: bool = True,
        turn_id: str | None = None,
        ready: Ready | None = None,
    ) -> Answer:
        assert channel == "web"
        self.heard.append((message, conversation_id))
        self.may_answer.wait(timeout=20)
        if conversation_id and conversation_id not in self.known:
            raise UnknownConversation(conversation_id)
        answer = self.script.get(message, SMALL)
        if isinstance(answer, Exception):
            raise answer
        if message == "Xóa cuộc trò chuyện":
            self.known.discard(conversation_id or "")
            conversation_id = None
        conversation_id = conversation_id or f"c{len(self.heard)}"
        self.known.add(conversation_id)
        return answer.in_turn(conversation_id, turn_id or f"t{len(self.heard)}")

    def word(self, answer: Answer) -> Answer:
        self.may_word.wait(timeout=20)
        return replace(answer, text=self.worded.get(answer.text, answer.text))
