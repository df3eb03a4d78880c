"""`make logs ID=…`: every line that a request caused, from every function and file, in order of time, or a clear sentence."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from chalicelib.aws.errors import CloudError, RefusedByServiceError
from infra.local.logs import ROOT, Cloud, Connect, Place, main
from infra.local.ministack import free_port
from tests.twins import StandingClock, at

NOW = at("2026-06-15T12:00:00Z")
MINUTE = 60_000
ID = "9cfdb8dd-ddf7-4761-8161-d4722a4243bf"
PAGE = 2  # events and resources a page of the twin has: the service's own is larger, its ways are the same


def written(ago: int = 1, **fields: Any) -> str:
    """A line as a function writes it, so many minutes ago."""
    stamp = StandingClock(NOW - ago * MINUTE).at
    when = LambdaPowertoolsFormatter(utc=True).formatTime(
        logging.makeLogRecord({"created": stamp / 1000, "msecs": 123})
    )
    line = {"level": "INFO", "message": "event", "timestamp": when, "service": "stampbook", "request_id": ID}
    return json.dumps(line | fields)


@dataclass
class LoggedCloud:
    """CloudFormation and the logs of one stack: function → (minutes ago, line)."""

    logged: dict[str, list[tuple[int, str]]]
    stack: str = "stampbook-dev"
    asked: list[dict[str, Any]] = field(default_factory=list)

    def connect(self, service: str, place: Place) -> Cloud:
        assert service in ("cloudformation", "logs")
        self.place = place
        return self

    def call(self, method: str, **arguments: Any) -> Any:
        self.asked.append(arguments)
        return self._resources(**arguments) if method == "list_stack_resources" else self._events(**arguments)

    def _resources(self, StackName: str, NextToken: str = "0") -> Any:  # noqa: N803 (so the service names them)
        if StackName != self.stack:
            raise RefusedByServiceError(f"Stack with id {StackName} does not exist", "ValidationError")
        all_ = [("AWS::SQS::Queue", "DueQueue", "https://queue"), ("AWS::Lambda::Function", "NotMadeYet", "")]
        all_ += [("AWS::Lambda::Function", name, f"dev-{name}-1X") for name in self.logged]
        page, more = paged(all_, NextToken)
        names = ("ResourceType", "LogicalResourceId", "PhysicalResourceId")
        return {"StackResourceSummaries": [dict(zip(names, one, strict=True)) for one in page]} | (
            {"NextToken": more} if more else {}
        )

    def _events(self, logGroupName: str, filterPattern: str, nextToken: str = "0", **window: int) -> Any:  # noqa: N803
        name = logGroupName.removeprefix("/aws/lambda/dev-").removesuffix("-1X")
        if self.logged[name] == [NEVER_RAN]:
            raise RefusedByServiceError("The specified log group does not exist.", "ResourceNotFoundException")
        page, more = paged(self.logged[name], nextToken)
        events = [
            {"timestamp": NOW - ago * MINUTE, "message": f"{line}\n"}
            for ago, line in page
            if filterPattern.strip('"') in line and window["startTime"] <= NOW - ago * MINUTE <= window["endTime"]
        ]
        return {"events": events} | ({"nextToken": more} if more else {})


NEVER_RAN = (0, "")


def paged(all_: list[Any], token: str) -> tuple[list[Any], str]:
    first = int(token)
    return all_[first : first + PAGE], str(first + PAGE) if first + PAGE < len(all_) else ""


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Runs the command on a tree in which nothing runs; its code, output and complaints."""

    def ran(*arguments: str, on: Connect, root: Path = tmp_path) -> tuple[int, str, str]:
        code = main(arguments, on, root, StandingClock(NOW))
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


Say = Callable[..., tuple[int, str, str]]


def shop() -> LoggedCloud:
    order = written(5, operation="record_order", tenant="ours", duration_ms=12.5, status=201, message="request")
    relay = written(3, operation="relay_entries", tenant="ours", duration_ms=4.0, done=2, failed=0)
    middle = written(4, operation="record_order", tenant="ours", level="WARNING", message="slow", sku="BOOK")
    other = written(4, request_id="another", operation="record_order")
    return LoggedCloud({
        "Relay": [(3, relay), (3, other)],
        "APIHandler": [(9, other), (8, other), (5, order), (4, middle)],
        "Due": [NEVER_RAN],
    })  # fmt: skip


