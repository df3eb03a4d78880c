"""Each function may do to the cloud what it does, and nothing else: its recorded calls against its policy, both ways.

All that functions do is made to happen here, in a shop of its own; what other tests had them do before is counted as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.api.native.examples import BODIES
from chalicelib.api.routes import ROUTES
from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.accounts.store import DUE_SHARDS, account_key
from chalicelib.areas.coupons.store.owned import coupon_from, coupon_keys, coupon_writes
from chalicelib.areas.quotas.model import Held, Move, Quota, Taken
from chalicelib.areas.quotas.store import draws, held_put
from chalicelib.areas.rules.store import planned_put, read_planned
from chalicelib.areas.segments.store import (
    membership_from,
    membership_key,
    membership_put,
    watch_from,
    watch_key,
    watch_write,
)
from chalicelib.config import Settings
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.kit.clock import SystemClock, rfc3339
from chalicelib.kit.ids import owner_number, shown
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Attrs, Put, Table
from chalicelib.table.pulse import read_pulse
from infra.local.demo.program import CALLER
from infra.local.ministack import REGION
from tests.architecture.functions import LOGICAL
from tests.e2e.conftest import JUST_NOW, STACK, STAGE, Deployed, order, seen
from tests.e2e.provoked import break_off_a_report, break_off_routing, lose_a_record
from tests.e2e.recorded_calls import Use, recorded, uses
from tests.e2e.test_deployed import (
    HEADER,
    dropped_for,
    empty,
    feed,
    finished,
    fire_schedule,
    sale,
    take_pulse,
    wake_webhooks,
)
from tests.e2e.test_restored import switch_relay

pytestmark = pytest.mark.e2e

POLICIES = Path(__file__).parents[2] / ".chalice"
SHOP = "permissions"
LAMBDA_ITSELF = (
    "Lambda does it in the function's name, before or after the code: the local cloud needs no permission for it"
)
OF_A_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
OF_A_STREAM = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
OF_A_LOG = ("logs:CreateLogStream", "logs:PutLogEvents")
LOG = "arn:${AWS::Partition}:logs:"
MAIL = "arn:${AWS::Partition}:ses:"
NO_CALL = "it is no call: without it S3 answers 403 for an object that is not there, and we would not know"
AS_IMPORTS = "reports are written, and broken off, by the very code that the function `imports` does it with"
NO_PHONES = "a stage has platform applications and a sender of mails by its parameters only: tests/aws/test_senders.py has moto's"
OF_A_PHONE = ("CreatePlatformEndpoint", "SetEndpointAttributes", "DeleteEndpoint")
EXCUSED: Mapping[tuple[str, str, str], str] = {  # function, action and the beginning of the resource, by its logical id
    **{(function, action, LOG): LAMBDA_ITSELF for function in LOGICAL for action in OF_A_LOG},
    **{("imports", action, "ImportsQueue"): LAMBDA_ITSELF for action in OF_A_QUEUE},
    **{("due", action, "DueQueue"): LAMBDA_ITSELF for action in OF_A_QUEUE},
    **{("automations", action, "AutomationsQueue"): LAMBDA_ITSELF for action in OF_A_QUEUE},
    **{("webhooks", action, "WebhooksQueue"): LAMBDA_ITSELF for action in OF_A_QUEUE},
    **{("relay", action, "Table"): LAMBDA_ITSELF for action in OF_A_STREAM},
    ("relay", "dynamodb:ListStreams", "*"): LAMBDA_ITSELF,
    ("api_handler", "s3:ListBucket", "Bucket"): NO_CALL,
    ("imports", "s3:ListBucket", "Bucket"): NO_CALL,
    ("notify", "s3:ListBucket", "Bucket"): NO_CALL,
    **{("notify", "s3:AbortMultipartUpload", f"Bucket/{folder}"): AS_IMPORTS for folder in ("work", "results")},
    **{("due", "s3:AbortMultipartUpload", f"Bucket/{folder}"): AS_IMPORTS for folder in ("published", "audit")},
    **{("notify", action, "NotifyQueue"): LAMBDA_ITSELF for action in OF_A_QUEUE},
    **{("api_handler", f"sns:{action}", "*"): NO_PHONES for action in OF_A_PHONE},
    ("notify", "ses:SendEmail", MAIL): NO_PHONES,
}
WHO_COMES_FIRST = "the queue of automations or the daily job checks on whom criteria bring in, whichever looks first"
BEHIND_ITS_END = (
    "what has begun is taken off the list of what is due when all is sent: maybe behind the end that is waited for"
)
SELDOM: Mapping[tuple[str, str, str], str] = {
    ("due", "dynamodb:ConditionCheckItem", "Table"): WHO_COMES_FIRST,
    ("notify", "dynamodb:DeleteItem", "Table"): BEHIND_ITS_END,
}
HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def busy(deployed: Deployed) -> Deployed:
    """After every trigger has done all that it can."""
    table, topic = deployed.outputs["TableName"], deployed.outputs["TopicArn"]
    settings = Settings(table, STAGE, REGION, deployed.endpoint, topic=topic)
    rt = bootstrap.build(settings)
    key = issue_api_key(rt, CALLER, org=SHOP, tenant=SHOP, name="e2e", grants=CALLER.grants)
    shop = deployed.with_key(key.credential)
    ask_everything(shop)
    import_a_file(shop)
    import_codes(shop)
    import_members(shop)
    assert seen(lambda: finished(shop, "accounts"), "the proof that was asked for")["state"] == "done"
    assert seen(lambda: finished(shop, "audit"), "the export of the log that was asked for")["state"] == "done"
    try_a_webhook(shop)
    tell_somebody(shop)
    meet_criteria(shop)
    let_points_expire(shop, rt.table)
    put_the_feed_into_files(shop, rt)
    archive_the_log(shop, rt)
    repair_what_the_relay_has_not_seen(shop, rt)
    lose_a_record(shop, SHOP)
    break_off_routing(shop, SHOP)
    break_off_a_report(shop, rt, SHOP)
    seen(lambda: "points.expired" in feed(shop) or None, "what expired, in the feed")
    take_pulse(deployed)
    seen(lambda: answered_beat(rt.table) or None, "the relay's answer to a beat")
    return deployed


def ask_everything(shop: Deployed) -> None:
    """Every operation that needs a key, once all that it may be about is there; a member loses an identifier as well, and is
    in a group."""
    ids = {"program_id": "1", "rule_id": "one-per-euro", "operation_id": "opr_000000000000000000000000", "hold_id": "1"}
    ids |= dict.fromkeys(("transfer_id", "earning_id", "spend_id", "redemption_id"), "ent_00000000000000000000")
    ids |= {"perk_id": "coffee-card", "award_id": "coffee-card.1", "reward_id": "tote-bag"}
    ids |= {"series_id": "summer", "coupon_id": "cpn_00000000000", "code": "SUMMER-1"}
    ids |= {
        "checkout_id": "chk_00000000000",
        "segment_id": "winback",
        "metric_id": "visits",
        "referral_code": "READ-MORE",
    }
    ids |= {"template_id": "new-books", "follow_up_id": "welcome", "device_id": "phone", "notice_id": f"ntc_{'0' * 32}"}
    ids |= {
        "webhook_id": "warehouse",
        "delivery_id": f"msg_{'0' * 25}",
        "consumer_id": "data-lake",
        "day": "2026-01-15",
    }
    for operation in ("put_tenant", "create_program", "put_tiers", "put_rule", "enrol_member"):
        ids |= {name: value for name, value in asked(shop, operation, ids).items() if name == "member_id"}
    cards = {"identifiers": [{"type": "card", "value": "4000 1234"}]}
    assert shop.call("PATCH", f"/v1/members/{ids['member_id']}", cards)[0] == 200
    ids["order_id"] = shop.call("POST", "/v1/orders", order("PERMIT-1", "permit-1"))[1]["order_id"]
    asked(shop, "earn_points", ids)
    group = {"name": "Ours", "primary_member_id": ids["member_id"]}
    ids["group_id"] = shop.call("POST", "/v1/groups", group)[1]["group_id"]
    for route in ROUTES:
        if route.access != "open":
            asked(shop, route.operation, ids)
    ended = shop.call("PUT", "/v1/metrics/visits", BODIES["put_metric"] | {"state": "ended"})
    assert ended[0] == 200, ended  # whoever crosses a threshold is settled with it, and is not left to the job


def asked(shop: Deployed, operation: str, ids: Mapping[str, str]) -> dict[str, Any]:
    (route,) = (route for route in ROUTES if route.operation == operation)
    query = "?number=PERMIT-1" if operation == "find_order" else ""
    status, answer = shop.call(route.method, f"{route.path.format_map(ids)}{query}", BODIES.get(operation))
    assert status < 500, (operation, answer)
    return dict(answer)


def import_a_file(shop: Deployed) -> None:
    """A sale, its return, and two that are refused: a line that is none, and goods that came back twice."""
    sales = sale("PERMIT-2", "permit-2"), sale("PERMIT-3", "permit-2", "x")
    back = [sale(f"PERMIT-R{number}", "permit-2").replace(",sell,,", ",return,PERMIT-2,") for number in (1, 2)]
    operation = dropped_for(shop, SHOP, "permissions.csv", HEADER, *sales, *back)
    counts = operation["counts"]
    assert (operation["state"], counts["sales"], counts["returns"], counts["refused"]) == ("done", 1, 1, 2), operation


def import_codes(shop: Deployed) -> None:
    """For a pool, which counts what is free."""
    shop.call("PUT", "/v1/programs/1/coupon-series/filed", {"name": "Filed", "codes": {"kind": "pool"}})
    key = f"imports/{SHOP}/coupon_codes/filed/permissions.txt"
    shop.client("s3").put_object(Bucket=shop.outputs["BucketName"], Key=key, Body=b"FILED-1\nFILED-2\n")
    operation = seen(lambda: finished(shop, "permissions.txt"), "the import of codes")
    assert (operation["state"], operation["counts"]["added"]) == ("done", 2), operation


def import_members(shop: Deployed) -> None:
    """Of a segment: nobody is known by this."""
    shop.call("PUT", "/v1/segments/filed", {"name": "Filed"})
    key = f"imports/{SHOP}/segments/filed/members.csv"
    shop.client("s3").put_object(Bucket=shop.outputs["BucketName"], Key=key, Body=b"loyalty_card\nnobody-at-all\n")
    operation = seen(lambda: finished(shop, "members.csv"), "the import of members")
    assert (operation["state"], operation["counts"]["refused"]) == ("done", 1), operation


def try_a_webhook(shop: Deployed) -> None:
    """Nobody answers there: it is tried, tried again, looked for in the list of what is due, and asked for."""
    status, _ = shop.call("PUT", "/v1/webhooks/nobody", {"url": "http://127.0.0.1:9/", "types": ["*"]})
    assert status == 200
    status, asked = shop.call("POST", "/v1/webhooks/nobody/test")
    assert status == 202, asked

    def tried() -> bool | None:
        _, page = shop.call("GET", "/v1/webhooks/nobody/deliveries?limit=100")
        return any(one["attempts"] for one in page["items"]) or None

    assert seen(tried, "the first attempt")
    assert shop.call("POST", "/v1/webhooks/nobody/redeliver", {"since": "2026-01-15T00:00:00Z"})[0] == 202
    wake_webhooks(shop)


def tell_somebody(shop: Deployed) -> None:
    """By a text, and everybody in the app: now, and when its time has come."""
    number = {"type": "phone", "value": "+4312345678"}
    _, member = shop.call("POST", "/v1/members", {"identifiers": [number]})
    text = {"channel": "sms", "body": "Psst"}
    told = {"kind": "transactional", "text": text, "to": {"member_ids": [member["member_id"]]}}
    assert shop.call("POST", "/v1/notifications", told)[0] == 202
    in_app = {"kind": "transactional", "text": text | {"channel": "in_app"}, "to": {"everybody": True}}
    later = in_app | {"at": rfc3339(SystemClock().now() + 2_000)}
    for body in (in_app, later):
        status, operation = shop.call("POST", "/v1/notifications", body)
        assert status == 202, operation
        path = f"/v1/operations/{operation['operation_id']}"

        def ended(path: str = path) -> bool | None:
            wake_webhooks(shop)
            return shop.call("GET", path)[1]["state"] == "done" or None

        assert seen(ended, "the end of a notification")


def meet_criteria(shop: Deployed) -> None:
    """Somebody comes into a segment by criteria and out of it again: the run of new criteria finds them, then what they do."""
    wants = {"ask": "member.newsletter", "is": True}
    cards = {"identifiers": [{"type": "card", "value": "permit-6"}], "newsletter": True}
    status, told = shop.call("POST", "/v1/members", cards)
    assert status == 201, told
    status, _ = shop.call("PUT", "/v1/segments/letter", {"name": "Letter", "criteria": {"when": wants}})
    assert status == 200
    seen(lambda: counted(shop, "letter") == 1 or None, "who takes the newsletter, in the segment")
    assert shop.call("PATCH", f"/v1/members/{told['member_id']}", {"newsletter": False})[0] == 200
    seen(lambda: counted(shop, "letter") == 0 or None, "nobody in it any more")


def counted(shop: Deployed, segment_id: str) -> int:
    return int(shop.call("GET", f"/v1/segments/{segment_id}")[1]["members"])


def let_criteria_be_due(shop: Deployed, table: Table, member_id: str) -> None:
    """Their watch says that time may have moved them long ago, behind everybody's back."""
    waits = {"ask": "member.days_enrolled", "at_least": 30}
    status, _ = shop.call("PUT", "/v1/segments/known-long", {"name": "Known long", "criteria": {"when": waits}})
    assert status == 200
    kept = seen(lambda: watch_from(table.get(watch_key(SHOP, member_id))), "the watch of a member")
    put = watch_write(SHOP, member_id, kept, kept.due_at - 400 * 24 * HOUR_MS)
    assert isinstance(put, Put)
    table.batch_put([put.item])


