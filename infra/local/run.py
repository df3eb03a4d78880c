"""`python -m infra.local.run [--port 8000]`: Stampbook on this machine, with a year and a half of real purchases in it.

The local cloud runs the template that goes to AWS, on the code of the working tree; in front of it the HTTP server. Both
keep what they have in .local/run between runs. The first run drops a file of purchases into the bucket and waits until
it is imported. Ctrl-C ends the server first, lets queues and functions finish what they are at, then ends the cloud,
which writes its state to disk.
"""

from __future__ import annotations

import argparse
import fcntl
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from chalicelib.areas.access.operations import authenticate
from chalicelib.areas.members.operations import list_members
from chalicelib.areas.orders.operations import find_order
from chalicelib.aws.errors import CloudError
from chalicelib.errors import NotFound, StampbookError, Unauthenticated
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import TableError
from infra.archive import PackageError
from infra.local.cloud import REST_SECONDS, STAGE, LocalCloud, deployed, environment_of
from infra.local.demo.program import CALLER, TENANT, issue_key, load_program
from infra.local.deploy import DeployError
from infra.local.importing import ImportFailedError, follow_import, progress_of
from infra.local.leftover import end_leftover
from infra.local.logs import RUN
from infra.local.ministack import (
    CLIENT_ENVIRONMENT,
    LOG,
    LOOPBACK,
    EngineError,
    answers,
    be_a_client,
    engine,
    refuse_taken,
    stop,
    stopped_at,
)
from infra.local.progress import Progress
from infra.local.repair import repair_feeds
from infra.local.sample import PURCHASES, NoPurchasesError, redated
from infra.local.welcome import Place, two_purchases, welcome

ROOT = Path(__file__).resolve().parents[2]
DROP = f"imports/{TENANT}/orders/"
SERVER_READY_SECONDS = 30
SERVER_STOP_SECONDS = 20


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local.run", description=__doc__)
    parser.add_argument("--port", type=int, choices=range(1, 65536), default=8000, metavar="1…65535")
    parser.add_argument("--state", type=Path, default=RUN, help="where everything is kept between runs")
    parser.add_argument(
        "--file", type=Path, default=PURCHASES, help="purchases to begin with; the last becomes yesterday's"
    )
    options = parser.parse_args(arguments)
    try:
        return _run(options.port, options.state, options.file)
    except (EngineError, PackageError, DeployError, ImportFailedError, NoPurchasesError) as fault:
        return _told(str(fault))
    except (TableError, CloudError, StampbookError) as fault:
        return _told(f"The local cloud did not do its part: {fault}")
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. What was recorded is kept: make run goes on with it.\n")
        return 0


def _run(port: int, state: Path, purchases: Path) -> int:
    be_a_client()
    with _alone(state):
        end_leftover(state / "server.pid", "infra.local.http_server")
        end_leftover(state / "cloud" / "pid", "ministack")
        refuse_taken(port, "or choose another: python -m infra.local.run --port 8001")
        _say("Starting the local cloud …")
        stopped = stopped_at(state / "cloud")
        with engine(state / "cloud", keep=True) as (endpoint, process), _working(endpoint, process, stopped) as cloud:
            load_program(cloud.rt)
            credential = _credential(cloud.rt, state / "api-key")
            member_id = _load(cloud, purchases, state / "sample.json")
            cloud.schedule_due(local_day(cloud.rt.clock.now(), "UTC"))  # on days that it slept through nothing was due
            bucket = str(cloud.settings.bucket)
            place = Place(f"http://{LOOPBACK}:{port}", endpoint, bucket, DROP, state, credential)
            with _server(port, cloud, place) as server:
                _greet(cloud.rt, place, member_id)
                return _told(_whichever_ends(server, process, state))


