"""The packaged app on the local cloud: packaged once, deployed once, in an environment that holds nothing of the person's.

Its zip holds one file more than the package, and its functions two variables: what they ask of the cloud is noted
(recorded_calls.py) for test_permissions.py.
"""

from __future__ import annotations

import copy
import io
import json
import os
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import Message
from pathlib import Path
from typing import Any, TypeVar

import pytest

from chalicelib import bootstrap
from chalicelib.areas.access.operations import issue_api_key
from chalicelib.config import Settings
from chalicelib.kit.clock import SystemClock, rfc3339
from infra.local.demo.program import CALLER, ORG, TENANT, load_program
from infra.local.deploy import api_address, client, deploy_template
from infra.local.ministack import REGION, be_a_client, ministack
from infra.package import TEMPLATE, ZIP, one_at_a_time, package
from tests.e2e import recorded_calls

STACK, STAGE = "stampbook-dev", "dev"
WORKER = "PYTEST_XDIST_WORKER"  # in the environment of each process that xdist started
PATIENCE = 90.0  # seconds, for what happens by itself; a slow machine needs some of them, a fast one hardly any
JUST_NOW = rfc3339(SystemClock().now() - 60_000)  # what was bought then has not expired, whenever the tests run
SeenT = TypeVar("SeenT")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: half the time a cloud waits, for its queues to be looked at and its stacks to be there."""
    return len(os.sched_getaffinity(0)) + 1


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message  # looked up by name in any case
    body: Any


@dataclass(frozen=True)
class Deployed:
    endpoint: str
    template: dict[str, Any]
    archive: bytes
    calls: Path
    outputs: Mapping[str, str]
    credential: str

    def client(self, service: str) -> Any:
        return client(self.endpoint, service)

    def queue(self, name: str) -> str:
        address: str = self.client("sqs").get_queue_url(QueueName=f"stampbook-{STAGE}-{name}")["QueueUrl"]
        return address

    def function(self, name: str) -> str:
        """The name that the stack gave it."""
        found = self.client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId=name)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def with_key(self, credential: str) -> Deployed:
        return replace(self, credential=credential)

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = self.answer(method, path, body)
        return answer.status, answer.body

    def answer(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Over HTTP, to the stage of the REST API."""
        address = f"{api_address(self.endpoint, dict(self.outputs))}{path}"
        sent = {"Authorization": f"Bearer {self.credential}", "Content-Type": "application/json", **headers}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data, sent, method=method)  # noqa: S310 (it is ours)
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return Answer(answer.status, answer.headers, json.load(answer))
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.headers, json.load(refused))

    def buy(self, number: str, card: str) -> str:
        """The order as it is answered, as text."""
        status, answer = self.call("POST", "/v1/orders", order(number, card))
        assert status in (200, 201), answer
        return json.dumps(answer)

    def points(self, card: str) -> int:
        _, member = self.call("POST", "/v1/members/find", {"type": "card", "value": card})
        status, account = self.call("GET", f"/v1/members/{member['member_id']}/account")
        assert status == 200, account
        return sum(int(wallet["available"]) for wallet in account["wallets"])


def order(number: str, card: str) -> dict[str, Any]:
    return {
        "number": number,
        "purchased_at": JUST_NOW,
        "currency": "EUR",
        "identifier": {"type": "card", "value": card},
        "lines": [{"sku": "book", "quantity": "1", "gross_value": 25_00}],
    }


def seen(look: Callable[[], SeenT | None], what: str) -> SeenT:
    """What `look` sees at last; None is nothing yet."""
    until = time.monotonic() + PATIENCE
    while (found := look()) is None:
        assert time.monotonic() < until, f"{what}: not within {PATIENCE:.0f} seconds"
        time.sleep(0.2)
    return found


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once for all workers, who only read it; what lies there is whole."""
    of_worker = tmp_path_factory.getbasetemp()
    build = (of_worker.parent if WORKER in os.environ else of_worker) / "build"
    with one_at_a_time(build.with_suffix(".lock")):
        if not build.exists():
            package(STAGE, build.with_suffix(".new"))
            build.with_suffix(".new").rename(build)
    return build / STAGE


@pytest.fixture(scope="session")
def template(packaged: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((packaged / TEMPLATE).read_text(encoding="utf-8"))
    return read


def watched(packaged: Path, template: dict[str, Any], calls: Path) -> tuple[dict[str, Any], bytes]:
    """Template and zip of functions that note their calls."""
    archive = io.BytesIO((packaged / ZIP).read_bytes())
    recorder = Path(str(recorded_calls.__file__))
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr(recorder.name, recorder.read_text(encoding="utf-8"))
    watching = copy.deepcopy(template)
    watching["Globals"]["Function"]["Environment"]["Variables"] |= {
        recorded_calls.PLUGINS: f"calls={recorder.stem}",
        recorded_calls.CALLS: str(calls),
    }
    return watching, archive.getvalue()


@pytest.fixture(scope="session")
def deployed(packaged: Path, template: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed_in(tmp_path_factory.mktemp("cloud"), packaged, template) as there:
        yield there


@contextmanager
def deployed_in(state: Path, packaged: Path, template: dict[str, Any]) -> Iterator[Deployed]:
    """With the demo's program in it. The environment of this process is put back at the end."""
    before = dict(os.environ)
    be_a_client()
    calls = state / "calls"
    calls.mkdir(parents=True)
    watching, archive = watched(packaged, template, calls)
    try:
        with ministack(state, keep=False) as endpoint:
            outputs = deploy_template(endpoint, watching, archive, STACK)
            rt = bootstrap.build(Settings(outputs["TableName"], STAGE, REGION, endpoint))
            load_program(rt)
            key = issue_api_key(rt, CALLER, org=ORG, tenant=TENANT, name="e2e", grants=CALLER.grants)
            yield Deployed(endpoint, watching, archive, calls, outputs, key.credential)
    finally:
        os.environ.clear()
        os.environ.update(before)