def let_points_expire(shop: Deployed, table: Table) -> None:
    """A file tells what was bought a year and more ago, and nobody has looked since: that is over on the day for which the
    schedule fires. Of a hundred and one such accounts in a shard the last is on a second page, for which there is a second
    message."""
    rule = {**BODIES["put_rule"], "window": {}, "limits": {"in_all": 1_000}}  # an import takes from what is for all
    status, _ = shop.call("PUT", "/v1/programs/1/rules/always", rule)
    assert status == 200
    hold_what_nobody_pays_for(shop, table, "scarce", rule)  # an import lets go of it, which needs it
    hold_what_nobody_pays_for(shop, table, "drafted", rule | {"state": "draft"})  # the job does, since nobody needs it
    long_ago = sale("PERMIT-4", "permit-4").replace(JUST_NOW, "2025-01-15T12:00:00Z")
    operation = dropped_for(shop, SHOP, "long-ago.csv", HEADER, long_ago)
    assert (operation["state"], operation["counts"]["sales"]) == ("done", 1), operation
    status, told = shop.call("POST", "/v1/members/find", {"type": "card", "value": "permit-4"})
    assert status == 200, told
    table.batch_put(accounts_like_that_of(told["member_id"], table, 100))
    let_a_coupon_be_over(shop, table, told["member_id"])
    let_a_stay_be_over(shop, table, told["member_id"])
    let_criteria_be_due(shop, table, told["member_id"])
    let_a_rule_run(shop, table, told["member_id"])
    fire_schedule(shop)
    seen(lambda: empty(shop, "due"), "the end of the due job")
    operation = seen(lambda: finished(shop, "gift 1970-01-01T01:00:00Z"), "the run of a rule")
    assert (operation["state"], operation["counts"]["not_in_audience"]) == ("done", 1), operation


