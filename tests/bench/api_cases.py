"""What is asked of the API: a case of each kind of route, what it needs being there before; and which routes have none, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.api.routes import ROUTES
from tests.bench.till import Till, by_card, document
from tests.twins import by_hand, grouped, kept
from tests.twins.bookshop import TODAY, per_euro, sale

Json = dict[str, Any]
PAGE = 25
_POINT: Json = {"unit": "points", "amount": 1}
_BACK = {"sku": "book-1", "quantity": "1", "gross_value": 10_00}
_RETURN = {"number": "R1", "purchased_at": f"{TODAY}T11:30:00Z", "currency": "EUR", "lines": [_BACK]}
_RULE = {"name": "More", "effects": [per_euro()]}


@dataclass(frozen=True)
class Asked:
    """The body, the query, and what stands in the path beside the till's own member, order and program."""

    body: Any = None
    query: str = ""
    named: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """An operation of ROUTES, asked of a till. `rare` ones are measured in fewer rounds; `stamps`: of a shop where points may
    be turned into stamps; `fresh`: of one where nothing was done but buy."""

    operation: str
    asked: Callable[[Till], Asked]
    rare: bool = True
    stamps: bool = False
    fresh: bool = False


def event_of(case: Case, at: Till) -> Json:
    """The call as Lambda gets it."""
    asked, route = case.asked(at), next(route for route in ROUTES if route.operation == case.operation)
    path = route.path
    for name, value in {"member_id": at.ada, "order_id": at.order_id, "program_id": "1", **asked.named}.items():
        path = path.replace(f"{{{name}}}", value)
    return at.request(route.method, path + asked.query, asked.body)


def _reads(operation: str, query: str = "", *, rare: bool = False, fresh: bool = False) -> Case:
    return Case(operation, lambda _: Asked(query=query), rare, fresh=fresh)


def _often(operation: str, body: Callable[[Till], Any], **named: str) -> Case:
    return Case(operation, lambda at: Asked(body(at), named=named), rare=False)


def _by_hand(operation: str, body: Json) -> Case:
    return Case(operation, lambda _: Asked(body))


def _held(at: Till) -> Mapping[str, str]:
    return {"hold_id": str(by_hand.hold(at.shop, at.ada, 1).answer.hold_id)}


def _friend(at: Till) -> str:
    """Who has had points from Ada before."""
    friend = at.shop.member(f"friend-{at.shop.rt.ids.command()}")
    at.shop.send(at.ada, friend, 1)
    return friend


def _sent(at: Till) -> Mapping[str, str]:
    return {"transfer_id": at.shop.send(at.ada, _friend(at), 1).answer.transfer_id}


def _spent(at: Till) -> str:
    return at.shop.spend(at.ada, 1).answer.spend_id


def _earned(at: Till) -> str:
    earning = at.shop.earn(at.ada, 1).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    return earning.earning_id


def _promised(at: Till) -> Json:
    by_hand.promised(at.shop, at.ada, 1, event="soon")
    return {"event": "soon"}


def _due_soon(at: Till) -> Json:
    return {"earning_id": by_hand.promised(at.shop, at.ada, 1, available_after_days=3)}


def _pinned(at: Till) -> Asked:
    at.shop.pin(at.ada, "silver")
    return Asked({})


def _newcomer(at: Till) -> str:
    return at.shop.member(f"newcomer-{at.shop.rt.ids.command()}")


def _household(at: Till) -> tuple[str, str]:
    """A group with points, and its member."""
    resident = _newcomer(at)
    group_id = grouped.household(at.shop, resident)
    by_hand.grant(at.shop, group_id, 100)
    return group_id, resident


def _group(at: Till) -> Mapping[str, str]:
    return {"group_id": _household(at)[0]}


def _of_nobody(at: Till) -> Mapping[str, str]:
    """An order that was kept, in a shop that does so."""
    document = sale(f"K-{at.shop.rt.ids.command()}")
    return {"order_id": kept.kept(kept.keeping(at.shop), document)}


