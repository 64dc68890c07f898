"""The command line as people and programs call it: real processes on a real home."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from channels.cli import app
from knowledge.index import POINTER
from knowledge.sample import DATA

Done = subprocess.CompletedProcess[str]
ROOT = Path(__file__).parent.parent
SAMPLE = Path(__file__).parent / "data" / "portal" / "sample.jsonl"
BIRTH = "1.001193"

Run = Callable[..., Result]


@pytest.fixture
def letan(own_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """A command on a prepared home of its own, called from another directory."""
    for name in list(os.environ):
        if name.startswith(("LETAN_", "KNOWLEDGE_", "ASSISTANT_", "CHANNELS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LETAN_HOME", str(own_home))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, said: str = "") -> Result:
        return CliRunner().invoke(app, arguments, input=said)

    return run


def process(home: Path, *arguments: str, said: str = "", **settings: str) -> Done:
    """A command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "channels", *arguments],
        input=said, capture_output=True, text=True, cwd=home.parent, timeout=300,
        env=os.environ | {"LETAN_HOME": str(home), "PYTHONPATH": str(ROOT)} | settings,
    )  # fmt: skip


def answers(done: Result) -> list[dict[str, object]]:
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_help_names_every_command_at_once(tmp_path: Path) -> None:
    done = process(tmp_path / "home", "--help")
    assert done.returncode == 0
    for command in ("serve", "ask", "ingest", "index", "eval", "bench"):
        assert command in done.stdout
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "command", [["ask"], ["serve"], ["ingest"], ["index", "rebuild"], ["eval"], ["bench"]]
)
def test_every_command_explains_itself_in_vietnamese(command: Sequence[str]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"])
    assert shown.exit_code == 0
    assert any(ord(letter) > 0x1E00 for letter in shown.output)


def test_an_unknown_command_is_refused(letan: Run) -> None:
    assert letan("bay-len-sao-hoa").exit_code == 2


def test_one_question_gets_one_answer_in_words(letan: Run) -> None:
    done = letan("ask", f"thủ tục {BIRTH} cần giấy tờ gì")
    assert done.exit_code == 0, done.stderr
    assert "Tờ khai đăng ký khai sinh" in done.stdout
    assert "giấy chứng sinh" in done.stdout  # the question that decides the case
    assert "{" not in done.stdout


def test_a_program_gets_the_contract_as_one_line_of_json(letan: Run) -> None:
    (answer,) = answers(letan("ask", "--json", f"{BIRTH} lệ phí bao nhiêu tiền"))
    assert answer["outcome"] == "answered"
    assert answer["topics"] == ["fee"]
    assert answer["procedure"] == {"code": BIRTH, "name": "Đăng ký khai sinh"}


def test_piped_lines_are_one_conversation_and_empty_lines_are_passed_over(letan: Run) -> None:
    said = f"{BIRTH} cần giấy tờ gì\n\n  \nlệ phí bao nhiêu tiền\n"
    first, second = answers(letan("ask", "--json", said=said))
    assert first["conversation_id"] == second["conversation_id"]
    assert second["procedure"] == first["procedure"]
    assert second["topics"] == ["fee"]


def test_nothing_piped_ends_quietly(letan: Run) -> None:
    done = letan("ask", said="")
    assert (done.exit_code, done.stdout) == (0, "")


@pytest.mark.parametrize("question", ["", "   ", "\u200b"])
def test_an_empty_question_is_refused(letan: Run, question: str) -> None:
    done = letan("ask", question)
    assert done.exit_code == 2
    assert "trống" in done.stderr and "Traceback" not in done.stderr


def test_an_import_reports_and_can_be_asked_about_at_once(letan: Run) -> None:
    first = letan("ingest", "--json", str(SAMPLE))
    assert first.exit_code == 0, first.stderr
    report = json.loads(first.stdout)
    (file,) = report["files"]
    new = file["new"]
    assert new > 0 and file["path"] == str(SAMPLE)
    assert report["index"]["added"] > 0
    again = json.loads(letan("ingest", "--json", str(SAMPLE)).stdout)
    assert again["files"][0]["new"] == 0
    assert again["files"][0]["unchanged"] >= new
    assert (again["index"]["added"], again["index"]["removed"]) == (0, 0)


def test_an_import_is_reported_in_words_with_what_was_rejected(letan: Run, tmp_path: Path) -> None:
    mixed = tmp_path / "lẫn lộn.jsonl"
    good = SAMPLE.read_text("utf-8").splitlines()[0]
    mixed.write_text(f'{good}\n{{"code": "sai"}}\nkhông phải json\n', "utf-8")
    done = letan("ingest", str(mixed))
    assert done.exit_code == 0, done.stderr
    for word in ("Mới", "Thay đổi", "Từ chối", "dòng 2", "dòng 3", "Chỉ mục:"):
        assert word in done.stdout


def test_a_file_that_is_not_there_is_named(letan: Run) -> None:
    done = letan("ingest", "khong-co.jsonl")
    assert done.exit_code == 2
    assert "khong-co.jsonl" in done.stderr and "Traceback" not in done.stderr


def test_a_rebuild_fills_a_new_collection_and_the_desk_answers_from_it(letan: Run) -> None:
    done = letan("index", "rebuild", "--json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    held = len(list((DATA / "procedures").rglob("*.yaml")))
    assert report["procedures"] == held and report["passages"] > held
    assert report["collection"] != POINTER
    assert answers(letan("ask", "--json", f"mã {BIRTH}"))[0]["outcome"] == "answered"


@pytest.mark.slow
def test_another_process_goes_on_with_the_conversation_of_the_pipe(own_home: Path) -> None:
    said = f"{BIRTH} cần giấy tờ gì\nlệ phí bao nhiêu tiền\n"
    done = process(own_home, "ask", "--json", said=said)
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["conversation_id"] == second["conversation_id"]


@pytest.mark.slow
def test_a_setting_that_cannot_be_is_refused_with_a_sentence(own_home: Path) -> None:
    done = process(own_home, "ask", "khai sinh", LETAN_OFFICE="khong-co")
    assert done.returncode == 1
    assert done.stderr.startswith("Lỗi:") and "khong-co" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_database_of_a_newer_program_ends_every_command_with_one_sentence(
    own_home: Path,
) -> None:
    with closing(sqlite3.connect(own_home / "letan.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    for command in (["serve", "--port", "0"], ["ask", "khai sinh"]):
        done = process(own_home, *command)
        assert done.returncode == 1, command
        assert "bản letan mới hơn" in done.stderr and "9999" in done.stderr
        assert "Traceback" not in done.stderr
    doctor = process(own_home, "doctor", "--json")
    assert "bản letan mới hơn" in doctor.stdout and "Traceback" not in doctor.stderr
