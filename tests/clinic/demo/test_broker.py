"""The demo's broker: a private Valkey where one can run, folders on disk where not."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from clinic.demo.broker import private_broker


def test_a_private_server_listens_on_this_machine_only_and_keeps_nothing(tmp_path: Path) -> None:
    started: list[tuple[str, Sequence[str]]] = []
    address = private_broker(lambda name, command: started.append((name, command)), tmp_path)
    [(name, command)] = started
    port = command[command.index("--port") + 1]
    assert name == "broker"
    assert address == f"redis://127.0.0.1:{port}/0"
    assert command[command.index("--bind") + 1] == "127.0.0.1"
    assert command[command.index("--save") + 1] == ""


def test_without_the_wheel_the_queue_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert private_broker(lambda name, command: pytest.fail("nothing to start"), tmp_path) == "filesystem://"
