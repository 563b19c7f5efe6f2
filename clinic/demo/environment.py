"""The demo's settings: what the environment says comes first, the rest is made up and kept between runs."""

import base64
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
SECRETS_FILE = "secrets.env"
DATABASE_FILES = ("clinic.sqlite3", "clinic.sqlite3-wal", "clinic.sqlite3-shm", "clinic.sqlite3-turn")
# All that makes up a demo. Starting over removes these and nothing else: VAR_DIR may be anybody's folder.
KEPT = (*DATABASE_FILES, SECRETS_FILE, "outbox", "logs", "broker")


def folder(outside: Mapping[str, str]) -> Path:
    """Return the folder of everything the demo keeps, made if it is not there."""
    var_dir = Path(outside.get("VAR_DIR", BASE_DIR / "var" / "demo")).resolve()
    var_dir.mkdir(parents=True, exist_ok=True)
    return var_dir


def build(outside: Mapping[str, str], var_dir: Path, port: int) -> dict[str, str]:
    """Return the environment in which all parts of the demo run."""
    made_up = {
        "DEMO": "true",
        "DEBUG": "false",
        "HTTPS": "false",
        # Its passwords are printed: a second step would guard nothing. A clinic's admins cannot do without.
        "SECOND_FACTOR": "false",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{var_dir / DATABASE_FILES[0]}",
        # A demo should show what happens, not wait for it.
        "REMINDER_TICK_SECONDS": "10",
    }
    fixed = {"VAR_DIR": str(var_dir), "DJANGO_SETTINGS_MODULE": "clinic.settings", "PYTHONUNBUFFERED": "1"}
    return made_up | _secrets(var_dir / SECRETS_FILE) | dict(outside) | fixed


def start_over(var_dir: Path) -> None:
    """Remove what earlier runs left in the folder."""
    for name in KEPT:
        path = var_dir / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _secrets(file: Path) -> dict[str, str]:
    """Return the demo's own keys, made at random the first time: what they encrypted must stay readable."""
    if not file.exists():
        field_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        file.touch(mode=0o600)
        file.write_text(f"SECRET_KEY={secrets.token_urlsafe(50)}\nFIELD_ENCRYPTION_KEYS={field_key}\n")
    return dict(line.split("=", 1) for line in file.read_text().splitlines())