def put_the_feed_into_files(shop: Deployed, rt: Runtime) -> None:
    """As the job will tomorrow."""
    seen(lambda: "order.recorded" in feed(shop) or None, "an order in the feed")
    tomorrow = iso_day(local_day(rt.clock.now(), "UTC") + 1)
    body = json.dumps({"tenant": SHOP, "facts_before": tomorrow})
    shop.client("sqs").send_message(QueueUrl=shop.queue("due"), MessageBody=body)
    bucket, files = shop.outputs["BucketName"], f"published/{SHOP}/"
    listed = shop.client("s3").list_objects_v2
    seen(lambda: listed(Bucket=bucket, Prefix=files)["KeyCount"] or None, "what was published, in files")


def archive_the_log(shop: Deployed, rt: Runtime) -> None:
    """As the job will the day after tomorrow."""
    assert shop.call("PUT", "/v1/tenant", BODIES["put_tenant"] | {"audit_archive": True})[0] == 200
    today = local_day(rt.clock.now(), "UTC")
    body = json.dumps({"tenant": SHOP, "audit_before": iso_day(today + 1)})

    def archived() -> bool | None:
        shop.client("sqs").send_message(QueueUrl=shop.queue("due"), MessageBody=body)  # settings are known for seconds
        return bool(shop.call("GET", "/v1/audit/archives")[1]["items"]) or None

    seen(archived, "what the log has of today, in files")
    status, told = shop.call("GET", f"/v1/audit/archives/{iso_day(today)}?format=xml")
    assert (status, len(told["urls"])) == (200, 1), told


