"""Laws of what a shop offers beside points: of limits and budgets, of coupons, of what open checkouts have set apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.checkouts import store as checkouts
from chalicelib.areas.checkouts.model import Checkout
from chalicelib.kit.facts import Fact
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs
from tests.faults.laws import judge
from tests.faults.parsed import parsed
from tests.simulation.journals import Journals
from tests.simulation.law import law
from tests.simulation.offers import OFTEN_ALL, OFTEN_EACH, Apart, Award, Offers, Redemption
from tests.simulation.reckoned import month_of

NEXT = {"ordered": ("shipped", "delivered", "cancelled"), "shipped": ("delivered", "cancelled")}  # of a delivery
JUDGED = 0.04  # of all steps: every item is asked then, as at the end


def ask_offers(offers: Offers, journals: Journals, memory: MemoryTable, dice: Random) -> None:
    """Once a step."""
    items = [stored.item for stored in memory._items.values()]
    _follow(offers, journals)
    _ask_totals(offers, items)
    _ask_set_apart(offers, journals, items)
    if dice.random() < JUDGED:
        judge(items)


def _ask_totals(offers: Offers, items: list[Attrs]) -> None:
    """Of what all may have nobody has more than there is, and what is left is the rest."""
    taken, left = Counter[str](), Counter[str]()
    for item in items:
        if item["kind"]["S"] == "quota_slice":
            name = item["pk"]["S"].split("#Q#")[1]
            taken[name] += int(item["taken"]["N"])
            left[name] += int(item["left"]["N"])
            law(int(item["taken"]["N"]) >= 0, f"more came back to {name} than was taken")
    for name, total in offers.totals.items():
        most = offers.most[name]
        law(taken[name] <= most, f"{taken[name]} are taken of {name}, of which there are {most}")
        law(taken[name] + left[name] <= total, f"{taken[name]} taken and {left[name]} left of {name} are not {total}")
    gone, in_month = Counter[str](), Counter[str]()
    for one in offers.redemptions.values():
        much = 0 if one.refunded else one.fact.quantity
        gone[f"reward#0001#{one.fact.reward}"] += much
        in_month[f"reward_limit#0001#{one.fact.reward}#{month_of(one.fact.day)}"] += much
    told = {name: amount for name, amount in taken.items() if name.startswith("reward") and amount}
    bags = {name: amount for name, amount in in_month.items() if "#bag#" in name}
    law(told == dict(+gone + +Counter(bags)), f"{told} are taken of rewards, and journals tell of {gone} and {bags}")
    law(all(amount <= OFTEN_ALL for amount in bags.values()), f"more than {OFTEN_ALL} were taken: {bags}")


def _follow(offers: Offers, journals: Journals) -> None:
    """What journals have told since the step before: nobody has had more than each may have."""
    for owner, known in journals.known.items():
        fresh = known.told[offers.read.get(owner, 0) :]
        offers.read[owner] = len(known.told)
        for one in fresh:
            for what, times in _had(one.fact):
                offers.had[owner, *what] = offers.had.get((owner, *what), 0) + times
                most = offers.per_member.get((what[0], what[1]), offers.per_month.get(what[0]))
                law(most is None or offers.had[owner, *what] <= most, f"{owner} has had more than {most} of {what}")
        of_checkouts = {one.sequence for one in fresh if isinstance(one.fact, f.ON_CHECKOUTS)}
        apart = offers.apart.setdefault(owner, Apart())
        for one in fresh:
            _follow_reward(offers, owner, one.sequence, one.fact)
            _follow_award(offers, one.fact)
            _follow_metric(offers.reached.setdefault(owner, set()), one.fact)
            apart.count(one.fact, of_checkout=one.sequence in of_checkouts)


def _follow_reward(offers: Offers, owner: str, sequence: int, fact: Fact) -> None:
    match fact:
        case f.RewardRedeemed():
            offers.redemptions[owner, sequence] = Redemption(fact, fact.delivery)
            theirs = sum(
                one.fact.quantity
                for one in offers.redemptions.values()
                if not one.refunded and _same_month(one.fact, fact) and fact.reward == "mug"
            )
            law(theirs <= OFTEN_EACH, f"{fact.by} has had {theirs} of {fact.reward} in a month")
        case f.RewardRefunded():
            known = offers.redemptions[owner, fact.entry]
            law(not known.refunded and known.fact.quantity == fact.quantity, f"{fact} of {known}")
            known.refunded = True
        case f.RewardDeliveryChanged():
            known = offers.redemptions[owner, fact.entry]
            law(fact.status in NEXT.get(known.delivery, ()), f"{fact} of {known}")
            known.delivery = fact.status


def _follow_award(offers: Offers, fact: Fact) -> None:
    """No award is used more often than it was granted."""
    match fact:
        case f.PerkGranted():
            known = offers.awards.setdefault((fact.member, fact.perk, fact.award), Award(0))
            law(fact.again == bool(known.granted), f"{fact} of {known}")
            known.granted += 1
            known.most = None if fact.uses is None or known.most is None else known.most + fact.uses
        case f.PerkRedeemed() | f.PerkRefunded():
            known = offers.awards[fact.member, fact.perk, fact.award]
            known.used += 1 if isinstance(fact, f.PerkRedeemed) else -fact.whole
            law(known.used >= 0 and (known.most is None or known.used <= known.most), f"{fact} of {known}")


def _follow_metric(reached: set[str], fact: Fact) -> None:
    """Nobody comes to a threshold twice without falling back from it."""
    if isinstance(fact, f.MetricReached | f.MetricFell):
        comes = isinstance(fact, f.MetricReached)
        law(comes == (fact.metric not in reached), f"{fact} of who had reached {reached}")
        reached ^= {fact.metric}


def _same_month(one: f.RewardRedeemed, other: f.RewardRedeemed) -> bool:
    return (one.by, one.reward, month_of(one.day)) == (other.by, other.reward, month_of(other.day))


def _had(fact: Fact) -> Iterator[tuple[tuple[str, ...], int]]:
    match fact:
        case f.CouponIssued():
            yield (fact.series, "issued"), 1
        case f.CouponCancelled():
            yield (fact.series, "issued"), -1
        case f.CouponUsed():
            yield (fact.series, "used"), 1
        case f.CouponUnused():
            yield (fact.series, "used"), -1
        case f.RuleCounted():
            yield from (((fact.rule, period), 1) for period in fact.periods)
        case f.RuleUncounted():
            yield from (((fact.rule, period), -fact.times) for period in fact.periods)


def _ask_set_apart(offers: Offers, journals: Journals, items: list[Attrs]) -> None:
    """What open checkouts have set apart accounts hold, and for no checkout that is over: but for what somebody has released or
    captured by hand."""
    promised: dict[str, dict[int, int]] = {}
    for checkout in _checkouts(items):
        account = None if checkout.owner is None else journals[checkout.owner].account
        if account is None or checkout.paid is not None or checkout.cancelled:
            continue
        if checkout.lapses_at > account.advanced_to:
            apart = {one.hold: one.points for one in checkout.promised if one.hold is not None}
            theirs = promised.setdefault(account.owner, {})
            law(not theirs.keys() & apart.keys(), f"two checkouts have set apart {apart} and {theirs}")
            theirs |= apart
    for owner, known in journals.known.items():
        of = offers.apart.get(owner, Apart())
        there = {one.number: one.amount for one in known.account.holds if one.number in of.made - of.by_hand}
        told = {number: points for number, points in promised.get(owner, {}).items() if number not in of.by_hand}
        law(there == told, f"{owner} has {there} set apart for checkouts, which say {told}")


def _checkouts(items: list[Attrs]) -> Iterator[Checkout]:
    """As each stands."""
    last: dict[str, Attrs] = {}
    for item in items:
        if item["kind"]["S"] == "checkout":
            known = last.get(item["pk"]["S"])
            if known is None or known["sk"]["S"] < item["sk"]["S"]:
                last[item["pk"]["S"]] = item
    yield from (parsed(_checkout, item) for item in last.values())


def _checkout(item: Attrs) -> Checkout:
    tenant, checkout_id = item["pk"]["S"].split("#CHK#")
    return checkouts.checkout_of(checkouts.version_from(checkouts.versions(tenant, checkout_id), item))
