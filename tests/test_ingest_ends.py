"""What ends and when: abolished codes, replaced laws, older editions, copies of a file."""

from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from records import MORNING, Clock, empty_store, fixed, record

from assistant.desk import Desk
from ingest import review
from ingest.decisions import (
    Said,
    numbered_by_name,
    proposals_in,
    read_header,
    replaced_in,
)
from ingest.files import ingest_files
from ingest.legal import title_of
from ingest.reports import FileReport
from ingest.segments import Piece
from knowledge.catalogue import CodeStatus, KnownCode
from knowledge.documents import Decision
from knowledge.procedures import Source
from knowledge.store import KnowledgeStore

CODE = "9.000001"
DAY = date(2027, 1, 1)
Ingest = Callable[..., FileReport]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> KnowledgeStore:
    return empty_store(tmp_path / "home", clock)


@pytest.fixture
def ingest(store: KnowledgeStore, tmp_path: Path) -> Ingest:
    def run(name: str, *lines: str) -> FileReport:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines), "utf-8")
        (entry,) = ingest_files([path], store, home=tmp_path / "home", by="Lan").files
        return entry

    return run


def law(number: str, cats: str, start: str, *more: str) -> tuple[str, ...]:
    return (
        f"Luật số: {number}", "LUẬT", "NUÔI MÈO", "Điều 1. Số mèo",
        f"Mỗi nhà được nuôi không quá {cats} con mèo trong khu dân cư.",
        "Điều 2. Hiệu lực thi hành", f"1. Luật này có hiệu lực thi hành từ ngày {start}.", *more,
    )  # fmt: skip


def answers(store: KnowledgeStore) -> str:
    return " ".join(passage.text for passage in store.live_passages())


def test_a_retirement_of_a_later_day_is_accepted_now_and_waits_for_it(
    store: KnowledgeStore, ingest: Ingest, clock: Clock
) -> None:
    store.publish(record(CODE, "Đăng ký nuôi mèo"), by="Hoa")
    ingest(
        "qd.txt", "Số: 9/QĐ-UBND", "QUYẾT ĐỊNH", f"Điều 1. Bãi bỏ thủ tục hành chính mã {CODE}.",
        "Điều 2. Quyết định này có hiệu lực từ ngày 01/01/2027.",
    )  # fmt: skip
    (proposal,) = review.proposals(store)
    assert (proposal.name, proposal.effective_from) == ("Đăng ký nuôi mèo", DAY)
    review.accept_proposal(store, proposal.id, by="Hoa")
    assert store.proposals(None, Decision.WAITING) == []
    assert CODE in store.find_live_versions()
    known = store.find_known_code(CODE)
    assert known is not None and known.status is CodeStatus.IN_FORCE
    clock.moment = MORNING + timedelta(days=(DAY - MORNING.date()).days)
    assert CODE not in store.find_live_versions()
    known = store.find_known_code(CODE)
    assert known is not None and known.status is CodeStatus.ABOLISHED


@pytest.mark.parametrize(("line", "name"), [
    ("Thủ tục Đăng ký nuôi mèo (9.000001) bị bãi bỏ.", "Đăng ký nuôi mèo"),
    ("Bãi bỏ thủ tục hành chính Nuôi chó, mã số 9.000001", "Nuôi chó"),
    ("1 | 9.000001 | Cấp giấy nuôi mèo | bị bãi bỏ", "Cấp giấy nuôi mèo"),
    ("Bãi bỏ thủ tục mã 9.000001.", "9.000001"),
])  # fmt: skip
def test_a_proposal_is_named_by_the_procedure_not_by_the_sentence(line: str, name: str) -> None:
    (proposal,) = proposals_in([Said(line)], read_header(""))
    assert proposal.record["name"] == name