def hold_what_nobody_pays_for(shop: Deployed, table: Table, rule_id: str, rule: Mapping[str, Any]) -> None:
    """A rule for one purchase, which a checkout has that lapsed long ago."""
    status, _ = shop.call("PUT", f"/v1/programs/1/rules/{rule_id}", {**rule, "limits": {"in_all": 1}})
    assert status == 200
    quota = Quota("rule_limit", f"0001#{rule_id}", 1)
    held = held_put(SHOP, Held(Taken(quota.name, 0, 1), "chk_00000000000", 0))
    table.transact([*draws(SHOP, quota, quota.name, [Move(0, -1, 1)]), held], f"held {rule_id}")


def let_a_coupon_be_over(shop: Deployed, table: Table, member_id: str) -> None:
    """It says that it was over long ago, behind the API's back: nobody waits for a day here."""
    shop.call("PUT", "/v1/programs/1/coupon-series/short", {"name": "Short", "valid_days": 1})
    status, coupon = shop.call("POST", f"/v1/members/{member_id}/coupons", {"series_id": "short"})
    assert status == 201, coupon
    key, _ = coupon_keys(SHOP, member_id, coupon["coupon_id"])
    kept, version = coupon_from(table.get(key) or {})
    long_ago = kept.model_copy(update={"expires_at": kept.issued_at - 400 * 24 * HOUR_MS})
    (put,) = coupon_writes(SHOP, long_ago, (key, version), past=False)
    assert isinstance(put, Put)
    table.batch_put([put.item])


