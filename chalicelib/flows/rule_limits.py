"""Limits of rules at work: what an account has had and what is there for all, what a purchase or anything else that sets a rule
off takes of both, and what a return gives back.

Judging reads nothing for it: the account is there, and of what everybody takes from a process knows what was found to be short
(flows/take_quotas). What was decided is then taken in the same transaction, once it is known what was given: a perk that a member
has already is no use.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from chalicelib.areas.accounts.model import Account, Story
from chalicelib.areas.accounts.model.counters import NONE, has_room, named
from chalicelib.areas.accounts.model.facts import (
    PointsCapped,
    PointsEarned,
    PointsPromised,
    RuleCounted,
    RuleUncounted,
)
from chalicelib.areas.orders.model.order import Credited
from chalicelib.areas.orders.model.uses import Held, Use, UseBack
from chalicelib.areas.quotas.model import Quota, Taken
from chalicelib.areas.rules.limits import Counting
from chalicelib.areas.rules.model import Budget, Rule
from chalicelib.areas.rules.outcome import Off, Outcome
from chalicelib.errors import Refused
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms
from chalicelib.kit.amounts import is_currency
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import CountPeriod, Day
from chalicelib.table.protocol import MAX_TRANSACTION_ITEMS, Write

USUAL_BESIDE = 10
MOST_WRITES = MAX_TRANSACTION_ITEMS - 20  # what else a purchase writes has room


@dataclass(frozen=True, slots=True)
class Stock:
    """What rules may ask of everybody's: as far as this process knows. `held`, by quota, is what was taken for it before."""

    taking: Taking
    program_id: int
    held: Mapping[str, int] = field(default_factory=dict)

    def uses(self, rule_id: str, in_all: int) -> int:
        return self._there(uses_quota(self.program_id, rule_id, in_all), 1)

    def budget(self, rule_id: str, budget: Budget, wanted: int) -> int:
        return self._there(budget_quota(self.program_id, rule_id, budget), wanted)

    def _there(self, quota: Quota, wanted: int) -> int:
        mine = min(wanted, self.held.get(quota.name, 0))
        return mine + (self.taking.can_have(quota, wanted - mine) if wanted > mine else 0)


NOTHING_HELD: Mapping[str, Use] = {}


def held_by_quota(uses: Iterable[Use]) -> dict[str, int]:
    return {held.quota: held.amount for use in uses for held in (use.in_all, use.budget) if held is not None}


def uses_quota(program_id: int, rule_id: str, in_all: int) -> Quota:
    return Quota("rule_limit", f"{program_id:04}#{rule_id}", in_all)


def budget_quota(program_id: int, rule_id: str, budget: Budget) -> Quota:
    """By what it is of: another unit is another budget."""
    return Quota("budget", f"{program_id:04}#{rule_id}#{budget.of}", budget.amount)


def quotas_of(program_id: int, rule: Rule) -> dict[str, Quota]:
    """All that a rule limits for everybody together, by name."""
    limits = rule.limits
    found = [] if limits.in_all is None else [uses_quota(program_id, rule.rule_id, limits.in_all)]
    found += [] if limits.budget is None else [budget_quota(program_id, rule.rule_id, limits.budget)]
    return {quota.name: quota for quota in found}


def uses_in(account: Account, rule_id: str, per: CountPeriod, day: Day) -> int:
    return account.counters.get(rule_id, {}).get(named(per, day), NONE).times


def given_in(account: Account, rule_id: str, unit: str, per: CountPeriod, day: Day) -> int:
    return account.counters.get(rule_id, {}).get(named(per, day), NONE).amounts.get(unit, 0)


# --- a purchase ------------------------------------------------------------------------------------------------------


class Counted(NamedTuple):
    """The story with what was counted, and what the order keeps of it."""

    story: Story
    uses: tuple[Use, ...]


def cut_by_limits(story: Story, outcome: Outcome, order: str) -> Story:
    """What limits cut off is told as what caps do."""
    return story.then(
        *(PointsCapped(cut.unit, cut.amount, cut.limit, cut.rule_id, order) for cut in outcome.cut if cut.unit)
    )


class Gave(NamedTuple):
    """What rules gave: the credits, caps and all, what they took `off` in a `currency`, and those that gave something beside, which is
    a use as well."""

    credited: Iterable[Credited] = ()
    off: tuple[Off, ...] = ()
    beside: Iterable[str] = ()
    currency: str = ""


def with_uses(
    story: Story,
    terms: Terms,
    taking: Taking,
    gave: Gave,
    at: Instant,
    *,
    order: str,
    held: Mapping[str, Use] = NOTHING_HELD,
) -> Counted:
    """Counts what was given and takes it from what is there for everybody, but for what is `held`, by rule: that was taken before.
    Nothing for rules that nobody counts."""
    counting, day, kept = terms.rules.counting, terms.day(at), list[Use]()
    for use in taken_uses(terms, taking, gave, held):
        story, told = _counted(story, day, use, counting.get(use.rule, Counting()), order)
        kept.append(told)
    return Counted(story, tuple(use for use in kept if _is_something(use)))


def taken_uses(terms: Terms, taking: Taking, gave: Gave, held: Mapping[str, Use] = NOTHING_HELD) -> Iterator[Use]:
    """Of each rule that is counted what there is of it for all, taken where it is not held. Whoever bought is not asked."""
    counting = terms.rules.counting
    if not counting and not held:
        return
    given: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for credit in gave.credited:
        given[credit.rule][credit.unit] += credit.amount
    for off in gave.off:
        given[off.rule_id][gave.currency] += 0 if off.unit else off.amount
    for rule_id in gave.beside:
        given[rule_id][""] += 0
    for rule_id in dict.fromkeys((*given, *held)):
        if rule_id in counting or rule_id in held:
            use, counted = held.get(rule_id, Use(rule_id)), counting.get(rule_id, Counting())
            amounts = Counter[str](given.get(rule_id, {}))
            amounts[gave.currency] += sum(part for _, part in use.off)  # before it was anybody's
            use = use._replace(amounts=tuple((of, amounts[of]) for of in counted.units if amounts[of]))
            yield _use(terms, taking, counted, given.get(rule_id, {}), gave, use)


