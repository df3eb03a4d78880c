"""Limits of rules at work: what an account has had and what is there for all, what a purchase takes of both, and what a return
gives back.

Judging reads nothing for it: the account is there, and of what everybody takes from a process knows what was found to be short
(flows/take_quotas). What was decided is then taken in the purchase's own transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.areas.accounts.model import Account, Story
from chalicelib.areas.accounts.model.counters import NONE, has_room, named
from chalicelib.areas.accounts.model.facts import PointsCapped, RuleCounted, RuleUncounted
from chalicelib.areas.orders.model.order import Credited
from chalicelib.areas.orders.model.uses import Held, Use, UseBack
from chalicelib.areas.quotas.model import Quota, Taken
from chalicelib.areas.rules.limits import Counting
from chalicelib.areas.rules.model import Budget, Rule
from chalicelib.areas.rules.outcome import Outcome
from chalicelib.errors import Refused
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import CountPeriod, Day
from chalicelib.table.protocol import MAX_TRANSACTION_ITEMS, Write

MOST_WRITES = MAX_TRANSACTION_ITEMS - 20  # what else a purchase writes has room


@dataclass(frozen=True, slots=True)
class Stock:
    """What rules may ask of everybody's: as far as this process knows."""

    taking: Taking
    program_id: int

    def uses(self, rule_id: str, in_all: int) -> int:
        return self.taking.can_have(uses_quota(self.program_id, rule_id, in_all), 1)

    def budget(self, rule_id: str, budget: Budget, wanted: int) -> int:
        return self.taking.can_have(budget_quota(self.program_id, rule_id, budget), wanted)


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


def with_uses(
    story: Story,
    terms: Terms,
    taking: Taking,
    outcome: Outcome,
    credited: Iterable[Credited],
    at: Instant,
    *,
    order: str,
) -> Counted:
    """Counts what was given, caps and all, and takes it from what is there for everybody. Nothing for rules that nobody counts.
    Of what a checkout was promised before there may be less by now: then what is left is taken, and the promise holds."""
    counting = terms.rules.counting
    given: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    if counting:
        for credit in credited:
            given[credit.rule][credit.unit] += credit.amount
        for off in outcome.off:
            given[off.rule_id][""] += 0 if off.unit else off.amount
    uses: list[Use] = []
    for rule_id, amounts in given.items():
        if rule_id in counting:
            found = _use(terms, taking, rule_id, counting[rule_id], amounts, outcome)
            story, use = _counted(story, terms.day(at), found, counting[rule_id], order)
            uses.append(use)
    return Counted(story, tuple(use for use in uses if use.periods or use.in_all or use.budget))


def _use(
    terms: Terms, taking: Taking, rule_id: str, counting: Counting, given: dict[str, int], outcome: Outcome
) -> Use:
    program_id, budget = terms.program.program_id, counting.budget
    use = Use(rule_id, amounts=tuple((unit, given[unit]) for unit in counting.units if given.get(unit)))
    if counting.in_all is not None:
        uses = uses_quota(program_id, rule_id, counting.in_all)
        if "" not in given or taking.can_have(uses, 1):  # a discount has been promised before
            use = use._replace(in_all=_held(taking.take(uses, 1)))
    if budget is None:
        return use
    quota = budget_quota(program_id, rule_id, budget)
    amount = given.get(budget.unit, 0) if budget.unit else taking.can_have(quota, given.get("", 0))
    if amount:
        use = use._replace(budget=_held(taking.take(quota, amount)), of=budget.of)
        if budget.unit is None:
            use = use._replace(off=_off(outcome, rule_id))
    return use


def _off(outcome: Outcome, rule_id: str) -> tuple[tuple[int, int], ...]:
    sums: defaultdict[int, int] = defaultdict(int)
    for off in outcome.off:
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
    return (story.then(told) if use.periods or use.in_all or use.budget else story), use


def writes_within(taking: Taking) -> tuple[Write, ...]:
    """Refuses `too_many_limits` where a purchase would take from more slices than one transaction writes."""
    writes = taking.writes
    if len(writes) > MOST_WRITES:
        sentence = "Too many rules with limits for all together give something for this order."
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
