"""`python -m infra.local.demo [--file orders.csv] [--as-of 2011-12-31]`: what `make demo` runs."""

from __future__ import annotations

import argparse
import io
import signal
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

from chalicelib.aws.errors import CloudError
from chalicelib.errors import InvalidInput, StampbookError
from chalicelib.kit.clock import Instant, SystemClock
from chalicelib.kit.periods import Day, parse_day
from chalicelib.table.protocol import TableError
from infra.archive import PackageError
from infra.local.cloud import deployed
from infra.local.demo.course import Outcome, refuse_too_early, run_demo
from infra.local.demo.report import json_line, report
from infra.local.demo.survey import CannotStartError, Survey, survey
from infra.local.demo.tally import FiguresDisagreeError
from infra.local.deploy import DeployError
from infra.local.importing import ImportFailedError
from infra.local.ministack import EngineError, be_a_client, ministack
from infra.local.progress import Progress

DEFAULT_FILE = Path(__file__).resolve().parents[3] / "tests" / "data" / "orders-cdnow-sample.csv"
FAILED, REFUSED, INTERRUPTED = 1, 2, 130


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    try:
        return _run(options.file, options.as_of)
    except CannotStartError as refused:
        return _told(REFUSED, str(refused))
    except (EngineError, PackageError, DeployError, ImportFailedError) as fault:
        return _told(FAILED, str(fault))
    except (TableError, CloudError, StampbookError) as fault:
        return _told(FAILED, f"The local cloud did not do its part: {fault}")
    except FiguresDisagreeError as fault:
        return _told(FAILED, f"The figures disagree, which must never happen: {fault}")
    except KeyboardInterrupt:
        return _told(INTERRUPTED, "Interrupted. Nothing is left behind.")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local.demo", description=__doc__)
    parser.add_argument("--file", type=Path, default=DEFAULT_FILE, help="a file of the orders import format")
    parser.add_argument("--as-of", type=_day, help="the day the points are asked for; that of the last purchase")
    return parser.parse_args(arguments)


def _day(text: str) -> Day:
    day = parse_day(text)
    if day is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no day of the calendar, such as 2011-12-31")
    return day


def _run(file: Path, asked: Day | None) -> int:
    now = SystemClock().now()
    with _opened(file) as stream:
        found = _surveyed(file, stream, now)
        refuse_too_early(asked, found.sale_day)
        stream.seek(0)
        outcome = _imported(file.name, stream, asked, Progress(sys.stderr, "Importing"))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may know fewer letters than the file
    sys.stdout.write(f"{report(str(file), outcome)}\n{json_line(outcome)}\n")
    sys.stdout.flush()
    return 0


def _opened(file: Path) -> BinaryIO:
    """A regular file: it is read twice, so a pipe will not do."""
    try:
        if file.exists() and not file.is_file():
            raise CannotStartError(f"{file} is not a file.")
        return file.open("rb")
    except OSError as fault:
        raise CannotStartError(f"{file} cannot be read: {fault.strerror}.") from fault


def _surveyed(file: Path, stream: BinaryIO, now: Instant) -> Survey:
    try:
        return survey(stream, now)
    except InvalidInput as refused:
        raise CannotStartError(f"{file} is no file of orders. {refused.message}") from refused
    except OSError as fault:
        raise CannotStartError(f"{file} cannot be read: {fault.strerror}.") from fault


def _imported(name: str, stream: BinaryIO, asked: Day | None, progress: Progress) -> Outcome:
    """On a cloud of its own, of which nothing stays, and whose days are the demo's: no schedule fires by itself."""
    be_a_client()
    progress.note("Starting the local cloud …")
    with (
        tempfile.TemporaryDirectory(prefix="stampbook-demo-") as state,
        ministack(Path(state), keep=False) as endpoint,
    ):
        cloud = deployed(endpoint)
        cloud.rest_schedules()
        return run_demo(cloud, name, stream, asked, progress)


def _told(code: int, sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)  # all of them end as Ctrl-C does: nothing is left behind
    sys.exit(main(sys.argv[1:]))
