"""The threat model names tests that exist; the service file names no setting that does not."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_test_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text("utf-8")))
    tests = "\n".join(file.read_text("utf-8") for file in (ROOT / "tests").glob("test_*.py"))
    assert len(named) > 40
    assert named <= set(re.findall(r"def (test_\w+)\(", tests))


def test_settings_named_for_deployment_are_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    # What only the compose file reads ("${NAME…}") is no setting of the program.
    composed = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text("utf-8")))
    for page in ("docs/deploy.md", "deploy/letan.service"):
        text = (ROOT / page).read_text("utf-8")
        named = set(re.findall(r"\b(?:LETAN|KNOWLEDGE|ASSISTANT|CHANNELS)_[A-Z_]+\b", text))
        assert named and all(f"#{name}=" in example for name in named - composed), page
