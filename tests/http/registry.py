"""What the tenant matrix needs to call an operation: an id for every placeholder, a body and a query where it takes one.

A new placeholder or operation with a body gets its entry here; until then the matrix fails and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from chalicelib.api.native.examples import BODIES
from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES
from chalicelib.areas.audit.archives import ArchivedDay
from chalicelib.areas.audit.store import archived_put
from chalicelib.areas.imports.model import Drop
from chalicelib.areas.notifications.model import Notice
from chalicelib.areas.notifications.store import notices
from chalicelib.flows.start_import import start_import
from tests.http.client import Api


@dataclass
class Names:
    """The ids of one tenant's things, made when first asked for. `used` are those asked for since the last `forget`."""

    api: Api
    registry: Registry
    made: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def __getitem__(self, placeholder: str) -> str:
        if placeholder not in self.made:
            self.made[placeholder] = self.registry.ids[placeholder](self)
        self.used.add(placeholder)
        return self.made[placeholder]

    def make_all(self) -> None:
        for placeholder in self.registry.ids:
            self[placeholder]

    def forget(self) -> None:
        self.used.clear()


@dataclass(frozen=True)
class Registry:
    """`ids` by placeholder, `bodies` and `queries` by operation. Whatever takes an id of the tenant asks Names for it,
    so the matrix knows that a stranger must not find it. `furnish` gives a tenant what any has, by its key: a stranger
    must fail for asking for what is ours, not for having nothing. `others`: what an operation means by a placeholder, where
    that is not what all others mean. `makes`: what an operation makes under a name of the caller's choice, so that a stranger
    who chooses ours has one of their own."""

    ids: Mapping[str, Callable[[Names], str]] = field(default_factory=dict)
    bodies: Mapping[str, Callable[[Names], dict[str, Any]]] = field(default_factory=dict)
    queries: Mapping[str, Callable[[Names], dict[str, str]]] = field(default_factory=dict)
    furnish: Callable[[Api, str | None], None] = lambda _api, _key: None
    others: Mapping[tuple[str, str], str] = field(default_factory=dict)
    makes: Mapping[str, str] = field(default_factory=dict)


def request_of(route: Route, names: Names) -> tuple[str, Any]:
    """The path and the body of a call that this tenant could make of the route."""
    path, registry = route.path, names.registry
    for name in route.placeholders:
        path = path.replace(f"{{{name}}}", names[registry.others.get((route.operation, name), name)])
    if route.operation in registry.queries:
        path += f"?{urlencode(registry.queries[route.operation](names))}"
    return path, registry.bodies[route.operation](names) if route.operation in registry.bodies else None


_POINTS = {"unit": "points", "amount": 50}


def _furnish(api: Api, key: str | None) -> None:
    """A program under the number 1, with tiers and a rule."""
    assert api.post("/v1/programs", BODIES["create_program"], key=key).status == 201
    assert api.put("/v1/programs/1/tiers", BODIES["put_tiers"], key=key).status == 200
    assert api.put("/v1/programs/1/rules/one-per-euro", BODIES["put_rule"], key=key).status == 200
    assert api.put("/v1/programs/1/rewards/tote-bag", BODIES["put_reward"], key=key).status == 200


def _program(names: Names) -> str:
    """The third: no stranger has one of this number."""
    api = names.api
    _furnish(api, api.key)
    made = [api.post("/v1/programs", BODIES["create_program"]).json["program_id"] for _ in range(2)][-1]
    assert api.put(f"/v1/programs/{made}/tiers", BODIES["put_tiers"]).status == 200
    return str(made)


def _rule(names: Names) -> str:
    path = f"/v1/programs/{names['program_id']}/rules/our-rule"
    return str(names.api.put(path, BODIES["put_rule"]).json["rule_id"])


def _perk(names: Names) -> str:
    """A stamp card of two stamps that are points."""
    body = BODIES["put_perk"] | {"what": {"kind": "stamp_card", "unit": "points", "stamps": 2}, "points": 2}
    return str(names.api.put(f"/v1/programs/{names['program_id']}/perks/our-card", body).json["perk_id"])


