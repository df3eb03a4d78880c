"""`python -m infra.local.logs ID`: every line that a request caused, wherever it was written, in order of time.

ID is what the answer said in X-Request-Id; for a file dropped, what S3 said in x-amz-request-id; for the daily job, the id
of the schedule's event. The log groups of all functions of the stack are searched, and files that hold the same lines.
Without an address what `make run` has started is meant, if it has. Exit code 1: nothing found; 2: could not be searched.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from chalicelib.aws.client import LazyClient
from chalicelib.aws.errors import CloudError, RefusedByServiceError
from chalicelib.kit.clock import Clock, Instant, SystemClock, rfc3339
from infra.local.log_lines import LogLine, is_about, log_line, readable
from infra.local.ministack import LOOPBACK, REGION, be_a_client

ROOT = Path(__file__).resolve().parents[2]
RUN = Path(".local/run")  # of make run, as a person at the project's root would call it
RUNNING = "address.json"
STAGE = "dev"
FUNCTION = "AWS::Lambda::Function"
NOTHING_FOUND, NOT_SEARCHED = 1, 2

_ID = re.compile(r"(?![\"\\])[!-~](?:(?![\"\\])[!-~]){0,199}")
_ENDPOINT = re.compile(r"https?://[^\s/]+/?")
_SINCE = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class NotSearchedError(Exception):
    """The message says what is in the way, and what to do about it."""


class Cloud(Protocol):
    """One service of it (chalicelib/aws/client)."""

    def call(self, method: str, **arguments: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look. `files` are JSON lines beside the cloud's own logs."""

    stage: str = STAGE
    region: str = REGION
    endpoint: str | None = None
    files: tuple[Path, ...] = ()

    @property
    def stack(self) -> str:
        return f"stampbook-{self.stage}"

    @property
    def cloud(self) -> str:
        return self.endpoint or f"Amazon's {self.region}"


Connect = Callable[[str, Place], Cloud]


def become_client_of(place: Place) -> None:
    """A cloud of this machine gets no credential of the person's."""
    if place.endpoint is not None and urlsplit(place.endpoint).hostname in (LOOPBACK, "localhost", "::1"):
        be_a_client()


def connect(service: str, place: Place) -> Cloud:
    become_client_of(place)
    return LazyClient(service, place.region, place.endpoint)


def main(arguments: Sequence[str], connect: Connect = connect, root: Path = ROOT, clock: Clock | None = None) -> int:
    asked = _parser().parse_args(arguments)
    until = (clock or SystemClock()).now()
    try:
        wanted, since = _checked(asked.id), until - _milliseconds(asked.since)
        place = place_of(asked, root)
        lines, searched = search(wanted, place, since, until, connect)
    except NotSearchedError as fault:
        sys.stderr.write(f"{fault}\n")
        return NOT_SEARCHED
    if not lines:
        sys.stderr.write(
            f"Nothing about {wanted} since {rfc3339(since)} in {', '.join(searched)} ({place.stack}, {place.cloud}). "
            "A line may come some seconds after what it tells of; SINCE=7d looks further back.\n"
        )
        return NOTHING_FOUND
    for line in lines:
        print(line.text if asked.json else readable(line))
    return 0


def search(
    wanted: str, place: Place, since: Instant, until: Instant, connect: Connect
) -> tuple[list[LogLine], list[str]]:
    """The lines in order of time, and the names of what was searched."""
    try:
        functions = _functions(connect("cloudformation", place), place)
        logs = connect("logs", place)
        found = [
            line for one in functions for line in _logged(logs, one, wanted, since, until) if is_about(line, wanted)
        ]
    except RefusedByServiceError as refused:
        raise NotSearchedError(f"{place.cloud} refuses: {refused}") from refused
    except CloudError as silent:
        raise NotSearchedError(f"{place.cloud} does not answer: {silent}") from silent
    for file in place.files:
        found += (line for line in _lines_of(file) if since <= line.at <= until and is_about(line, wanted))
    return sorted(found, key=lambda line: line.at), [*(name for name, _ in functions), *map(str, place.files)]


def place_of(asked: argparse.Namespace, root: Path) -> Place:
    """As asked; without any address, what `make run` left word of."""
    if asked.endpoint is not None and not _ENDPOINT.fullmatch(asked.endpoint):
        raise NotSearchedError(f"ENDPOINT is like http://127.0.0.1:4566, not {asked.endpoint!r}.")
    also = tuple(map(Path, asked.also))
    missing = [file for file in also if not file.is_file()]
    if missing:
        raise NotSearchedError(f"There is no file {missing[0]}.")
    file = (RUN if asked.state is None else Path(asked.state)) / RUNNING
    if asked.state is not None or asked.stage is asked.region is asked.endpoint is None:
        if (root / file).is_file():
            told, files = _running(root, file)
            return Place(told.stage, told.region, told.endpoint, (*files, *also))
        if asked.state is not None:
            raise NotSearchedError(f"There is no {file}: STATE is what make run was started with, while it runs.")
    return Place(asked.stage or STAGE, region_of(asked), asked.endpoint, also)


