"""The packaged template, for what the local cloud cannot show or would let pass."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from chalicelib.api import cors, problems
from chalicelib.api import log as request_log
from chalicelib.api.codes import CODES
from chalicelib.api.routes import ROUTES
from chalicelib.aws.outside import CALL_SECONDS
from chalicelib.config import QUEUES
from chalicelib.events import log as event_log
from chalicelib.events import notify
from chalicelib.events.imports import LAST_RECEIVE
from chalicelib.flows.job_chunks import COMES_AGAIN_SECONDS, WORK_SECONDS
from chalicelib.flows.job_lease import LEASE_MS
from chalicelib.table.indexes import INDEXES
from chalicelib.table.pulse import BeatItem
from infra.alarms import alarms as derived_alarms
from infra.archive import this_python
from infra.local import cost
from infra.package import ZIP
from tests.architecture.functions import LOGICAL
from tests.e2e.conftest import STAGE
from tests.unit.local.packaged import stand_in

pytestmark = pytest.mark.e2e

Template = dict[str, Any]
TRIES = dict.fromkeys(QUEUES, 3) | {"imports": LAST_RECEIVE, "notify": notify.LAST_RECEIVE}


def properties(template: Template, name: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][name]["Properties"]
    return found


def trigger(template: Template, function: str) -> dict[str, Any]:
    (event,) = properties(template, function)["Events"].values()
    found: dict[str, Any] = event["Properties"]
    return found


def of_type(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == kind}


def test_the_zip_holds_the_app_and_no_tests(packaged: Path) -> None:
    names = set(zipfile.ZipFile(packaged / ZIP).namelist())
    assert {"app.py", "chalicelib/config.py", "chalicelib/api/static/openapi.json", "chalice/app.py"} <= names
    assert not [name for name in names if name.startswith(("tests/", "infra/", "moto/"))]


def test_a_cold_start_compiles_nothing(packaged: Path, tmp_path: Path, template: Template) -> None:
    """Every module that has a source is loaded from bytecode of the runtime's Python, out of the package and nothing else."""
    assert {one["Runtime"] for one in of_type(template, "AWS::Serverless::Function").values()} == {this_python()}
    zipfile.ZipFile(packaged / ZIP).extractall(tmp_path)
    script = """
import sys
from importlib.machinery import SourceFileLoader
compiled = []
SourceFileLoader.source_to_code = lambda self, data, path, **_: compiled.append(path) or compile(data, path, "exec")
import app
print(compiled, [m.__file__ for m in list(sys.modules.values()) if "site-packages" in (getattr(m, "__file__", None) or "")])
"""
    environ = {"STAMPBOOK_STAGE": STAGE, "STAMPBOOK_TABLE": "table", "AWS_REGION": "eu-central-1"}
    run = subprocess.run(
        [sys.executable, "-S", "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert run.stdout.split("\n")[0] == "[] []", run.stdout + run.stderr


def test_the_package_is_of_one_stage(template: Template) -> None:
    assert template["Parameters"]["Stage"]["Default"] == STAGE
    (rule,) = template["Rules"]["PackagedStage"]["Assertions"]
    assert rule["Assert"] == {"Fn::Equals": [{"Ref": "Stage"}, STAGE]}


def test_nothing_is_left_of_what_the_template_replaces(template: Template) -> None:
    assert "by-the-template" not in json.dumps(template)


def test_the_table_forgets_what_has_a_time_to_live_and_can_be_restored(template: Template) -> None:
    table = properties(template, "Table")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_one_bad_message_does_not_bring_back_its_batch(template: Template) -> None:
    for function in ("Relay", "Imports", "Due"):
        assert trigger(template, function)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_relay_gets_new_entries_and_beats_only_and_their_shard(template: Template) -> None:
    relay = trigger(template, "Relay")
    entries, beats = (json.loads(one["Pattern"]) for one in relay["FilterCriteria"]["Filters"])
    assert entries == {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["entry"]}}}}
    kind = BeatItem.get_attributes()["kind"].default
    assert beats == {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"kind": {"S": [kind]}}}}
    assert relay["Stream"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    assert relay["TumblingWindowInSeconds"] > 0
    assert "ParallelizationFactor" not in relay


@pytest.mark.parametrize("queue", QUEUES)
def test_what_fails_as_often_as_it_may_is_kept_for_two_weeks(template: Template, queue: str) -> None:
    redrive = properties(template, f"{queue.title()}Queue")["RedrivePolicy"]
    assert redrive == {
        "deadLetterTargetArn": {"Fn::GetAtt": [f"{queue.title()}DeadQueue", "Arn"]},
        "maxReceiveCount": TRIES[queue],
    }
    assert properties(template, f"{queue.title()}DeadQueue")["MessageRetentionPeriod"] == 14 * 24 * 3600


@pytest.mark.parametrize(
    ("function", "times"), [("Imports", 1), *((name, 6) for name in ("Due", "Webhooks", "Automations", "Notify"))]
)
def test_a_message_stays_invisible_while_its_function_may_work_on_it(
    template: Template, function: str, times: int
) -> None:
    queue = properties(template, f"{function}Queue")
    assert queue["VisibilityTimeout"] >= times * properties(template, function)["Timeout"]
    assert trigger(template, function)["Queue"] == {"Fn::GetAtt": [f"{function}Queue", "Arn"]}
    assert trigger(template, function)["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_every_step_of_an_import_has_a_function_for_itself_and_the_room_it_needs(template: Template) -> None:
    """A million lines are routed within the time-out and on the disk; nobody's chunk waits for another's."""
    assert (trigger(template, "Imports")["BatchSize"], properties(template, "Imports")["Timeout"]) == (1, 900)
    assert properties(template, "Imports")["EphemeralStorage"]["Size"] >= 1024
    assert WORK_SECONDS * 1000 < LEASE_MS < COMES_AGAIN_SECONDS * 1000
    assert properties(template, "ImportsQueue")["VisibilityTimeout"] > COMES_AGAIN_SECONDS


def test_every_function_has_its_own_role_and_a_log_that_ends(template: Template) -> None:
    functions = of_type(template, "AWS::Serverless::Function")
    assert set(functions) == {*LOGICAL.values()}
    assert len({json.dumps(one["Role"]) for one in functions.values()}) == len(functions)
    logs = of_type(template, "AWS::Logs::LogGroup").values()
    assert {one["LogGroupName"]["Fn::Sub"] for one in logs} == {f"/aws/lambda/${{{name}}}" for name in functions}
    assert all(one["RetentionInDays"] for one in logs)


def test_a_function_knows_every_address(template: Template) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables == {
        "STAMPBOOK_TABLE": {"Ref": "Table"},
        "STAMPBOOK_BUCKET": {"Ref": "Bucket"},
        "STAMPBOOK_TOPIC": {"Ref": "Topic"},
        **{f"STAMPBOOK_QUEUE_{queue.upper()}": {"Ref": f"{queue.title()}Queue"} for queue in QUEUES},
        "STAMPBOOK_QUEUE_RELAY_DEAD": {"Ref": "RelayDeadQueue"},
        "STAMPBOOK_PUSH_APPLE": {"Ref": "ApplePush"},
        "STAMPBOOK_PUSH_GOOGLE": {"Ref": "GooglePush"},
        "STAMPBOOK_MAIL_FROM": {"Ref": "MailFrom"},
    }


def test_files_are_private_encrypted_and_leave_in_time(template: Template) -> None:
    bucket = properties(template, "Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    assert bucket.get("VersioningConfiguration") is None
    kept = {rule.get("Prefix"): rule.get("ExpirationInDays") for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert kept == {"imports/": 30, "work/": 7, "results/": 90, "published/": 1100, "audit/": 3680, None: None}
    (told,) = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "imports/"}]


def test_the_topic_feeds_no_queue_that_nothing_works_off(template: Template) -> None:
    fed = [one for one in of_type(template, "AWS::SNS::Subscription").values() if one["TopicArn"] == {"Ref": "Topic"}]
    names = ["AutomationsQueue", "NotifyQueue", "WebhooksQueue"]
    assert [one["Endpoint"] for one in fed] == [{"Fn::GetAtt": [name, "Arn"]} for name in names]
    assert properties(template, "TopicQueuesPolicy")["Queues"] == [{"Ref": name} for name in names]


def test_the_schedule_is_minutes_past_every_hour(template: Template) -> None:
    assert trigger(template, "ScheduleDue") == {"Schedule": "cron(10 * * * ? *)"}
    for function in ("TakePulse", "WakeWebhooks"):
        assert trigger(template, function) == {"Schedule": "rate(5 minutes)"}


def test_a_batch_of_calls_that_all_take_as_long_as_they_may_is_done_in_time(template: Template) -> None:
    calls = trigger(template, "Webhooks")["BatchSize"] * CALL_SECONDS
    assert calls < properties(template, "Webhooks")["Timeout"]


def test_a_browser_may_ask_first_about_every_path(template: Template) -> None:
    """The answer is a mock of the gateway's: no function runs, and no key is asked for."""
    paths = definition(template)["paths"]
    assert set(paths) == {route.path for route in ROUTES}
    for path, operations in paths.items():
        answer = operations["options"]["x-amazon-apigateway-integration"]
        assert (answer["type"], answer["requestTemplates"]) == ("mock", {"application/json": '{"statusCode": 200}'})
        assert answer["responses"]["default"]["statusCode"] == "200"
        told = header_values(answer["responses"]["default"]["responseParameters"], "method.response.header.")
        assert set(told) == set(operations["options"]["responses"]["200"]["headers"])
        assert set(told["Access-Control-Allow-Methods"].split(",")) == {method.upper() for method in operations}
        assert {method.upper() for method in operations} == {"OPTIONS"} | methods(path)
        assert told["Access-Control-Allow-Origin"] == "*"
        assert set(cors.SENT) <= set(told["Access-Control-Allow-Headers"].split(","))
        assert told["Access-Control-Max-Age"] == "600"
        assert "Access-Control-Allow-Credentials" not in told
        assert "security" not in operations["options"]


def methods(path: str) -> set[str]:
    return {route.method for route in ROUTES if route.path == path}


def header_values(parameters: dict[str, str], prefix: str) -> dict[str, str]:
    """The fixed ones, which stand in quotes."""
    fixed = {name: value for name, value in parameters.items() if value.startswith("'")}
    return {name.removeprefix(prefix): value.strip("'") for name, value in fixed.items()}


def definition(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = properties(template, "RestAPI")["DefinitionBody"]
    return found


def test_a_page_may_read_what_the_gateway_refuses_as_it_reads_our_refusals(template: Template) -> None:
    for name, response in definition(template)["x-amazon-apigateway-gateway-responses"].items():
        told = header_values(response["responseParameters"], "gatewayresponse.header.")
        again = {"Retry-After": "1"} if response["statusCode"] in ("429", "503") else {}
        assert told == dict(problems.ON_EVERY_ANSWER) | again, name


def test_the_gateway_answers_in_our_shape(template: Template) -> None:
    responses = definition(template)["x-amazon-apigateway-gateway-responses"]
    assert {"MISSING_AUTHENTICATION_TOKEN", "THROTTLED", "DEFAULT_4XX", "DEFAULT_5XX"} <= set(responses)
    for response in responses.values():
        error = json.loads(response["responseTemplates"]["application/json"])["error"]
        assert list(error) == ["type", "code", "message", "param", "request_id"]
        assert (error["param"], error["request_id"]) == (None, "$context.requestId")
        assert response["responseParameters"]["gatewayresponse.header.X-Request-Id"] == "context.requestId"
        assert (int(response["statusCode"]), error["message"]) == CODES[error["code"]]


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    return of_type(template, "AWS::CloudWatch::Alarm")


def watched(template: Template, metric: str) -> list[Any]:
    """What the alarms of this metric are about."""
    found = [one["Dimensions"] for one in alarms(template).values() if one["MetricName"] == metric]
    return [{each["Name"]: each["Value"] for each in dimensions} for dimensions in found]


def test_nothing_can_be_stuck_refused_or_cut_off_without_an_alarm(template: Template) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    dead = [{"QueueName": {"Fn::GetAtt": [name, "QueueName"]}} for name in sorted(queues) if name.endswith("DeadQueue")]
    assert len(dead) == len(QUEUES) + 1
    assert watched(template, "ApproximateNumberOfMessagesVisible") == dead
    waited_for = [
        {"QueueName": {"Fn::GetAtt": [name, "QueueName"]}}
        for name in ("AutomationsQueue", "DueQueue", "ImportsQueue", "NotifyQueue", "WebhooksQueue")
    ]
    assert watched(template, "ApproximateAgeOfOldestMessage") == waited_for
    functions = [{"FunctionName": {"Ref": name}} for name in sorted(of_type(template, "AWS::Serverless::Function"))]
    assert watched(template, "Errors") == watched(template, "Throttles") == functions
    relay = [{"FunctionName": {"Ref": "Relay"}}]
    assert watched(template, "IteratorAge") == watched(template, "DestinationDeliveryFailures") == relay
    assert watched(template, "failures") == [{"stage": {"Ref": "Stage"}}]
    table = {"TableName": {"Ref": "Table"}}
    indexes = [table | {"GlobalSecondaryIndexName": one} for one in INDEXES]
    assert watched(template, "ReadThrottleEvents") == watched(template, "WriteThrottleEvents") == [table, *indexes]
    api = {"ApiName": {"Fn::Sub": "stampbook-${Stage}"}, "Stage": "api"}
    assert watched(template, "5XXError") == watched(template, "Latency") == [api]
    assert definition(template)["info"]["title"] == api["ApiName"]


def test_an_alarm_tells_the_one_topic(template: Template) -> None:
    assert len(alarms(template)) == cost.ALARMS
    for name, alarm in alarms(template).items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}], name
        assert template["Resources"][name]["Condition"] == "AlarmsOn"
        assert alarm["AlarmDescription"].endswith(".")
    assert template["Resources"]["AlarmEmailSubscription"]["Condition"] == "AlarmsByEmail"


def test_the_alarms_are_those_that_the_unit_tests_compare_with_the_guide(template: Template) -> None:
    assert alarms(template) == of_type({"Resources": derived_alarms(stand_in())}, "AWS::CloudWatch::Alarm")


def test_alarms_are_on_in_prod_alone_unless_told_otherwise(template: Template) -> None:
    assert template["Parameters"]["Alarms"]["Default"] == "by-stage"
    told, by_stage = template["Conditions"]["AlarmsOn"]["Fn::Or"]
    assert told == {"Fn::Equals": [{"Ref": "Alarms"}, "on"]}
    assert by_stage["Fn::And"][1] == {"Condition": "IsProd"}


def test_the_dashboard_shows_our_own_metrics_by_the_dimensions_they_have(template: Template) -> None:
    """A search finds a metric only by the very set of its dimensions' names."""
    body = properties(template, "Dashboard")["DashboardBody"]["Fn::Sub"]
    searches = set(re.findall(r'\{Stampbook,([\w,]+)\}.*?MetricName=\\?"(\w+)', body.replace("\\", "")))
    known = {
        (",".join(("stage", *measured.by)), metric)
        for measured in (request_log._REQUESTS, request_log._REFUSALS, event_log._WORK)
        for metric in measured.units
    }
    assert searches <= known
    assert {metric for _, metric in searches} == {"requests", "duration_ms", "refusals", "done", "failed"}


def test_every_address_in_the_dashboard_is_of_a_resource(template: Template) -> None:
    body = properties(template, "Dashboard")["DashboardBody"]["Fn::Sub"]
    named = {name.partition(".")[0] for name in re.findall(r"\$\{([^!}][^}]*)\}", body)}
    assert named - {"AWS::Region", "Stage"} <= set(template["Resources"])
    places = [(one["x"], one["y"]) for one in json.loads(body)["widgets"]]
    assert len(set(places)) == len(places) >= 10