def _use(terms: Terms, taking: Taking, counting: Counting, given: Mapping[str, int], gave: Gave, use: Use) -> Use:
    program_id, budget = terms.program.program_id, counting.budget
    if counting.in_all is not None and use.in_all is None and given:
        uses = uses_quota(program_id, use.rule, counting.in_all)
        use = use._replace(in_all=_held(taking.take(uses, 1)))
    if budget is not None and use.budget is None:
        quota, amount = budget_quota(program_id, use.rule, budget), given.get(budget.of, 0)
        if amount:
            use = use._replace(budget=_held(taking.take(quota, amount)), of=budget.of)
    of_money = is_currency(use.of) or any(is_currency(of) for of, _ in use.amounts)
    return use._replace(off=_off(gave.off, use.rule)) if of_money and not use.off else use


def must_keep_promise(
    terms: Terms, taking: Taking, gave: Gave, at: Instant, held: Mapping[str, Use], account: Account | None = None
) -> None:
    """Refuses `promise_gone` where a discount that a checkout was promised is not to be had any more: what is not `held` is gone, or
    the account has had it meanwhile."""
    program_id, day, off = terms.program.program_id, terms.day(at), defaultdict[str, int](int)
    for one in gave.off:
        off[one.rule_id] += 0 if one.unit else one.amount
    for rule_id, amount in off.items():
        counting, use = terms.rules.counting.get(rule_id, Counting()), held.get(rule_id, Use(rule_id))
        money = amount if counting.currency == gave.currency else 0
        had = account is not None and _has_had(account, rule_id, counting, day, money)
        wanted = []
        if counting.in_all is not None and use.in_all is None:
            wanted.append((uses_quota(program_id, rule_id, counting.in_all), 1))
        if counting.budget is not None and counting.budget.currency == gave.currency and use.budget is None:
            wanted.append((budget_quota(program_id, rule_id, counting.budget), amount))
        if had or any(taking.can_have(quota, much) < much for quota, much in wanted):
            raise promise_gone()


def _has_had(account: Account, rule_id: str, counting: Counting, day: Day, amount: int) -> bool:
    """So much of a rule that once more, or `amount` more in money, is too much."""
    if any(uses_in(account, rule_id, per, day) >= times for per, times in counting.times):
        return True
    before = ((given_in(account, rule_id, counting.currency, per, day), most) for per, most in counting.off)
    return amount > 0 and any(had + amount > most for had, most in before)


def promise_gone() -> Refused:
    text = "A discount of this checkout is not to be had any more: update the checkout, and tell the customer the new price."
    return Refused("promise_gone", text, param="checkout_id")


def _is_something(use: Use) -> bool:
    return bool(use.periods or use.in_all or use.budget)


def _off(offs: tuple[Off, ...], rule_id: str) -> tuple[tuple[int, int], ...]:
    sums: defaultdict[int, int] = defaultdict(int)
    for off in offs:
        if off.rule_id == rule_id and not off.unit:
            for line_no, part in off.lines:
                sums[line_no] += part
    return tuple(sorted(sums.items()))


def _counted(story: Story, day: Day, use: Use, counting: Counting, order: str) -> tuple[Story, Use]:
    """A rule that others only ask about is not counted where an account counts as many as it can."""
    if counting.limited or has_room(story.account.counters, use.rule, day):
        use = use._replace(periods=tuple(named(per, day) for per in counting.periods))
    told = RuleCounted(
        use.rule,
        order,
        day,
        use.periods,
        use.amounts if use.periods else (),
        0 if use.in_all is None else use.in_all.amount,
        0 if use.budget is None else use.budget.amount,
        use.of,
    )
    return (story.then(told) if _is_something(use) else story), use


def credits_since(before: Story, story: Story) -> tuple[Credited, ...]:
    """What rules have brought the account since, caps and all, for something that is no order."""
    since = story.facts[len(before.facts) :]
    earned = (fact for fact in since if isinstance(fact, PointsEarned | PointsPromised) and fact.rule)
    return tuple(Credited(fact.rule, fact.unit, fact.amount, (), 0, (0, 0, 0)) for fact in earned)


def writes_within(taking: Taking, *beside: Write) -> tuple[Write, ...]:
    """Refuses `too_many_limits` where it would take from more slices than one transaction writes, with what is given
    `beside`."""
    writes = taking.writes
    if len(writes) + max(0, len(beside) - USUAL_BESIDE) > MOST_WRITES:
        sentence = "Too many rules with limits for all together give something for this."
        raise Refused("too_many_limits", sentence)
    return writes


# --- a return --------------------------------------------------------------------------------------------------------


def given_back(story: Story, taking: Taking, order: str, backs: Iterable[UseBack]) -> Story:
    for back in backs:
        story = story.then(
            RuleUncounted(
                back.use.rule,
                order,
                back.use.periods,
                back.times,
                back.amounts if back.use.periods else (),
                0 if back.in_all is None else back.in_all.amount,
                0 if back.budget is None else back.budget.amount,
                back.use.of if back.budget else "",
            )
        )
        for held in (back.in_all, back.budget):
            if held is not None:
                taking.give_back(Taken(*held))
    return story


def _held(taken: Taken) -> Held:
    return Held(taken.quota, taken.slice, taken.amount)
