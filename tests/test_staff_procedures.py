"""Correcting, publishing, suspending and rolling back procedures; answering what waits."""

import html
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import desk_at
from fastapi.testclient import TestClient
from pydantic import ValidationError
from records import BY_PROVINCE, TODAY, TWO_CASES, Clock, fixed, paper, record
from staffroom import SETTINGS, Browser, at_work, hire
from starlette.datastructures import FormData

from assistant.desk import Desk
from channels.staff import record_form
from channels.staff.record_diff import diff
from channels.staff.settings import StaffSettings
from channels.web import create_app
from knowledge.procedures import Procedure
from knowledge.versions import Status

CODE = "2.000815"  # certified copies: a procedure of the sample office with fixed fees
PAGE = f"/staff/procedures/{CODE}"


@pytest.fixture(scope="module")
def own_desk(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all of these tests; each leaves no suspension and no draft behind."""
    home = shutil.copytree(homes[1], tmp_path_factory.mktemp("staffed") / "home")
    desk = desk_at(home, Clock())
    hire(desk)
    yield desk
    desk.library.engine.dispose()


def fields_of(page: str) -> list[tuple[str, str]]:
    """What a browser would send of the record's form, buttons aside."""
    form = page.split('id="record"', 1)[1].split("</form>", 1)[0]
    found: list[tuple[str, str]] = []
    pattern = r"<input ([^>]*)>|<textarea ([^>]*)>(.*?)</textarea>|<select ([^>]*)>(.*?)</select>"
    for tag in re.finditer(pattern, form, re.S):
        attributes = tag[1] or tag[2] or tag[4]
        name = re.search(r'name="([^"]*)"', attributes)
        value = re.search(r'value="([^"]*)"', attributes)
        assert name
        if tag[1] and 'type="checkbox"' in attributes and "checked" not in attributes:
            continue
        if tag[4]:
            chosen = re.search(r'<option value="([^"]*)" selected', tag[5])
            plain = re.search(r"<option selected>([^<]*)", tag[5])
            first = re.search(r'<option value="([^"]*)"', tag[5])
            text = (chosen or plain or first)[1]  # type: ignore[index]
        else:
            text = tag[3] if tag[2] else value[1] if value else ""
        found.append((name[1], html.unescape(text)))
    return found


def send(browser: Browser, fields: list[tuple[str, str]], do: str, **changes: str) -> Any:
    """The record's form with some fields changed and one button pressed."""
    form: dict[str, list[str]] = {}
    for name, value in fields:
        form.setdefault(name, []).append(value)
    form |= {name: [value] for name, value in changes.items()} | {"do": [do]}
    return browser._seen(browser.client.post(PAGE, data=form))


def whole() -> Procedure:
    return record(
        cases=TWO_CASES,
        documents=(paper("Tờ khai", cases=("lost_paper",)), paper("Giấy cũ", copies=2)),
        fees=(fixed(8000, per="bản"), BY_PROVINCE),
        steps=("Nộp", "Nhận"),
        aliases=("xác nhận thử",),
    )


def as_form(fields: dict[str, Any]) -> FormData:
    sent: list[tuple[str, str]] = []
    for name, value in fields.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for n, row in enumerate(value):
                for key, one in row.items():
                    for text in one if isinstance(one, list) and key == "cases" else [one]:
                        text = "\n".join(text) if isinstance(text, list) else text
                        sent.append((f"{name}-{n}-{key}", "" if text is None else str(text)))
        elif name == "unverified":
            sent.extend((name, section) for section in value)
        elif isinstance(value, list):
            sent.append((name, "\n".join(value)))
        elif not isinstance(value, dict) and value is not None:
            sent.append((name, "1" if value is True else str(value)))
    return FormData(sent)


def test_a_record_comes_out_of_its_form_as_it_went_in(own_desk: Desk) -> None:
    held = [whole(), *(p for p, _ in own_desk.library.store.live_procedures("hoa-sen"))]
    for procedure in held[:60]:
        form = as_form(record_form.to_fields(procedure))
        again = record_form.to_procedure(record_form.read_fields(form, procedure))
        assert again.model_copy(update={"origin": procedure.origin}) == procedure, procedure.code


def test_rows_are_added_moved_and_dropped() -> None:
    fields = record_form.to_fields(whole())
    names = [row["name"] for row in record_form.change_rows(fields, "up:documents:1")["documents"]]
    assert names == ["Giấy cũ", "Tờ khai"]
    assert len(record_form.change_rows(fields, "add:fees")["fees"]) == 3
    dropped = record_form.change_rows(fields, "drop:fees:0")["fees"]
    assert [row["status"] for row in dropped] == ["set_by_province"]
    assert record_form.change_rows(fields, "drop:source:0") == fields
    assert record_form.change_rows(fields, "add:cases")["cases"][2]["id"] == "case_1"


def test_what_is_wrong_is_said_at_its_field_in_vietnamese() -> None:
    fields = record_form.to_fields(whole())
    fields["fees"][0]["amount_vnd"] = "tám nghìn"
    fields["documents"][0]["originals"] = "-1"
    fields["name"] = None
    with pytest.raises(ValidationError) as refused:
        record_form.to_procedure(fields)
    wrong = record_form.problems(refused.value)
    assert wrong["fees-0-amount_vnd"] == "Cần là số nguyên."
    assert wrong["documents-0-originals"] == "Số nhỏ nhất là 0."
    assert wrong["name"] == "Cần điền."
    fields = record_form.to_fields(whole())
    fields["fees"][0]["amount_vnd"] = None
    with pytest.raises(ValidationError) as refused:
        record_form.to_procedure(fields)
    assert "phải có số tiền" in record_form.problems(refused.value)["fees-0-amount_vnd"]


def test_a_diff_names_the_field_and_its_lines() -> None:
    (found,) = diff(whole(), whole().model_copy(update={"steps": ("Nộp", "Chờ", "Nhận")}))
    assert found.label.startswith("Các bước")
    assert [line for mark, line in found.lines if mark == "+"] == ["Chờ"]


def test_a_diff_reads_as_the_form_does() -> None:
    before = whole()
    fees = (before.fees[0].model_copy(update={"amount_vnd": 12000}), *before.fees[1:])
    after = before.model_copy(
        update={"fees": fees, "verified": not before.verified, "effective_from": TODAY}
    )
    lines = {
        field.label: [line for mark, line in field.lines if mark == "+"]
        for field in diff(before, after)
    }
    (fee,) = lines["Lệ phí"]
    assert "Số tiền (đồng): 12.000" in fee and "Tính theo: bản" in fee
    assert "amount_vnd" not in fee and "status" not in fee
    assert lines["Có hiệu lực từ"] == ["2026-11-24"]


def test_a_version_of_a_later_day_waits_for_it_and_the_page_says_so(own_desk: Desk) -> None:
    store = own_desk.library.store
    with at_work(own_desk, "hoa") as browser:
        fields = fields_of(browser.get(PAGE).text)
        amount = next(name for name, _ in fields if re.fullmatch(r"fees-\d+-amount_vnd", name))
        later = {amount: "9.000", "effective_from": "2026-12-01"}
        done = send(browser, fields, "publish", **later)
        assert "được dùng từ ngày 01/12/2026" in done.text
        question = {"message": f"{CODE} lệ phí bao nhiêu"}
        assert "9.000 đồng" not in browser.client.post("/api/chat", json=question).json()["text"]
    view = store.find_view(CODE, "hoa-sen", date(2026, 12, 1))
    assert view is not None and view.procedure.fees[0].amount_vnd == 9000
    assert store.find_view(CODE, "hoa-sen").procedure.fees[0].amount_vnd != 9000  # type: ignore[union-attr]
    before = store.get_version(CODE, store.find_live_versions("hoa-sen")[CODE])
    store.retire(CODE, by="hoa", reason="thử")
    store.publish(before, by="hoa")


def test_where_a_second_person_is_needed_publishing_ones_own_words_hands_them_in(
    own_desk: Desk,
) -> None:
    two = StaffSettings(_env_file=None, second_person=True)
    with at_work(own_desk, "hoa", two) as browser:
        fields = fields_of(browser.get(PAGE).text)
        done = send(browser, fields, "publish", summary="Của Hoa", note="vì sao")
        assert "cần người thứ hai công bố" in done.text
    (draft,) = own_desk.library.store.versions_in(Status.IN_REVIEW)
    with at_work(own_desk, "binh", two) as browser:
        browser.get(PAGE)
        browser.post(f"{PAGE}/versions/{draft.version}/send_back", reason="sai chính tả")
        browser.get(PAGE)
        browser.post(f"{PAGE}/versions/{draft.version}/discard")
    assert own_desk.library.store.versions_in(Status.DRAFT) == []


def test_a_corrected_fee_is_in_the_next_answer_of_every_worker(own_desk: Desk) -> None:
    with at_work(own_desk, "hoa") as browser, at_work(own_desk) as other_worker:
        assert CODE in browser.get("/staff/procedures", params={"q": "chung thuc ban sao"}).text
        fields = fields_of(browser.get(PAGE).text)
        amounts = [name for name, _ in fields if re.fullmatch(r"fees-\d+-amount_vnd", name)]
        wrong = send(browser, fields, "publish", **{amounts[0]: "nhiều"})
        assert wrong.status_code == 422 and "Cần là số nguyên." in wrong.text
        moved = send(browser, fields, "down:documents:0", **{amounts[0]: "7.000"})
        assert 'value="7.000"' in moved.text
        done = send(browser, fields, "publish", **{amounts[0]: "7.000"})
        assert "Đã công bố bản" in done.text
        question = {"message": f"{CODE} lệ phí bao nhiêu"}
        assert "7.000 đồng" in other_worker.client.post("/api/chat", json=question).json()["text"]
        history = browser.get(f"{PAGE}/history").text
        assert "Số tiền (đồng): 7.000" in history
        back = re.findall(r"versions/(\d+)/roll_back", history)[-1]
        assert "Đã quay lại" in browser.post(f"{PAGE}/versions/{back}/roll_back").text
        answer = other_worker.client.post("/api/chat", json=question).json()
        assert "7.000 đồng" not in answer["text"]


def test_a_clerk_drafts_and_a_publisher_reviews(own_desk: Desk) -> None:
    store = own_desk.library.store
    with at_work(own_desk, "lan") as clerk:
        fields = fields_of(clerk.get(PAGE).text)
        live = store.find_live_versions("hoa-sen")[CODE]
        refused = send(clerk, fields, "publish", summary="Tóm tắt của Lan")
        assert refused.status_code == 403 and "Gửi duyệt" in refused.text
        assert "Công bố ngay" not in clerk.get(PAGE).text
        sent = send(clerk, fields, "submit", summary="Tóm tắt của Lan")
        assert "Đã gửi duyệt" in sent.text
        draft = store.versions_in(Status.IN_REVIEW)[0].version
        for step in ("publish", "send_back", "roll_back"):
            assert clerk.post(f"{PAGE}/versions/{draft}/{step}").status_code == 403
        for step in ("suspend", "resume", "retire"):
            assert clerk.post(f"{PAGE}/{step}", reason="x").status_code == 403
        assert store.find_live_versions("hoa-sen")[CODE] == live
    with at_work(own_desk, "hoa") as publisher:
        assert "Bản chờ duyệt" in publisher.get("/staff").text
        assert "Trả lại" in publisher.get(f"{PAGE}?version={draft}").text
        assert "Đã công bố" in publisher.post(f"{PAGE}/versions/{draft}/publish").text
    assert store.get_version(CODE, draft).summary == "Tóm tắt của Lan"
    assert store.find_live_versions("hoa-sen")[CODE] == draft


def test_the_second_of_two_editors_is_told_and_loses_nothing(own_desk: Desk) -> None:
    with at_work(own_desk, "minh") as first, at_work(own_desk, "lan") as second:
        mine, theirs = fields_of(first.get(PAGE).text), fields_of(second.get(PAGE).text)
        assert "Đã lưu nháp" in send(first, mine, "save", summary="Của Minh").text
        told = send(second, theirs, "save", summary="Của Lan", note="ghi chú của Lan")
        assert told.status_code == 409 and 'value="ghi chú của Lan"' in told.text
        assert (
            "minh vừa lưu bản" in told.text and "Của Lan" in told.text and "Của Minh" in told.text
        )
        assert "Đã lưu nháp" in send(second, fields_of(told.text), "save").text
        drafts = own_desk.library.store.versions_in(Status.DRAFT)
        assert {d.created_by for d in drafts} >= {"minh", "lan"}
        for draft in drafts:
            first.post(f"{PAGE}/versions/{draft.version}/discard")
    assert own_desk.library.store.versions_in(Status.DRAFT) == []


def test_residents_hear_of_a_suspension_at_once_and_of_its_end(own_desk: Desk) -> None:
    question = {"message": f"{CODE} cần giấy tờ gì"}
    with at_work(own_desk, "hoa") as browser:
        browser.get(PAGE)
        assert browser.post(f"{PAGE}/suspend", reason="").status_code == 409
        browser.get(PAGE)
        reason = "Máy photo hỏng, chiều có lại"
        assert "Đã tạm dừng" in browser.post(f"{PAGE}/suspend", reason=reason).text
        assert reason in browser.client.post("/api/chat", json=question).json()["text"]
        assert reason in browser.get("/staff").text
        browser.get(PAGE)
        assert "trở lại" in browser.post(f"{PAGE}/resume").text
        assert reason not in browser.client.post("/api/chat", json=question).json()["text"]


def test_an_unknown_procedure_is_a_page_that_says_so(own_desk: Desk) -> None:
    with at_work(own_desk, "lan") as browser:
        missing = browser.get("/staff/procedures/9.999999")
        assert missing.status_code == 404 and "Không có thủ tục mã 9.999999" in missing.text


def test_a_procedure_the_office_does_not_hold_is_begun_as_a_draft(own_desk: Desk) -> None:
    store = own_desk.library.store
    with at_work(own_desk, "lan") as browser:
        browser.get("/staff/procedures/new")
        typed = {
            "code": "9.000007", "name": "Đăng ký nuôi chim", "sector": "Chăn nuôi",
            "receiving": "UBND cấp xã nơi nuôi", "source": "Quyết định 7/QĐ-UBND (thử)",
        }  # fmt: skip
        wrong = browser.post("/staff/procedures/new", **typed | {"code": "chim", "source": ""})
        assert wrong.status_code == 422 and 'id="code-wrong"' in wrong.text
        assert 'id="source-wrong"' in wrong.text and "Đăng ký nuôi chim" in wrong.text
        held = browser.post("/staff/procedures/new", **typed | {"code": CODE})
        assert held.status_code == 409 and f'href="/staff/procedures/{CODE}"' in held.text
        begun = browser.post("/staff/procedures/new", **typed)
        assert begun.url.path == "/staff/procedures/9.000007" and "bản nháp" in begun.text
        assert store.find_view("9.000007", "hoa-sen") is None
        twice = browser.post("/staff/procedures/new", **typed)
        assert twice.status_code == 409
    (version,) = store.history("9.000007")
    record = store.get_version("9.000007", version.version)
    assert not record.verified and record.fees == ()
    store.discard_draft("9.000007", version.version, by="lan")


def test_a_suspension_ends_today_at_the_earliest_and_ends_once(own_desk: Desk) -> None:
    with at_work(own_desk, "hoa") as browser:
        browser.get(PAGE)
        past = browser.post(f"{PAGE}/suspend", reason="Máy hỏng", until="2020-01-01")
        assert past.status_code == 409 and "Ngày cuối đã qua" in past.text
        browser.get(PAGE)
        never = browser.post(f"{PAGE}/resume")
        assert never.status_code == 409 and "đang nhận hồ sơ bình thường" in never.text


def test_what_breaks_below_the_console_is_a_page_that_says_what_to_do(own_desk: Desk) -> None:
    app = create_app(own_desk, staff=SETTINGS)

    @app.get("/staff/broken")
    async def broken() -> None:
        raise LookupError("something of ours")

    with TestClient(app, raise_server_exceptions=False) as client:
        page = client.get("/staff/broken", headers={"accept": "text/html"})
        assert page.status_code == 500 and "có thể chưa lưu" in page.text
        assert client.get("/staff/api/broken").status_code in (401, 404)


def test_every_procedure_of_the_list_is_reached_page_by_page(own_desk: Desk) -> None:
    with at_work(own_desk, "lan") as browser:
        first = browser.get("/staff/procedures").text
        pages = re.search(r"Trang 1/(\d+)", first)
        assert pages
        seen: set[str] = set()
        for number in range(1, int(pages[1]) + 1):
            text = browser.get("/staff/procedures", params={"trang": number}).text
            seen |= set(re.findall(r'<th scope="row"><a href="/staff/procedures/([\d.]+)"', text))
    assert seen == {s.code for s in own_desk.library.store.live_summaries("hoa-sen")}
