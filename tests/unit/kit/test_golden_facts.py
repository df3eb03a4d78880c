"""Every version of every fact that was ever written can be read: the files in tests/golden/facts never change, nor does
what tests/golden/fact-shapes.json says of a version.

A file holds facts as a journal holds them. A fact that changes its shape gets a new version, an upcaster and a new file;
the old file stays, and is then read into the same facts by way of the upcaster.
"""

from __future__ import annotations

import ast
import importlib
import json
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.groups import model as groups
from chalicelib.areas.members import facts as members
from chalicelib.areas.orders.model import facts as kept
from chalicelib.areas.webhooks.model import facts as webhooks
from chalicelib.kit.facts import Body, Fact, Vocabulary, encode
from chalicelib.table.config import ConfigChanged
from chalicelib.table.items import compact_json

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden" / "facts"
SHAPES = ROOT / "tests" / "golden" / "fact-shapes.json"

UNTIL: dict[str, Any] = {"expires_on": 21_609, "expires_at": 1_867_104_000_000}
ORDER = "ord_0y6rz96qmmf"
# Of each fact the samples that its first version had come first, the fields that later versions brought behind them.
FACTS: dict[str, list[Fact]] = {
    "account.advanced": [f.AccountAdvanced(1_781_524_800_000)],
    "order.recorded": [
        f.OrderRecorded(ORDER, "2026/000117", "EUR", 25_055),
        f.OrderRecorded(ORDER, "2026/000118", "EUR", 25_055, 20_619, 24_000, "mem_00000000007"),
    ],
    "event.recorded": [
        f.EventRecorded("check_in"),
        f.EventRecorded(
            *("event", "review", 20_619, (("stars", 5), ("translated", True), ("genre", "crime")), "mem_00000000007")
        ),
    ],
    "order.returned": [
        f.OrderReturned(ORDER, "R-1", "EUR", 10_000),
        f.OrderReturned(ORDER, "R-2", "EUR", 15_055, full=True),
        f.OrderReturned(ORDER, "R-3", "EUR", 15_055, counts_on=20_619, counted=14_000),
    ],
    "points.earned": [
        f.PointsEarned("points", 7, (1, 0, 7), 7),
        f.PointsEarned("points", 250, (3, 40, 290), 500, **UNTIL, rule="base", order=ORDER, lines=((1, 200), (2, 50))),
        f.PointsEarned("points", 7, (1, 0, 7), 7, counts_on=20_619, period="2026-06", by="mem_00000000007", alone=True),
        f.PointsEarned("points", 7, (1, 0, 7), 7, counts_on=20_619, period="2026-06"),
        f.PointsEarned("points", 7, (1, 0, 7), 7, counts_on=20_619, came_at=1_782_000_000_000),
    ],
    "points.capped": [f.PointsCapped("points", 50, "period", "base", ORDER)],
    "points.granted": [f.PointsGranted("points", 50, (4, 0, 50), 57, **UNTIL, reason="goodwill")],
    "points.deducted": [
        f.PointsDeducted("points", 60, ((4, 0, 50, 21_609),), -10, 10, "mistake"),
        f.PointsDeducted("points", 50, ((4, 0, 50, None),), 0, undoes=(12, 1)),
    ],
    "points.spent": [
        f.PointsSpent("points", 30, ((1, 0, 7, None), (3, 40, 63, None)), 470),
        f.PointsSpent("points", 30, ((1, 0, 7, 21_609),), -23, 23, "mem_00000000007"),
    ],
    "points.refunded": [
        f.PointsRefunded("points", 30, ((1, 0, 7, None), (3, 40, 63, None)), 500),
        f.PointsRefunded("points", 30, ((3, 40, 63, None),), 500, (4, 0, 7), **UNTIL),
        f.PointsRefunded("points", 23, ((3, 40, 63, 21_609),), 500, undoes=(12, 1)),
    ],
    "points.cancelled": [
        f.PointsCancelled("points", 0, (), 470, 100),
        f.PointsCancelled("points", 100, ((3, 190, 290, None),), 400, 20, "base", ORDER),
        f.PointsCancelled("points", 100, ((3, 190, 280, 21_609),), -10, 0, "base", ORDER, 10, 20_619, (12, 1)),
        f.PointsCancelled("points", 100, ((3, 190, 290, 21_609),), 400, 0, "base", ORDER, period="2026-06"),
    ],
    "points.expired": [
        f.PointsExpired("points", 370, 3, 7, 21_609),
        f.PointsExpired("points", 1, 2, 0),
        f.PointsExpired("points", 7, 3, 0, 21_609, ((3, 0, 7, 21_609),), (12, 1)),
        f.PointsExpired("points", 15, 3, 0, 21_609, came_at=1_867_600_000_000),
    ],
    "points.extended": [f.PointsExtended("points", 370, 3, 21_579, 21_609, 1_867_104_000_000)],
    "debt.settled": [f.DebtSettled("points", 10, ((5, 0, 10, 21_609),), 3)],
    "points.promised": [
        f.PointsPromised(
            "points",
            250,
            (3, 40, 290),
            250,
            1_781_524_800_000,
            **UNTIL,
            rule="base",
            order=ORDER,
            lines=((1, 250),),
            counts_on=20_619,
            period="2026-06",
            by="mem_00000000007",
            alone=True,
        ),
        f.PointsPromised("points", 5, (4, 0, 5), 255, event="delivered/117", open=True),
        f.PointsPromised("points", 5, (4, 0, 5), 255, event="delivered/117", period="2026-W26"),
    ],
    "points.activated": [
        f.PointsActivated("points", 5, ((4, 0, 5, None),), 5, **UNTIL, counts_on=20_619),
        f.PointsActivated("points", 250, ((3, 40, 290, 21_609),), 255),
        f.PointsActivated("points", 250, ((3, 40, 290, 21_609),), 255, came_at=1_781_524_800_000),
    ],
    "promise.cancelled": [
        f.PromiseCancelled("points", 250, ((3, 40, 290, 21_609),), 0, "base", ORDER, (12, 1)),
        f.PromiseCancelled("points", 250, ((3, 40, 290, 21_609),), 0, period="2026-06-14"),
    ],
    "points.held": [f.PointsHeld(1, "points", 30, ((1, 0, 30, 21_609),), 470, 1_781_524_800_000, "mem_00000000007")],
    "points.captured": [
        f.PointsCaptured(1, "points", 20, ((1, 0, 20, 21_609),), 470),
        f.PointsCaptured(1, "points", 20, ((1, 0, 20, 21_609),), 470, "mem_00000000007"),
    ],
    "points.released": [
        f.PointsReleased(1, "points", 10, ((1, 20, 30, 21_609),), 480, lapsed=True),
        f.PointsReleased(2, "points", 10, ((1, 30, 40, None),), 490, undoes=(12, 1)),
        f.PointsReleased(1, "points", 10, ((1, 20, 30, 21_609),), 480, lapsed=True, lapsed_at=1_781_524_800_000),
    ],
    "points.sent": [
        f.PointsSent("points", 30, ((1, 0, 30, 21_609),), 470, "mem_00000000008", (7, 1), "mem_00000000007")
    ],
    "points.received": [
        f.PointsReceived("points", 30, ((2, 0, 30, 21_609, 1_867_104_000_000),), 30, "mem_00000000001", (12, 1))
    ],
    "points.converted": [
        f.PointsConverted("points", 100, ((1, 0, 100, 21_609),), 370, "cash", 150, (1, 0, 150), 150, **UNTIL)
    ],
    "tier.changed": [
        f.TierChanged("bronze"),
        f.TierChanged("silver", "bronze"),
        f.TierChanged("gold", "silver", "reached", 1_781_524_800_000),
    ],
    "tier.reviewed": [
        f.TierReviewed(1_781_524_800_000, 1_798_761_600_000),
        f.TierReviewed(1_781_524_800_000, 1_801_440_000_000, 1_798_761_600_000, 25_055_00, "spend"),
    ],
    "tier.pinned": [
        f.TierPinned("gold"),
        f.TierPinned("gold", 20_818, 1_798_758_000_000),
        f.TierPinned("gold", 20_818, 1_798_758_000_000, ORDER, (("silver", None, ""), ("gold", 20_817, ORDER))),
    ],
    "tier.pin_returned": [f.TierPinReturned("gold", ORDER)],
    "tier.unpinned": [
        f.TierUnpinned("gold"),
        f.TierUnpinned("gold", lapsed=True),
        f.TierUnpinned("gold", lapsed=True, ended_at=1_798_758_000_000),
    ],
    "reward.redeemed": [
        f.RewardRedeemed("tote-bag", "physical", 1, "mem_00000000007", 20_619, delivery="ordered"),
        f.RewardRedeemed("five", "value_code", 2, "mem_00000000007", 20_619, 2, 500, "EUR", order=ORDER),
        f.RewardRedeemed("ten", "percentage_code", 1, "mem_00000000007", 20_619, 1, percent="12.5"),
    ],
    "reward.delivery_changed": [f.RewardDeliveryChanged("tote-bag", 12, "shipped")],
    "reward.refunded": [f.RewardRefunded("five", 12, 2)],
    "checkout.opened": [
        f.CheckoutOpened("chk_00000000007", 1_781_524_800_000),
        f.CheckoutOpened("chk_00000000007", 1_781_524_800_000, "mem_00000000007"),
    ],
    "checkout.updated": [
        f.CheckoutUpdated("chk_00000000007", 1_781_524_800_000),
        f.CheckoutUpdated("chk_00000000007", 1_781_524_800_000, "mem_00000000007"),
    ],
    "checkout.committed": [f.CheckoutCommitted("chk_00000000007", ORDER)],
    "checkout.cancelled": [
        f.CheckoutCancelled("chk_00000000007"),
        f.CheckoutCancelled("chk_00000000007", ORDER, full=False),
    ],
    "rule.counted": [
        f.RuleCounted("welcome", ORDER, 20_619, ("ever",)),
        f.RuleCounted("gift", ORDER, 20_619, ("2026-06-15", "2026-W25"), (("points", 50),), 1, 50, "points"),
    ],
    "rule.uncounted": [
        f.RuleUncounted("gift", ORDER, ("2026-06-15", "2026-W25"), 0, (("points", 20),), 0, 20, "points"),
        f.RuleUncounted("gift", ORDER, ("2026-06-15", "2026-W25"), 1, (("points", 30),), 1, 30, "points"),
    ],
    "past.counted": [
        f.PastCounted(20_619, (("orders~0123456789ab", 30, 1, 400), ("orders", 7, 1, 1_000)), ORDER, "EUR"),
        f.PastCounted(20_619, (("check_in/ever", 0, 1, 0),), forgets=("event:review",)),
        f.PastCounted(20_619, (("orders~0123456789ab", 30, -1, -400),), ORDER, "EUR"),
    ],
    "metric.reached": [
        f.MetricReached("visits", "regular", "4", 20_619),
        f.MetricReached("spend", "big", "120.5", 20_619, "mem_00000000007", ("spend/old",)),
    ],
    "metric.fell": [
        f.MetricFell("visits", "regular", "3", 20_650),
        f.MetricFell("average", "high", "", 20_650, "mem_00000000007"),
    ],
    "coupon.issued": [
        f.CouponIssued("cpn_00000000007", "summer", 1_781_524_800_000),
        f.CouponIssued("cpn_00000000007", "summer", 1_781_524_800_000, 1_867_104_000_000, "welcome"),
    ],
    "coupon.activated": [f.CouponActivated("cpn_00000000007", "summer")],
    "coupon.used": [
        f.CouponUsed("cpn_00000000007", "summer", 1),
        f.CouponUsed("cpn_00000000007", "summer", 0, "2026/000117"),
    ],
    "coupon.unused": [
        f.CouponUnused("cpn_00000000007", "summer", 1),
        f.CouponUnused("cpn_00000000007", "summer", 1, "2026/000117"),
    ],
    "coupon.expired": [f.CouponExpired("cpn_00000000007", "summer", 1_867_104_000_000)],
    "coupon.reactivated": [
        f.CouponReactivated("cpn_00000000007", "summer"),
        f.CouponReactivated("cpn_00000000007", "summer", 1_867_104_000_000),
    ],
    "coupon.cancelled": [f.CouponCancelled("cpn_00000000007", "summer")],
    "member.enrolled": [members.MemberEnrolled(("card", "email"))],
    "member.updated": [members.MemberUpdated(("birth_date", "fields", "labels"))],
    "member.blocked": [members.MemberBlocked()],
    "member.unblocked": [members.MemberUnblocked()],
    "member.joined_group": [members.MemberJoinedGroup("grp_00000000003")],
    "member.left_group": [members.MemberLeftGroup("grp_00000000003")],
    "member.occasion": [members.MemberOccasion()],
    "group.created": [groups.GroupCreated("household", "everyone")],
    "group.changed": [groups.GroupChanged(("labels", "name", "who_may_spend"))],
    "group.blocked": [groups.GroupBlocked()],
    "group.unblocked": [groups.GroupUnblocked()],
    "group.primary_named": [groups.GroupPrimaryNamed("mem_00000000007")],
    "group.member_joined": [
        groups.GroupMemberJoined("mem_00000000007"),
        groups.GroupMemberJoined("mem_00000000008", chosen=True),
    ],
    "group.member_changed": [groups.GroupMemberChanged("mem_00000000008", chosen=False)],
    "group.member_left": [groups.GroupMemberLeft("mem_00000000008")],
    "perk.granted": [
        f.PerkGranted("mem_00000000007", "coffee", 1),
        f.PerkGranted("mem_00000000007", "coffee", 2, 3, 1_798_758_000_000, "card", again=True),
    ],
    "perk.redeemed": [
        f.PerkRedeemed("mem_00000000007", "coffee", 1),
        f.PerkRedeemed("mem_00000000007", "coffee", 1, "stamps", 9, 450, "free-cup.1", over=True),
    ],
    "perk.refunded": [
        f.PerkRefunded("mem_00000000007", "coffee", 1, 12),
        f.PerkRefunded("mem_00000000007", "coffee", 1, 12, 5, whole=False),
    ],
    "perk.revoked": [
        f.PerkRevoked("mem_00000000007", "coffee", 1),
        f.PerkRevoked("mem_00000000007", "coffee", 1, "replaced"),
    ],
    "perk.expired": [f.PerkExpired("mem_00000000007", "coffee", 1, 1_798_758_000_000)],
    "referral.invited": [f.ReferralInvited("ref_00000000007", "email", 1_801_350_000_000)],
    "referral.expired": [f.ReferralExpired("ref_00000000007")],
    "referral.registered": [f.ReferralRegistered("ref_00000000007", "mem_00000000007", "code")],
    "referral.purchased": [f.ReferralPurchased("ref_00000000007", "mem_00000000007", "mem_00000000008", ORDER)],
    "rule.told": [
        f.RuleTold("mem_00000000007", "welcome", "till"),
        f.RuleTold("mem_00000000007", "welcome", "till", ORDER),
    ],
    "member.joined_segment": [
        f.MemberJoinedSegment("mem_00000000007", "vip", 1_798_758_000_000),
        f.MemberJoinedSegment("mem_00000000007", "winback", 1_798_758_000_000, 1_801_350_000_000, "welcome"),
    ],
    "member.renewed_segment": [
        f.MemberRenewedSegment("mem_00000000007", "winback", 1_798_758_000_000, 1_803_942_000_000),
        f.MemberRenewedSegment("mem_00000000007", "winback", 1_798_758_000_000, 1_803_942_000_000, "welcome"),
        f.MemberRenewedSegment("mem_00000000007", "winback", 1_798_758_000_000, defined=True),
    ],
    "member.left_segment": [
        f.MemberLeftSegment("mem_00000000007", "vip", 1_798_758_000_000, over=True),
        f.MemberLeftSegment("mem_00000000007", "vip", 1_798_758_000_000, False, "lapsed"),
    ],
    "notification.wanted": [
        f.NotificationWanted("mem_00000000007", "hello", "marketing", 0, "welcome"),
        f.NotificationWanted("mem_00000000007", "hello", "transactional", 48),
    ],
    "kept_order.recorded": [kept.KeptOrderRecorded(ORDER, "B-1", "EUR", 25_055, 20_619)],
    "kept_order.returned": [
        kept.KeptOrderReturned(ORDER, "R-1", "EUR", 10_000, full=False),
        kept.KeptOrderReturned(ORDER, "R-2", "EUR", 15_055, full=True),
    ],
    "kept_order.assigned": [
        kept.KeptOrderAssigned(ORDER, "mem_00000000007"),
        kept.KeptOrderAssigned(ORDER, "mem_00000000007", "grp_00000000003"),
    ],
    "webhook.disabled": [webhooks.WebhookDisabled("warehouse", "failing", 1_798_758_000_000)],
    "config.changed": [
        ConfigChanged(
            "program", "0001", {"name": "Bücher", "units": [{"code": "points", "policies": [{}], "limit": None}]}
        )
    ],
}


