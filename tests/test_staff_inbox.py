"""Answering what waits: alike questions together, one answer for all, and what becomes of it."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import desk_at
from records import MORNING, Clock
from sqlalchemy import delete, update
from staffroom import at_work, hire

from assistant.desk import Desk
from assistant.inquiries import Inquiry, InquiryStatus
from channels.staff.ages import age
from channels.staff.grouping import grouped
from knowledge.database import writing
from knowledge.embedding import load_encoder
from knowledge.faq import FaqStatus
from knowledge.linking.alike import Alike
from knowledge.schema import InquiryRow, RevisionRow
from knowledge.schema_faq import FaqRow

ATM = "phường có máy rút tiền không ạ"
ANSWER = "Dạ, có ở sảnh ạ."


@pytest.fixture(scope="module")
def one_desk(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = shutil.copytree(homes[1], tmp_path_factory.mktemp("inbox") / "home")
    desk = desk_at(home, Clock())
    hire(desk)
    yield desk
    desk.library.engine.dispose()


@pytest.fixture
def own_desk(one_desk: Desk) -> Desk:
    """A desk with an empty inbox and without frequent questions."""
    with writing(one_desk.library.engine) as connection:
        connection.execute(delete(InquiryRow))
        connection.execute(delete(FaqRow))
        connection.execute(update(RevisionRow).values(value=RevisionRow.value + 1))
    return one_desk


def ask(desk: Desk, *questions: str, channel: str = "web") -> list[str]:
    return [
        desk.inquiries.open(desk.conversations.start(channel), question, kind="not_found")
        for question in questions
    ]


def test_one_answer_settles_alike_questions_and_none_twice(own_desk: Desk) -> None:
    inquiries = own_desk.inquiries
    codes = ask(own_desk, ATM, "ở phường có máy rút tiền không", "bao giờ sửa đường ngõ 12")
    groups = grouped(inquiries.waiting(), Alike.load(load_encoder()))
    sizes = {group.first.code: len(group.members) for group in groups}
    assert sizes == {codes[0]: 2, codes[2]: 1}
    with at_work(own_desk, "lan") as browser:
        assert "2 câu giống nhau" in browser.get("/staff/inbox").text
        assert "nhận câu hỏi" in browser.post(f"/staff/inbox/{codes[0]}/take").text
        done = browser.post("/staff/inbox/answer", code=codes[:2], text=ANSWER)
        assert "Đã trả lời 2 câu hỏi." in done.text
        assert "Đã đóng" in browser.post(f"/staff/inbox/{codes[2]}/close").text
        assert browser.post("/staff/inbox/KHONGCO/close").status_code == 404
        assert "Không có câu nào đang chờ" in browser.get("/staff/inbox").text
    answered = inquiries.find(codes[1])
    assert answered is not None and answered.answer == ANSWER
    assert answered.answered_by == "Nguyễn Thị Lan"


def test_only_what_is_very_alike_is_ticked_without_the_clerks_doing() -> None:
    alike = Alike.load(load_encoder())
    clock = Clock()

    def read(*texts: str) -> list[list[bool]]:
        found = [_inquiry(text, clock) for text in texts]
        return [[m.is_ticked for m in group.members] for group in grouped(found, alike)]

    assert read(ATM, "phuong co may rut tien ko", "đèn đường hỏng báo ai") == [[True, True], [True]]
    assert read("chồng tôi đi tù thì kết hôn được không", "đèn đường hỏng báo ai") == [
        [True],
        [True],
    ]
    assert grouped([], alike) == []


def _inquiry(text: str, clock: Clock) -> Inquiry:
    empty = dict.fromkeys(Inquiry.__dataclass_fields__)
    return Inquiry(
        **empty
        | {"code": text[:6], "question": text, "status": InquiryStatus.OPEN, "created_at": clock()}
    )


def test_the_second_of_two_who_answer_is_told_whose_answer_stands_and_keeps_her_text(
    own_desk: Desk,
) -> None:
    (code,) = ask(own_desk, ATM)
    with at_work(own_desk, "lan") as first, at_work(own_desk, "minh") as second:
        first.get("/staff/inbox")
        second.get("/staff/inbox")
        first.post("/staff/inbox/answer", code=code, text=ANSWER)
        told = second.post("/staff/inbox/answer", code=code, text="Dạ, không có ạ.")
        assert told.status_code == 409
        assert "Nguyễn Thị Lan đã trả lời trước" in told.text
        assert ANSWER in told.text and "Dạ, không có ạ." in told.text
    held = own_desk.inquiries.find(code)
    assert held is not None and held.answer == ANSWER


def test_what_a_colleague_has_taken_is_taken_over_only_by_saying_so(own_desk: Desk) -> None:
    (code,) = ask(own_desk, ATM)
    with at_work(own_desk, "lan") as lan, at_work(own_desk, "minh") as minh:
        lan.get("/staff/inbox")
        minh.get("/staff/inbox")
        lan.post(f"/staff/inbox/{code}/take")
        refused = minh.post(f"/staff/inbox/{code}/take")
        assert refused.status_code == 409 and "Nguyễn Thị Lan đang xem" in refused.text
        page = minh.get("/staff/inbox").text
        assert "Nhận thay Nguyễn Thị Lan" in page
        minh.post(f"/staff/inbox/{code}/take", instead="Nguyễn Thị Lan")
    held = own_desk.inquiries.find(code)
    assert held is not None and held.taken_by == "Trần Văn Minh"


def test_a_forwarded_question_stands_first_at_its_new_clerk_with_the_note(own_desk: Desk) -> None:
    (code,) = ask(own_desk, ATM)
    with at_work(own_desk, "lan") as lan, at_work(own_desk, "minh") as minh:
        lan.get("/staff/inbox")
        assert lan.post(f"/staff/inbox/{code}/forward").status_code == 409
        lan.get("/staff/inbox")
        lan.post(f"/staff/inbox/{code}/forward", to="Trần Văn Minh", note="Anh hỏi ngân hàng nhé")
        page = minh.get("/staff/inbox").text
        assert "Chuyển cho anh/chị" in page and "Anh hỏi ngân hàng nhé" in page
        assert "Chuyển cho anh/chị" not in lan.get("/staff/inbox").text
    standing = own_desk.receptionist.reply(code).text
    assert "Trần Văn Minh" in standing and "ngân hàng" not in standing


def test_an_answer_becomes_a_draft_that_answers_once_a_publisher_has_read_it(
    own_desk: Desk,
) -> None:
    codes = ask(own_desk, ATM, "phuong co may rut tien ko")
    question = {"message": ATM}
    with at_work(own_desk, "lan") as lan, at_work(own_desk, "hoa") as hoa:
        lan.get("/staff/inbox")
        made = lan.post("/staff/inbox/answer", code=codes, text=ANSWER, faq="1")
        assert "bản nháp" in made.text and made.url.path.startswith("/staff/faq/")
        path = made.url.path
        version = re.search(r'name="version" value="(\d+)"', made.text)
        assert version and "phuong co may rut tien ko" in made.text
        fields = {"version": version[1], "question": ATM, "answer": ANSWER, "code": ""}
        assert lan.post(path, **fields, do="publish").status_code == 403
        lan.get(path)
        assert "Đã gửi duyệt" in lan.post(path, **fields, do="submit").text
        assert ANSWER not in lan.client.post("/api/chat", json=question).json()["text"]
        assert ATM in hoa.get("/staff").text
        page = hoa.get(path).text
        version = re.search(r'name="version" value="(\d+)"', page)
        assert version
        fields["version"] = version[1]
        assert "Đã công bố" in hoa.post(path, **fields, do="publish").text
        answer = lan.client.post("/api/chat", json=question).json()
        assert answer["outcome"] == "answered" and answer["text"].startswith(ANSWER)
        assert answer["citations"][0]["section"] == "faq"
        assert "Đã có trong" in lan.get("/staff/inbox/answered").text
        version = re.search(r'name="version" value="(\d+)"', hoa.get(path).text)
        assert version
        assert lan.post(f"{path}/retire", version=version[1]).status_code == 403
        hoa.post(f"{path}/retire", version=version[1])
        assert ANSWER not in hoa.client.post("/api/chat", json=question).json()["text"]
    (entry,) = own_desk.library.store.faq_entries("hoa-sen")
    assert entry.status is FaqStatus.RETIRED and entry.reference == codes[0]


def test_two_who_edit_a_frequent_question_lose_nothing_and_what_is_wrong_stands_beside_it(
    own_desk: Desk,
) -> None:
    entry = own_desk.faq.propose(ATM, ANSWER, by="lan")
    path = f"/staff/faq/{entry.id}"
    with at_work(own_desk, "lan") as lan, at_work(own_desk, "minh") as minh:
        lan.get(path)
        minh.get(path)
        first = {"version": "1", "question": ATM, "answer": "Của Lan.", "do": "save"}
        assert "Đã lưu nháp" in lan.post(path, **first).text
        told = minh.post(path, **first | {"answer": "Của Minh."})
        assert told.status_code == 409
        assert "lan vừa thay đổi" in told.text and "Của Lan." in told.text
        assert "Của Minh." in told.text.split("<textarea")[1]
        again = re.search(r'name="version" value="(\d+)"', told.text)
        assert again
        saved = minh.post(path, **first | {"answer": "Cả hai.", "version": again[1]})
        assert "Đã lưu nháp" in saved.text
        wrong = minh.post(path, **first | {"code_other": "abc", "answer": "Giữ lại."})
        assert wrong.status_code == 422 and "Mã thủ tục có dạng" in wrong.text
        assert "Giữ lại." in wrong.text
        assert minh.get("/staff/faq/999").status_code == 409


def test_a_new_entry_is_written_by_hand_and_its_private_numbers_are_masked(own_desk: Desk) -> None:
    with at_work(own_desk, "minh") as minh:
        assert "Soạn câu hỏi thường gặp" in minh.get("/staff/faq/new").text
        text = "Gọi 0912 345 678.\nHoặc đến quầy 1."
        saved = minh.post("/staff/faq/0", question="gặp ai", answer=text, do="save", version="0")
        assert "0912" not in saved.text and "Hoặc đến quầy 1." in saved.text
        assert "gặp ai" in minh.get("/staff/faq", params={"q": "gap ai"}).text


def test_an_editor_keeps_the_canned_texts_that_clerks_pick(own_desk: Desk) -> None:
    ask(own_desk, ATM)
    with at_work(own_desk, "minh") as minh, at_work(own_desk, "lan") as lan:
        assert lan.get("/staff/canned").status_code == 403
        minh.get("/staff/canned")
        assert minh.post("/staff/canned", title="", text="x").status_code == 422
        minh.get("/staff/canned")
        minh.post("/staff/canned", title="Mời đến quầy", text="Dạ, mời anh/chị đến quầy 1 ạ.")
        assert "Mời đến quầy" in lan.get("/staff/inbox").text
        was = {"was_title": "Mời đến quầy", "was_text": "Dạ, mời anh/chị đến quầy 1 ạ."}
        minh.post("/staff/canned", title="Mời đến", text="Dạ, mời đến quầy 2 ạ.", **was)
        late = minh.post("/staff/canned", title="Khác", text="Khác", **was)
        assert late.status_code == 409
        minh.get("/staff/canned")
        now = {"was_title": "Mời đến", "was_text": "Dạ, mời đến quầy 2 ạ."}
        minh.post("/staff/canned", do="drop", **now)
        assert "Mời đến" not in lan.get("/staff/inbox").text


def test_age_is_said_as_people_say_it() -> None:
    ages = [age(MORNING - timedelta(minutes=m), MORNING) for m in (0, 59, 61, 60 * 26, 60 * 24 * 9)]
    assert ages == ["chưa đầy một phút", "59 phút", "1 giờ", "1 ngày", "9 ngày"]