def _award(names: Names) -> str:
    """One that can be used again and again: ours is the fourth, as no stranger has it. Of the program that everybody has."""
    card = {"kind": "stamp_card", "unit": "points", "stamps": 2}
    body = BODIES["put_perk"] | {"what": card, "points": 2, "again": "replace"}
    names["program_id"]
    assert names.api.put("/v1/programs/1/perks/our-own", body).status == 200
    path = f"/v1/members/{names['member_id']}/awards"
    return [str(names.api.post(path, {"perk_id": "our-own"}).json["award"]["award_id"]) for _ in range(4)][-1]


def _our_perk(names: Names) -> str:
    """The perk of that award."""
    return names["award_id"].split(".")[0]


def _use(names: Names) -> str:
    path = f"/v1/members/{names['member_id']}/awards/{names['award_id']}/redeem"
    return str(names.api.post(path, {}).json["redemption_id"])


def _code(names: Names) -> str:
    path = f"/v1/members/{names['member_id']}/awards/{names['award_id']}/codes"
    return str(names.api.post(path).json["code"])


def _member(names: Names) -> str:
    """With points, so that there is something to spend, to state and to prove; and pinned, so that there is a pin to undo."""
    names["program_id"]
    member = names.api.post("/v1/members", {"identifiers": [{"type": "card", "value": "ours alone"}]}).json
    assert names.api.post(f"/v1/members/{member['member_id']}/earnings", _POINTS).status == 201
    assert names.api.post(f"/v1/members/{member['member_id']}/tier/pin", BODIES["pin_tier"]).status == 200
    return str(member["member_id"])


def _reward(names: Names) -> str:
    path = f"/v1/programs/{names['program_id']}/rewards/tote-bag"
    return str(names.api.put(path, BODIES["put_reward"]).json["reward_id"])


def _money(names: Names) -> str:
    """One that turns points into money."""
    body = {
        "name": "Money",
        "type": "cashback",
        "cashback": {"unit": "points", "points": 1, "value": 1, "currency": "EUR"},
    }
    return str(names.api.put(f"/v1/programs/{names['program_id']}/rewards/money", body).json["reward_id"])


def _gift(names: Names, path: str, **by: str) -> str:
    """Taken of program 1, where the points are."""
    body = BODIES["put_reward"] | {"costs": [{"unit": "points", "amount": 1}], "member_limits": []}
    names.api.put("/v1/programs/1/rewards/tote-bag", body)
    return str(names.api.post(path, BODIES["redeem_reward"] | by).json["redemption"]["redemption_id"])


def _redemption(names: Names) -> str:
    return _gift(names, f"/v1/members/{names['member_id']}/redemptions")


def _group_redemption(names: Names) -> str:
    names["group_id"]
    return _gift(names, f"/v1/groups/{names['group_id']}/redemptions", by=names["resident_id"])


def _friend(names: Names) -> str:
    """A second member, to whom points can be sent."""
    names["program_id"]
    identifiers = [{"type": "email", "value": "ours.too@example.org"}]
    return str(names.api.post("/v1/members", {"identifiers": identifiers}).json["member_id"])


def _checkout(names: Names) -> str:
    body = BODIES["open_checkout"] | {"member_id": names["member_id"]}
    return str(names.api.post("/v1/checkouts", body).json["checkout"]["checkout_id"])


def _paid_checkout(names: Names) -> str:
    checkout_id = _checkout(names)
    assert names.api.post(f"/v1/checkouts/{checkout_id}/commit", {"number": "paid for"}).status == 201
    return checkout_id


def _transfer(names: Names) -> str:
    body = BODIES["transfer_points"] | {"to": names["friend_id"]}
    return str(names.api.post(f"/v1/members/{names['member_id']}/transfers", body).json["transfer_id"])


def _earning(names: Names) -> str:
    """By hand, so that no order owns it."""
    path = f"/v1/members/{names['member_id']}/earnings"
    return str(names.api.post(path, _POINTS).json["earning"]["earning_id"])


def _spend(names: Names) -> str:
    """Paid by what was there before `earning_id`."""
    path = f"/v1/members/{names['member_id']}/spends"
    return str(names.api.post(path, BODIES["spend_points"]).json["spend_id"])


def _promise(names: Names) -> str:
    """One that is pending."""
    path = f"/v1/members/{names['member_id']}/earnings"
    body = {"unit": "points", "amount": 5, "event": "ours"}
    return str(names.api.post(path, body).json["earning"]["earning_id"])


def _hold(names: Names) -> str:
    return _held(names, f"/v1/members/{names['member_id']}/holds")


def _group_hold(names: Names) -> str:
    names["group_id"]
    return _held(names, f"/v1/members/{names['resident_id']}/holds")