def region_of(asked: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> str:
    """As asked, or as the environment says; of a cloud that is not Amazon's it does not matter."""
    told: str | None = asked.region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if told or asked.endpoint is not None:
        return told or REGION
    raise NotSearchedError(
        "Say which region: REGION=eu-central-1, or AWS_REGION in the environment. A cloud that is not Amazon's has an "
        "ENDPOINT=http://127.0.0.1:4566 instead; make run, while it runs, is found without any."
    )


def _running(root: Path, file: Path) -> tuple[Place, tuple[Path, ...]]:
    """A server that has written nothing yet has no file."""
    try:
        told = json.loads((root / file).read_text(encoding="utf-8"))
        files = tuple(root / name for name in told.get("logs", ()))
        place = Place(stage=str(told["stage"]), endpoint=str(told["endpoint"]))
    except (ValueError, KeyError, TypeError, AttributeError) as damaged:
        raise NotSearchedError(f"{file} cannot be read: start make run again, or name a STAGE.") from damaged
    return place, tuple(file for file in files if file.is_file())


def _functions(cloud: Cloud, place: Place) -> list[tuple[str, str]]:
    """Of the stack: its names for its functions, and theirs."""
    found: list[tuple[str, str]] = []
    more: dict[str, str] = {}
    while True:
        try:
            page = cloud.call("list_stack_resources", StackName=place.stack, **more)
        except RefusedByServiceError as refused:
            if refused.code == "ValidationError" and "does not exist" in str(refused):
                raise NotSearchedError(f"There is no stack {place.stack} at {place.cloud}.") from refused
            raise
        resources = page["StackResourceSummaries"]
        found += [
            (one["LogicalResourceId"], one["PhysicalResourceId"])
            for one in resources
            if one["ResourceType"] == FUNCTION and one.get("PhysicalResourceId")
        ]
        if not page.get("NextToken"):
            break
        more = {"NextToken": page["NextToken"]}
    if not found:
        raise NotSearchedError(f"The stack {place.stack} at {place.cloud} has no functions.")
    return found


def _logged(logs: Cloud, function: tuple[str, str], wanted: str, since: Instant, until: Instant) -> Iterator[LogLine]:
    """What the service finds. An empty page may be followed by a full one; a function that never ran has no log."""
    name, physical = function
    asked = {"logGroupName": f"/aws/lambda/{physical}", "filterPattern": f'"{wanted}"'}
    more: dict[str, str] = {}
    while True:
        try:
            page = logs.call("filter_log_events", **asked, startTime=since, endTime=until, **more)
        except RefusedByServiceError as refused:
            if refused.code == "ResourceNotFoundException":
                return
            raise
        yield from (log_line(event["message"], name, event["timestamp"]) for event in page["events"])
        if not page.get("nextToken"):
            return
        more = {"nextToken": page["nextToken"]}


def _lines_of(file: Path) -> Iterator[LogLine]:
    """Whatever says no time of its own is from when the file was last written to."""
    changed = int(file.stat().st_mtime * 1000)
    with file.open(encoding="utf-8", errors="replace") as lines:
        yield from (log_line(line, file.stem, changed) for line in lines)


def _checked(wanted: str) -> str:
    if not _ID.fullmatch(wanted):
        raise NotSearchedError(
            "Say which ID: 1 to 200 printable characters without blanks, quotes and backslashes, as in make logs ID=…"
        )
    return wanted


def _milliseconds(text: str) -> int:
    said = _SINCE.fullmatch(text)
    if said is None:
        raise NotSearchedError(f"SINCE is a number with s, m, h or d, such as 90s, 30m, 24h, 7d; not {text!r}.")
    return int(said[1]) * _SECONDS[said[2]] * 1000


def add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stage", help=f"of the stack stampbook-<stage>; {STAGE} unless make run says otherwise")
    parser.add_argument("--region", help="of the stack; AWS_REGION of the environment unless told otherwise")
    parser.add_argument("--endpoint", help="where the cloud is, if it is not Amazon's: http://127.0.0.1:4566")
    parser.add_argument("--state", help=f"what make run was started with, if not {RUN}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local.logs", description=__doc__.partition("\n")[0])
    parser.add_argument("id")
    add_address(parser)
    parser.add_argument("--since", default="24h", help="how far back: 90s, 30m, 24h, 7d")
    parser.add_argument("--also", action="append", default=[], metavar="FILE", help="a file of such lines as well")
    parser.add_argument("--json", action="store_true", help="the lines as they were written")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