def test_a_retired_code_keeps_the_name_the_catalogue_has(
    store: KnowledgeStore, ingest: Ingest
) -> None:
    source = Source(name="Danh mục", as_of=MORNING.date())
    store.put_known_codes([KnownCode(code=CODE, name="Nuôi mèo", source=source)], by="Hoa")
    ingest(
        "qd.txt", "Số: 9/QĐ-UBND", "QUYẾT ĐỊNH",
        f"Điều 1. Thủ tục mã {CODE} được thay thế bằng thủ tục mã 9.000002.",
    )  # fmt: skip
    (proposal,) = review.proposals(store)
    review.accept_proposal(store, proposal.id, by="Hoa")
    known = store.find_known_code(CODE)
    assert known is not None
    assert (known.name, known.superseded_by) == ("Nuôi mèo", ("9.000002",))


def test_a_new_edition_that_is_not_yet_in_force_leaves_the_old_one_until_then(
    store: KnowledgeStore, ingest: Ingest, clock: Clock
) -> None:
    old = ingest("luat.txt", *law("7/2026/QH16", "năm", "01/3/2026"))
    review.publish_passages(store, old.file_id or 0, by="Hoa")
    new = ingest("luat.txt", *law("7/2026/QH16", "ba", "01/01/2027"))
    review.publish_passages(store, new.file_id or 0, by="Hoa")
    assert "năm con mèo" in answers(store) and "ba con mèo" not in answers(store)
    clock.moment = MORNING + timedelta(days=60)
    assert "ba con mèo" in answers(store) and "năm con mèo" not in answers(store)


def test_a_law_that_replaces_another_ends_it_on_its_own_day(
    store: KnowledgeStore, ingest: Ingest, clock: Clock
) -> None:
    old = ingest("luat-cu.txt", *law("7/2020/QH14", "năm", "01/3/2020"))
    review.publish_passages(store, old.file_id or 0, by="Hoa")
    new = ingest("luat-moi.txt", *law(
        "8/2026/QH16", "ba", "01/01/2027",
        "2. Luật Nuôi mèo số 7/2020/QH14 hết hiệu lực kể từ ngày Luật này có hiệu lực.",
    ))  # fmt: skip
    assert any("thay 7/2020/QH14" in problem for problem in new.problems)
    review.publish_passages(store, new.file_id or 0, by="Hoa")
    assert "năm con mèo" in answers(store)
    clock.moment = MORNING + timedelta(days=60)
    assert "ba con mèo" in answers(store) and "năm con mèo" not in answers(store)


@pytest.mark.parametrize(("sentence", "numbers"), [
    ("Nghị định này thay thế Nghị định số 12/2020/NĐ-CP ngày 01/02/2020.", ("12/2020/NĐ-CP",)),
    ("Bãi bỏ Thông tư số 3/2019/TT-BTP.", ("3/2019/TT-BTP",)),
    ("Luật A số 5/2014/QH13 và Luật B số 6/2015/QH13 hết hiệu lực kể từ ngày Luật này có hiệu lực",
     ("5/2014/QH13", "6/2015/QH13")),
    ("Luật A số 5/2014/QH13 đã được sửa đổi, bổ sung một số điều theo Luật số 6/2020/QH14 hết hiệu "
     "lực kể từ ngày Luật này có hiệu lực", ("5/2014/QH13",)),
    ("Thông tư này thay thế Thông tư số 5/2021/TT-BT đã được sửa đổi bởi Thông tư số 6/2023/TT-BT",
     ("5/2021/TT-BT",)),
    ("Thông tư này có hiệu lực từ ngày 01/7/2026 và thay thế Thông tư số 5/2021/TT-BT",
     ("5/2021/TT-BT",)),
    ("7. Bãi bỏ biểu mẫu túi hồ sơ ban hành kèm theo Thông tư số 5/2021/TT-BT.", ()),
    ("Bãi bỏ khoản 2 Điều 5 Nghị định số 12/2020/NĐ-CP.", ()),
    ("Quyết định này căn cứ Nghị định số 12/2020/NĐ-CP.", ()),
    ("Sửa đổi Điều 3 Luật A số 5/2014/QH13 đã hết hiệu lực một phần.", ()),
])  # fmt: skip
def test_only_whole_acts_that_end_are_taken_for_replaced(
    sentence: str, numbers: tuple[str, ...]
) -> None:
    assert replaced_in([sentence], "1/2026/NĐ-CP") == numbers


