"""The dashboard of a stage: what is asked of it and how fast it answers, what waits or fails, what jobs have done.

Our own figures come from the log lines (namespace Stampbook, docs/guides/logs.md) and are found by search, so that an
operation that is added is shown. A search matches dimensions by their names, whatever their values.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.events.log import RELAY
from chalicelib.flows.job_messages import STEP_NAMES
from chalicelib.kit.metrics import NAMESPACE
from infra.alarms import TABLE_OPERATIONS, consumed_queues, of_type

Json = dict[str, Any]

WIDTH, HEIGHT, COLUMNS = 12, 6, 24
PERIOD = 300
WEBHOOKS = ("tell_webhooks", "deliver_webhook", "redeliver_webhook", "wake_webhooks")
NOTIFICATIONS = ("notify", "tell_wanted", "tell_member", "wake_notices")
AUTOMATIONS = ("follow_entry", "settle_criteria", "judge_segment")
JOBS = (
    *("start_import", "start_imports", *STEP_NAMES, "schedule_due", "settle_due", RELAY),
    *(*WEBHOOKS, *AUTOMATIONS, *NOTIFICATIONS),
)


def dashboard(template: Json) -> Json:
    """The resource. Addresses in it are filled in when it is deployed."""
    body = json.dumps(
        {
            "widgets": _placed(
                [
                    *_of_requests(),
                    *_of_the_api(template),
                    *_of_attention(template),
                    *_of_the_table(template),
                    *_of_jobs(),
                ]
            )
        }
    )
    properties = {"DashboardName": {"Fn::Sub": "stampbook-${Stage}"}, "DashboardBody": {"Fn::Sub": body}}
    return {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}


def _placed(graphs: list[Json]) -> list[Json]:
    per_row = COLUMNS // WIDTH
    return [
        {"type": "metric", "x": at % per_row * WIDTH, "y": at // per_row * HEIGHT, "width": WIDTH, "height": HEIGHT}
        | {"properties": graph}
        for at, graph in enumerate(graphs)
    ]


def _graph(title: str, statistic: str, metrics: list[Any]) -> Json:
    return {
        "title": title,
        "view": "timeSeries",
        "region": "${AWS::Region}",
        "stat": statistic,
        "period": PERIOD,
        "metrics": metrics,
    }


def _search(by: tuple[str, ...], metric: str, statistic: str, label: str, only: str = "") -> list[Any]:
    names = ",".join((NAMESPACE, "stage", *by))
    words = f'{{{names}}} stage="${{Stage}}" MetricName="{metric}"{only}'
    return [{"expression": f"SEARCH('{words}', '{statistic}', {PERIOD})", "label": label}]


def _of_requests() -> list[Json]:
    by, label = ("operation", "outcome"), "${!PROP('Dim.operation')} ${!PROP('Dim.outcome')}"
    return [
        _graph("Requests by operation and outcome", "Sum", [_search(by, "requests", "Sum", label)]),
        _graph("Latency by operation, p99 (ms)", "p99", [_search(by, "duration_ms", "p99", label)]),
        _graph("Refusals by code", "Sum", [_search(("code",), "refusals", "Sum", "${!PROP('Dim.code')}")]),
        _graph(
            "Failed in queues and stream",
            "Sum",
            [_search(("operation",), "failed", "Sum", "${!PROP('Dim.operation')}")],
        ),
    ]


def _of_the_api(template: Json) -> list[Json]:
    """As the gateway sees it: what it answers by itself, when no function runs, is in no log of ours."""
    api = template["Resources"]["RestAPI"]["Properties"]
    of = ["ApiName", api["DefinitionBody"]["info"]["title"]["Fn::Sub"], "Stage", api["StageName"]]
    return [
        _graph("API: share of requests that fail", "Average", [["AWS/ApiGateway", "5XXError", *of]]),
        _graph("API: requests that failed: should be none", "Sum", [[NAMESPACE, "failures", "stage", "${Stage}"]]),
        _graph("API: latency, p99 (ms)", "p99", [["AWS/ApiGateway", "Latency", *of]]),
    ]


def _of_attention(template: Json) -> list[Json]:
    queues = sorted(of_type(template, "AWS::SQS::Queue"))
    functions = sorted(of_type(template, "AWS::Serverless::Function"))
    dead, consumed = [one for one in queues if one.endswith("DeadQueue")], consumed_queues(template)
    return [
        _graph("Dead letters: should be none", "Maximum", _of_queues(dead, "ApproximateNumberOfMessagesVisible")),
        _graph("Feed behind the stream (ms)", "Maximum", [
            ["AWS/Lambda", "IteratorAge", "FunctionName", "${Relay}"],
            [NAMESPACE, "relay_behind_ms", "stage", "${Stage}"],
        ]),
        _graph("Oldest message (s)", "Maximum", _of_queues(consumed, "ApproximateAgeOfOldestMessage")),
        _graph("Errors and throttles of functions", "Sum", [
            ["AWS/Lambda", metric, "FunctionName", f"${{{one}}}"] for one in functions for metric in ("Errors", "Throttles")
        ]),
        _graph("Not delivered by topic or relay, not read by the relay: should be none", "Sum", [
            ["AWS/Lambda", "DestinationDeliveryFailures", "FunctionName", "${Relay}"],
            ["AWS/SNS", "NumberOfNotificationsFailed", "TopicName", "${Topic.TopicName}"],
            [NAMESPACE, "unread", "stage", "${Stage}", "operation", RELAY],
        ]),
    ]  # fmt: skip


def _of_queues(queues: list[str], metric: str) -> list[list[Any]]:
    return [["AWS/SQS", metric, "QueueName", f"${{{queue}.QueueName}}"] for queue in queues]


def _of_the_table(template: Json) -> list[Json]:
    indexes = [one["IndexName"] for one in template["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"]]
    own = ["TableName", "${Table}"]
    places = [own, *([*own, "GlobalSecondaryIndexName", index] for index in indexes)]
    kinds = ("Write", "Read")
    used = [["AWS/DynamoDB", f"Consumed{kind}CapacityUnits", *place] for kind in kinds for place in places]
    throttled = [["AWS/DynamoDB", f"{kind}ThrottleEvents", *place] for kind in kinds for place in places]
    failed = [["AWS/DynamoDB", "SystemErrors", *own, "Operation", operation] for operation in TABLE_OPERATIONS]
    return [
        _graph("Consumed units", "Sum", used),
        _graph("Throttled: should be none", "Sum", throttled),
        _graph("Failed by DynamoDB: should be few", "Sum", failed),
    ]


def _of_jobs() -> list[Json]:
    only = f" operation=({' OR '.join(JOBS)})"
    label = "${!PROP('Dim.operation')}"
    waiting = ["ImportsQueue", "DueQueue"]
    return [
        _graph("Jobs: done", "Sum", [_search(("operation",), "done", "Sum", label, only)]),
        _graph("Jobs: waiting", "Maximum", _of_queues(waiting, "ApproximateNumberOfMessagesVisible")),
        _graph("Since the daily job (ms)", "Maximum", [[NAMESPACE, "due_since_ms", "stage", "${Stage}"]]),
    ]
