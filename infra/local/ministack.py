"""ministack, the local cloud, on 127.0.0.1 for as long as a `with` block lasts; and how a client speaks to it.

Kept between runs, it has the same port again, for the addresses of its queues have it in them; and its functions read
the table's stream from the beginning, for the stream itself does not outlive a run, only how far it had been read.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from infra.local.scratch import scratch

PYTHON = Path(__file__).resolve().parents[2] / ".local" / "cloud" / "bin" / "python"
LOOPBACK = "127.0.0.1"
REGION = "eu-central-1"
READY_SECONDS = 60
STOP_SECONDS = 180  # a stop writes the state to disk: one that is cut short would lose it
LOG = "ministack.log"
STATE = "state"
SERVICES = (
    "apigateway",
    "cloudformation",
    "dynamodb",
    "dynamodbstreams",
    "events",
    "iam",
    "lambda",
    "logs",
    "monitoring",
    "s3",
    "sns",
    "sqs",
    "sts",
)

# No credential, profile or proxy of the person who runs this has any business with a cloud on their own machine.
CLIENT_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": LOOPBACK,
    "no_proxy": LOOPBACK,
}


class EngineError(Exception):
    """The engine is not installed, or did not start; the message says what to do."""


@contextmanager
def ministack(state: Path, *, keep: bool) -> Iterator[str]:
    """The endpoint of an engine that lasts as long as the block."""
    with engine(state, keep=keep) as (endpoint, _):
        yield endpoint


@contextmanager
def engine(state: Path, *, keep: bool) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Starts the engine, answers its endpoint and process, and stops that very process at the end.

    All that it writes is in `state`, but for the functions that it unpacks. With `keep` the tables survive a stop there;
    without, they live in memory.
    """
    if not PYTHON.exists():
        raise EngineError("The local cloud is not installed: make install")
    state.mkdir(parents=True, exist_ok=True)
    port = _kept_port(state / "port") if keep else free_port()
    _forget_stream(state)
    log = state / LOG
    with scratch(state) as (unpacked, held):
        with log.open("wb") as said:
            process = subprocess.Popen(
                [str(PYTHON), "-m", "ministack"],
                cwd=state,
                env=_environment(state, unpacked, port, keep=keep),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,  # Ctrl-C is for us: we tell it when to end
                pass_fds=held,
            )
        (state / "pid").write_text(f"{process.pid}\n", encoding="ascii")
        try:
            _wait_until_ready(process, port, log)
            yield f"http://{LOOPBACK}:{port}", process
        finally:
            in_order = stop(process, STOP_SECONDS)
        if keep and not in_order:
            raise EngineError("The local cloud did not end in order: what came since its last stop may be lost.")


def stopped_at(state: Path) -> float | None:
    """When the engine last wrote its tables to disk, in seconds since 1970: at its last stop. None before the first."""
    written = [file.stat().st_mtime for file in (state / STATE).glob("*.json")]
    return max(written, default=None)


def stop(process: subprocess.Popen[bytes], patience: float) -> bool:
    """Asks it to end and waits; a second Ctrl-C does not cut that short, only the patience running out does. Whether it
    was there to be asked, and did."""
    there = process.poll() is None
    heard = {what: signal.signal(what, signal.SIG_IGN) for what in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        process.terminate()
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        sys.stderr.write(f"Process {process.pid} did not end within {patience:.0f} seconds and was killed.\n")
        return False
    finally:
        for what, handler in heard.items():
            signal.signal(what, handler)
    return there


def be_a_client(environ: MutableMapping[str, str] = os.environ) -> None:
    """From now on AWS clients of this process use the credentials of the local cloud, and no others."""
    for name in [name for name in environ if name.startswith("AWS_")]:
        del environ[name]
    environ.update(CLIENT_ENVIRONMENT)


def refuse_taken(port: int, what_else: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as fault:
            raise EngineError(
                f"Port {port} is taken or cannot be had ({fault.strerror}). End what listens there, {what_else}"
            ) from fault


def _kept_port(file: Path) -> int:
    if not file.exists():
        file.write_text(f"{free_port()}\n", encoding="ascii")
    port = int(file.read_text(encoding="ascii"))
    refuse_taken(port, f"for the local cloud needs it again; or begin afresh without {file.parent}.")
    return port


def _forget_stream(state: Path) -> None:
    kept = state / STATE / "lambda.json"
    if kept.exists():
        saved = json.loads(kept.read_text(encoding="utf-8"))
        saved["payload"]["dynamodb_stream_positions"] = {}
        kept.write_text(json.dumps(saved), encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int, path: str) -> bool:
    """Whether a GET of the path is answered with 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return response.status == http.HTTPStatus.OK
    finally:
        connection.close()


def _environment(state: Path, unpacked: Path, port: int, *, keep: bool) -> dict[str, str]:
    persisted = "1" if keep else "0"
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(state),
        "TMPDIR": str(unpacked),
        "LANG": "C.UTF-8",
        "AWS_ACCESS_KEY_ID": CLIENT_ENVIRONMENT["AWS_ACCESS_KEY_ID"],  # whose signatures it knows
        "AWS_SECRET_ACCESS_KEY": CLIENT_ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "SERVICES": ",".join(SERVICES),
        "LOG_LEVEL": "WARNING",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": persisted,
        "STATE_DIR": str(state / STATE),
        "S3_PERSIST": persisted,
        "S3_DATA_DIR": str(state / "s3"),
    }


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not answers(port, "/_ministack/ready"):
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise EngineError(f"The local cloud (ministack) did not start on port {port}:\n{said}")
        time.sleep(0.05)