def test_lines_of_all_functions_come_in_order_of_time(say: Say) -> None:
    code, told, _ = say(ID, on=shop().connect)
    assert code == 0
    assert [" ".join(line.split()) for line in told.splitlines()] == [
        "2026-06-15 11:55:00.123 APIHandler INFO record_order ours 12.5 ms 201 request",
        "2026-06-15 11:56:00.123 APIHandler WARNING record_order ours slow sku=BOOK",
        "2026-06-15 11:57:00.123 Relay INFO relay_entries ours 4.0 ms 2 done, 0 failed event",
    ]


def test_a_line_is_put_where_it_was_written_not_where_it_was_collected(say: Say) -> None:
    late = LoggedCloud({"Relay": [(1, written(9, message="first"))], "APIHandler": [(5, written(5, message="second"))]})
    _, told, _ = say(ID, on=late.connect)
    assert [line.split()[-1] for line in told.splitlines()] == ["first", "second"]


def test_a_refusal_shows_its_code_and_a_defect_its_stack(say: Say) -> None:
    lines = [
        (2, written(2, status=422, code="member_blocked", message="request")),
        (1, written(1, level="ERROR", message="a defect", exception="Traceback:\n  line 3\nValueError: swordfish")),
    ]
    _, told, _ = say(ID, on=LoggedCloud({"APIHandler": lines}).connect)
    assert "422 member_blocked" in told
    assert told.splitlines()[-3:] == ["    Traceback:", "      line 3", "    ValueError: swordfish"]


def test_as_json_the_lines_come_as_they_were_written(say: Say) -> None:
    line = written(1, operation="record_order", exception="Traceback")
    assert say(ID, "--json", on=LoggedCloud({"APIHandler": [(1, line)]}).connect)[1] == f"{line}\n"


@pytest.mark.parametrize(
    "stranger",
    [
        written(request_id=f"{ID}-1"), written(request_id=f"x{ID}"), written(request_id="x", request_ids=[f"{ID}0"]),
        written(request_id="x", message=f"about {ID}0"), f"START RequestId: {ID}-7 Version: 1",
        f"START RequestId: 7-{ID} Version: 1",
    ],
)  # fmt: skip
def test_an_id_within_another_is_not_it(say: Say, stranger: str) -> None:
    assert ID in stranger
    assert say(ID, on=LoggedCloud({"APIHandler": [(1, stranger)]}).connect)[0] == 1


@pytest.mark.parametrize(
    "line",
    [
        written(request_id="x", request_ids=["a", ID]), written(request_id="x", job=ID),
        f"REPORT RequestId: {ID}\tDuration: 3 ms", f'{{"cut off": "{ID}',
    ],
)  # fmt: skip
def test_whatever_names_the_id_is_shown(say: Say, line: str) -> None:
    code, told, _ = say(ID, "--json", on=LoggedCloud({"APIHandler": [(1, line)]}).connect)
    assert (code, told) == (0, f"{line}\n")


def test_files_are_searched_as_well(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "api.log"
    file.write_text(f"listens\n{written(4, message='from the file')}\n{written(99_999)}\nbroken {{\n", "utf-8")
    code, told, _ = say(ID, "--also", str(file), on=shop().connect)
    assert code == 0
    (line,) = [line for line in told.splitlines() if "from the file" in line]
    assert line.split()[2] == "api"
    assert told.splitlines().index(line) in (1, 2)


def test_only_so_far_back_as_asked(say: Say) -> None:
    cloud = LoggedCloud({"APIHandler": [(61, written(61)), (59, written(59))]})
    assert len(say(ID, on=cloud.connect)[1].splitlines()) == 2
    assert len(say(ID, "--since", "1h", on=cloud.connect)[1].splitlines()) == 1


def test_nothing_found_says_where_and_since_when(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "api.log"
    file.write_text("", "utf-8")
    code, told, why = say("nobody", "--since", "2h", "--also", str(file), on=shop().connect)
    assert (code, told) == (1, "")
    assert "Nothing about nobody since 2026-06-15T10:00:00Z in Relay, APIHandler, Due," in why
    assert str(file) in why
    assert "stampbook-dev, Amazon's eu-central-1" in why


@pytest.mark.parametrize("wanted", ["", " ", "a b", 'a"b', "a\\b", "ä", "a\n", "a\x00", "x" * 201])
def test_what_is_no_id_is_refused(say: Say, wanted: str) -> None:
    cloud = shop()
    code, _, why = say("--", wanted, on=cloud.connect)
    assert (code, why.startswith("Say which ID"), cloud.asked) == (2, True, [])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--stage", "prod"), "There is no stack stampbook-prod at Amazon's eu-central-1."),
        (("--since", "3w"), "SINCE is a number with s, m, h or d"),
        (("--since", "0h"), "SINCE is a number with s, m, h or d"),
        (("--also", "not-there.log"), "There is no file not-there.log."),
        (("--endpoint", "localhost:4566"), "ENDPOINT is like http://127.0.0.1:4566, not 'localhost:4566'."),
    ],
)
def test_what_cannot_be_searched_is_a_sentence(say: Say, arguments: tuple[str, ...], sentence: str) -> None:
    code, told, why = say(ID, *arguments, on=shop().connect)
    assert (code, told) == (2, "")
    assert why.startswith(sentence)