def let_a_stay_be_over(shop: Deployed, table: Table, member_id: str) -> None:
    """In a segment, in the same way."""
    status, _ = shop.call("PUT", "/v1/segments/short", {"name": "Short", "type": "scheduled", "horizon_days": 1})
    assert status == 200
    line = {"members": [{"member_id": member_id}]}
    status, added = shop.call("POST", "/v1/segments/short/members", line)
    assert (status, added["changed"]) == (200, 1), added
    kept = membership_from(table.get(membership_key(SHOP, member_id, "short")) or {})
    put = membership_put(SHOP, member_id, replace(kept, leaves_at=kept.since - 400 * 24 * HOUR_MS), kept)
    table.batch_put([put.item])


def let_a_rule_run(shop: Deployed, table: Table, member_id: str) -> None:
    """It is planned for long ago, in the same way: the job starts it, which is a long job."""
    someday = {"on": "schedule", "at": "10:00", "day": "2099-01-01"}
    gift = {"kind": "fixed", "unit": "points", "amount": 5}
    rule = {"name": "A gift", "trigger": someday, "audience": {"members": [member_id]}, "effects": [gift]}
    status, told = shop.call("PUT", "/v1/programs/1/rules/gift", rule)
    assert status == 200, told
    planned = read_planned(table, SHOP, 1, "gift")
    table.batch_put([planned_put(SHOP, planned.to(HOUR_MS)).item])


