"""The deployed stack as its operator sees it from outside: a bucket to drop files into, a schedule, and time that passes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from chalicelib import bootstrap
from chalicelib.areas.imports.model import Drop
from chalicelib.config import QUEUES, Settings
from chalicelib.kit.periods import Day, iso_day
from chalicelib.runtime import Runtime
from chalicelib.table.feed import read_head
from infra.local.demo.program import TENANT
from infra.local.deploy import client, deploy
from infra.local.ministack import REGION, EngineError
from infra.package import one_at_a_time, package

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / ".local" / "package"
STAGE = "dev"
STACK = f"stampbook-{STAGE}"
_TELLING = ("app.py", "requirements.txt", ".chalice/*.json", "infra/*.py", "infra/*.yaml", "chalicelib/api/**/*.py")
REST_SECONDS = 25.0  # a chunk of an import takes ten; a message that failed is not worth waiting for
QUIET_ROUNDS = 4  # looks in a row, half a second apart, that see nothing move
_BLOCK = 1024 * 1024


class Cloud(Protocol):
    """Where Stampbook runs: the local cloud, or its twin in the tests."""

    @property
    def rt(self) -> Runtime: ...

    def drop(self, key: str, content: BinaryIO) -> Drop:
        """The object is in the bucket, and the bucket has told of it."""

    def schedule_due(self, day: Day) -> None:
        """The schedule of the due job fires as it did, or will, on this day."""

    def wait(self) -> None:
        """A moment passes in which queues and functions work."""


@dataclass(frozen=True, slots=True)
class LocalCloud:
    rt: Runtime
    endpoint: str
    settings: Settings

    def drop(self, key: str, content: BinaryIO) -> Drop:
        with self.rt.files.writer(key, "text/csv") as sink:
            while block := content.read(_BLOCK):
                sink.write(block)
        head = self.rt.files.head(key)
        if head is None or self.settings.bucket is None:
            raise EngineError(f"The local cloud did not keep {key}.")
        return Drop(self.settings.bucket, key, head.etag)

    def schedule_due(self, day: Day) -> None:
        stack = client(self.endpoint, "cloudformation")
        function = stack.describe_stack_resource(StackName=STACK, LogicalResourceId="ScheduleDue")
        name = function["StackResourceDetail"]["PhysicalResourceId"]
        event = {"id": f"due-{iso_day(day)}", "time": f"{iso_day(day)}T00:10:00Z", "source": "aws.events", "detail": {}}
        about = {"account": "000000000000", "region": REGION, "resources": [], "detail-type": "Scheduled Event"}
        answer = client(self.endpoint, "lambda").invoke(
            FunctionName=name, Payload=json.dumps({"version": "0", **event, **about})
        )
        if "FunctionError" in answer:
            raise EngineError(f"The schedule of the due job failed: {answer['Payload'].read().decode()[:1000]}")

    def wait(self) -> None:
        self.rt.clock.sleep(0.5)

    def rest_schedules(self) -> None:
        """From now on nothing happens by the clock alone."""
        events = client(self.endpoint, "events")
        for rule in events.list_rules()["Rules"]:
            events.disable_rule(Name=rule["Name"])

    def work(self) -> None:
        """Queues are worked off, if they were not."""
        self._switch_queues(on=True)

    def come_to_rest(self) -> None:
        """No message is begun any more; those begun, and the relay, are waited for. What waits in a queue stays there,
        unless nobody ever reads it."""
        self._switch_queues(on=False)
        self._empty_unread_queues()
        patience = self.rt.clock.monotonic() + REST_SECONDS
        quiet, seen = 0, None
        while quiet < QUIET_ROUNDS and self.rt.clock.monotonic() < patience:
            self.wait()
            state = (self._begun(), read_head(self.rt.table, TENANT))
            quiet, seen = (quiet + 1 if state == seen and state[0] == 0 else 0), state

    def _switch_queues(self, *, on: bool) -> None:
        functions = client(self.endpoint, "lambda")
        for mapping in self._queue_mappings():
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)

    def _queue_mappings(self) -> list[dict[str, Any]]:
        mappings = client(self.endpoint, "lambda").list_event_source_mappings()["EventSourceMappings"]
        return [mapping for mapping in mappings if ":sqs:" in mapping["EventSourceArn"]]

    def _empty_unread_queues(self) -> None:
        """The topic fills them for functions that are not built yet; the cloud would write all of it to disk."""
        read = {mapping["EventSourceArn"].rpartition(":")[2] for mapping in self._queue_mappings()}
        for address in self.settings.queues.values():
            if address.rpartition("/")[2] not in read:
                client(self.endpoint, "sqs").purge_queue(QueueUrl=address)

    def _begun(self) -> int:
        """How many messages are with a function now."""
        sqs, name = client(self.endpoint, "sqs"), "ApproximateNumberOfMessagesNotVisible"
        addresses = self.settings.queues.values()
        told = [sqs.get_queue_attributes(QueueUrl=one, AttributeNames=[name])["Attributes"] for one in addresses]
        return sum(int(one[name]) for one in told)


def deployed(endpoint: str) -> LocalCloud:
    """The same template as goes to AWS, with the code of the working tree; a stack that is there is brought up to date."""
    outputs = deploy(endpoint, _packaged(), STACK, code="tree")
    known = settings_of(outputs, endpoint)
    return LocalCloud(bootstrap.build(known), endpoint, known)


def settings_of(outputs: Mapping[str, str], endpoint: str) -> Settings:
    """What the template tells its functions, for a process of this machine."""
    return Settings(
        outputs["TableName"],
        STAGE,
        REGION,
        endpoint,
        bucket=outputs["BucketName"],
        queues={name: outputs[f"{name.title()}QueueUrl"] for name in QUEUES},
        topic=outputs["TopicArn"],
    )


def environment_of(known: Settings) -> dict[str, str]:
    """The variables from which a process reads the same settings."""
    told = {
        "STAMPBOOK_TABLE": known.table,
        "STAMPBOOK_STAGE": known.stage,
        "STAMPBOOK_ENDPOINT_URL": known.endpoint_url,
        "STAMPBOOK_BUCKET": known.bucket,
        "STAMPBOOK_TOPIC": known.topic,
        **{f"STAMPBOOK_QUEUE_{name.upper()}": address for name, address in known.queues.items()},
    }
    return {name: value for name, value in told.items() if value}


def _packaged() -> Path:
    """Packaging takes a while: a package is kept as long as nothing that its template tells of has changed. It is there when it
    is whole: whoever comes meanwhile waits for it."""
    into = PACKAGES / _digest(_told_of())
    with one_at_a_time(PACKAGES.with_suffix(".lock")):
        if not into.exists():
            shutil.rmtree(PACKAGES, ignore_errors=True)
            begun = into.with_suffix(".new")
            package(STAGE, begun)
            begun.rename(into)
    return into / STAGE


def _told_of() -> Iterator[Path]:
    for pattern in _TELLING:
        yield from sorted(ROOT.glob(pattern))


def _digest(files: Iterable[Path]) -> str:
    whole = sha256()
    for file in files:
        whole.update(f"{file.relative_to(ROOT)}\0".encode())
        whole.update(sha256(file.read_bytes()).digest())
    return whole.hexdigest()[:32]
