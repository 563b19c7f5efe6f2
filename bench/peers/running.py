"""Others in an environment of their own: made for the run, on databases of the same server, thrown away afterwards."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.databases import database, run
from bench.peers.one import PREFIX

REQUIREMENTS = Path(__file__).parent / "requirements.txt"
# What was measured, then who, then their figure in words.
Answers = Mapping[str, dict[str, str]]


@contextmanager
def peers(folder: Path) -> Iterator[Path | None]:
    """Install them; give their Python, or None, with the reason said, when they cannot be had."""
    home = folder / "peers"
    try:
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--requirement", str(REQUIREMENTS)], check=True)
    except subprocess.CalledProcessError as error:
        print(f"Without the others, who cannot be installed here: {error}", flush=True)
        yield None
        return
    yield home / "bin" / "python"


def ask(python: Path, engine: str, size: int, folder: Path, url: str) -> Answers:
    """Ask them everything on one engine with one number of visits."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with database(engine, f"peers_{engine}_{size}", folder, url) as settings:
        theirs = {
            "PEERS_DATABASE_URL": settings["DATABASE_URL"],
            "DJANGO_SETTINGS_MODULE": "bench.peers.settings",
        }
        for line in run(["-m", "bench.peers.one", str(size)], theirs, python=python):
            if not line.startswith(PREFIX):
                print(line, flush=True)
                continue
            what, who, words = json.loads(line.removeprefix(PREFIX))
            print(f"  {what}: {words} ({who})", flush=True)
            found[what][who] = words
    return found