def test_what_an_amendment_quotes_is_no_article_of_the_act_that_amends(
    store: KnowledgeStore, ingest: Ingest
) -> None:
    entry = ingest(
        "tt.txt", "Số: 3/2026/TT-BT", "THÔNG TƯ", "Sửa đổi quy định về nuôi mèo",
        "Điều 1. Sửa đổi Thông tư số 5/2021/TT-BT",
        "1. Sửa đổi khoản 1 và khoản 2 Điều 3 như sau:", "“1. Mèo phải có chủ ở trong khu dân cư.",
        "2. Chủ mèo phải tiêm phòng cho mèo hằng năm.”.",
        "2. Sửa đổi Điều 24 như sau:", "“Điều 24. Trách nhiệm của chủ nuôi mèo",
        "1. Giữ mèo trong nhà vào ban đêm.", "2. Dọn dẹp sau khi mèo ra ngoài.”.",
        "3. Bãi bỏ Điều 25.", "Điều 2. Hiệu lực thi hành",
        "Thông tư này có hiệu lực từ ngày 01/3/2026.", "Nơi nhận:", "Mẫu CT01",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "1. Họ và tên người nuôi mèo trong khu dân cư",
    )  # fmt: skip
    kept = review.passages(store, entry.file_id or 0)
    assert [(p.article, p.clause) for p in kept if p.article] == [
        ("1", "1"), ("1", "2"), ("1", "3"), ("2", None),
    ]  # fmt: skip
    second = next(p for p in kept if p.clause == "2")
    assert "Điều 24" in second.text and "Dọn dẹp" in second.text
    assert "Họ và tên" not in " ".join(p.text for p in kept if p.article)


def test_the_kind_of_a_scanned_act_is_found_behind_its_stamp() -> None:
    lines = ["BỘ THỬ", "|. R#e.03... THÔNG TƯ", "Sửa đổi quy định về mèo", "Điều 1. Mèo"]
    title = title_of([Piece(line) for line in lines], read_header(""), "quet.pdf")
    assert title == "Thông tư Sửa đổi quy định về mèo"


def test_a_number_a_scan_hides_is_taken_from_the_name_where_the_paper_agrees() -> None:
    text = "BỘ THỬ\n[slshosmo5/TT-BTU Hà Nội, ngày 01 tháng 7 năm 2025\nTHÔNG TƯ\nvề mèo"
    named = {
        name: numbered_by_name(read_header(text), name, text).number
        for name in ("tt-53-2025-tt-btu_scan.pdf", "tt-53-2024-tt-btu.pdf", "tt-53-2025-tt-bxd.pdf")
    }
    assert list(named.values()) == ["53/2025/TT-BTU", None, None]


def test_the_day_of_a_law_is_its_own_not_that_of_a_law_it_names() -> None:
    said = read_header(
        "Luật số: 8/2026/QH16\nCăn cứ Luật A số 5/2024/QH15 có hiệu lực từ ngày 01/7/2024;\n"
        "Luật này có hiệu lực thi hành từ ngày 01 tháng 3 năm 2027."
    )
    assert said.effective_from == date(2027, 3, 1)


def test_a_copy_of_a_file_under_another_name_changes_nothing(
    store: KnowledgeStore, ingest: Ingest
) -> None:
    lines = law("7/2026/QH16", "năm", "01/3/2026")
    first, copy = ingest("luat.txt", *lines), ingest("ban-sao.txt", *lines)
    assert (copy.outcome, copy.file_id) == ("unchanged", first.file_id)
    assert "luat.txt" in copy.problems[0]
    assert ingest("luat.txt", *law("7/2026/QH16", "ba", "01/3/2026")).outcome == "read"
    assert ingest("ban-sao.txt", *lines).outcome == "read"


