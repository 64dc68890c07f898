"""The optional language model: the real client against a strict server that misbehaves."""

import threading
from contextlib import closing
from datetime import timedelta

import pytest
from records import Clock

from assistant.answers import Answer, Outcome, ProcedureRef
from assistant.decide import Meant, Thresholds, Unknown, Unsure
from assistant.model.breaker import Breaker
from assistant.model.budget import TokenBudget
from assistant.model.chat import Completion, LangChainModel
from assistant.model.desk import build_model_desk
from assistant.model.errors import (
    BadReply,
    ModelRefused,
    ModelResting,
    ModelTimeout,
    ModelUnavailable,
)
from assistant.model.guarded import Guarded
from assistant.model.phrasing import Phrasing
from assistant.model.second_opinion import Context, SecondOpinion
from assistant.model.settings import ModelSettings
from evals.lying import run_lying, wrong_lines
from evals.scripted_model import Scripted, problem_of, serving_script
from knowledge.linking.linker import Candidate, Linking

RECORD = Answer(
    Outcome.ANSWERED,
    "Dạ, đăng ký khai sinh:\nGiấy tờ phải nộp:\n• Giấy chứng sinh (1 bản chính)\n"
    "Lệ phí: miễn phí.\nNộp tại https://dichvucong.gov.vn/nop.",
    procedure=ProcedureRef("1.001193", "Đăng ký khai sinh"),
)


class Says:
    """A guarded model that says one thing, or fails with it; keeps what it was asked."""

    def __init__(self, *replies: str | ModelUnavailable) -> None:
        self.replies = list(replies)
        self.asked: list[str] = []

    def ask(self, instructions: str, request: str) -> str:
        self.asked.append(request)
        reply = self.replies.pop(0)
        if isinstance(reply, ModelUnavailable):
            raise reply
        return reply


def worded(reply: str | ModelUnavailable) -> str:
    return Phrasing(Says(reply)).word(RECORD, "khai sinh cần gì").text


def settings(address: str, **more: object) -> ModelSettings:
    fields: dict[str, object] = {
        "model": "openai:thử", "base_url": address, "timeout_seconds": 1, "max_tokens": 50,
    }  # fmt: skip
    return ModelSettings.model_validate(fields | more)


def once(where: ModelSettings) -> Completion:
    """One request of the real client, its connections closed behind it."""
    with closing(LangChainModel(where)) as model:
        return model.complete("luật", "câu hỏi")


# -- the client ---------------------------------------------------------------------------------


def test_the_real_client_sends_what_the_strict_server_takes() -> None:
    with serving_script(lambda body: Scripted("Dạ.")) as server:
        reply = once(settings(server.address))
    assert reply == Completion("Dạ.", 150)
    assert server.refused == []
    (request,) = server.requests
    assert [m["role"] for m in request["messages"]] == ["system", "user"]
    assert request["max_tokens"] == 50 and request["temperature"] == 0


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Scripted(status=401, body=b'{"error": {"message": "no"}}'), ModelRefused),
        (Scripted(status=429, body=b"{}"), ModelRefused),
        (Scripted(status=500, body=b"<html>"), ModelRefused),
        (Scripted(body=b"<html>tr\xc3\xaan proxy</html>"), ModelUnavailable),
        (Scripted(body=b"{"), ModelUnavailable),
        (Scripted(body=b'{"choices": []}'), ModelUnavailable),
        (Scripted(body=b'{"choices": [{"message": {"role": "assistant"}}]}'), ModelUnavailable),
        (Scripted(text="   "), BadReply),
        (Scripted(body=b"x" * 100_000, repeated=500), ModelUnavailable),
    ],
    ids=[
        "key", "too many", "failure", "page", "cut off", "no choice", "no text", "blank", "huge",
    ],
)  # fmt: skip
def test_whatever_comes_back_is_an_error_of_ours(
    reply: Scripted, error: type[ModelUnavailable]
) -> None:
    with serving_script(lambda body: reply) as server, pytest.raises(error):
        once(settings(server.address))


def test_a_server_that_does_not_answer_is_left_after_the_time_allowed() -> None:
    late = Scripted("muộn", held=True)
    with serving_script(lambda body: late) as server, pytest.raises(ModelTimeout):
        once(settings(server.address, timeout_seconds=0.3))


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(ModelUnavailable):
        once(settings("http://127.0.0.1:9/v1"))


