"""Why a member cannot have a reward now, and what a basket of rewards comes to. Pure: all it needs is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from chalicelib.areas.rewards.model.counts import NONE, Counts, Every
from chalicelib.areas.rewards.model.reward import CashbackOfReward, Cost, Reward, RewardWindow, RewardWorth
from chalicelib.errors import Refused
from chalicelib.kit.amounts import MAX_AMOUNT, money, plain, times
from chalicelib.kit.base import Frozen
from chalicelib.kit.periods import Day, iso_day

_IN: Mapping[Every, str] = {
    "ever": "",
    "day": " a day",
    "week": " a week",
    "month": " a month",
    "year": " a year",
}


NoCodes = Callable[[int], Refused | None]
STOCK = "stock"


@dataclass(frozen=True, slots=True)
class Wish:
    """`points` are what a cashback is asked for, `order_value` is the order that it is to pay a part of."""

    quantity: int = 1
    points: int | None = None
    order_value: int | None = None


class Reason(Frozen):
    """Why not. `missing`: of which unit how much more is needed, in its smallest part."""

    code: str
    message: str
    missing: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Situation:
    """A member as rewards see them: what they can spend, theirs or their group's, and what was taken before. `blocked` names
    what is blocked, them or their group; `barred` is a group that does not let them spend. `left` says of a reward how many
    there are in its stock and in each period that it is limited in; `no_codes` why so many of its codes cannot be had."""

    day: Day
    balances: Mapping[str, int]
    decimals: Mapping[str, int]
    tier: str | None
    segments: frozenset[str] = frozenset()
    blocked: str = ""
    barred: bool = False
    uses: Mapping[str, Counts] = field(default_factory=dict)
    left: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    no_codes: Mapping[str, NoCodes] = field(default_factory=dict)

    def after(self, reward: Reward, wish: Wish) -> Situation:
        """Once they have it."""
        balances = dict(self.balances)
        for cost in cost_of(reward, wish):
            balances[cost.unit] = balances.get(cost.unit, 0) - cost.amount
        name, more = reward.reward_id, wish.quantity
        left = {place: there - more for place, there in self.left.get(name, {}).items()}
        known = self.no_codes.get(name)
        return replace(
            self,
            balances=balances,
            uses={**self.uses, name: self.uses.get(name, NONE).plus(self.day, more)},
            left={**self.left, name: left},
            no_codes=self.no_codes if known is None else {**self.no_codes, name: lambda wanted: known(wanted + more)},
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """A line of a basket: `reasons` with the lines before it taken."""

    reward: Reward
    wish: Wish
    reasons: tuple[Reason, ...]


def cost_of(reward: Reward, wish: Wish) -> tuple[Cost, ...]:
    if reward.cashback is not None:
        return (Cost(unit=reward.cashback.unit, amount=wish.points or reward.cashback.minimum_points),)
    return tuple(Cost(unit=cost.unit, amount=cost.amount * wish.quantity) for cost in reward.costs)


def worth_of(reward: Reward, wish: Wish) -> RewardWorth | None:
    """Of each of its codes, or of the points that are turned into money."""
    if reward.cashback is None:
        return reward.worth
    return RewardWorth(amount=value_of(reward.cashback, wish.points or 0) or None, currency=reward.cashback.currency)


def value_of(cashback: CashbackOfReward, points: int) -> int:
    return points * cashback.value // cashback.points


def reasons(reward: Reward, it: Situation, wish: Wish) -> tuple[Reason, ...]:
    """All of them, first what no other member or day would change."""
    missing = _missing(reward, it, wish)
    return tuple(
        Reason(code=no.code, message=no.message, missing=missing if no.code == "insufficient_balance" else {})
        for no in _refusals(reward, it, wish)
    )


def must_be_had(reward: Reward, it: Situation, wish: Wish, param: str) -> None:
    """Refuses by the first reason."""
    for no in _refusals(reward, it, wish):
        no.param = param
        raise no


def is_seen(reward: Reward, day: Day) -> bool:
    return reward.state == "active" and not _before(reward.seen, day) and not _behind(reward.seen, day)


def judged(lines: Iterable[tuple[Reward, Wish]], it: Situation) -> tuple[Judged, ...]:
    """Line by line, each with what the lines before it would take: together they can be had if each of them can."""
    found: list[Judged] = []
    for reward, wish in lines:
        why = reasons(reward, it, wish)
        found.append(Judged(reward, wish, why))
        if not why:
            it = it.after(reward, wish)
    return tuple(found)


def _refusals(reward: Reward, it: Situation, wish: Wish) -> Iterator[Refused]:
    yield from _of_the_reward(reward, it)
    yield from _of_the_member(reward, it)
    yield from _of_what_is_left(reward, it, wish)
    if missing := _missing(reward, it, wish):
        told = " and ".join(f"{plain(amount, it.decimals.get(unit, 0))} {unit}" for unit, amount in missing.items())
        yield Refused("insufficient_balance", f"{told} more are needed.")


def _of_the_reward(reward: Reward, it: Situation) -> Iterator[Refused]:
    if reward.state != "active":
        yield Refused("reward_not_active", f"This reward is {_STATES[reward.state]}.")
    first = max(reward.seen.from_day or 0, reward.redeemable.from_day or 0)  # what nobody may see yet nobody has
    if it.day < first:
        yield Refused("reward_not_yet", f"It can be had from {iso_day(first)} on.")
    if _behind(reward.redeemable, it.day):
        yield Refused("reward_over", f"It could be had until {iso_day(reward.redeemable.until_day or 0)}.")


def _of_the_member(reward: Reward, it: Situation) -> Iterator[Refused]:
    if it.blocked == "member":
        yield Refused("member_blocked", "This member is blocked.")
    if it.blocked == "group":
        yield Refused("group_blocked", "This group is blocked.")
    if it.barred:
        yield Refused("may_not_spend", "The group does not let this member spend.")
    if reward.tiers and it.tier not in reward.tiers:
        yield Refused("wrong_tier", f"This reward is for tier {' or '.join(reward.tiers)}.")
    if reward.segments and it.segments.isdisjoint(reward.segments):
        yield Refused("wrong_segment", "This reward is for a segment that the member is not in.")


def _of_what_is_left(reward: Reward, it: Situation, wish: Wish) -> Iterator[Refused]:
    left, uses = it.left.get(reward.reward_id, {}), it.uses.get(reward.reward_id, NONE)
    stock = left.get(STOCK)
    if stock is not None and stock < wish.quantity:
        yield Refused("out_of_stock", f"Only {stock} of it are left." if stock > 0 else "None of it is left.")
    of_all = ((limit, left[limit.every]) for limit in reward.limits if limit.every in left)
    theirs = ((limit, limit.times - uses.used(limit.every, it.day)) for limit in reward.member_limits)
    for can, limits in (("It can be had", of_all), ("A member can have it", theirs)):
        short = next(((limit, rest) for limit, rest in limits if rest < wish.quantity), None)
        if short is not None:
            limit, rest = short
            used = limit.times - max(0, rest)
            yield Refused("limit_reached", f"{can} {times(limit.times)}{_IN[limit.every]}, and {_had(used)}.")
            break
    why = it.no_codes.get(reward.reward_id)
    if why is not None and (no := why(wish.quantity)) is not None:
        yield no


def _had(used: int) -> str:
    return f"it was had {times(used)}" if used else "so many would be more"


def _missing(reward: Reward, it: Situation, wish: Wish) -> dict[str, int]:
    costs = cost_of(reward, wish)
    more = {cost.unit: cost.amount - it.balances.get(cost.unit, 0) for cost in costs}
    return {unit: amount for unit, amount in more.items() if amount > 0}


def _before(window: RewardWindow, day: Day) -> bool:
    return window.from_day is not None and day < window.from_day


def _behind(window: RewardWindow, day: Day) -> bool:
    return window.until_day is not None and day > window.until_day


def must_suit(reward: Reward, wish: Wish) -> None:
    """What a cashback is asked for, and what nothing else is. Refuses `points_not_said`, `points_not_asked`,
    `too_few_points`, `order_value_not_said`, `more_than_order_allows`, `number_too_large`."""
    cashback = reward.cashback
    if cashback is None:
        _must_be_countable(reward, wish)
        return
    if wish.quantity != 1:
        raise Refused("number_too_large", "Points are turned into money once at a time.", param="quantity")
    if wish.points is None:
        raise Refused("points_not_said", "Say how many points are turned into money.", param="points")
    value = value_of(cashback, wish.points)
    if wish.points < cashback.minimum_points or not value:
        raise Refused(
            "too_few_points", f"At least {max(cashback.minimum_points, _least(cashback))} at a time.", param="points"
        )
    if value > MAX_AMOUNT:
        raise Refused("number_too_large", "So many points are worth more than can be paid.", param="points")
    if wish.order_value is None:
        if cashback.maximum_percent is not None:
            raise Refused(
                "order_value_not_said", "Say what the order is worth: points pay a part of it.", param="order_value"
            )
    else:
        must_pay_part(cashback, wish, 0)


def must_pay_part(cashback: CashbackOfReward, wish: Wish, paid: int) -> None:
    """Of the order that is named so much has been paid with points before. Refuses `more_than_order_allows`."""
    if wish.order_value is None:
        return
    most = _most(cashback, wish.order_value)
    if paid + value_of(cashback, wish.points or 0) > most:
        before = f", and {money(paid, cashback.currency)} of it has been" if paid else ""
        text = f"Points pay at most {money(most, cashback.currency)} of this order{before}."
        raise Refused("more_than_order_allows", text, param="points")


def _must_be_countable(reward: Reward, wish: Wish) -> None:
    if wish.points is not None:
        raise Refused("points_not_asked", "What this reward costs is fixed: leave `points` out.", param="points")
    if any(cost.amount * wish.quantity > MAX_AMOUNT for cost in reward.costs):
        raise Refused("number_too_large", "So many of them cost more than any wallet has.", param="quantity")


def _least(cashback: CashbackOfReward) -> int:
    return -(-cashback.points // cashback.value)


def _most(cashback: CashbackOfReward, order_value: int) -> int:
    share = Fraction(cashback.maximum_percent or "100") * order_value / 100
    return share.numerator // share.denominator


_STATES = {"draft": "not offered yet", "paused": "not offered just now", "ended": "not offered any more"}