def _held(names: Names, path: str) -> str:
    """One whose number is no number that somebody else's answers have."""
    number = 0
    while number < 37:
        number = names.api.post(path, {"unit": "points", "amount": 1}).json["hold_id"]
        if number < 37:
            assert names.api.post(f"{path}/{number}/release", {}).status == 200
    return str(number)


def _resident(names: Names) -> str:
    names["program_id"]
    return str(
        names.api.post("/v1/members", {"identifiers": [{"type": "card", "value": "ours at home"}]}).json["member_id"]
    )


def _group(names: Names) -> str:
    """With points, pinned, and its primary member in it."""
    body = {"name": "Ours", "primary_member_id": names["resident_id"]}
    group_id = names.api.post("/v1/groups", body).json["group_id"]
    assert names.api.post(f"/v1/members/{names['resident_id']}/earnings", _POINTS).status == 201
    assert names.api.post(f"/v1/groups/{group_id}/tier/pin", BODIES["pin_tier"]).status == 200
    return str(group_id)


def _lodger(names: Names) -> str:
    """In the group, and free to leave it."""
    body = {"identifiers": [{"type": "card", "value": "ours for a while"}]}
    member_id = str(names.api.post("/v1/members", body).json["member_id"])
    assert names.api.put(f"/v1/groups/{names['group_id']}/members/{member_id}", {}).status == 200
    return member_id


def _of_group(what: str, body: dict[str, Any], answered: Callable[[Any], Any]) -> Callable[[Names], str]:
    """Something of the group's, by the hand of its member."""

    def made(names: Names) -> str:
        names["group_id"]
        reply = names.api.post(f"/v1/members/{names['resident_id']}/{what}", body)
        return str(answered(reply.json))

    return made


def _group_transfer(names: Names) -> str:
    body = {"to": names["friend_id"], "unit": "points", "amount": 1}
    return str(names.api.post(f"/v1/groups/{names['group_id']}/transfers", body).json["transfer_id"])


def _card(names: Names) -> str:
    return str(names.api.get(f"/v1/members/{names['member_id']}").json["identifiers"][0]["value"])


def _order(names: Names) -> str:
    reply = names.api.post("/v1/orders", _sale(names, "ours-1"))
    return str(reply.json["order_id"])


def _number(names: Names) -> str:
    return str(names.api.get(f"/v1/orders/{names['order_id']}").json["number"])


def _kept_order(names: Names) -> str:
    """In a program that keeps what strangers buy."""
    kept = names.api.post("/v1/programs", BODIES["create_program"] | {"enrolment": "keep"})
    sale = {name: value for name, value in BODIES["record_order"].items() if name not in ("member_id", "identifier")}
    reply = names.api.post(f"/v1/orders?program_id={kept.json['program_id']}", sale | {"number": "nobodys-1"})
    return str(reply.json["order_id"])


def _sale(names: Names, number: str) -> dict[str, Any]:
    sale = BODIES["record_order"] | {"number": number, "member_id": names["member_id"]}
    return {name: value for name, value in sale.items() if name != "identifier"}


def _series(names: Names) -> str:
    """With codes that nobody has, so many that every shard of the pool has one."""
    path = f"/v1/programs/{names['program_id']}/coupon-series/our-series"
    body = BODIES["put_coupon_series"] | {"limits": {"uses_per_code": 2}, "needs_activation": True, "claimable": False}
    assert names.api.put(path, body).status == 200
    assert names.api.post(f"{path}/codes", {"codes": [f"OURS-{number:03}" for number in range(100)]}).status == 200
    return "our-series"


def _referral_code(names: Names) -> str:
    """What ours shares, who has asked somebody in, and brought in somebody else."""
    member, code = f"/v1/members/{names['member_id']}", {"referral_code": "OURS-READS"}
    assert names.api.put(f"{member}/referral-code", code).status == 200
    asked = {"identifier": {"type": "email", "value": "asked@example.org"}}
    assert names.api.post(f"{member}/invitations", asked).status == 201
    assert names.api.post(f"/v1/members/{names['newcomer_id']}/referral", code).status == 201
    return "OURS-READS"


def _newcomer(names: Names) -> str:
    """Who has bought nothing."""
    body = {"identifiers": [{"type": "card", "value": "ours for the first time"}]}
    return str(names.api.post("/v1/members", body).json["member_id"])


