"""What is shipped to run the desk with: read and compared with the program, without Docker."""

import re
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from test_settings import CLASSES
from typer.main import get_command

from assistant.desk import Desk
from channels.cli import app
from channels.web import create_app

ROOT = Path(__file__).parent.parent
PINNED = re.compile(r"^[a-z0-9./-]+:\d+\.\d+(\.\d+)?(-[a-z]+)*$")
SECRETS = ("PASSWORD", "SECRET", "TOKEN", "KEY")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8")))


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    """Instructions and what they are given, with continued lines joined."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def our_settings() -> set[str]:
    return {
        f"{settings.model_config.get('env_prefix', '')}{name}".upper()
        for settings in CLASSES
        for name in settings.model_fields
    }


def values(service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((name, str(value)) for name, value in service.get("environment", {}).items())


def test_every_image_is_pinned_by_a_version(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]]
) -> None:
    images = [service["image"] for service in compose["services"].values()]
    images += [given.split()[0] for what, given in dockerfile if what == "FROM"]
    assert len(images) == 6 and all(PINNED.match(image) for image in images), images
    assert compose["services"]["letan"]["image"] == f"letan:{version('letan')}"
    assert compose["services"]["chroma"]["image"].endswith(f":{version('chromadb')}")


def test_the_file_is_what_the_compose_specification_allows() -> None:
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_setting_it_names_is_one_of_ours(compose: dict[str, Any]) -> None:
    named = {name for name, _ in values(compose["services"]["letan"])}
    assert named and named <= our_settings()
    assert {"KNOWLEDGE_DATABASE_URL", "KNOWLEDGE_CHROMA_SERVER"} <= named


def test_no_secret_stands_in_the_file_and_a_missing_one_stops_the_start(
    compose: dict[str, Any],
) -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    for service in compose["services"].values():
        for name, value in values(service):
            if any(part in name for part in SECRETS):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", value), name
    assert "postgresql://letan:${POSTGRES_PASSWORD:?" in text


def test_only_the_proxy_is_reached_from_outside_and_services_find_each_other(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert [name for name, service in services.items() if "inside" in service["networks"]] == [
        "letan",
        "proxy",
    ]
    # Chroma runs what it is sent (docs/audit-exceptions.yaml): nobody but the desk may send it.
    assert compose["networks"]["data"]["internal"] is True
    assert {name for name, service in services.items() if service["networks"] == ["data"]} == {
        "postgres",
        "chroma",
    }
    settings = dict(values(services["letan"]))
    assert "@postgres:5432/" in settings["KNOWLEDGE_DATABASE_URL"]
    assert settings["KNOWLEDGE_CHROMA_SERVER"] == "chroma:8000"
    subnet = compose["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert settings["CHANNELS_PROTECTION_TRUSTED_PROXIES"] == subnet
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        assert service["restart"] == "unless-stopped"


def test_state_is_kept_in_named_volumes_and_files_that_are_mounted_exist(
    compose: dict[str, Any],
) -> None:
    mounted = [m for service in compose["services"].values() for m in service["volumes"]]
    for mount in mounted:
        source = mount.split(":")[0]
        if source.startswith("./"):
            assert (ROOT / source).is_file(), source
        else:
            assert source in compose["volumes"]
    assert "database:/var/lib/postgresql/data" in mounted and "home:/var/lib/letan" in mounted


def test_what_it_waits_for_says_when_it_is_well(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]]
) -> None:
    services = compose["services"]
    instructions = {what for what, _ in dockerfile}
    for service in services.values():
        for name, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                built = "build" in services[name] and "HEALTHCHECK" in instructions
                assert built or services[name]["healthcheck"]["test"]


def test_the_image_runs_a_command_that_exists_as_nobody_special(
    dockerfile: list[tuple[str, str]], desk: Desk
) -> None:
    given = dict(dockerfile)
    assert given["USER"] == "10001"
    words = yaml.safe_load(given["CMD"])
    serve = get_command(app).commands[words[0]]  # type: ignore[attr-defined]
    options = {option for parameter in serve.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options
    assert given["EXPOSE"] == words[words.index("--port") + 1]
    probe = re.search(r"127\.0\.0\.1:(\d+)(/[a-z]+)", given["HEALTHCHECK"])
    assert probe is not None and probe[1] == given["EXPOSE"]
    assert TestClient(create_app(desk)).get(probe[2]).status_code == 200
    for what, copied in dockerfile:
        if what == "COPY" and not copied.startswith("--from"):
            assert copied == ". ."
    kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for line in kept:
        if line.startswith("!"):
            assert (ROOT / line[1:]).exists(), line
    assert "*" in kept and not any(".env" in line for line in kept)


def test_the_proxy_passes_everything_on_but_the_figures(compose: dict[str, Any]) -> None:
    text = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    assert text.count("{") == text.count("}")
    place = re.search(r"reverse_proxy (\w+):(\d+)", text)
    assert place is not None and place[1] in compose["services"] and place[2] == "8000"
    assert "respond /metrics 404" in text and "flush_interval -1" in text


def test_the_unit_starts_a_command_that_exists_and_gives_answers_time_to_end() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string((ROOT / "deploy" / "letan.service").read_text("utf-8"))
    service = unit["Service"]
    words = service["ExecStart"].split()
    assert words[0].endswith("/letan") and words[1] in get_command(app).commands  # type: ignore[attr-defined]
    assert int(service["TimeoutStopSec"]) > 20  # channels.serving.GRACE_SECONDS
    assert service["Environment"].partition("=")[0] in our_settings()
    assert unit["Install"]["WantedBy"] == "multi-user.target"
