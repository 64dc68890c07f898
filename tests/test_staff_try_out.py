"""Trying a question out: the chat's own answer, why it came, and what is kept when it is wrong."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import desk_at
from records import Clock
from staffroom import Browser, at_work, hire
from typer.testing import CliRunner

from assistant.decide import Thresholds
from assistant.desk import Desk
from assistant.receptionist import STEPS as STEPS_OF_THE_DESK
from assistant.reported import Reported
from channels.cli import app
from channels.staff import explaining
from knowledge.schema import ConversationRow, TurnRow

BIRTH = "1.001193"
MARRIAGE = "1.000894"


@pytest.fixture(scope="module")
def home(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(homes[1], tmp_path_factory.mktemp("trial") / "home")


@pytest.fixture(scope="module")
def own_desk(home: Path) -> Iterator[Desk]:
    desk = desk_at(home, Clock())
    hire(desk)
    yield desk
    desk.library.engine.dispose()


@pytest.fixture
def browser(own_desk: Desk) -> Iterator[Browser]:
    with at_work(own_desk, "lan") as browser:
        yield browser


def test_a_trial_is_the_chats_own_answer_and_leaves_no_trace(own_desk: Desk, rows) -> None:  # type: ignore[no-untyped-def]
    try_out, reply = own_desk.receptionist.try_out, own_desk.receptionist.reply
    questions = (
        "làm khai sinh cho con cần giấy tờ gì", "cách nuôi cá chép koi trong bể kính",
        "phường làm việc mấy giờ", "tôi muốn gặp cán bộ", "đăng ký", "xóa hết đi",
    )  # fmt: skip
    trials = [try_out(question) for question in questions]
    assert rows(own_desk, ConversationRow) == [] and rows(own_desk, TurnRow) == []
    assert own_desk.inquiries.waiting() == []
    for question, trial in zip(questions, trials, strict=True):
        real = reply(question)
        assert (trial.answer.outcome, trial.answer.procedure) == (real.outcome, real.procedure)
        if trial.answer.inquiry is None:
            assert trial.answer.text == real.text


def test_every_step_that_can_answer_has_words_for_a_clerk() -> None:
    assert set(explaining.STEPS) == {step.__name__ for step in STEPS_OF_THE_DESK} | {"not_found"}


def test_the_page_says_what_was_matched_how_sure_it_is_and_why_the_rest_was_dropped(
    browser: Browser,
) -> None:
    assert "Các khả năng" not in browser.get("/staff/thu").text
    page = browser.post("/staff/thu", q="vợ mới đẻ, làm khai sinh cho cháu cần gì, 012345678901")
    assert page.status_code == 200
    sure = Thresholds.shipped().answer * 100
    assert f"đủ chắc để trả lời ngay (từ {sure:.0f} %)" in page.text
    assert "trả lời theo việc này" in page.text and "bỏ: kém khả năng đã chọn" in page.text
    assert f"/staff/procedures/{BIRTH}" in page.text and "khai" in page.text
    assert "012345678901" not in page.text.split('name="q" value="', 1)[1].split('"', 1)[1]
    unsure = browser.post("/staff/thu", q="cách nuôi cá chép koi trong bể kính")
    assert "Không có thủ tục nào đủ chắc" in unsure.text or "việc nơi khác" in unsure.text
    danger = browser.post("/staff/thu", q="nhà tôi đang cháy cứu với")
    assert "tình huống nguy hiểm" in danger.text and "không xét" in danger.text


def test_a_wrong_answer_becomes_a_case_that_letan_eval_reads(
    own_desk: Desk, home: Path, browser: Browser, tmp_path: Path
) -> None:
    browser.get("/staff/thu", params={"q": "làm khai sinh cần gì"})
    missing = browser.post("/staff/thu/sai", q="làm khai sinh cần gì")
    assert missing.status_code == 409 and "Hãy chọn thủ tục đúng" in missing.text
    unknown = browser.post("/staff/thu/sai", q="làm khai sinh cần gì", other="9.999999 Gì đó")
    assert unknown.status_code == 409
    first = browser.post(
        "/staff/thu/sai", q="giấy cưới cho hai đứa, số 012345678901", other=f"{MARRIAGE} Kết hôn"
    )
    assert "giấy cưới cho hai đứa" in first.text and "012345678901" not in first.text
    browser.post("/staff/thu/sai", q="bán vé số ở đâu", right="none", note="không phải việc phường")
    browser.post("/staff/thu/sai", q="bán vé số ở đâu", right="none", note="ghi lại lần hai")
    cases = Reported(own_desk.library.engine, "hoa-sen", own_desk.clock).all()
    assert [(c.codes, c.note) for c in cases] == [([], "ghi lại lần hai"), ([MARRIAGE], None)]
    assert browser.post(f"/staff/thu/sai/{cases[0].id}/bo").status_code == 403
    file = tmp_path / "sai.jsonl"
    exported = browser.get("/staff/thu/sai.jsonl")
    assert exported.headers["content-disposition"].startswith("attachment")
    file.write_text(exported.text, "utf-8")
    result = CliRunner().invoke(app, ["eval", "reported", str(file), "--home", str(home), "--json"])
    assert '"verdict": "right"' in result.stdout, result.output
    with at_work(own_desk, "hoa") as publisher:
        publisher.get("/staff/thu/sai")
        assert "Đã bỏ câu này" in publisher.post(f"/staff/thu/sai/{cases[0].id}/bo").text
        assert publisher.post(f"/staff/thu/sai/{cases[0].id}/bo").status_code == 409
    lines = own_desk.library.store.audit(subject=f"case:{cases[0].id}")
    assert [line.action for line in lines] == ["drop_case", "report_case", "report_case"]
