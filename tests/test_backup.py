"""A backup made while the desk works, brought back into an empty place, answers the same."""

import json
import zipfile
from pathlib import Path

import pytest
from conftest import desk_at
from records import Clock

from assistant.desk import Desk
from knowledge.backup import MANIFEST, BackupRefused, backup, restore
from knowledge.database import connect

ASK = "làm giấy khai sinh cho con cần giấy tờ gì"


def test_a_restored_office_answers_and_remembers(own_desk: Desk, tmp_path: Path) -> None:
    before = own_desk.receptionist.reply(ASK)
    saved = tmp_path / "saved" / "office.zip"
    backup(own_desk.library.engine, saved, Clock()())
    own_desk.receptionist.reply(ASK)  # goes on working, and is not in the backup
    home = tmp_path / "elsewhere"
    engine = connect(f"sqlite:///{home / 'letan.db'}")
    restore(engine, saved)
    engine.dispose()
    restored = desk_at(home, Clock())
    try:
        assert len(restored.conversations.turns(before.conversation_id)) == 1
        after = restored.receptionist.reply("lệ phí bao nhiêu", before.conversation_id)
        assert after.procedure == before.procedure
        assert restored.receptionist.reply(ASK).text == before.text
    finally:
        restored.library.engine.dispose()


def test_a_place_that_holds_something_is_left_alone(own_desk: Desk, tmp_path: Path) -> None:
    saved = tmp_path / "office.zip"
    backup(own_desk.library.engine, saved, Clock()())
    with pytest.raises(BackupRefused, match="empty"):
        restore(own_desk.library.engine, saved)


def test_a_damaged_or_foreign_file_is_refused(own_desk: Desk, tmp_path: Path) -> None:
    saved, empty = tmp_path / "office.zip", connect(f"sqlite:///{tmp_path / 'new.db'}")
    backup(own_desk.library.engine, saved, Clock()())
    with zipfile.ZipFile(saved) as archive:
        manifest = json.loads(archive.read(MANIFEST))
    torn = tmp_path / "torn.zip"
    torn.write_bytes(saved.read_bytes()[:5000])
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(changed, "w") as archive:
        archive.writestr(MANIFEST, json.dumps(manifest))
        archive.writestr("letan.sqlite", b"something else")
    outside = tmp_path / "outside.zip"
    with zipfile.ZipFile(outside, "w") as archive:
        archive.writestr(MANIFEST, json.dumps(manifest | {"files": {"../x": "0"}}))
        archive.writestr("../x", b"")
    for bad in (torn, changed, outside, tmp_path / "absent.zip"):
        with pytest.raises(BackupRefused):
            restore(empty, bad)
    empty.dispose()


def test_a_backup_that_fails_leaves_no_file_behind(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'nothing.db'}")
    with pytest.raises(BackupRefused):
        backup(engine, tmp_path / "office.zip", Clock()())
    engine.dispose()
    assert not list(tmp_path.glob("*.zip*"))