@cache
def modules_with_facts() -> dict[str, ast.Module]:
    found: dict[str, ast.Module] = {}
    for path in sorted((ROOT / "chalicelib").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.Name) and node.id in ("Fact", "vocabulary") for node in ast.walk(tree)):
            found[".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")] = tree
    return found


def vocabularies() -> list[Vocabulary]:
    modules = [importlib.import_module(name) for name in modules_with_facts()]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Vocabulary)]


def classes() -> dict[str, tuple[type[Fact], Vocabulary]]:
    return {name: (cls, words) for words in vocabularies() for name, cls in words.classes.items()}


def golden(name: str, version: int) -> list[Body]:
    bodies: list[Body] = json.loads((GOLDEN / f"{name}.v{version}.json").read_text(encoding="utf-8"))
    return bodies


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_what_was_ever_written_reads_as_the_same_facts(path: Path) -> None:
    name, _, version = path.stem.rpartition(".v")
    _, words = classes()[name]
    bodies = golden(name, int(version))
    assert {(body["type"], body["v"]) for body in bodies} == {(name, int(version))}
    assert [words.decode(body) for body in bodies] == FACTS[name][: len(bodies)]


@pytest.mark.parametrize("name", sorted(FACTS))
def test_facts_are_written_today_as_the_newest_file_has_them(name: str) -> None:
    cls, _ = classes()[name]
    assert [compact_json(encode(fact)) for fact in FACTS[name]] == [compact_json(body) for body in golden(name, cls.v)]