CASES: Mapping[str, Case] = {
    "simulate an order by id": _often("simulate_order", lambda at: document("B0", member_id=at.ada)),
    "simulate an order by identifier": _often("simulate_order", lambda _: document("B0", **by_card("ada"))),
    "record an order by id": _often("record_order", lambda at: document("B1", member_id=at.ada)),
    "record an order by identifier": _often("record_order", lambda _: document("B2", **by_card("ada"))),
    "record a first order, enrolling": _often("record_order", lambda _: document("B3", **by_card("newcomer"))),
    "assign an order": Case("assign_order", lambda at: Asked({"member_id": at.ada}, named=_of_nobody(at))),
    "return": _often("return_order", lambda _: _RETURN),
    "earn": _often("earn_points", lambda _: _POINT),
    "spend": _often("spend_points", lambda _: _POINT),
    "balance": _reads("read_account"),
    "statement page": _reads("read_statement", f"?limit={PAGE}", fresh=True),
    "member's orders": _reads("list_orders", f"?limit={PAGE}"),
    "order": _reads("get_order"),
    "member": _reads("get_member"),
    "find a member": _often("find_member", lambda _: {"type": "card", "value": "ada"}),
    "enrol": _often("enrol_member", lambda _: {"identifiers": [{"type": "card", "value": "newer"}]}),
    "directory page": _reads("list_members", f"?limit={PAGE}"),
    "feed page": _reads("read_feed", f"?limit={PAGE}"),
    "rules of a program": _reads("list_rules"),
    "config change": _often("put_rule", lambda _: _RULE, rule_id="more"),
    "hold": _by_hand("hold_points", _POINT),
    "capture": Case("capture_hold", lambda at: Asked({}, named=_held(at))),
    "release": Case("release_hold", lambda at: Asked({}, named=_held(at))),
    "transfer": Case("transfer_points", lambda at: Asked(_POINT | {"to": _friend(at)})),
    "undo a transfer": Case("undo_transfer", lambda at: Asked({}, named=_sent(at))),
    "refund": Case("refund_spend", lambda at: Asked({"spend_id": _spent(at)})),
    "undo an earning": Case("undo_entry", lambda at: Asked({"entry_id": _earned(at)})),
    "grant": _by_hand("grant_points", _POINT | {"reason": "goodwill"}),
    "deduct": _by_hand("deduct_points", _POINT | {"reason": "mistake"}),
    "activate by event": Case("activate_pending", lambda at: Asked(_promised(at))),
    "cancel a promise": Case("cancel_pending", lambda at: Asked(_due_soon(at))),
    "convert": Case("convert_points", lambda _: Asked(_POINT | {"into": "stamps"}), stamps=True),
    "pin a tier for good": _by_hand("pin_tier", {"tier_id": "gold"}),
    "unpin a tier": Case("unpin_tier", _pinned),
    "recalculate a tier": _by_hand("recalculate_tier", {}),
    "expiries": _reads("list_expiries", rare=True),
    "proof of an account": _reads("prove_account", rare=True, fresh=True),
    "trace of a spend": Case("trace_spend", lambda at: Asked(named={"spend_id": _spent(at)})),
    "histogram of a member": _reads("read_histogram", rare=True),
    "histogram of a program": _reads("read_program_histogram", rare=True),
    "change a member": _by_hand("update_member", {"given_name": "Augusta"}),
    "create a group": Case("create_group", lambda at: Asked({"name": "New", "primary_member_id": _newcomer(at)})),
    "join a group": Case("join_group", lambda at: Asked({}, named={**_group(at), "member_id": _newcomer(at)})),
    "group": Case("get_group", lambda at: Asked(named=_group(at))),
    "record an order, in a group": Case("record_order", lambda at: Asked(document("B4", member_id=_household(at)[1]))),
}
AT_LOTS = (
    "simulate an order by id",
    "record an order by id",
    "return",
    "earn",
    "spend",
    "balance",
    "statement page",
    "hold",
    "expiries",
    "proof of an account",
)
"""Measured at more lots than one as well: those that read or write all of them, one of each kind."""


