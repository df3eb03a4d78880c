"""`python -m infra.local.run [--port 8000]`: Stampbook on this machine, with a year and a half of real purchases in it.

The local cloud runs the template that goes to AWS, on the code of the working tree; in front of it the HTTP server. Both
keep what they have in .local/run between runs. The first run drops a file of purchases into the bucket and waits until
it is imported, or stands still. Ctrl-C ends the server first, lets queues and functions finish what they are at, then ends the cloud,
which writes its state to disk.
"""

from __future__ import annotations

import argparse
import fcntl
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
from chalicelib.aws.errors import CloudError
from chalicelib.errors import StampbookError, Unauthenticated
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import TableError
from infra.archive import PackageError
from infra.local.cloud import REST_SECONDS, STAGE, LocalCloud, deployed, environment_of
from infra.local.demo.program import issue_key, load_program
from infra.local.deploy import DeployError
from infra.local.first_purchases import DROP, load_purchases
from infra.local.importing import ImportFailedError
from infra.local.leftover import end_leftover
from infra.local.logs import RUN, RUNNING
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
from infra.local.repair import repair_feeds
from infra.local.sample import PURCHASES, NoPurchasesError
from infra.local.welcome import Place, two_purchases, welcome

ROOT = Path(__file__).resolve().parents[2]
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
        refuse_taken(port, "or choose another: make run PORT=8001")
        _say("Starting the local cloud …")
        stopped = stopped_at(state / "cloud")
        with engine(state / "cloud", keep=True) as (endpoint, process), _working(endpoint, process, stopped) as cloud:
            load_program(cloud.rt)
            bucket, credential = str(cloud.settings.bucket), _credential(cloud.rt, state / "api-key")
            place = Place(f"http://{LOOPBACK}:{port}", endpoint, bucket, DROP, state, credential)
            with _found(place):
                member_id = load_purchases(cloud, purchases, state / "sample.json")
                cloud.schedule_due(local_day(cloud.rt.clock.now(), "UTC"))  # on days that it slept through none was due
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
def _found(place: Place) -> Iterator[None]:
    """Commands of an operator find the cloud from the moment that it works, an import that stands still included, until
    it goes: what is found afterwards would be a cloud that does not answer."""
    file = place.state / RUNNING
    told = {"endpoint": place.endpoint, "stage": STAGE, "logs": [str(_log(place))], "drop": place.drop}
    file.write_text(json.dumps(told) + "\n", encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _log(place: Place) -> Path:
    return place.state / "api.log"


@contextmanager
def _server(port: int, cloud: LocalCloud, place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """The API, answering, for as long as the block lasts. What it logs is kept where `make logs` looks."""
    log = _log(place)
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


def _greet(rt: Runtime, place: Place, member_id: str | None) -> None:
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
