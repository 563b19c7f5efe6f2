"""The demo's settings: what is given wins, what is made up is kept, and starting over removes no more than it made."""

import stat
from pathlib import Path

from cryptography.fernet import Fernet

from clinic.demo.environment import build, folder, start_over


def test_what_is_given_wins_over_what_the_demo_makes_up(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://h/db", "SECRET_KEY": "mine", "BASE_URL": "https://show.example"}
    env = build(given, tmp_path, 8000)
    assert {name: env[name] for name in given} == given


def test_the_demo_needs_no_setting_at_all(tmp_path: Path) -> None:
    env = build({}, tmp_path, 8123)
    assert env["BASE_URL"] == "http://127.0.0.1:8123"
    assert env["DATABASE_URL"] == f"sqlite:///{tmp_path / 'clinic.sqlite3'}"
    assert (env["DEMO"], env["DEBUG"], env["HTTPS"]) == ("true", "false", "false")


def test_keys_are_random_kept_and_readable_by_nobody_else(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first, second = build({}, tmp_path / "a", 1), build({}, tmp_path / "a", 1)
    other = build({}, tmp_path / "b", 1)
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS"):
        assert first[name] == second[name] != other[name]
    Fernet(first["FIELD_ENCRYPTION_KEYS"])
    assert stat.S_IMODE((tmp_path / "a" / "secrets.env").stat().st_mode) == 0o600


def test_the_folder_is_made_and_absolute(tmp_path: Path) -> None:
    made = folder({"VAR_DIR": str(tmp_path / "x" / "y")})
    assert made.is_dir()
    assert made.is_absolute()


def test_starting_over_leaves_what_the_demo_did_not_make(tmp_path: Path) -> None:
    build({}, tmp_path, 1)
    (tmp_path / "clinic.sqlite3").touch()
    (tmp_path / "outbox" / "email").mkdir(parents=True)
    (tmp_path / "thesis.txt").touch()
    start_over(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