@dataclass(frozen=True)
class LeftOut:
    """Routes that are not measured."""

    operations: tuple[str, ...]
    because: str


LEFT_OUT = (
    LeftOut(
        ("get_tenant", "list_programs", "get_program", "get_rule", "get_tiers"),
        "a part of the configuration is read as *rules of a program* are",
    ),
    LeftOut(
        ("put_tenant", "create_program", "replace_program", "put_tiers"),
        "the configuration is changed as by *config change*, and rarely",
    ),
    LeftOut(("record_event",), "a snapshot is read and judged as by *record an order by id*, without an order to keep"),
    LeftOut(("evaluate_cart",), "the same snapshot judged by the same code as by *simulate an order by id*"),
    LeftOut(
        ("open_checkout", "get_checkout", "list_checkouts", "update_checkout", "commit_checkout", "cancel_checkout"),
        "a cart is judged as by *simulate an order by id*, points are set apart as by *hold*, an order recorded and returned "
        "as by *record an order by id* and *return*, with two small items beside them",
    ),
    LeftOut(
        ("redeem_reward", "refund_redemption", "change_delivery"),
        "points are spent as by *spend* and given back as by *refund*, with a few small items beside them",
    ),
    LeftOut(
        ("list_rewards", "get_reward", "value_of_points", "put_reward"),
        "rewards are a part of the configuration, read as *rules of a program* and changed as by *config change*",
    ),
    LeftOut(
        ("available_rewards", "validate_redemptions", "list_redemptions", "get_redemption"),
        "a snapshot is read as by *simulate an order by id*, a page of small items as by *member's orders*",
    ),
    LeftOut(("cancel_earning", "expire_earning"), "an earning is taken back as by *undo an earning*"),
    LeftOut(("trace_earning",), "reads as *trace of a spend* does"),
    LeftOut(("list_holds", "list_pending"), "one account is read, and a list of it shown, as for *expiries*"),
    LeftOut(("list_perks", "get_perk", "put_perk"), "a part of the configuration, read and changed as rules are"),
    LeftOut(
        (
            *("list_awards", "get_award", "grant_perk", "give_stamps", "redeem_award", "redeem_code"),
            *("refund_award", "revoke_award", "issue_code"),
        ),
        "a member's snapshot is read, and account and award are written, as account and order by *record an order by id*",
    ),
    LeftOut(
        ("set_pin", "issue_proof_code"),
        "one small item is written, and most of the time goes into a hash that is slow on purpose",
    ),
    LeftOut(("read_metrics",), "reads entries as *histogram of a member* does"),
    LeftOut(("read_metric_values",), "one account is read, as for *balance*"),
    LeftOut(
        (
            "read_liability",
            "analyse_members",
            "analyse_orders",
            "analyse_tiers",
            "analyse_referrals",
            "read_segment_metrics",
        ),
        "reads counters, fewer than *histogram of a program* does",
    ),
    LeftOut(
        ("list_groups", "list_group_members", "list_group_orders"),
        "a page of an index, as *directory page* and *member's orders* are",
    ),
    LeftOut(
        ("update_group", "change_group_member", "leave_group"),
        "a group, and whoever is in it, is changed as by *join a group*",
    ),
    LeftOut(
        ("list_coupon_series", "get_coupon_series", "put_coupon_series"),
        "a part of the configuration, read as *rules of a program* are and changed as by *config change*",
    ),
    LeftOut(
        ("issue_coupon", "use_code", "activate_coupon", "unuse_coupon", "cancel_coupon", "reactivate_coupon"),
        "one account and a few items beside it are written, as by *undo an earning*; not measured by itself yet",
    ),
    LeftOut(
        ("check_code", "list_coupons", "list_coupons_of_series"), "reads few items, as *order* and *directory page* do"
    ),
    LeftOut(
        ("list_segments", "get_segment", "put_segment", "list_metrics", "get_metric", "put_metric"),
        "a part of the configuration, read as *rules of a program* are and changed as by *config change*",
    ),
    LeftOut(("list_segment_members", "list_segments_of_member"), "a page of small items, as *directory page* is"),
    LeftOut(
        (
            *("list_notification_templates", "get_notification_template", "put_notification_template"),
            *("list_notification_follow_ups", "get_notification_follow_up", "put_notification_follow_up"),
        ),
        "a part of the configuration, read as *rules of a program* are and changed as by *config change*",
    ),
    LeftOut(("send_notification",), "a long job, begun as a proof is: an operation, its parts and their messages"),
    LeftOut(
        ("list_notification_receipts", "list_inbox", "list_notices", "list_devices", "list_favourite_places"),
        "a page of small items, as *directory page* is",
    ),
    LeftOut(
        ("put_device", "delete_device", "put_favourite_places", "read_notice", "cancel_notice"),
        "one or two small items are read and written, as by *hold*, with no entry; of a phone SNS is asked besides",
    ),
    LeftOut(
        ("list_webhooks", "get_webhook", "put_webhook", "delete_webhook", "rotate_webhook_secret"),
        "a part of the configuration, read as *rules of a program* are and changed as by *config change*, with one item beside it",
    ),
    LeftOut(("read_own_feed", "read_order_feed"), "a page of entries is read as *feed page* does"),
    LeftOut(
        ("read_audit",),
        "a page of entries is read as *feed page* does; of an hour sixteen small Queries more, which find them",
    ),
    LeftOut(
        ("list_feed_consumers", "get_feed_consumer", "acknowledge_feed", "delete_feed_consumer"),
        "one or two small items are read and one is written, as by *hold*, with no entry",
    ),
    LeftOut(
        ("list_webhook_deliveries", "list_audit_archives", "get_audit_archive"),
        "a page of small items, as *directory page* is, or one of them",
    ),
    LeftOut(
        ("test_webhook", "redeliver_webhook", "redeliver_failed_webhooks"),
        "an item is written and a message sent, now and then, by somebody who looks for what went wrong",
    ),
    LeftOut(
        ("add_to_segment", "remove_from_segment"),
        "profiles are written as by *change a member*, 25 in a transaction, each with one small item",
    ),
    LeftOut(
        ("share_code", "invite_friend", "claim_referral"),
        "a profile is written as by *change a member*, with a few small items",
    ),
    LeftOut(("read_referral", "check_referral"), "reads few small items, as *order* does"),
    LeftOut(("list_referrals",), "a page of small items, as *directory page* is"),
    LeftOut(("upload_codes",), "pages of codes come now and then, and cost what the table takes for them"),
    LeftOut(("find_order", "list_returns"), "read as *order* and *member's orders* are"),
    LeftOut(
        (
            *("list_operations", "get_operation", "cancel_operation", "start_proof", "start_simulation"),
            *("preview_segment", "export_segment", "export_audit"),
        ),
        "whoever looks after jobs asks now and then; the jobs themselves are measured",
    ),
    LeftOut(
        ("health", "openapi", "docs", "docs_asset"),
        "nothing is asked of the table, so there is nothing to compare with",
    ),
)
OF_GROUPS = "on a group by the flow that is measured on a member, with the group read in the member's place"


def left_out() -> tuple[LeftOut, ...]:
    """The operations on groups that are another's are those of ROUTES itself, where that other is measured."""
    measured = {case.operation for case in CASES.values()}
    others = {name for one in LEFT_OUT for name in one.operations}
    same = tuple(route.operation for route in ROUTES if route.same_as in measured | others)
    return (*LEFT_OUT, LeftOut(same, OF_GROUPS))
