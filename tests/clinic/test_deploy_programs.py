"""deploy/ read by the programs that it is for, where they are installed: an example that nginx refuses helps nobody."""

import datetime as dt
import itertools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

DEPLOY = Path(settings.BASE_DIR) / "deploy"
PATHS = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}


def ask(program: str, *words: str | Path, **environment: str) -> str:
    """Run a program's own check; return what it says, and fail where it refuses."""
    found = shutil.which(program, path=PATHS["PATH"])
    if found is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run(
        [found, *words], env=PATHS | environment, capture_output=True, text=True, timeout=60, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate that nobody has to trust; return its file and its key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "visits.clinic.example")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2126, 1, 1, tzinfo=dt.UTC))
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def test_nginx_takes_the_example(tmp_path: Path) -> None:
    public, private = certificate(tmp_path)
    example = (DEPLOY / "nginx.conf").read_text()
    example = re.sub(r"/etc/letsencrypt\S+fullchain.pem", str(public), example)
    example = re.sub(r"/etc/letsencrypt\S+privkey.pem", str(private), example)
    # Ports are opened even for a look: these are files, which anybody may open.
    sockets = itertools.count()
    example = re.sub(r"listen \S*\d+", lambda _: f"listen unix:{tmp_path}/{next(sockets)}", example)
    # Nginx makes its folders even for a look, and takes those that are there away from the nginx of this machine.
    own = "\n".join(f"{kind}_temp_path {tmp_path};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{own}\n{example}\n}}\n")
    assert "successful" in ask("nginx", "-t", "-c", whole, "-e", "stderr")


def test_caddy_takes_the_example(tmp_path: Path) -> None:
    before_its_name = "2.6.2" in ask("caddy", "version", HOME=str(tmp_path))
    held = "buffer_requests" if before_its_name else "request_buffers 26MB"
    words = ("validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile")
    assert "Valid configuration" in ask("caddy", *words, HOME=str(tmp_path), HOLD=held)


@pytest.mark.parametrize("name", ["twelve-weeks@.service", "twelve-weeks-backup.service", "twelve-weeks-backup.timer"])
def test_systemd_understands_every_line(tmp_path: Path, name: str) -> None:
    for unit in DEPLOY.glob("twelve-weeks*"):
        here = unit.read_text().replace("/srv/twelve-weeks", str(settings.BASE_DIR))
        (tmp_path / unit.name).write_text(here)
    said = ask("systemd-analyze", "verify", "--man=no", tmp_path / name)
    assert name.partition(".")[0].rstrip("@") not in said


@pytest.mark.parametrize("name", ["twelve-weeks@.service", "twelve-weeks-backup.service"])
def test_a_service_may_do_little_by_systemds_own_measure(name: str) -> None:
    ask("systemd-analyze", "security", "--offline=true", "--threshold=20", DEPLOY / name)