def accounts_like_that_of(member_id: str, table: Table, count: int) -> list[Attrs]:
    """As many more in its shard, of members that nobody has heard of: it is only the job that looks at them."""
    account = table.get(account_key(SHOP, member_id, 1))
    assert account is not None
    found: list[Attrs] = []
    for number in range(1, count + 1):
        other = shown("member", owner_number(member_id) ^ DUE_SHARDS * number)
        key = account_key(SHOP, other, 1)
        due = account["gsi3sk"]["S"].replace(member_id, other)
        found.append({**account, "pk": {"S": key.pk}, "sk": {"S": key.sk}, "gsi3sk": {"S": due}})
    return found


def repair_what_the_relay_has_not_seen(shop: Deployed, rt: Runtime) -> None:
    """Handed afterwards what a repair has brought into the feed, the relay looks there before it adds anything."""
    switch_relay(shop, on=False)
    shop.buy("PERMIT-5", "permit-5")
    now = rt.clock.now()
    assert sum(part.repaired for part in repair_feed(rt, SHOP, now - HOUR_MS, now + 1)) > 0
    switch_relay(shop, on=True)
    relay, pages = shop.function("Relay"), ("dynamodb:Query", shop.outputs["TableName"])
    seen(lambda: pages in recorded(shop.calls).get(relay, set()) or None, "the relay's look at the feed's pages")


def answered_beat(table: Table) -> bool:
    pulse = read_pulse(table)
    return pulse.beat is not None and pulse.marks.get("RELAYED", 0) >= pulse.beat


def policy_of(function: str) -> Any:
    return json.loads((POLICIES / f"policy-{function}.json").read_text("utf-8"))