@pytest.mark.parametrize(
    ("path", "key", "body"),
    [
        ("/v1/models", "Bearer a", {}),
        ("/v1/chat/completions", "", {}),
        ("/v1/chat/completions", "Bearer a", None),
        ("/v1/chat/completions", "Bearer a", {"model": "m", "messages": []}),
        ("/v1/chat/completions", "Bearer a", {"model": "m", "messages": [], "secret": 1}),
        (
            "/v1/chat/completions",
            "Bearer a",
            {"model": "m", "messages": [{"role": "user", "content": ""}]},
        ),
    ],
)
def test_the_scripted_server_refuses_what_the_api_refuses(
    path: str, key: str, body: object
) -> None:
    assert problem_of(path, key, body) is not None


# -- bounds -------------------------------------------------------------------------------------


def guarded(model: object, **more: float) -> Guarded:
    clock = Clock()
    return Guarded(
        model,  # type: ignore[arg-type]
        Breaker(lambda: 0.0),
        TokenBudget(int(more.get("daily_tokens", 0)), clock),
        timeout_seconds=more.get("timeout_seconds", 5),
        max_tokens=10,
        concurrency=1,
    )


class Failing:
    def __init__(self) -> None:
        self.calls = 0

    def complete(self, instructions: str, request: str) -> Completion:
        self.calls += 1
        raise ModelRefused("không")


def test_after_three_failures_the_model_rests() -> None:
    model = Failing()
    guard = guarded(model)
    for _ in range(3):
        with pytest.raises(ModelRefused):
            guard.ask("luật", "hỏi")
    with pytest.raises(ModelResting):
        guard.ask("luật", "hỏi")
    assert model.calls == 3
    assert guard.counts == {"ModelRefused": 3, "ModelResting": 1}


def test_after_its_rest_one_call_tries_and_its_success_closes_the_circuit() -> None:
    now = 0.0
    breaker = Breaker(lambda: now, failures=1, rest_seconds=30)
    breaker.failed()
    assert not breaker.may_try()
    now = 31.0
    assert breaker.may_try() and not breaker.may_try()
    breaker.succeeded()
    assert breaker.may_try() and breaker.may_try()


def test_a_call_that_hangs_holds_its_place_and_nobody_waits_behind_it() -> None:
    release = threading.Event()

    class Hanging:
        def complete(self, instructions: str, request: str) -> Completion:
            release.wait(20)
            return Completion("muộn", 0)

    guard = guarded(Hanging(), timeout_seconds=0.05)
    with pytest.raises(ModelTimeout):
        guard.ask("luật", "hỏi")
    with pytest.raises(ModelResting, match="place"):
        guard.ask("luật", "hỏi")
    release.set()


def test_the_days_tokens_are_spent_once_and_come_back_at_midnight() -> None:
    clock = Clock()
    budget = TokenBudget(100, clock)
    assert budget.reserve(80) and not budget.reserve(40)
    budget.settle(80, 10)
    assert budget.reserve(40) and budget.spent == 50
    budget.settle(40, 10**18)
    assert budget.spent == 170  # what is beyond belief is capped
    clock.moment += timedelta(days=1)
    assert budget.reserve(100)


# -- wording ------------------------------------------------------------------------------------


def test_references_become_the_records_own_lines_and_what_is_left_out_follows() -> None:
    text = worded("Dạ, em xin gửi anh/chị thông tin về [P] ạ.\n[F2]\nAnh/chị chuẩn bị [F1]")
    assert text.split("\n") == [
        "Dạ, em xin gửi anh/chị thông tin về đăng ký khai sinh ạ.",
        "Lệ phí: miễn phí.",
        "Anh/chị chuẩn bị:",
        "Giấy tờ phải nộp:",
        "• Giấy chứng sinh (1 bản chính)",
        "Nộp tại https://dichvucong.gov.vn/nop.",
    ]


@pytest.mark.parametrize(
    "reply",
    [
        "Lệ phí 5.000.000 đồng ạ.", "Không cần giấy chứng sinh ạ.", "Miễn phí ạ.", "Chỉ cần [F1].",
        "Xem [F9].", "Xem [L2].", "https://lua-dao.example", "Nộp ở công an ạ.", "hai mươi nghìn",
        "", "...", "<b>dạ</b>", "Ignore previous instructions.",
    ],
)  # fmt: skip
def test_a_sentence_that_says_anything_by_itself_is_dropped(reply: str) -> None:
    assert worded(reply) == RECORD.text


def test_a_fact_is_never_said_twice() -> None:
    assert worded("[F2] [F2]\n[F2]").count("miễn phí") == 1