def _whichever_ends(server: subprocess.Popen[bytes], cloud: subprocess.Popen[bytes], state: Path) -> str:
    while True:
        if server.poll() is not None:
            return f"The server ended by itself with code {server.returncode}: see {state / 'api.log'}."
        if cloud.poll() is not None:
            return f"The local cloud ended by itself with code {cloud.returncode}: see {state / 'cloud' / LOG}."
        time.sleep(0.5)


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Two clouds must not write to one place. The system forgets the lock with the process, however that ends."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise EngineError("make run is running already, in another terminal.") from fault
        yield


@contextmanager
def _working(endpoint: str, process: subprocess.Popen[bytes], stopped: float | None) -> Iterator[LocalCloud]:
    """The stack, at work; at the end it comes to rest before the cloud goes. What a run that was killed had committed and
    not relayed comes into the feeds first: the stream that would have told of it is gone."""
    cloud = deployed(endpoint)
    if stopped is not None and (missing := repair_feeds(cloud.rt, round(stopped * 1000))):
        _say(f"The run before had not relayed {missing} entries: they are in the feed now.")
    cloud.work()
    try:
        yield cloud
    finally:
        if process.poll() is None:
            _say(f"\nFinishing what queues and functions are at: {REST_SECONDS:.0f} seconds at most …")
            cloud.come_to_rest()


def _load(cloud: LocalCloud, purchases: Path, kept: Path) -> str:
    """The purchases, once; an import that a run before left unfinished is gone on with. Answers who bought last."""
    known: dict[str, str] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    begun = (
        progress_of(cloud, CALLER, known["operation"]) if known else None
    )  # a cloud killed before its stop forgets it
    if begun is None:
        found = redated(purchases, local_day(cloud.rt.clock.now(), "UTC") - 1)
        dropped = cloud.drop(f"{DROP}{purchases.name}", io.BytesIO(found.content))
        known = {"operation": dropped.operation_id, "order": found.number}
        kept.write_text(json.dumps(known) + "\n", encoding="utf-8")
    if begun is None or not begun.operation.finished:
        progress = Progress(sys.stderr, f"Importing {purchases.name}")
        follow_import(cloud, CALLER, known["operation"], progress.reach)
    return _who_bought(cloud.rt, known["order"], purchases)


def _who_bought(rt: Runtime, number: str, purchases: Path) -> str:
    """The member of this order, or anybody if it was refused."""
    try:
        return find_order(rt, CALLER, number).member_id
    except NotFound:
        members = list_members(rt, CALLER, 1, None).items
    if not members:
        raise NoPurchasesError(f"Nothing of {purchases} could be recorded: nobody is enrolled.")
    return members[0].member_id


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
    issued = issue_key(rt, "make run")
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as kept:
        kept.write(issued + "\n")
    return issued


@contextmanager
def _server(port: int, cloud: LocalCloud, place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """The API, answering, for as long as the block lasts. What it logs is kept where `make logs` looks."""
    log = place.state / "api.log"
    told = {"endpoint": cloud.endpoint, "stage": STAGE, "logs": [str(log)], "drop": place.drop}
    (place.state / "address.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    with log.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.http_server", "--port", str(port)],
            cwd=ROOT,
            env=_server_environment(cloud),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,  # Ctrl-C is for us: we tell it when to end
        )
    (place.state / "server.pid").write_text(f"{process.pid}\n", encoding="ascii")
    try:
        deadline = time.monotonic() + SERVER_READY_SECONDS
        while not answers(port, "/health"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise EngineError(f"The API did not start on port {port}: see {log}.")
            time.sleep(0.1)
        yield process
    finally:
        stop(process, SERVER_STOP_SECONDS)


def _server_environment(cloud: LocalCloud) -> Mapping[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        **CLIENT_ENVIRONMENT,
        **environment_of(cloud.settings),
    }


def _greet(rt: Runtime, place: Place, member_id: str) -> None:
    now = rt.clock.now()
    place.purchases.write_bytes(two_purchases(now))
    sys.stdout.write(welcome(place, member_id, now))
    sys.stdout.flush()


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def _told(sentence: str) -> int:
    _say(sentence)
    return 1


if __name__ == "__main__":
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)  # all of them end as Ctrl-C does: in order
    sys.exit(main(sys.argv[1:]))