def allowed(policy: Any, addresses: Mapping[str, str]) -> set[Use]:
    """Of statements that allow, without a condition: tests/architecture/test_files.py lets no other into a policy."""
    return {
        (action, named(resource, addresses))
        for statement in policy["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


def unexplained(function: str, unused: set[Use], addresses: Mapping[str, str]) -> set[Use]:
    """Of what a function may and was not seen to do, what nothing excuses."""
    excused = excuses(function, addresses, {**EXCUSED, **SELDOM})
    return {use for use in unused if not any(use[0] == action and within(use[1], place) for action, place in excused)}


def excuses(
    function: str, addresses: Mapping[str, str], told: Mapping[tuple[str, str, str], str] = EXCUSED
) -> set[Use]:
    """Where each is, in the words of the recorder."""
    return {
        (action, "/".join([addresses.get(place.split("/")[0], place.split("/")[0]), *place.split("/")[1:]]))
        for whose, action, place in told
        if whose == function
    }


def within(resource: str, place: str) -> bool:
    """A log group has a name of its own, and so has a sender of mails; everything else is what it is."""
    return resource.startswith(place) if place in (LOG, MAIL) else resource == place


def named(resource: Any, addresses: Mapping[str, str]) -> str:
    """The resource of a statement in the words of the recorder: a name, and the index or the folder in it."""
    match resource:
        case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
            return addresses[name]
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{(\w+)\.Arn\}", lambda found: addresses[found[1]], str(text)).removesuffix("/*")
    return str(resource)


def physical(deployed: Deployed) -> dict[str, str]:
    """The last word of each resource's address, by its logical id."""
    told = deployed.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    return {one["LogicalResourceId"]: re.split("[:/]", one["PhysicalResourceId"])[-1] for one in told}


@pytest.mark.parametrize("function", LOGICAL)
def test_a_function_may_write_to_the_log_that_it_has(deployed: Deployed, function: str) -> None:
    policy = policy_of(function)
    (logs,) = (one for one in policy["Statement"] if "logs:PutLogEvents" in one["Action"])
    pattern = logs["Resource"][0]["Fn::Sub"].replace("${AWS::StackName}", STACK).partition(":log-group:")[2]
    names = {name: f"/aws/lambda/{deployed.function(name)}" for name in LOGICAL.values()}
    assert [name for name, group in names.items() if fnmatch(group, pattern)] == [LOGICAL[function]]


@pytest.mark.parametrize("function", LOGICAL)
def test_what_a_function_does_it_may_and_what_it_may_it_does(busy: Deployed, function: str) -> None:
    addresses = physical(busy)
    may, does = allowed(policy_of(function), addresses), recorded(busy.calls)[addresses[LOGICAL[function]]]
    assert does - may == set(), "missing from the policy"
    assert unexplained(function, may - does, addresses) == set(), "may go from the policy"


def test_every_excuse_is_of_something_that_a_function_may_and_is_not_seen_to_do(busy: Deployed) -> None:
    addresses, done = physical(busy), recorded(busy.calls)
    for function, logical in LOGICAL.items():
        unused = allowed(policy_of(function), addresses) - done[addresses[logical]]
        for action, place in excuses(function, addresses):
            assert any(use == action and within(where, place) for use, where in unused), (function, action, place)


@pytest.mark.parametrize(
    ("function", "action", "resource"),
    [
        ("relay", "dynamodb:GetRecords", {"Fn::Sub": "${Table.Arn}/index/gsi1"}),
        ("relay", "sqs:SendMessage", {"Fn::GetAtt": ["RelayDeadQueue", "Arn"]}),
        ("relay", "dynamodb:Query", {"Fn::Sub": "${Table.Arn}/index/gsi1"}),
        ("due", "sqs:ReceiveMessage", {"Fn::GetAtt": ["ImportsQueue", "Arn"]}),
        ("imports", "s3:ListBucket", {"Fn::Sub": "${Bucket.Arn}/imports/*"}),
        ("api_handler", "sqs:SendMessage", {"Fn::GetAtt": ["RelayDeadQueue", "Arn"]}),
    ],
)
def test_what_is_excused_of_one_resource_is_not_excused_of_another(function: str, action: str, resource: Any) -> None:
    addresses = {
        name: name.lower() for name in ("Table", "Bucket", "ImportsQueue", "DueQueue", "RelayDeadQueue", "Topic")
    }
    unused = allowed({"Statement": [{"Action": [action], "Resource": [resource]}]}, addresses)
    assert unexplained(function, unused, addresses) == unused


@pytest.mark.parametrize(
    ("service", "operation", "params", "asked"),
    [
        ("dynamodb", "Query", {"TableName": "t", "IndexName": "gsi1"}, {("dynamodb:Query", "t/index/gsi1")}),
        ("dynamodb", "BatchGetItem", {"RequestItems": {"t": {}}}, {("dynamodb:BatchGetItem", "t")}),
        (
            "dynamodb",
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "t"}}, {"ConditionCheck": {"TableName": "t"}}]},
            {("dynamodb:PutItem", "t"), ("dynamodb:ConditionCheckItem", "t")},
        ),
        ("s3", "UploadPart", {"Bucket": "b", "Key": "work/1/2"}, {("s3:PutObject", "b/work")}),
        ("s3", "HeadObject", {"Bucket": "b", "Key": "results/1"}, {("s3:GetObject", "b/results")}),
        (
            "s3",
            "DeleteObjects",
            {"Bucket": "b", "Delete": {"Objects": [{"Key": "work/1"}, {"Key": "results/1"}]}},
            {("s3:DeleteObject", "b/work"), ("s3:DeleteObject", "b/results")},
        ),
        (
            "sqs",
            "SendMessageBatch",
            {"QueueUrl": "http://h/1/stampbook-dev-due"},
            {("sqs:SendMessage", "stampbook-dev-due")},
        ),
        ("sns", "PublishBatch", {"TopicArn": "arn:aws:sns:r:1:facts"}, {("sns:Publish", "facts")}),
        ("s3", "GetBucketAcl", {"Bucket": "b"}, {("s3:GetBucketAcl", "b/")}),
    ],
)
def test_a_call_is_what_iam_asks_for(service: str, operation: str, params: Any, asked: set[Use]) -> None:
    assert set(uses(service, operation, params)) == asked
