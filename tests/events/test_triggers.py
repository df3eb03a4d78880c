"""Every trigger of app.py on events in AWS's own shape: as they come, come twice, fail in part, or never can be done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import pytest

from app import app
from chalicelib import config
from chalicelib.areas.access import store as access
from chalicelib.areas.access.model import ApiKey, hash_of
from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.accounts.store import DUE_SHARDS
from chalicelib.areas.jobs.operations import get_operation, list_operations
from chalicelib.areas.notifications.model import Notice
from chalicelib.areas.notifications.store import notices
from chalicelib.areas.orders.operations import get_order
from chalicelib.flows.read_feed import read_feed
from chalicelib.flows.read_segment import read_segment
from chalicelib.kit.caller import Caller, Grant
from chalicelib.table.pulse import read_pulse
from tests.events.deployed import BUCKET, LONG_AGO, Functions, cloud, emptied
from tests.twins import caller_of, hooked, judged, segmented
from tests.twins.bookshop import BookShop, card, member, sale
from tests.twins.streamed import EVENTS, image_of, recorded

Kind = Literal["normal", "duplicates", "partial", "poison"]

# What is one piece of work cannot fail in part: a request, and a schedule, which Lambda brings back as a whole.
RECORDED: Mapping[str, Mapping[Kind, tuple[str, ...]]] = {
    "api_handler": {
        "normal": ("api-order", "api-order-base64", "api-order-unknown-fields"),
        "duplicates": ("api-order",),
        "poison": ("api-broken-base64", "console-test"),
    },
    "relay": {
        "normal": ("stream", "stream-without-shard", "stream-end-of-window", "stream-removed", "stream-beat"),
        "duplicates": ("stream-overlapping",),
        "partial": ("stream-poison",),
        "poison": ("stream-poison-alone",),
    },
    "imports": {
        "normal": ("s3_through_sqs_one_file", "s3_through_sqs_encoded_keys", "s3_through_sqs_test_event"),
        "duplicates": ("s3_through_sqs_duplicates",),
        "partial": ("s3_through_sqs_poison_and_neighbours",),
        "poison": ("s3_through_sqs_poison_alone",),
    },
    "due": {
        "normal": ("due",),
        "duplicates": ("due",),
        "partial": ("due-poison",),
        "poison": ("due-poison-alone",),
    },
    "schedule_due": {
        "normal": ("schedule-due",),
        "duplicates": ("schedule-due",),
        "poison": ("console-test",),
    },
    "take_pulse": {
        "normal": ("schedule-pulse",),
        "duplicates": ("schedule-pulse",),
        "poison": ("console-test",),
    },
    "notify": {
        "normal": ("notify",),
        "duplicates": ("notify",),
        "partial": ("notify-poison",),
        "poison": ("notify-poison-alone",),
    },
    "webhooks": {
        "normal": ("webhooks",),
        "duplicates": ("webhooks",),
        "partial": ("webhooks-poison",),
        "poison": ("webhooks-poison-alone",),
    },
    "automations": {
        "normal": ("automations",),
        "duplicates": ("automations",),
        "partial": ("automations-poison",),
        "poison": ("automations-poison-alone",),
    },
    "wake_webhooks": {
        "normal": ("schedule-wake",),
        "duplicates": ("schedule-wake",),
        "poison": ("console-test",),
    },
}
SYSTEM = Caller("org", "", "system", "tests", "tests", (), "test", "test")
KEY = ApiKey("key_recorded", "org", "shop", "till", hash_of("opensesame"), (Grant("*", "modify"),), "active", 0)
FILE = (
    b"document_number,document_type,revised_document,purchased_at,loyalty_card,email,phone,location,currency,sku,name,"
    b"category,brand,quantity,gross_value,labels\nENC-1,sell,,2025-06-15T12:00:00Z,enc-1,,,,EUR,book,A book,,,1,25.00,\n"
)


@pytest.fixture(scope="module")
def functions() -> Iterator[Functions]:
    with cloud() as running:
        yield running


@pytest.fixture
def deployed(functions: Functions) -> Iterator[Functions]:
    with emptied(functions):
        yield functions


def test_every_trigger_has_events_of_every_kind_and_no_event_is_without_a_trigger() -> None:
    assert set(RECORDED) == {source.name for source in app.event_sources} | {"api_handler"}
    for trigger, kinds in RECORDED.items():
        assert set(kinds) >= {"normal", "duplicates", "poison"}, trigger
        consumers = ("relay", "imports", "due", "notify", "webhooks", "automations")
        assert ("partial" in kinds) == (trigger in consumers), trigger
    used = {name for kinds in RECORDED.values() for names in kinds.values() for name in names}
    assert used == {path.stem for path in EVENTS.glob("*.json")}


# --- the API -------------------------------------------------------------------------------------------------------------


def answered(deployed: Functions, event: Any) -> tuple[int, Any, Mapping[str, str]]:
    answer = deployed.invoke("api_handler", event)
    return answer["statusCode"], json.loads(answer["body"]), answer["headers"]


@pytest.fixture
def till(deployed: Functions) -> BookShop:
    """Of the shop whose key the recorded requests carry."""
    shop = deployed.open_shop("shop")
    deployed.rt.table.transact([access.new_api_key(KEY)], "key")
    return deployed.as_of_now(shop)


@pytest.mark.parametrize("name", RECORDED["api_handler"]["normal"])
def test_a_request_is_answered_however_its_body_comes_and_whatever_aws_adds(
    deployed: Functions, till: BookShop, name: str
) -> None:
    event = recorded(name)
    status, order, headers = answered(deployed, event)
    assert (status, order["number"]) == (201, "WEB-1")
    assert headers["X-Request-Id"] == event["requestContext"]["requestId"]
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert get_order(till.rt, till.caller, order["order_id"]).sale.lines[0].name == "Märchen für Kinder"


def test_a_request_sent_again_is_answered_again_and_recorded_once(deployed: Functions, till: BookShop) -> None:
    status, order, _ = answered(deployed, recorded("api-order"))
    again = answered(deployed, recorded("api-order-base64"))
    assert (status, again[:2], again[2]["Idempotent-Replayed"]) == (201, (201, order), "true")
    assert till.account(till.member_with("7")).version == 1


@pytest.mark.parametrize(
    ("name", "status", "code"), [("api-broken-base64", 400, "body_not_utf8"), ("console-test", 500, "internal_error")]
)
def test_what_is_no_request_is_refused_in_our_shape(
    deployed: Functions, till: BookShop, name: str, status: int, code: str
) -> None:
    refused = answered(deployed, recorded(name))
    assert (refused[0], refused[1]["error"]["code"]) == (status, code)


# --- the relay -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def journal(deployed: Functions) -> None:
    """What the recorded stream tells of is in the table, and nothing of it relayed."""
    deployed.rt.table.batch_put(
        image_of(one) for one in recorded("stream")["Records"] if one["dynamodb"]["NewImage"]["kind"] == {"S": "entry"}
    )


def in_feed(deployed: Functions, tenant: str = "ours") -> int:
    return len(read_feed(deployed.rt, caller_of(tenant), 100, None).items)


def test_entries_come_into_the_feed_once_however_often_they_are_delivered(deployed: Functions, journal: None) -> None:
    for name in ("stream", "stream-overlapping", "stream", "stream-end-of-window", "stream-removed"):
        assert deployed.failed("relay", recorded(name)) == [], name
    assert (in_feed(deployed), in_feed(deployed, "theirs")) == (4, 3)


def test_a_batch_with_a_window_is_answered_with_its_state(deployed: Functions, journal: None) -> None:
    assert deployed.invoke("relay", recorded("stream-end-of-window")) == {"batchItemFailures": [], "state": {}}
    assert deployed.invoke("relay", recorded("stream-without-shard")) == {"batchItemFailures": []}
    assert in_feed(deployed) == 4


@pytest.mark.parametrize(("name", "relayed"), [("stream-poison", 3), ("stream-poison-alone", 0)])
def test_a_record_that_cannot_be_read_is_given_up_and_those_around_it_are_relayed(
    name: str, relayed: int, deployed: Functions, journal: None
) -> None:
    event = recorded(name)
    poison = recorded("stream-poison-alone")["Records"][0]["dynamodb"]["SequenceNumber"]
    assert deployed.failed("relay", event) == []
    assert in_feed(deployed) == relayed
    (left,) = deployed.received(config.RELAY_DEAD)
    assert json.loads(left["body"])["DDBStreamBatchInfo"]["startSequenceNumber"] == poison


def test_a_beat_is_answered_and_is_nothing_of_the_feed(deployed: Functions, journal: None) -> None:
    """It comes alone or among entries, and as the change of the one before."""
    event = recorded("stream-beat")
    assert deployed.failed("relay", event) == []
    assert (read_pulse(deployed.rt.table).marks, in_feed(deployed)) == ({"RELAYED": 1768478400000}, 0)
    assert (
        deployed.failed("relay", recorded("stream") | {"Records": recorded("stream")["Records"] + event["Records"]})
        == []
    )
    assert in_feed(deployed) > 0


# --- imports -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(deployed: Functions) -> BookShop:
    return deployed.as_of_now(deployed.open_shop("shop"))


def names(shop: BookShop) -> list[str]:
    return sorted(one.name for one in list_operations(shop.rt, shop.caller, 100, None).items)


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("s3_through_sqs_test_event", []),
        ("s3_through_sqs_one_file", ["june 2026 (final).csv"]),
        ("s3_through_sqs_duplicates", ["july.csv", "june 2026 (final).csv"]),
    ],
)
def test_a_file_is_one_operation_however_often_it_is_told_of(
    deployed: Functions, shop: BookShop, name: str, files: list[str]
) -> None:
    for _ in range(2):
        assert deployed.failed("imports", recorded(name)) == []
        assert names(shop) == files


def test_a_message_that_never_can_be_done_fails_each_time_and_its_neighbours_pass(
    deployed: Functions, shop: BookShop
) -> None:
    event = recorded("s3_through_sqs_poison_and_neighbours")
    poison = [one["messageId"] for one in event["Records"] if one["messageId"].startswith("poison")]
    assert deployed.failed("imports", event) == poison
    assert names(shop) == ["july.csv", "june 2026 (final).csv"]
    assert deployed.failed("imports", recorded("s3_through_sqs_poison_alone")) == ["poison-tenant"]


def test_a_file_is_found_whatever_its_name_is_made_of(deployed: Functions, shop: BookShop) -> None:
    """The notification has its key url-encoded, a space as a plus; a folder made by hand is no file."""
    called = ["july 2026.csv", "1+1=2.csv", "jüni – 六月.csv", "100%.csv", "a%20b+c.csv", "1/ours & theirs.csv"]
    for name in called:
        deployed.clients["s3"].put_object(Bucket=BUCKET, Key=f"imports/shop/orders/{name}", Body=FILE)
    assert deployed.failed("imports", recorded("s3_through_sqs_encoded_keys")) == []
    assert names(shop) == sorted(name.removeprefix("1/") for name in called)
    deployed.work_off("imports")
    for one in list_operations(shop.rt, shop.caller, 100, None).items:
        operation = get_operation(shop.rt, shop.caller, one.operation_id).operation
        assert (operation.state, operation.rows) == ("done", 1), operation.name
    assert shop.account(shop.member_with("enc-1")).version == 1


# --- what is due ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def ours(deployed: Functions) -> BookShop:
    """Three members bought long ago, and what they earned has passed since."""
    shop = deployed.open_shop("ours")
    for number in range(3):
        shop.buy(card(f"{number}"), sale(f"A{number}", on=LONG_AGO))
    issue_api_key(shop.rt, SYSTEM, org="org", tenant="ours", name="till", grants=KEY.grants)
    return deployed.as_of_now(shop)


def expiries(shop: BookShop) -> list[int]:
    told = [
        [line.type for entry in shop.statement(shop.member_with(f"{number}")) for line in entry.lines]
        for number in range(3)
    ]
    return [types.count("points.expired") for types in told]


def test_what_is_due_happens_once_however_often_its_message_comes(deployed: Functions, ours: BookShop) -> None:
    for _ in range(2):
        assert deployed.failed("due", recorded("due")) == []
        assert expiries(ours) == [1, 1, 1]


def test_a_message_of_no_day_is_reported_and_its_neighbours_are_done(deployed: Functions, ours: BookShop) -> None:
    event = recorded("due-poison")
    poison = [event["Records"][0], *event["Records"][-2:]]
    assert deployed.failed("due", recorded("due-poison-alone")) == [poison[0]["messageId"]]
    assert expiries(ours) == [0, 0, 0]
    assert deployed.failed("due", event) == [one["messageId"] for one in poison]
    assert expiries(ours) == [1, 1, 1]


def test_a_schedule_that_fires_twice_enqueues_twice_and_settles_once(deployed: Functions, ours: BookShop) -> None:
    for _ in range(2):
        assert deployed.invoke("schedule_due", recorded("schedule-due")) is None
    assert expiries(ours) == [0, 0, 0]
    came = [one for _ in range(2 * (DUE_SHARDS + 3)) for one in deployed.received("due")]
    assert len(came) == 2 * (DUE_SHARDS + 3)
    assert {one["messageAttributes"]["request_id"]["stringValue"] for one in came} == {recorded("schedule-due")["id"]}
    assert deployed.failed("due", {"Records": came}) == []
    assert expiries(ours) == [1, 1, 1]


def test_what_is_no_schedule_fails_aloud_and_enqueues_nothing(deployed: Functions, ours: BookShop) -> None:
    with pytest.raises(KeyError):
        deployed.invoke("schedule_due", recorded("console-test"))
    assert deployed.received("due") == []
    assert read_pulse(deployed.rt.table).marks == {}


# --- the pulse -----------------------------------------------------------------------------------------------------------


def test_a_pulse_beats_however_often_its_schedule_fires(deployed: Functions) -> None:
    for _ in range(2):
        assert deployed.invoke("take_pulse", recorded("schedule-pulse")) is None
        pulse = read_pulse(deployed.rt.table)
        assert pulse.beat is not None
        assert set(pulse.marks) == {"RELAYED", "DUE"}


def test_what_is_no_schedule_is_no_pulse(deployed: Functions) -> None:
    with pytest.raises(KeyError):
        deployed.invoke("take_pulse", recorded("console-test"))
    assert read_pulse(deployed.rt.table).beat is None


# --- notifications -------------------------------------------------------------------------------------------------------


@pytest.fixture
def noted(deployed: Functions) -> Callable[[], Notice]:
    """A notice waits that is due, of a member whom nobody knows any more; how it stands."""
    said = json.loads(recorded("notify")["Records"][0]["body"])
    waiting = Notice(
        said["notice_id"],
        said["member_id"],
        "in_app",
        "marketing",
        "waiting",
        1,
        due_at=1,
        about={
            "template": "gone",
            "source": "an entry",
            "since": 0x172B7E3D200,
            "values": {},
        },
    )
    deployed.rt.table.transact([notices.notice_put("ours", waiting)], "put")

    def stands() -> Notice:
        attrs = deployed.rt.table.get(notices.notice_keys("ours", waiting.member_id, waiting.notice_id)[1])
        assert attrs is not None
        return notices.notice_from(attrs)

    return stands


def test_a_notice_that_is_due_is_told_once_as_often_as_its_message_comes(
    deployed: Functions, noted: Callable[[], Notice]
) -> None:
    for _ in range(2):
        assert deployed.failed("notify", recorded("notify")) == []
        stands = noted()
        assert (stands.state, stands.reason, stands.version) == ("skipped", "member_not_found", 2)


def test_a_message_about_no_notification_is_reported_and_its_neighbours_are_done(
    deployed: Functions, noted: Callable[[], Notice]
) -> None:
    event = recorded("notify-poison")
    poison = [event["Records"][0], event["Records"][-1]]
    assert deployed.failed("notify", recorded("notify-poison-alone")) == [poison[0]["messageId"]]
    assert noted().state == "waiting"
    assert deployed.failed("notify", event) == [one["messageId"] for one in poison]
    assert noted().state == "skipped"


# --- webhooks ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def wanting(deployed: Functions) -> BookShop:
    """A shop with a server that wants to know of orders."""
    shop = deployed.open_shop("ours")
    hooked.define(shop, types=["order.recorded"])
    return deployed.as_of_now(shop)


def to_deliver(deployed: Functions) -> list[Any]:
    return [json.loads(one["body"]) for one in deployed.received("webhooks")]


def test_an_entry_is_sent_on_to_whoever_wants_it_as_often_as_it_comes(deployed: Functions, wanting: BookShop) -> None:
    told = json.loads(recorded("webhooks")["Records"][0]["body"])
    for _ in range(2):
        assert deployed.failed("webhooks", recorded("webhooks")) == []
        (body,) = to_deliver(deployed)
        assert (body["tenant"], body["webhook_id"], body["about"][3]) == (
            wanting.caller.tenant,
            "till",
            told["entry_id"],
        )


def test_a_message_about_nothing_is_reported_and_its_neighbours_are_done(
    deployed: Functions, wanting: BookShop
) -> None:
    event = recorded("webhooks-poison")
    poison = [event["Records"][0], event["Records"][-1]]
    assert deployed.failed("webhooks", recorded("webhooks-poison-alone")) == [poison[0]["messageId"]]
    assert to_deliver(deployed) == []
    assert deployed.failed("webhooks", event) == [one["messageId"] for one in poison]
    assert [one["tenant"] for one in to_deliver(deployed)] == [wanting.caller.tenant]


def test_a_schedule_that_fires_twice_looks_twice(deployed: Functions) -> None:
    for _ in range(2):
        assert deployed.invoke("wake_webhooks", recorded("schedule-wake")) is None
        looks = deployed.received("webhooks")
        assert len(deployed.received("notify")) == 4
        assert [json.loads(one["body"])["do"] for one in looks] == ["wake"] * 4
        assert deployed.failed("webhooks", {"Records": looks}) == []


def test_what_is_no_schedule_wakes_nobody(deployed: Functions) -> None:
    with pytest.raises(KeyError):
        deployed.invoke("wake_webhooks", recorded("console-test"))
    assert to_deliver(deployed) == []


# --- automations ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def meeting(deployed: Functions) -> tuple[BookShop, str]:
    """A shop with a segment for whoever has bought, and a member who has."""
    shop = deployed.open_shop("ours")
    segmented.define(shop, "buys", **judged.when({"ask": "account.orders", "at_least": 1}))
    ada = shop.member("1")
    shop.buy(member(ada), sale("A", on=LONG_AGO))
    return deployed.as_of_now(shop), ada


def about(name: str, member_id: str) -> Any:
    return json.loads(json.dumps(recorded(name)).replace("mem_0c5qv8t2k1h", member_id))


def test_an_entry_brings_its_member_where_criteria_say_however_often_it_comes(
    deployed: Functions, meeting: tuple[BookShop, str]
) -> None:
    shop, ada = meeting
    for _ in range(2):
        assert deployed.failed("automations", about("automations", ada)) == []
        assert judged.segments(shop, ada) == ["buys"]
    assert read_segment(shop.rt, shop.caller, "buys").members == 1


def test_what_is_about_no_entry_is_reported_and_its_neighbours_are_done(
    deployed: Functions, meeting: tuple[BookShop, str]
) -> None:
    shop, ada = meeting
    event = about("automations-poison", ada)
    poison = [event["Records"][0], event["Records"][-1]]
    assert deployed.failed("automations", recorded("automations-poison-alone")) == [poison[0]["messageId"]]
    assert deployed.failed("automations", event) == [one["messageId"] for one in poison]
    assert judged.segments(shop, ada) == ["buys"]
