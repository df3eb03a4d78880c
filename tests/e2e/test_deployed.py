"""What a shop and its operators see of the deployed app: HTTP, files, jobs, dead letters, updates."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from chalicelib.aws.memory_outside import Sent
from chalicelib.aws.outside import target_of
from chalicelib.events.imports import LAST_RECEIVE
from infra.local.demo.program import TENANT
from infra.local.deploy import DeployError, deploy_template
from infra.local.table_template import whole_template
from tests.e2e.conftest import JUST_NOW, STACK, Deployed, seen
from tests.twins.hooked import verified

pytestmark = pytest.mark.e2e

HEADER = (
    "document_number,document_type,revised_document,purchased_at,loyalty_card,email,phone,location,currency,"
    "sku,name,category,brand,quantity,gross_value,labels"
)


def sale(number: str, card: str, value: str = "25.00") -> str:
    return f"{number},sell,,{JUST_NOW},{card},,,,EUR,book,A book,,,1,{value},"


def dropped(deployed: Deployed, name: str, *lines: str) -> dict[str, Any]:
    """The finished operation of a file with these lines."""
    return dropped_for(deployed, TENANT, name, HEADER, *lines)


def dropped_for(deployed: Deployed, tenant: str, name: str, *lines: str) -> dict[str, Any]:
    content = "\n".join((*lines, "")).encode()
    key = f"imports/{tenant}/orders/{name}"
    deployed.client("s3").put_object(Bucket=deployed.outputs["BucketName"], Key=key, Body=content)
    return seen(lambda: finished(deployed, name), f"the import of {name}")


def finished(deployed: Deployed, name: str) -> dict[str, Any] | None:
    _, page = deployed.call("GET", "/v1/operations")
    for item in page["items"]:
        _, operation = deployed.call("GET", f"/v1/operations/{item['operation_id']}")
        if operation["name"].endswith(name) and operation["state"] in ("done", "failed"):
            return dict(operation)
    return None


def in_queue(deployed: Deployed, queue: str, word: str) -> str | None:
    """The body of a message that holds this word; the others stay."""
    received = deployed.client("sqs").receive_message(
        QueueUrl=deployed.queue(queue), MaxNumberOfMessages=10, VisibilityTimeout=0, MessageAttributeNames=["All"]
    )
    return next((one["Body"] for one in received.get("Messages", []) if word in one["Body"]), None)


def test_it_is_well(deployed: Deployed) -> None:
    assert deployed.call("GET", "/health") == (200, {"status": "ok"})


def test_an_order_over_the_rest_api_earns_points_once(deployed: Deployed) -> None:
    deployed.buy("E2E-1", "e2e-1")
    earned = deployed.points("e2e-1")
    assert earned > 0
    deployed.buy("E2E-1", "e2e-1")
    assert deployed.points("e2e-1") == earned


def test_a_refusal_has_our_shape(deployed: Deployed) -> None:
    status, answer = deployed.call("GET", "/v1/members/mem_00000000000")
    assert (status, answer["error"]["code"]) == (404, "member_not_found")


@pytest.mark.parametrize(("path", "status"), [("/health", 200), ("/v1/members/mem_00000000000", 404)])
def test_a_page_of_another_origin_may_read_an_answer_and_a_refusal(deployed: Deployed, path: str, status: int) -> None:
    answer = deployed.answer("GET", path, origin="https://till.example")
    assert answer.status == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"].split(",")
    assert answer.headers["X-Request-Id"]


def test_what_was_committed_comes_into_the_feed_and_to_the_queues_that_ask_for_it(deployed: Deployed) -> None:
    """The queue is subscribed here as the template will have it once something works it off."""
    subscribe(deployed, "metrics")
    bought = re.search("ord_[0-9a-z]+", deployed.buy("E2E-feed", "e2e-feed"))
    assert bought
    assert seen(lambda: bought[0] in feed(deployed) or None, "the order in the feed")
    assert seen(partial(in_queue, deployed, "metrics", "order.recorded"), "a message for metrics")


def test_a_server_of_a_shop_is_told_what_was_committed_and_can_verify_it(deployed: Deployed) -> None:
    heard: list[tuple[dict[str, str], bytes]] = []
    with listening(heard) as port:
        body = {"url": f"http://127.0.0.1:{port}/in", "types": ["order.recorded"]}
        status, made = deployed.call("PUT", "/v1/webhooks/e2e", body)
        assert status == 200, made
        bought = re.search("ord_[0-9a-z]+", deployed.buy("E2E-hook", "e2e-hook"))
        assert bought
        mine = seen(lambda: [one for one in heard if bought[0].encode() in one[1]] or None, "the call of the webhook")
        headers, told = mine[0]
        kept = seen(lambda: delivered(deployed, "e2e", headers["webhook-id"]), "the delivery in the log")
        assert deployed.call("DELETE", "/v1/webhooks/e2e")[0] == 200
    call = Sent(target_of(body["url"], local=True), headers, told)  # type: ignore[arg-type]
    assert verified(made["secret"], call)
    assert (kept["status"], kept["answer"]) == (200, "thanks")


def delivered(deployed: Deployed, webhook_id: str, delivery_id: str) -> dict[str, Any] | None:
    """Once it came through."""
    _, page = deployed.call("GET", f"/v1/webhooks/{webhook_id}/deliveries?limit=100")
    came = [one for one in page["items"] if one["state"] == "succeeded"]
    return next((one for one in came if one["delivery_id"] == delivery_id), None)


@contextmanager
def listening(heard: list[tuple[dict[str, str], bytes]]) -> Iterator[int]:
    """A server on this machine, which is thankful for everything."""

    class Thankful(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"thanks")

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Thankful) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def subscribe(deployed: Deployed, queue: str) -> None:
    said = whole_template()["Resources"][f"{queue.title()}Subscription"]["Properties"]
    queues = deployed.client("sqs")
    told = queues.get_queue_attributes(QueueUrl=deployed.queue(queue), AttributeNames=["QueueArn"])
    deployed.client("sns").subscribe(
        TopicArn=deployed.outputs["TopicArn"],
        Protocol="sqs",
        Endpoint=told["Attributes"]["QueueArn"],
        Attributes={
            "RawMessageDelivery": "true",
            "FilterPolicyScope": said["FilterPolicyScope"],
            "FilterPolicy": json.dumps(said["FilterPolicy"]),
        },
    )


def feed(deployed: Deployed) -> str:
    """All of it, as text."""
    text, cursor = "", ""
    while True:
        _, page = deployed.call("GET", f"/v1/feed{cursor}")
        if not page["items"]:
            return text
        text += json.dumps(page["items"])
        cursor = f"?cursor={page['next_cursor']}"


def test_a_file_dropped_is_recorded_and_its_result_says_what_came_of_each_line(deployed: Deployed) -> None:
    operation = dropped(deployed, "drop.csv", sale("DROP-1", "drop-1"), sale("DROP-2", "drop-1", "x"))
    assert (operation["state"], operation["counts"]["sales"], operation["counts"]["refused"]) == ("done", 1, 1)
    assert deployed.points("drop-1") > 0
    with urllib.request.urlopen(operation["result"]["url"]) as answer:  # noqa: S310 (a link of the local cloud)
        rows = list(csv.reader(io.TextIOWrapper(answer, encoding="utf-8")))
    assert len(rows) == 3


def test_a_poison_message_is_a_dead_letter_after_its_tries_and_its_neighbours_pass(deployed: Deployed) -> None:
    sent = deployed.client("sqs").send_message(QueueUrl=deployed.queue("imports"), MessageBody='{"poison": "row"}')
    operation = dropped(deployed, "neighbour.csv", sale("POISON-1", "neighbour-1"))
    assert operation["counts"]["sales"] == 1
    assert seen(lambda: in_queue(deployed, "imports-dead", "poison"), "the dead letter") == '{"poison": "row"}'
    assert seen(lambda: failures(deployed, "Imports", sent["MessageId"], LAST_RECEIVE), "a line for each try")


def failures(deployed: Deployed, function: str, request_id: str, expected: int) -> bool | None:
    """Whether the function's log tells of so many failures, and no more. Its last line may come with the next call."""
    deployed.client("lambda").invoke(FunctionName=deployed.function(function), Payload='{"Records": []}')
    found = deployed.client("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{deployed.function(function)}", filterPattern=f'"{request_id}"'
    )
    told = sum("an event failed" in event["message"] for event in found["events"])
    assert told <= expected
    return True if told == expected else None


