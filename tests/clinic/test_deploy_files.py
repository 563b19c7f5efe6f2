"""deploy/: containers, services and proxies, read as files. They name only what there is, and run with as little as they can."""

import base64
import configparser
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.checks.security.base import SECRET_KEY_MIN_LENGTH
from django.core.management import get_commands

from clinic.env import KEY_BYTES
from tests.clinic.test_env_example import LISTED

BASE = Path(settings.BASE_DIR)
DEPLOY = BASE / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"].startswith("twelve-weeks")}
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
PARTS = set(re.findall(r"^    (\w+)\) exec", (DEPLOY / "run").read_text(), re.MULTILINE))
# Ours alone; .env.example lists what the settings read.
OF_THE_IMAGE = {"TWELVE_WEEKS_ENV", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def listed(name: str) -> bool:
    """Return whether .env.example tells of a setting, by itself or as a file."""
    known = set(LISTED.findall((BASE / ".env.example").read_text()))
    return name.removesuffix("_FILE") in known


def words(command: list[str]) -> str:
    """Return a command as one line."""
    return " ".join(command)


class TestCompose:
    def test_runs_all_parts(self) -> None:
        assert set(SERVICES) == {"release", "web", "worker", "beat", "database", "broker", "mail", "proxy"}

    @pytest.mark.parametrize("name", OURS)
    def test_sets_only_what_the_settings_read(self, name: str) -> None:
        assert [one for one in OURS[name]["environment"] if not listed(one)] == []

    @pytest.mark.parametrize("name", OURS)
    def test_gives_secrets_as_files(self, name: str) -> None:
        given = OURS[name]["environment"]
        assert not {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATABASE_URL", "BACKUP_KEYS", "MONITOR_TOKEN"} & set(given)
        for path in (value for key, value in given.items() if key.endswith("_FILE")):
            assert path.removeprefix("/run/secrets/") in OURS[name]["secrets"]

    @pytest.mark.parametrize("name", OURS)
    def test_starts_only_what_there_is(self, name: str) -> None:
        service = OURS[name]
        lines = [words(service["command"]), words(service.get("healthcheck", {}).get("test", []))]
        asked = re.findall(r"manage,? (\w+)", " ".join(lines))
        assert set(asked) <= set(get_commands())
        assert service["command"][0] in PARTS or "deploy/run manage" in lines[0]

    @pytest.mark.parametrize("name", SERVICES)
    def test_nobody_is_root_or_may_write_or_has_rights_to_spare(self, name: str) -> None:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        if name == "proxy":  # Caddy's image has no other user; of root's rights it keeps one, to listen on 443
            assert service["cap_add"] == ["NET_BIND_SERVICE"]
        else:
            assert not service["user"].startswith(("0", "root"))
        assert "privileged" not in service

    @pytest.mark.parametrize("name", SERVICES)
    def test_every_image_is_of_one_version(self, name: str) -> None:
        assert re.search(r":v?\d+\.\d+", SERVICES[name]["image"])

    @pytest.mark.parametrize("name", sorted(set(SERVICES) - {"release", "web"}))
    def test_everything_says_whether_it_is_well(self, name: str) -> None:
        assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"

    def test_web_says_so_by_its_image(self) -> None:
        assert "HEALTHCHECK" in DOCKERFILE
        assert "/healthz" in DOCKERFILE

    def test_only_the_proxy_is_reached_from_outside(self) -> None:
        open_ports = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
        assert open_ports.pop("proxy") == ["80:80", "443:443"]
        assert all(port.startswith("127.0.0.1:") for ports in open_ports.values() for port in ports)

    def test_database_and_broker_are_inside_alone(self) -> None:
        assert COMPOSE["networks"]["inside"]["internal"] is True
        assert SERVICES["database"]["networks"] == SERVICES["broker"]["networks"] == ["inside"]

    def test_every_secret_and_volume_that_is_used_is_declared(self) -> None:
        for service in SERVICES.values():
            assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
            kept = {one.partition(":")[0] for one in service.get("volumes", [])}
            assert {one for one in kept if not one.startswith(".")} <= set(COMPOSE["volumes"])


class TestPage:
    """docs/operations.md, as somebody follows it who installs it for the first time."""

    PAGE = (BASE / "docs" / "operations.md").read_text()

    def test_every_command_reads_the_settings_first(self) -> None:
        assert [line for line in self.PAGE.splitlines() if "manage.py" in line] == []

    def test_the_secrets_of_the_containers_are_fit_for_what_they_are_for(self, tmp_path: Path) -> None:
        [block] = re.findall(r"```sh\n(mkdir -m 700 deploy/secrets.*?)^chown", self.PAGE, re.MULTILINE | re.DOTALL)
        (tmp_path / "deploy").mkdir()
        subprocess.run(["bash", "-euc", block], cwd=tmp_path, check=True)
        made = {path.name: path.read_text() for path in (tmp_path / "deploy" / "secrets").iterdir()}
        assert set(made) == set(COMPOSE["secrets"])
        assert len(made["secret_key"].strip()) >= SECRET_KEY_MIN_LENGTH
        for name in ("field_encryption_keys", "backup_keys"):
            assert len(base64.urlsafe_b64decode(made[name])) == KEY_BYTES
        assert (
            made["database_url"].strip()
            == f"postgresql://twelveweeks:{made['database_password']}@database:5432/twelveweeks"
        )

    def test_what_is_secret_there_gets_into_no_commit(self) -> None:
        assert {"/deploy/secrets/", "/deploy/.env"} <= set((BASE / ".gitignore").read_text().split())


class TestImage:
    def test_ends_as_an_ordinary_user(self) -> None:
        assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["10001:10001"]

    def test_knows_the_group_that_it_runs_as(self) -> None:
        assert "groupadd --system --gid 10001 twelveweeks" in DOCKERFILE
        assert "useradd --system --uid 10001 --gid 10001 " in DOCKERFILE

    def test_is_built_on_one_version_and_on_what_was_locked(self) -> None:
        assert all(re.search(r":\d+\.\d+\.\d+", one) for one in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
        assert "--require-hashes" in DOCKERFILE

    def test_keeps_to_the_rules_of_the_trade(self) -> None:
        assert not re.search(r"^ADD |^RUN (cd|sudo)|:latest|apt-get upgrade", DOCKERFILE, re.MULTILINE)
        assert "--no-install-recommends" in DOCKERFILE
        assert "rm -rf /var/lib/apt/lists/*" in DOCKERFILE
        for line in re.findall(r"^(?:CMD|ENTRYPOINT) (.+)", DOCKERFILE, re.MULTILINE):
            assert line.startswith("[")

    def test_sets_only_what_the_settings_read(self) -> None:
        given = re.findall(r"(\w+)=", " ".join(re.findall(r"^ENV (.+)", DOCKERFILE, re.MULTILINE)))
        assert [one for one in given if not listed(one) and one not in OF_THE_IMAGE and "PIP" not in one] == []

    def test_takes_every_room_and_nothing_private(self) -> None:
        kept = re.findall(r"^!(\S+)", (BASE / ".dockerignore").read_text(), re.MULTILINE)
        rooms = {path.parent.name for path in BASE.glob("*/apps.py")}
        assert rooms <= set(kept)
        assert all((BASE / one).exists() for one in kept)
        assert not {".git", ".env", "var", "tests", ".venv", "deploy"} & set(kept)


@pytest.mark.parametrize("unit", sorted(DEPLOY.glob("*.service")), ids=lambda path: path.name)
class TestUnits:
    def test_starts_a_part_that_there_is(self, unit: Path) -> None:
        started = service(unit)["ExecStart"]
        assert started.startswith("/srv/twelve-weeks/deploy/run ")
        part, *rest = started.removeprefix("/srv/twelve-weeks/deploy/run ").split()
        assert part in {"%i", *PARTS}
        assert not rest or rest[0] in get_commands()

    def test_may_do_little(self, unit: Path) -> None:
        said = service(unit)
        assert said["User"] == "twelveweeks"
        assert (said["NoNewPrivileges"], said["ProtectSystem"], said["UMask"]) == ("yes", "strict", "0077")


def service(unit: Path) -> configparser.SectionProxy:
    """Return what a unit says of its service."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read_string(unit.read_text())
    return parser["Service"]


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_a_proxy_shows_no_figures_and_takes_the_longest_list(name: str) -> None:
    said = (DEPLOY / name).read_text()
    assert "readyz" in said
    assert "metrics" in said
    limit = re.search(r"(?:max_size|client_max_body_size) (\d+)", said)
    assert limit
    assert int(limit[1]) * 1_000_000 > settings.UPLOAD_MAX_BYTES


def test_nginx_writes_no_address_down_not_even_of_what_failed() -> None:
    servers = (DEPLOY / "nginx.conf").read_text().split("\nserver {")[1:]
    assert len(servers) == 2
    assert all("access_log off;" in one and "error_log /dev/null emerg;" in one for one in servers)


def test_caddy_writes_no_address_down_not_even_of_what_failed() -> None:
    for_all, site = (DEPLOY / "Caddyfile").read_text().split("\n{$SITE")
    assert "exclude http.log.error http.handlers.reverse_proxy" in for_all
    assert not re.search(r"^\s*log\b", site, re.MULTILINE)