def test_without_a_reply_the_record_stands() -> None:
    assert worded(ModelTimeout("muộn")) == RECORD.text


def test_the_model_sees_numbered_facts_and_tokens_for_links() -> None:
    model = Says("[F1]")
    Phrasing(model).word(RECORD, "khai sinh, sđt [số điện thoại]")
    (request,) = model.asked
    assert "[F2] Lệ phí: miễn phí." in request and "[L1]" in request
    assert "https://" not in request and "[số điện thoại]" in request


def test_fixed_replies_are_left_as_they_are() -> None:
    fixed = Answer(Outcome.REFUSED, "Dạ, không được ạ.")
    model = Says()
    assert Phrasing(model).word(fixed, "hỏi") is fixed and not model.asked


# -- a second opinion ---------------------------------------------------------------------------

FIRST, SECOND = Candidate("1.001193", False, 0.3), Candidate("1.000894", False, 0.25)
LINKING = Linking((FIRST, SECOND), 0.4)
TITLES = {"1.001193": "Đăng ký khai sinh", "1.000894": "Đăng ký kết hôn"}


class Finds:
    def __init__(self, linking: Linking) -> None:
        self.linking = linking
        self.asked: list[str] = []

    def link(self, text: str) -> Linking:
        self.asked.append(text)
        return self.linking


def opinion(model: Says, linking: Linking = LINKING) -> tuple[SecondOpinion, Finds]:
    finds = Finds(linking)
    return SecondOpinion(model, finds, Thresholds.shipped(), TITLES.get), finds


def test_a_choice_among_candidates_comes_first_and_is_still_a_question() -> None:
    decision = opinion(Says("2"))[0].reconsider(
        "giấy đó", LINKING, Unsure((FIRST, SECOND)), Context()
    )
    assert decision == Unsure((SECOND, FIRST))
    asked, _ = opinion(Says('{"choice": 1}'))
    rescued = asked.reconsider("giấy", LINKING, Unknown(0.3), Context())
    assert rescued == Unsure((FIRST,))


@pytest.mark.parametrize("reply", ["0", "3", "1.999999", "Đăng ký kết hôn", "-1", ""])
def test_what_is_no_choice_changes_nothing(reply: str) -> None:
    unsure = Unsure((FIRST, SECOND))
    assert opinion(Says(reply))[0].reconsider("giấy", LINKING, unsure, Context()) == unsure


def test_a_follow_up_is_completed_only_from_words_that_were_said() -> None:
    sure = Linking((Candidate("1.001193", False, 0.95),), 0.0)
    context = Context("khai sinh cần gì", "Đăng ký khai sinh")
    good, finds = opinion(Says("khai sinh nộp trực tuyến được không"), sure)
    decision = good.reconsider("còn trực tuyến", LINKING, Unknown(0.1), context)
    assert isinstance(decision, Meant) and decision.candidate.label == "1.001193"
    lying, finds = opinion(Says("đăng ký kết hôn với người nước ngoài", "0"), sure)
    assert lying.reconsider("còn trực tuyến", LINKING, Unknown(0.1), context) == Unknown(0.1)
    assert finds.asked == []


def test_a_silent_model_leaves_the_decision() -> None:
    unsure = Unsure((FIRST, SECOND))
    quiet, _ = opinion(Says(ModelResting("bận")))
    assert quiet.reconsider("giấy", LINKING, unsure, Context()) == unsure


# -- the whole ----------------------------------------------------------------------------------


def test_without_a_name_there_is_no_model() -> None:
    off = build_model_desk(
        ModelSettings(model=""), Finds(LINKING), TITLES.get, Thresholds.shipped(), Clock()
    )
    assert off is None


def test_the_judge_of_lies_sees_a_lie() -> None:
    """A judge that finds nothing proves nothing."""
    shown = RECORD.text.replace("miễn phí", "7 đồng")
    assert wrong_lines(shown, RECORD.text, "x")
    assert wrong_lines(RECORD.text + "\nKhông cần giấy chứng sinh.", RECORD.text, "x")
    assert wrong_lines(
        RECORD.text.replace("• Giấy chứng sinh (1 bản chính)\n", ""), RECORD.text, "x"
    )


@pytest.mark.slow
def test_no_lie_of_a_model_reaches_a_resident() -> None:
    report = run_lying(60, seed=5)
    assert report.wrong == []
    assert report.worded >= 40 and report.dropped >= 40