def test_the_due_job_works_off_its_queue(deployed: Deployed) -> None:
    fire_schedule(deployed)
    seen(lambda: empty(deployed, "due"), "the end of the due job")
    assert in_queue(deployed, "due-dead", "") is None


def fire_schedule(deployed: Deployed) -> None:
    _fire(deployed, "ScheduleDue")


def wake_webhooks(deployed: Deployed) -> None:
    _fire(deployed, "WakeWebhooks")


def take_pulse(deployed: Deployed) -> None:
    _fire(deployed, "TakePulse")


def _fire(deployed: Deployed, function: str) -> None:
    event: dict[str, Any] = {
        "id": "e2e",
        "time": "2026-06-16T00:10:00Z",
        "source": "aws.events",
        "detail-type": "Scheduled Event",
    }
    event |= {"detail": {}, "resources": [], "region": "eu-central-1", "account": "000000000000", "version": "0"}
    answer = deployed.client("lambda").invoke(FunctionName=deployed.function(function), Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()


def empty(deployed: Deployed, queue: str) -> bool | None:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    said = deployed.client("sqs").get_queue_attributes(QueueUrl=deployed.queue(queue), AttributeNames=names)
    return True if set(said["Attributes"].values()) == {"0"} else None


def test_an_update_keeps_the_data(deployed: Deployed) -> None:
    deployed.buy("E2E-before", "e2e-update")
    before = deployed.points("e2e-update")
    changed = copy.deepcopy(deployed.template)
    changed["Globals"]["Function"]["Environment"]["Variables"]["STAMPBOOK_CHANGED"] = "yes"
    changed["Resources"]["DueQueue"]["Properties"]["VisibilityTimeout"] = 900
    deploy_template(deployed.endpoint, changed, deployed.archive, STACK)
    assert timeout_of(deployed, "due") == "900"
    assert deployed.points("e2e-update") == before
    deployed.buy("E2E-after", "e2e-update")
    assert deployed.points("e2e-update") > before


def test_an_update_that_fails_is_rolled_back_with_the_data_still_there(deployed: Deployed) -> None:
    deployed.buy("E2E-kept", "e2e-rollback")
    before, timeout = deployed.points("e2e-rollback"), timeout_of(deployed, "webhooks")
    broken = copy.deepcopy(deployed.template)
    broken["Resources"]["WebhooksQueue"]["Properties"]["VisibilityTimeout"] = 721
    broken["Resources"]["NotThere"] = {
        "Type": "AWS::ApiGateway::GatewayResponse",
        "DependsOn": "WebhooksQueue",
        "Properties": {"RestApiId": "no-such-api", "ResponseType": "DEFAULT_4XX"},
    }
    with pytest.raises(DeployError):
        deploy_template(deployed.endpoint, broken, deployed.archive, STACK)
    assert timeout_of(deployed, "webhooks") == timeout
    assert deployed.points("e2e-rollback") == before
    deployed.buy("E2E-still", "e2e-rollback")


def timeout_of(deployed: Deployed, queue: str) -> str:
    address = deployed.queue(queue)
    said = deployed.client("sqs").get_queue_attributes(QueueUrl=address, AttributeNames=["VisibilityTimeout"])
    return str(said["Attributes"]["VisibilityTimeout"])
