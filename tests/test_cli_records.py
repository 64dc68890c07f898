"""What an office hands on as files reads back as the same records."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from channels.cli import app
from knowledge.sample import read_procedures
from knowledge.versions import to_record


def test_exported_procedures_read_back_unchanged(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LETAN_HOME", str(own_home))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["export", str(tmp_path / "kho")])
    assert done.exit_code == 0, done.output
    exported = {p.code: to_record(p) for p in read_procedures(tmp_path / "kho")}
    assert exported == {p.code: to_record(p) for p in read_procedures()}
