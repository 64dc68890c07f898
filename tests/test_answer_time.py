"""How long a resident waits for an answer: what the measure reads, and what it counts."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from test_hearing_eval import a_wav
from test_kiosk_hearing import a_voice
from typer.testing import CliRunner

from assistant.hearing.ears import RATE
from channels.cli import app
from evals.sounds import NoSound, recordings, spoken_part


def test_recordings_come_from_a_folder_or_a_package_and_end_with_the_voice(tmp_path: Path) -> None:
    quiet = np.zeros(RATE)
    sound = np.concatenate([a_voice(1.0), quiet])
    (tmp_path / "one.wav").write_bytes(a_wav(sound, RATE))
    with zipfile.ZipFile(tmp_path / "some.whl", "w") as package:
        package.writestr("inside/two.wav", a_wav(sound, RATE))
    for place, name in ((tmp_path, "one.wav"), (tmp_path / "some.whl", "two.wav")):
        found = recordings(place)
        assert list(found) == [name]
        assert 0.6 * RATE < len(found[name]) < RATE
    assert len(spoken_part(quiet)) == len(quiet)


def test_without_recordings_the_command_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoSound, match="no WAV files"):
        recordings(tmp_path)
    result = CliRunner().invoke(app, ["bench", "hearing", "--clips", str(tmp_path)])
    assert result.exit_code == 2