def test_files_of_one_name_in_several_folders_are_different_documents(
    store: KnowledgeStore, tmp_path: Path
) -> None:
    for folder, code in (("ho-tich", "9.000011"), ("dat-dai", "9.000012")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ds.csv").write_text(
            f"Mã thủ tục,Tên thủ tục\n{code},Việc của {folder}\n", "utf-8"
        )
    sources = [tmp_path / "ho-tich", tmp_path / "dat-dai"]
    for outcome in ("read", "unchanged"):
        files = ingest_files(sources, store, home=tmp_path / "home", by="Lan").files
        assert [(f.source, f.outcome) for f in files] == [
            ("ho-tich/ds.csv", outcome), ("dat-dai/ds.csv", outcome),
        ]  # fmt: skip


def test_a_fault_in_one_file_costs_that_file_only(store: KnowledgeStore, tmp_path: Path) -> None:
    def mask(text: str) -> str:
        if "mèo" in text:
            raise LookupError("a fault of ours")
        return text

    paths = []
    for name in ("mèo", "chó"):
        paths.append(tmp_path / f"{name}.txt")
        paths[-1].write_text(f"Thông báo về việc nuôi {name} ở khu dân cư của phường.", "utf-8")
    files = ingest_files(paths, store, home=tmp_path / "home", by="Lan", mask=mask).files
    assert [f.outcome for f in files] == ["refused", "read"]
    assert "lỗi khi xử lý" in files[0].problems[0]


def test_the_review_in_the_terminal_shows_each_file_and_the_command_for_each_decision(
    store: KnowledgeStore, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.console import Console

    from channels import cli_ingest_review

    console = Console(width=80, record=True, file=StringIO())
    monkeypatch.setattr(cli_ingest_review, "out", console)
    store.publish(record(CODE, "Đăng ký nuôi mèo", fees=(fixed(20000),)), by="Hoa")
    ingest(
        "so-tay[red].txt", "1. Thủ tục: Đăng ký nuôi mèo", f"Mã thủ tục: {CODE}",
        "a) Trình tự thực hiện:", "Nộp hồ sơ tại UBND huyện.", "b) Thành phần hồ sơ:",
        "- Tờ khai đăng ký nuôi mèo (01 bản chính)", "c) Thời hạn giải quyết: 3",
        "d) Phí, lệ phí: 30.000 đồng",
    )  # fmt: skip
    ingest("qd.txt", "Số: 9/QĐ-UBND", "QUYẾT ĐỊNH", f"Điều 1. Bãi bỏ thủ tục mã {CODE}.")
    cli_ingest_review.review(store, None, as_json=False)
    said = console.export_text()
    assert max(map(len, said.splitlines())) <= 80
    flat = " ".join(said.split())
    for part in (
        "Chờ duyệt: 1 bản thảo, 1 đề nghị", "so-tay[red].txt", "câu trả lời đổi ở:",
        "đang dùng: 20.000 đồng", "trong tệp: 30.000 đồng", "CHƯA CHẮC", "cấp huyện (đã bỏ",
        "letan ingest --accept 1", "Đăng ký nuôi mèo (đang trả lời)", "letan ingest --retire 1",
    ):  # fmt: skip
        assert part in flat, part


def test_who_asks_for_an_abolished_code_is_told_that_it_is_abolished(own_desk: Desk) -> None:
    store = own_desk.library.store
    for code, status, instead in (
        ("9.000031", CodeStatus.ABOLISHED, ()), ("9.000032", CodeStatus.SUPERSEDED, ("9.000033",)),
    ):  # fmt: skip
        source = Source(name="Quyết định thử", as_of=MORNING.date())
        known = KnownCode(
            code=code, name="Đăng ký nuôi mèo", status=status, superseded_by=instead, source=source
        )
        store.put_known_codes([known], by="Hoa")
    gone = own_desk.receptionist.reply("thủ tục 9.000031 cần giấy tờ gì").text
    assert "đã bị bãi bỏ" in gone and "có trong danh mục" not in gone
    replaced = own_desk.receptionist.reply("thủ tục 9.000032 cần giấy tờ gì").text
    assert "đã bị bãi bỏ" in replaced and "Mã dùng thay: 9.000033" in replaced
