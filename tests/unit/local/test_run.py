"""The local cloud and `make run`, as far as they go without an engine."""

from __future__ import annotations

import io
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.areas.orders.file import SaleRow, read_documents
from infra.local import ministack, run
from infra.local.leftover import end_leftover
from infra.local.welcome import Place, curl, two_purchases
from tests.twins import at, runtime_on

ROOT = Path(__file__).resolve().parents[3]
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
    given = ministack._environment(tmp_path, tmp_path / "unpacked", 4566, keep=True)
    assert "mine" not in given.values()
    assert (given["BIND_HOST"], given["GATEWAY_PORT"]) == ("127.0.0.1", "4566")
    assert given["STATE_DIR"].startswith(str(tmp_path))


def test_clients_forget_the_credentials_of_whoever_runs_them() -> None:
    environ = {"AWS_PROFILE": "mine", "AWS_ENDPOINT_URL_DYNAMODB": "mine", "AWS_ACCESS_KEY_ID": "mine", "HOME": "mine"}
    ministack.be_a_client(environ)
    assert environ == {"HOME": "mine", **ministack.CLIENT_ENVIRONMENT}


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_taken_port_is_said_before_anything_starts(
    taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["--port", str(taken), "--state", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"Port {taken} is taken")
    assert "make run PORT=8001" in said


def test_make_run_hands_on_where_it_is_told_to_listen_and_to_keep_its_things() -> None:
    asked = ["make", "--dry-run", "run", "PORT=8001", "STATE=elsewhere"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 (whatever make it is)
    assert told.stdout.rstrip().endswith('infra.local.run --port "8001" --state "elsewhere"')


def test_what_a_killed_run_left_is_ended_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = started(OBEDIENT)
    (tmp_path / "pid").write_text(f"{left.pid}\n", encoding="ascii")
    end_leftover(tmp_path / "pid", "signal.pause")
    assert left.wait(60) == -signal.SIGTERM
    assert f"process {left.pid}" in capsys.readouterr().err


def test_a_process_that_only_has_the_number_of_one_left_behind_is_let_be(tmp_path: Path) -> None:
    other = started(OBEDIENT)
    (tmp_path / "pid").write_text(f"{other.pid}\n", encoding="ascii")
    end_leftover(tmp_path / "pid", "ministack")
    end_leftover(tmp_path / "nothing-left", "ministack")
    assert other.poll() is None
    assert ministack.stop(other, 60)


def test_a_process_that_ended_by_itself_is_said_to_have(tmp_path: Path) -> None:
    process = started(OBEDIENT)
    process.kill()
    process.wait(60)
    assert ministack.stop(process, 60) is False


def test_the_cloud_keeps_its_port_and_says_who_has_it(taken: int, tmp_path: Path) -> None:
    first = ministack._kept_port(tmp_path / "port")
    assert ministack._kept_port(tmp_path / "port") == first
    (tmp_path / "port").write_text(str(taken), encoding="ascii")
    with pytest.raises(ministack.EngineError, match=rf"Port {taken} is taken .* begin afresh without"):
        ministack._kept_port(tmp_path / "port")


def test_the_lock_of_a_run_that_is_gone_keeps_nobody_out(
    taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with run._alone(tmp_path):
        assert run.main(["--port", str(taken), "--state", str(tmp_path)]) == 1
        assert capsys.readouterr().err == "make run is running already, in another terminal.\n"
    assert run.main(["--port", str(taken), "--state", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(f"Port {taken} is taken")


def test_functions_read_the_stream_anew_for_it_does_not_outlive_a_run(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    saved = {"payload": {"dynamodb_stream_positions": {"mapping": 5000}, "functions": {"kept": True}}}
    (tmp_path / "state" / "lambda.json").write_text(json.dumps(saved), encoding="utf-8")
    ministack._forget_stream(tmp_path)
    read = json.loads((tmp_path / "state" / "lambda.json").read_text(encoding="utf-8"))
    assert read == {"payload": {"dynamodb_stream_positions": {}, "functions": {"kept": True}}}


def test_when_the_cloud_stopped_is_told_by_what_it_wrote(tmp_path: Path) -> None:
    assert ministack.stopped_at(tmp_path) is None
    (tmp_path / "state").mkdir()
    for name, seconds in (("lambda.json", 1_000), ("dynamodb.json", 2_000)):
        (tmp_path / "state" / name).write_text("{}", encoding="utf-8")
        os.utime(tmp_path / "state" / name, (seconds, seconds))
    assert ministack.stopped_at(tmp_path) == 2_000


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


def test_the_lines_to_paste_say_to_a_shell_what_was_meant(tmp_path: Path) -> None:
    place = Place("http://127.0.0.1:8000", "http://127.0.0.1:4510", "bucket", "imports/", tmp_path, "key.secret")
    words = shlex.split(curl(place, "/v1/orders", {"number": "it's 1"}))
    assert words[0] == "curl"
    assert words[words.index("-d") + 1] == '{"number": "it\'s 1"}'
    assert words[-1] == "http://127.0.0.1:8000/v1/orders"


@pytest.mark.parametrize(
    ("state", "named"),
    [(".local/run", ""), ("elsewhere", " STATE=elsewhere"), ("my shop", " STATE='my shop'")],
)
def test_the_line_for_logs_finds_this_very_run(state: str, named: str) -> None:
    place = Place("http://here", "http://cloud", "bucket", "imports/ours/orders/", Path(state), "key")
    assert place.named == named


def test_the_file_to_drop_is_two_purchases_of_just_now() -> None:
    documents = list(read_documents(io.BytesIO(two_purchases(at("2026-06-15"))), now=at("2026-06-15")))
    assert [type(one) for one in documents] == [SaleRow, SaleRow]
