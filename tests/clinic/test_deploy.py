"""deploy/run: what docs/operations.md tells a clinic to use."""

import os
import subprocess
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings

BASE = Path(settings.BASE_DIR)
pytestmark = pytest.mark.skipif(not (BASE / ".venv").exists(), reason="runs from the environment that make builds")


def run(settings_file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it with a file of settings and nothing else in the environment."""
    return subprocess.run(
        [BASE / "deploy" / "run", *words],
        env={"PATH": os.environ["PATH"], "TWELVE_WEEKS_ENV": str(settings_file)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    """The example, filled in."""
    text = (BASE / ".env.example").read_text()
    for name, value in {
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "SMS_GATEWAY_TOKEN": "made-up",
    }.items():
        text = text.replace(f"\n{name}=\n", f"\n{name}={value}\n")
    file = tmp_path / "env"
    file.write_text(text)
    return file


def test_the_filled_in_example_passes_the_check_before_going_live(settings_file: Path) -> None:
    done = run(settings_file, "manage", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_the_example_as_it_is_does_not_start(tmp_path: Path) -> None:
    done = run(BASE / ".env.example", "manage", "check")
    assert done.returncode == 1
    assert "SECRET_KEY" in done.stderr


def test_a_level_of_the_log_that_is_none_does_not_start(settings_file: Path) -> None:
    with settings_file.open("a") as file:
        file.write("LOG_LEVEL=LOUD\n")
    done = run(settings_file, "manage", "check")
    assert done.returncode == 1
    assert "LOG_LEVEL is 'LOUD'. Write DEBUG, INFO" in done.stderr


@pytest.mark.parametrize("name", ["SMS_GATEWAY_URL", "MAILGUN_API_URL"])
def test_an_address_to_which_no_message_could_be_handed_does_not_start(settings_file: Path, name: str) -> None:
    with settings_file.open("a") as file:
        file.write(f"{name}=api.gateway.example\n")
    done = run(settings_file, "manage", "check")
    assert done.returncode == 1
    assert f"{name} cannot be read. Write it like https://" in done.stderr


def test_an_unknown_part_is_refused(settings_file: Path) -> None:
    done = run(settings_file, "webb")
    assert done.returncode == 2
    assert "web|worker|beat|manage" in done.stderr