def _latecomer(names: Names) -> str:
    """The same, whom nobody brought in yet."""
    body = {"identifiers": [{"type": "card", "value": "ours for the first time as well"}]}
    return str(names.api.post("/v1/members", body).json["member_id"])


def _metric(names: Names) -> str:
    """Of the one program that there is."""
    assert names["program_id"]
    return str(names.api.put("/v1/metrics/our-visits", BODIES["put_metric"]).json["metric_id"])


def _segment(names: Names) -> str:
    """Ours, with a member of ours in it."""
    segment_id = str(names.api.put("/v1/segments/ours", BODIES["put_segment"]).json["segment_id"])
    line = {"members": [{"member_id": names["member_id"]}]}
    assert names.api.post(f"/v1/segments/{segment_id}/members", line).json["changed"] == 1
    return segment_id


def _consumer(names: Names) -> str:
    return str(names.api.put("/v1/feed/consumers/our-lake", BODIES["acknowledge_feed"]).json["consumer_id"])


def _day(names: Names) -> str:
    """One that is archived."""
    day = ArchivedDay(day=18_033, entries=1, files=1, archived_at=names.api.rt.clock.now())
    names.api.rt.table.transact([archived_put("ours", day)], "archived")
    return "2019-05-17"


def _webhook(names: Names) -> str:
    return str(names.api.put("/v1/webhooks/our-hook", BODIES["put_webhook"]).json["webhook_id"])


def _delivery(names: Names) -> str:
    """Of a test."""
    return str(names.api.call("POST", f"/v1/webhooks/{names['webhook_id']}/test").json["delivery_id"])


def _template(names: Names) -> str:
    body = BODIES["put_notification_template"]
    return str(names.api.put("/v1/notification-templates/our-words", body).json["template_id"])


def _follow_up(names: Names) -> str:
    body = BODIES["put_notification_follow_up"] | {"template_id": names["template_id"]}
    return str(names.api.put("/v1/notification-follow-ups/our-welcome", body).json["follow_up_id"])


def _device(names: Names) -> str:
    path = f"/v1/members/{names['member_id']}/devices/our-phone"
    return str(names.api.put(path, BODIES["put_device"]).json["device_id"])


def _told(names: Names) -> str:
    """A notification for one of ours, which nobody has sent yet."""
    text = {"channel": "in_app", "body": "Psst"}
    body = {"kind": "transactional", "text": text, "to": {"member_ids": [names["member_id"]]}}
    return str(names.api.post("/v1/notifications", body).json["operation_id"])


def _notice(names: Names) -> str:
    """In the inbox of one of ours."""
    return _kept(names, Notice(f"ntc_{'a' * 32}", names["member_id"], "in_app", "marketing", "sent", 0, body="Psst"))


def _waiting_notice(names: Names) -> str:
    waiting = Notice(f"ntc_{'b' * 32}", names["member_id"], "push", "marketing", "waiting", 0, due_at=1, about={"-": 1})
    return _kept(names, waiting)


def _kept(names: Names, notice: Notice) -> str:
    names.api.rt.table.transact([notices.notice_put("ours", notice)], notice.notice_id)
    return notice.notice_id


def _coupon(names: Names) -> str:
    """One that waits to be activated."""
    return str(_issued(names)["coupon_id"])


def _issued(names: Names) -> Any:
    body = {"series_id": names["series_id"], "program_id": int(names["program_id"])}
    return names.api.post(f"/v1/members/{names['member_id']}/coupons", body).json


def _active(names: Names) -> Any:
    made = _issued(names)
    path = f"/v1/members/{names['member_id']}/coupons/{made['coupon_id']}/activate"
    return names.api.call("POST", path).json


def _active_coupon(names: Names) -> str:
    return str(_active(names)["coupon_id"])


def _used_coupon(names: Names) -> str:
    made = _active(names)
    used = names.api.post(f"/v1/coupons/{made['code']}/use", {"member_id": names["member_id"]})
    assert used.status == 200
    return str(made["coupon_id"])


def _cancelled_coupon(names: Names) -> str:
    coupon_id = _active_coupon(names)
    path = f"/v1/members/{names['member_id']}/coupons/{coupon_id}/cancel"
    assert names.api.call("POST", path).status == 200
    return coupon_id