def test_a_stack_without_functions_is_a_sentence(say: Say) -> None:
    assert "has no functions" in say(ID, on=LoggedCloud({}).connect)[2]


class Failing:
    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def call(self, method: str, **arguments: Any) -> Any:
        raise self.fault


def test_a_cloud_that_refuses_or_is_silent_is_a_sentence(say: Say) -> None:
    denied = Failing(RefusedByServiceError("AccessDenied: not you", "AccessDenied"))
    assert say(ID, on=lambda service, place: denied)[::2] == (
        2,
        "Amazon's eu-central-1 refuses: AccessDenied: not you\n",
    )
    silent = Failing(CloudError("Could not connect"))
    assert say(ID, on=lambda service, place: silent)[::2] == (
        2,
        "Amazon's eu-central-1 does not answer: Could not connect\n",
    )


def test_an_address_where_nobody_is_is_a_sentence() -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    ran = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "infra.local.logs", ID, "--endpoint", nobody],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{nobody} does not answer:")
    assert "Traceback" not in ran.stderr


def running(root: Path, place: Path | None = None, **said: Any) -> None:
    told = {"endpoint": "http://127.0.0.1:4510", "stage": "test", "logs": [".local/run/api.log", ".local/run/none.log"]}
    place = place or root / ".local" / "run"
    place.mkdir(parents=True)
    (place / "api.log").write_text(written(1, message="from the server") + "\n", "utf-8")
    (place / "address.json").write_text(json.dumps(told | said), "utf-8")


def test_without_an_address_what_make_run_started_is_meant(say: Say, tmp_path: Path) -> None:
    running(tmp_path)
    cloud = LoggedCloud({"Relay": [(2, written(2))]}, stack="stampbook-test")
    code, told, _ = say(ID, on=cloud.connect)
    assert (code, cloud.place.endpoint) == (0, "http://127.0.0.1:4510")
    assert [line.split()[2] for line in told.splitlines()] == ["Relay", "api"]


def test_an_address_given_is_the_one_that_counts(say: Say, tmp_path: Path) -> None:
    running(tmp_path)
    cloud = shop()
    code, told, _ = say(ID, "--stage", "dev", on=cloud.connect)
    assert (code, cloud.place.endpoint, "from the server" in told) == (0, None, False)


def test_what_make_run_keeps_elsewhere_is_found_by_its_state(say: Say, tmp_path: Path) -> None:
    running(tmp_path, place=tmp_path / "other")
    cloud = LoggedCloud({"Relay": [(2, written(2))]}, stack="stampbook-test")
    code, _, _ = say(ID, "--state", str(tmp_path / "other"), on=cloud.connect)
    assert (code, cloud.place.endpoint) == (0, "http://127.0.0.1:4510")
    code, _, why = say(ID, "--state", "nowhere", on=cloud.connect)
    assert (code, why) == (
        2,
        "There is no nowhere/address.json: STATE is what make run was started with, while it runs.\n",
    )


def test_the_region_is_the_one_said_or_the_environment_s(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = shop()
    assert (say(ID, on=cloud.connect)[0], cloud.place.region) == (0, "eu-central-1")
    assert (say(ID, "--region", "us-east-1", on=cloud.connect)[0], cloud.place.region) == (0, "us-east-1")
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    assert (say(ID, on=cloud.connect)[0], cloud.place.region) == (0, "eu-west-3")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    code, _, why = say(ID, on=cloud.connect)
    assert (code, "REGION=eu-central-1" in why, why.count("\n")) == (2, True, 1)
    assert say(ID, "--endpoint", "http://127.0.0.1:4510", on=cloud.connect)[0] == 0


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"endpoint": 1}', '{"endpoint": "x", "stage": "dev", "logs": 1}']
)
def test_a_damaged_word_of_make_run_is_a_sentence(say: Say, tmp_path: Path, text: str) -> None:
    running(tmp_path)
    (tmp_path / ".local" / "run" / "address.json").write_text(text, "utf-8")
    code, _, why = say(ID, on=shop().connect)
    assert (code, "cannot be read: start make run again" in why) == (2, True)
