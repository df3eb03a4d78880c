"""The local cloud and `make run`, as far as they go without an engine."""

from __future__ import annotations

import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local import ministack, run
from tests.twins import runtime_on

STUBBORN = "import signal,sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
OBEDIENT = "import signal,sys; print('up', flush=True); signal.pause()"


def started(program: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)  # noqa: S603 - our own words
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    return process


def test_a_process_is_asked_to_end_and_waited_for() -> None:
    process = started(OBEDIENT)
    ministack.stop(process, 60)
    assert process.returncode == -signal.SIGTERM


def test_one_that_does_not_end_is_killed_and_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    process = started(STUBBORN)
    ministack.stop(process, 0.1)
    assert process.returncode == -signal.SIGKILL
    assert "was killed" in capsys.readouterr().err


def test_ctrl_c_is_heard_again_once_the_process_has_ended() -> None:
    before = signal.getsignal(signal.SIGINT)
    ministack.stop(started(OBEDIENT), 60)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_engine_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    monkeypatch.setenv("STAMPBOOK_TABLE", "mine")
    given = ministack._environment(tmp_path, 4566, keep=True)
    assert "mine" not in given.values()
    assert (given["BIND_HOST"], given["GATEWAY_PORT"]) == ("127.0.0.1", "4566")
    assert given["STATE_DIR"].startswith(str(tmp_path))


def test_clients_forget_the_credentials_of_whoever_runs_them() -> None:
    environ = {"AWS_PROFILE": "mine", "AWS_ENDPOINT_URL_DYNAMODB": "mine", "AWS_ACCESS_KEY_ID": "mine", "HOME": "mine"}
    ministack.be_a_client(environ)
    assert environ == {"HOME": "mine", **ministack.CLIENT_ENVIRONMENT}


def test_a_taken_port_is_said_before_anything_starts(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert run.main(["--port", str(port)]) == 1
    assert capsys.readouterr().err.startswith(f"Port {port} is taken")


def test_the_api_key_is_issued_once_and_is_for_its_owners_eyes(tmp_path: Path) -> None:
    rt, _ = runtime_on()
    file = tmp_path / "api-key"
    first = run._credential(rt, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert run._credential(rt, file) == first


def test_a_key_that_the_table_does_not_know_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "api-key"
    first = run._credential(runtime_on()[0], file)
    assert run._credential(runtime_on()[0], file) != first
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_lines_to_paste_say_to_a_shell_what_was_meant() -> None:
    words = shlex.split(run._curl("key.secret", "http://127.0.0.1:8000/v1/orders", {"number": "it's 1"}))
    assert words[0] == "curl"
    assert words[words.index("-d") + 1] == '{"number": "it\'s 1"}'
    assert words[-1] == "http://127.0.0.1:8000/v1/orders"
