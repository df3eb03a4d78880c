"""`python -m infra.local.run [--port 8000]`: the API on this machine, with a week of real purchases in it.

The local cloud keeps its tables in .local/run between runs. The first run loads the demo's program and a file of
purchases and issues an API key. Ctrl-C ends the server first, then the cloud, which writes its tables to disk.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from chalicelib import bootstrap
from chalicelib.areas.access.operations import authenticate, issue_api_key
from chalicelib.areas.members.operations import list_members
from chalicelib.areas.orders.file import SaleRow, read_documents
from chalicelib.areas.orders.operations import find_order
from chalicelib.config import Settings
from chalicelib.errors import NotFound, StampbookError, Unauthenticated
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.clock import rfc3339
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import TableError
from infra.local.demo.program import CALLER, ORG, TENANT, load_program
from infra.local.demo.progress import Progress
from infra.local.demo.recording import record_all
from infra.local.ministack import (
    CLIENT_ENVIRONMENT,
    LOOPBACK,
    REGION,
    EngineError,
    answers,
    be_a_client,
    ensure_table,
    ministack,
    stop,
)

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".local" / "run"
KEY_FILE = STATE / "api-key"
PURCHASES = ROOT / "tests" / "data" / "orders-retail-week.csv"
STAGE = "local"
SERVER_READY_SECONDS = 30
SERVER_STOP_SECONDS = 20


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local.run", description=__doc__)
    parser.add_argument("--port", type=int, choices=range(1, 65536), default=8000, metavar="1…65535")
    port: int = parser.parse_args(arguments).port
    try:
        return _run(port)
    except EngineError as fault:
        return _told(str(fault))
    except (TableError, StampbookError) as fault:
        return _told(f"The local cloud did not do its part: {fault}")
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. What was recorded is kept: make run goes on with it.\n")
        return 0


def _run(port: int) -> int:
    _refuse_taken(port)
    be_a_client()
    with _alone(), ministack(STATE / "cloud", keep=True) as endpoint:
        table = ensure_table(endpoint, STAGE)
        rt = _runtime(table, endpoint)
        _load(rt)
        credential = _credential(rt, KEY_FILE)
        with _server(port, table, endpoint) as server:
            sys.stdout.write(_welcome(rt, port, credential))
            sys.stdout.flush()
            return _told(f"The server ended by itself with code {server.wait()}.")


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as fault:
            raise EngineError(
                f"Port {port} is taken or cannot be had ({fault.strerror}). "
                "End what listens there, or choose another: python -m infra.local.run --port 8001"
            ) from fault


@contextmanager
def _alone() -> Iterator[None]:
    """Two clouds must not write to one place. The system forgets the lock with the process, however that ends."""
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise EngineError("make run is running already, in another terminal.") from fault
        yield


def _runtime(table: str, endpoint: str) -> Runtime:
    return bootstrap.build(Settings(table, STAGE, REGION, endpoint))


def _load(rt: Runtime) -> None:
    """Program and purchases, unless the last of them is there. Started again after a break, it changes nothing twice."""
    program_id = load_program(rt)
    with PURCHASES.open("rb") as stream:
        documents = list(read_documents(stream, now=rt.clock.now()))
    last = [document.sale.number for document in documents if isinstance(document, SaleRow)][-1]
    try:
        find_order(rt, CALLER, last)
    except NotFound:
        record_all(rt, CALLER, documents, program_id, Progress(sys.stderr, "Loading purchases", len(documents)).step)
    settle_due(rt, CALLER, local_day(rt.clock.now(), "UTC"))


def _credential(rt: Runtime, file: Path) -> str:
    """The key of the run before, if the table still knows it; a new one else."""
    if file.exists():
        credential = file.read_text(encoding="ascii").strip()
        key_id, _, secret = credential.partition(".")
        try:
            authenticate(rt, key_id, secret)
        except Unauthenticated:
            file.unlink()
        else:
            return credential
    issued = issue_api_key(rt, CALLER, org=ORG, tenant=TENANT, name="make run", grants=CALLER.grants)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as kept:
        kept.write(issued.credential + "\n")
    return issued.credential


@contextmanager
def _server(port: int, table: str, endpoint: str) -> Iterator[subprocess.Popen[bytes]]:
    """The API, answering, for as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local.http_server", "--port", str(port)],
        cwd=ROOT,
        env=_server_environment(table, endpoint),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us: we tell it when to end
    )
    try:
        deadline = time.monotonic() + SERVER_READY_SECONDS
        while not answers(port, "/health"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise EngineError(f"The API did not start on port {port}: see above.")
            time.sleep(0.1)
        yield process
    finally:
        stop(process, SERVER_STOP_SECONDS)


def _server_environment(table: str, endpoint: str) -> Mapping[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        **CLIENT_ENVIRONMENT,
        "STAMPBOOK_TABLE": table,
        "STAMPBOOK_STAGE": STAGE,
        "STAMPBOOK_ENDPOINT_URL": endpoint,
        "STAMPBOOK_LOG_LEVEL": "WARNING",
    }


def _welcome(rt: Runtime, port: int, credential: str) -> str:
    """Lines that can be pasted into a shell as they are."""
    address = f"http://{LOOPBACK}:{port}"
    member_id = list_members(rt, CALLER, 1, None).items[0].member_id
    now = rt.clock.now()
    order = {
        "number": f"TRY-{now}",
        "purchased_at": rfc3339(now // 1000 * 1000),
        "currency": "GBP",
        "member_id": member_id,
        "lines": [{"sku": "MUG", "quantity": 2, "gross_value": 2550}],
    }
    return f"""
Stampbook answers at {address}: see {address}/docs. Ctrl-C ends it.
API key (kept in {KEY_FILE.relative_to(ROOT)}): {credential}

What a member holds:
  {_curl(credential, f"{address}/v1/members/{member_id}/account")}

What two mugs for 25.50 would earn:
  {_curl(credential, f"{address}/v1/orders/simulate", order)}

Buy them:
  {_curl(credential, f"{address}/v1/orders", order)}

"""


def _curl(credential: str, url: str, body: Mapping[str, object] | None = None) -> str:
    words = ["curl", "-sS", "-H", f"Authorization: Bearer {credential}", url]
    if body is not None:
        words[-1:] = ["-H", "Content-Type: application/json", "-d", json.dumps(body), url]
    return shlex.join(words)


def _told(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)  # all of them end as Ctrl-C does: in order
    sys.exit(main(sys.argv[1:]))
