"""What makes somebody get up: an alarm for everything in the template that can be stuck, full, slow or refused.

They follow from the template itself: a queue, an index or a function that is added has its alarms with it. Where nothing
happens nothing is wrong, so missing data is no alarm. What ought to happen by itself (relay, daily job) is measured by its
age, which the pulse tells every few minutes; where the pulse itself falls silent the alarm has too little data, and says so.
Before the first pulse of a new stage that is no news: CloudWatch tells changes only, and every alarm begins with too little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.events.log import RELAY
from chalicelib.kit.metrics import NAMESPACE

Json = dict[str, Any]
Missing = Literal["notBreaching", "missing"]

CONDITION = "AlarmsOn"
TOPIC = "AlarmTopic"
ABOVE = "GreaterThanThreshold"
FIVE_MINUTES = 300
# A message that nobody takes. What is tried in vain is told by its dead-letter queue instead: Amazon leaves out of this age
# what was received three times, and most steps are given up within the hour.
STUCK_SECONDS = 3600
LATE_MS = (
    300_000  # the relay behind its stream, of which Amazon keeps a day; less than from one beat to the next but one
)
MISSED_MS = 25 * 3_600_000  # since the daily job
SLOW_MS = 3000  # of a hundred requests the slowest: a cold start stays below
SERVER_ERRORS = 10  # of DynamoDB, in five minutes: fewer are met by trying again
TABLE_OPERATIONS = ("GetItem", "BatchGetItem", "Query", "TransactWriteItems")


@dataclass(frozen=True, slots=True)
class Alarm:
    """`statistic` is Sum, Maximum, Average or a percentile such as p99. `of` periods, `breaching` must be above the limit."""

    name: str
    says: str
    namespace: str
    metric: str
    dimensions: Mapping[str, Any]
    statistic: str = "Sum"
    threshold: float = 0
    period: int = FIVE_MINUTES
    of: int = 1
    breaching: int = 1
    missing: Missing = "notBreaching"

    def resource(self) -> Json:
        percentile = self.statistic.startswith("p")
        how = (
            {"ExtendedStatistic": self.statistic, "EvaluateLowSampleCountPercentile": "ignore"}
            if percentile
            else {"Statistic": self.statistic}
        )
        properties = {
            "AlarmName": {"Fn::Sub": f"stampbook-${{Stage}}-{self.name}"},
            "AlarmDescription": self.says,
            "Namespace": self.namespace,
            "MetricName": self.metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in self.dimensions.items()],
            **how,
            "Threshold": self.threshold,
            "ComparisonOperator": ABOVE,
            "Period": self.period,
            "EvaluationPeriods": self.of,
            "DatapointsToAlarm": self.breaching,
            "TreatMissingData": self.missing,
            "AlarmActions": [{"Ref": TOPIC}],
            "OKActions": [{"Ref": TOPIC}],
        }
        if self.missing == "missing":
            properties["InsufficientDataActions"] = [{"Ref": TOPIC}]
        return {"Type": "AWS::CloudWatch::Alarm", "Condition": CONDITION, "Properties": properties}


def alarms(template: Json) -> dict[str, Json]:
    """The resources, by logical id."""
    return {f"{logical_id(alarm.name)}Alarm": alarm.resource() for alarm in _all(template)}


def logical_id(name: str) -> str:
    return "".join(word.title() for word in name.split("-"))


def of_type(template: Json, kind: str) -> dict[str, Json]:
    """The properties of all such resources, by logical id."""
    return {name: one.get("Properties", {}) for name, one in template["Resources"].items() if one["Type"] == kind}


def consumed_queues(template: Json) -> list[str]:
    """Those that a function works off. The others wait for one, and get nothing until they have it (infra/subscriptions.py)."""
    resources = [one.get("Properties", {}) for one in template["Resources"].values()]
    events = [event["Properties"] for one in resources for event in one.get("Events", {}).values()]
    return sorted(resource_of(event["Queue"]) for event in events if "Queue" in event)


def resource_of(attribute: Mapping[str, Any]) -> str:
    """The logical id of whatever this is an attribute of: merged a template names both in a list, written in one text."""
    named = attribute["Fn::GetAtt"]
    return str(named.partition(".")[0] if isinstance(named, str) else named[0])


def _all(template: Json) -> Iterator[Alarm]:
    yield from _of_queues(template)
    for function in sorted(of_type(template, "AWS::Serverless::Function")):
        yield from _of_function(function)
    yield from _of_the_feed()
    yield from _of_the_pulse()
    yield from _of_the_api(template)
    yield from _of_the_table(template)


def _of_queues(template: Json) -> Iterator[Alarm]:
    for queue in sorted(of_type(template, "AWS::SQS::Queue")):
        if queue.endswith("DeadQueue"):
            says = "Something failed as often as it may and waits here for two weeks: docs/guides/deploy.md says what to do."
            yield _queue_alarm(queue, _kebab(queue), says, "ApproximateNumberOfMessagesVisible", 0)
    for queue in consumed_queues(template):
        says = "A message waits for an hour: its function does not take it."
        yield _queue_alarm(queue, f"{_kebab(queue)}-age", says, "ApproximateAgeOfOldestMessage", STUCK_SECONDS)


def _queue_alarm(queue: str, name: str, says: str, metric: str, threshold: float) -> Alarm:
    dimensions = {"QueueName": {"Fn::GetAtt": [queue, "QueueName"]}}
    return Alarm(name, says, "AWS/SQS", metric, dimensions, "Maximum", threshold)


def _of_function(function: str) -> Iterator[Alarm]:
    of, name = {"FunctionName": {"Ref": function}}, _kebab(function)
    ended = "It was cut off or could not start: what it reports itself is in the log, and no error."
    yield Alarm(f"{name}-errors", ended, "AWS/Lambda", "Errors", of)
    yield Alarm(f"{name}-throttles", "The account's concurrency is used up.", "AWS/Lambda", "Throttles", of)


def _of_the_feed() -> Iterator[Alarm]:
    relay, says = (
        {"FunctionName": {"Ref": "Relay"}},
        "The feed is five minutes behind; after a day entries fall out of the stream.",
    )
    yield Alarm("relay-late", says, "AWS/Lambda", "IteratorAge", relay, "Maximum", LATE_MS)
    unread, says = (
        {"stage": {"Ref": "Stage"}, "operation": RELAY},
        "Entries of a newer version came into the feed as placeholders: docs/guides/recovery.md, one version back.",
    )
    yield Alarm("entries-unread", says, NAMESPACE, "unread", unread)
    says = "What the relay gave up did not reach its dead letters: only its log knows of it."
    yield Alarm("relay-dead-undelivered", says, "AWS/Lambda", "DestinationDeliveryFailures", relay)
    topic = {"TopicName": {"Fn::GetAtt": ["Topic", "TopicName"]}}
    says = "A queue did not get a message of the topic, and will not."
    yield Alarm("topic-undelivered", says, "AWS/SNS", "NumberOfNotificationsFailed", topic)


def _of_the_pulse() -> Iterator[Alarm]:
    """Its metrics are written by chalicelib/events/pulse.py, at every pulse of a stage."""
    stage = {"stage": {"Ref": "Stage"}}
    says = "The relay does not see what is written: its event source mapping is disabled or gone, or the pulse is."
    yield Alarm(
        "relay-silent", says, NAMESPACE, "relay_behind_ms", stage, "Maximum", LATE_MS,
        of=2, breaching=2, missing="missing",
    )  # fmt: skip
    says = "The due job was not started for a day, or the pulse that watches it is gone."
    yield Alarm("due-missed", says, NAMESPACE, "due_since_ms", stage, "Maximum", MISSED_MS, missing="missing")


def _of_the_api(template: Json) -> Iterator[Alarm]:
    """A share is nothing that one tenant's damaged item comes to on a busy stage, nor one failure an hour on a quiet one:
    so those that the API answers itself are counted as well (chalicelib/api/log.py)."""
    failed = "A request was answered with a failure, 500 or 503: its code and its tenant are in the log."
    yield Alarm("api-failures", failed, NAMESPACE, "failures", {"stage": {"Ref": "Stage"}})
    api = template["Resources"]["RestAPI"]["Properties"]
    of = {"ApiName": api["DefinitionBody"]["info"]["title"], "Stage": api["StageName"]}
    failing = "More than one request of a hundred fails."
    yield Alarm("api-5xx", failing, "AWS/ApiGateway", "5XXError", of, "Average", 0.01, of=3, breaching=2)
    slow = "One request of a hundred takes more than three seconds."
    yield Alarm("api-slow", slow, "AWS/ApiGateway", "Latency", of, "p99", SLOW_MS, of=3, breaching=3)


def _of_the_table(template: Json) -> Iterator[Alarm]:
    table = {"TableName": {"Ref": "Table"}}
    indexes = [one["IndexName"] for one in template["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"]]
    throttled = "Requests are throttled, and tried again by us for two seconds; longer, and the API answers 409 or 503."
    for name, of in [("table", table), *((index, table | {"GlobalSecondaryIndexName": index}) for index in indexes)]:
        for kind in ("Read", "Write"):
            metric = f"{kind}ThrottleEvents"
            yield Alarm(f"{name}-{kind.lower()}-throttled", throttled, "AWS/DynamoDB", metric, of, of=3, breaching=2)
    for operation in TABLE_OPERATIONS:
        of = table | {"Operation": operation}
        says = "DynamoDB fails more than a handful of requests."
        yield Alarm(
            f"table-{operation.lower()}-errors", says, "AWS/DynamoDB", "SystemErrors", of, threshold=SERVER_ERRORS
        )


def _kebab(logical: str) -> str:
    """ImportsDeadQueue is imports-dead-queue, APIHandler is api-handler."""
    spaced = "".join(
        f"-{char}"
        if char.isupper() and at and (logical[at - 1].islower() or logical[at + 1 : at + 2].islower())
        else char
        for at, char in enumerate(logical)
    )
    return spaced.lower()