def test_no_version_of_any_fact_is_without_its_file() -> None:
    needed = {f"{name}.v{v}.json" for name, (cls, _) in classes().items() for v in range(1, cls.v + 1)}
    assert needed == {path.name for path in GOLDEN.iterdir()}
    assert len(needed) >= 33


def test_every_fact_class_belongs_to_a_vocabulary() -> None:
    known = {cls.__name__ for cls, _ in classes().values()}
    declared = {
        node.name
        for tree in modules_with_facts().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Fact" for base in node.bases)
    }
    assert declared == known


def test_the_samples_set_every_field_away_from_its_default() -> None:
    """A field that no sample sets could be renamed without any file noticing."""
    for name, facts in FACTS.items():
        cls, _ = classes()[name]
        assert set().union(*(encode(fact).keys() - {"type", "v"} for fact in facts)) == {
            field.name for field in fields(cls)
        }, name


def shape(cls: type[Fact]) -> dict[str, str]:
    """The fields with their types, and the defaults that a reader puts in where a body leaves one out."""
    said = {field.name: str(field.type) for field in fields(cls)}
    defaults = {field.name: f" = {field.default!r}" for field in fields(cls) if field.default is not MISSING}
    return {name: kind + defaults.get(name, "") for name, kind in said.items()}


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_version_keeps_its_fields_their_types_and_their_defaults(name: str) -> None:
    """A body that left a field out means the default of its day: another one needs a new version, as another type does."""
    cls, _ = classes()[name]
    assert json.loads(SHAPES.read_text(encoding="utf-8"))[f"{name}.v{cls.v}"] == shape(cls)