def _operation(names: Names) -> str:
    """Our file, dropped and not yet looked at, so that there is something to cancel."""
    names["program_id"]
    operation = start_import(names.api.rt, Drop("files", "imports/ours/orders/june.csv", "1"), "req-1")
    assert operation is not None
    return operation.operation_id


NATIVE = Registry(
    ids={
        "program_id": _program,
        "rule_id": _rule,
        "perk_id": _perk,
        "award_id": _award,
        "our_perk_id": _our_perk,
        "use_id": _use,
        "shown_code": _code,
        "reward_id": _reward,
        "money_id": _money,
        "redemption_id": _redemption,
        "group_redemption_id": _group_redemption,
        "member_id": _member,
        "friend_id": _friend,
        "transfer_id": _transfer,
        "earning_id": _earning,
        "spend_id": _spend,
        "card": _card,
        "hold_id": _hold,
        "promise_id": _promise,
        "order_id": _order,
        "order_number": _number,
        "checkout_id": _checkout,
        "paid_checkout_id": _paid_checkout,
        "kept_order_id": _kept_order,
        "operation_id": _operation,
        "series_id": _series,
        "segment_id": _segment,
        "metric_id": _metric,
        "newcomer_id": _newcomer,
        "latecomer_id": _latecomer,
        "referral_code": _referral_code,
        "consumer_id": _consumer,
        "day": _day,
        "webhook_id": _webhook,
        "delivery_id": _delivery,
        "template_id": _template,
        "follow_up_id": _follow_up,
        "device_id": _device,
        "told_id": _told,
        "notice_id": _notice,
        "waiting_notice_id": _waiting_notice,
        "coupon_id": _coupon,
        "active_coupon_id": _active_coupon,
        "used_coupon_id": _used_coupon,
        "cancelled_coupon_id": _cancelled_coupon,
        "code": lambda names: str(_active(names)["code"]),
        "resident_id": _resident,
        "group_id": _group,
        "lodger_id": _lodger,
        "group_hold_id": _group_hold,
        "group_earning_id": _of_group("earnings", _POINTS, lambda made: made["earning"]["earning_id"]),
        "group_promise_id": _of_group(
            "earnings", _POINTS | {"event": "ours"}, lambda made: made["earning"]["earning_id"]
        ),
        "group_spend_id": _of_group("spends", {"unit": "points", "amount": 5}, lambda made: made["spend_id"]),
        "group_transfer_id": _group_transfer,
    },
    bodies={operation: lambda _, body=body: body for operation, body in BODIES.items()}
    | {
        route.operation: lambda _, body=BODIES[route.same_as]: body
        for route in ROUTES
        if route.same_as in BODIES and route.operation not in BODIES
    }
    | {
        "grant_perk": lambda names: {"perk_id": names["our_perk_id"]},
        "give_stamps": lambda _: {"amount": 1},
        "redeem_award": lambda _: {},
        "refund_award": lambda names: {"redemption_id": names["use_id"]},
        "redeem_code": lambda names: {"code": names["shown_code"]},
        "create_group": lambda names: BODIES["create_group"] | {"primary_member_id": names["friend_id"]},
        "earn_points_of_group": lambda names: _POINTS | {"by": names["resident_id"]},
        "hold_points_of_group": lambda names: BODIES["hold_points_of_group"] | {"by": names["resident_id"]},
        "spend_points_of_group": lambda names: BODIES["spend_points_of_group"] | {"by": names["resident_id"]},
        "transfer_points_of_group": lambda names: {"to": names["friend_id"], "unit": "points", "amount": 1},
        "redeem_reward_of_group": lambda names: BODIES["redeem_reward"] | {"by": names["resident_id"]},
        "refund_spend_of_group": lambda names: {"spend_id": names["group_spend_id"]},
        "undo_entry_of_group": lambda names: {"entry_id": names["group_earning_id"]},
        "activate_pending_of_group": lambda names: {"earning_id": names["group_promise_id"]},
        "cancel_pending_of_group": lambda names: {"earning_id": names["group_promise_id"]},
        "capture_hold_of_group": lambda _: {},
        "release_hold_of_group": lambda _: {},
        "put_notification_follow_up": lambda names: {"after": "tier.changed", "template_id": names["template_id"]},
        "put_device": lambda _: BODIES["put_device"] | {"token": "the-next-one"},
        "send_notification": lambda names: BODIES["send_notification"] | {"template_id": names["template_id"]},
        "add_to_segment": lambda names: {"members": [{"member_id": names["friend_id"]}]},
        "remove_from_segment": lambda names: {"members": [{"member_id": names["member_id"]}]},
        "share_code": lambda _: {"referral_code": "OTHERS-READ"},
        "invite_friend": lambda _: BODIES["invite_friend"],
        "claim_referral": lambda names: {"referral_code": names["referral_code"]},
        "issue_coupon": lambda names: {"series_id": names["series_id"], "program_id": int(names["program_id"])},
        "use_code": lambda names: {"member_id": names["member_id"]},
        "unuse_coupon": lambda _: {},
        "enrol_member": lambda _: {"identifiers": [{"type": "email", "value": "ada@example.org"}]},
        "earn_points": lambda _: _POINTS,
        "activate_pending": lambda names: {"earning_id": names["promise_id"]},
        "cancel_pending": lambda names: {"earning_id": names["promise_id"]},
        "capture_hold": lambda _: {},
        "release_hold": lambda _: {},
        "find_member": lambda names: {"type": "card", "value": names["card"]},
        "transfer_points": lambda names: BODIES["transfer_points"] | {"to": names["friend_id"]},
        "record_order": lambda names: _sale(names, "new-1"),
        "simulate_order": lambda names: _sale(names, "new-1"),
        "evaluate_cart": lambda names: BODIES["evaluate_cart"] | {"member_id": names["member_id"]},
        "open_checkout": lambda names: BODIES["open_checkout"] | {"member_id": names["member_id"]},
        "commit_checkout": lambda _: {"number": "of-a-checkout"},
        "refund_spend": lambda names: {"spend_id": names["spend_id"], "amount": 5},
        "undo_entry": lambda names: {"entry_id": names["earning_id"]},
        "assign_order": lambda names: {"member_id": names["member_id"]},
        "record_event": lambda names: BODIES["record_event"] | {"member_id": names["member_id"]},
        "return_order": lambda names: BODIES["return_order"] | {"member_id": names["member_id"]},
    },
    queries={
        "value_of_points": lambda _: {"points": "5"},
        "find_order": lambda names: {"number": names["order_number"]},
        "read_audit": lambda names: {"entity": names["member_id"]},
        "export_audit": lambda names: {"entity": names["member_id"]},
        "analyse_orders": lambda names: {"program_id": names["program_id"]},
        "analyse_tiers": lambda names: {"program_id": names["program_id"]},
        "read_metric_values": lambda names: {"program_id": names["program_id"]},
        "read_segment_metrics": lambda names: {"program_id": names["program_id"]},
    },
    furnish=_furnish,
    makes={
        "put_segment": "segment_id",
        "put_metric": "metric_id",
        "put_webhook": "webhook_id",
        "acknowledge_feed": "consumer_id",
        "put_notification_template": "template_id",
        "put_notification_follow_up": "follow_up_id",
    },
    others={
        ("give_stamps", "perk_id"): "our_perk_id",
        ("list_notification_receipts", "operation_id"): "told_id",
        ("cancel_notice", "notice_id"): "waiting_notice_id",
        ("cancel_checkout", "checkout_id"): "paid_checkout_id",
        ("assign_order", "order_id"): "kept_order_id",
        ("claim_referral", "member_id"): "latecomer_id",
        ("value_of_points", "reward_id"): "money_id",
        ("get_redemption_of_group", "redemption_id"): "group_redemption_id",
        ("refund_redemption_of_group", "redemption_id"): "group_redemption_id",
        ("change_delivery_of_group", "redemption_id"): "group_redemption_id",
        ("change_group_member", "member_id"): "resident_id",
        ("join_group", "member_id"): "friend_id",
        ("leave_group", "member_id"): "lodger_id",
        ("cancel_coupon", "coupon_id"): "active_coupon_id",
        ("unuse_coupon", "coupon_id"): "used_coupon_id",
        ("reactivate_coupon", "coupon_id"): "cancelled_coupon_id",
        ("capture_hold_of_group", "hold_id"): "group_hold_id",
        ("release_hold_of_group", "hold_id"): "group_hold_id",
        ("undo_transfer_of_group", "transfer_id"): "group_transfer_id",
        ("cancel_earning_of_group", "earning_id"): "group_earning_id",
        ("expire_earning_of_group", "earning_id"): "group_earning_id",
        ("trace_earning_of_group", "earning_id"): "group_earning_id",
        ("trace_spend_of_group", "spend_id"): "group_spend_id",
    },
)
