"""Real office files, where they are at hand: every one ends in a result or a clear refusal."""

from pathlib import Path

import pytest
from browser import missing

from ingest.files import ingest_files
from ingest.reports import FileReport
from knowledge.database import connect, migrate
from knowledge.store import KnowledgeStore

REAL = Path(__file__).parent.parent.parent / "shared/data/documents"
# The lists are read by a test of their own; the long scan takes minutes and is of a kind
# that the two shorter ones are too.
ELSEWHERE = ("linh-vuc-", "tt-53-")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REAL.exists(), reason=f"no real files at {REAL}"),
]


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileReport]:
    home = tmp_path_factory.mktemp("home")
    engine = connect(f"sqlite:///{home / 'letan.db'}")
    migrate(engine)
    paths = [
        path
        for path in sorted(REAL.rglob("*"))
        if path.is_file() and not path.name.startswith(ELSEWHERE)
    ]
    report = ingest_files(paths, KnowledgeStore(engine), home=home, by="Lan")
    engine.dispose()
    for part in ("Tesseract", "LibreOffice"):
        if any(part in str(file.problems) for file in report.files):
            missing(f"{part} is not installed")
    return {file.source: file for file in report.files}


def test_only_what_is_no_document_is_refused_and_says_why(entries: dict[str, FileReport]) -> None:
    refused = [file for file in entries.values() if file.outcome == "refused"]
    assert [file.source for file in refused] == ["broken_download_tcvn.pdf"]
    assert "trang báo lỗi" in refused[0].problems[0]


def test_lists_give_their_codes_and_nothing_else(entries: dict[str, FileReport]) -> None:
    lists = [file for name, file in entries.items() if name.startswith("danh-sach-")]
    assert [(f.codes_listed, f.procedures, f.passages) for f in lists] == [
        (339, 0, 0), (271, 0, 0),
    ]  # fmt: skip


def test_laws_circulars_and_letters_become_passages(entries: dict[str, FileReport]) -> None:
    least = {
        "luat-can-cuoc-2023_congbao.pdf": (30, 200), "luat-pccc_fake.docx": (1, 150),
        "tt-02-2021-tt-btc_phi.pdf": (3, 12), "tt-148-2020-tt-bca_scan.PDF": (6, 12),
        "tt-51-2025-tt-bca_dang-ky-xe_scan.pdf": (4, 8), "cong-van-signed_1p.pdf": (1, 2),
    }  # fmt: skip
    for name, (pages, passages) in least.items():
        assert (entries[name].pages, entries[name].procedures) == (pages, 0), name
        assert entries[name].passages >= passages, name
    assert all("nhận dạng" in f.read_how for name, f in entries.items() if "_scan" in name)


def test_forms_are_known_for_forms_and_none_becomes_a_procedure(
    entries: dict[str, FileReport],
) -> None:
    forms = [entries[path.name] for path in (REAL / "forms").iterdir()]
    assert not any(form.procedures or form.codes_listed for form in forms)
    assert all("biểu mẫu" in str(form.problems) for form in forms)
