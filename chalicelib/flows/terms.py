"""The terms of a program: everything a decision about one of its accounts rests on, at one configuration revision."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.accounts.model import Account, Conduct, Credit, PeriodCap, Story, slide
from chalicelib.areas.accounts.model import Lifetime as Lasts
from chalicelib.areas.accounts.model.facts import TierChanged
from chalicelib.areas.programs import store as programs
from chalicelib.areas.programs.model import Program, Sliding, Unit, UnitPolicy, ending_with, lifetime
from chalicelib.areas.programs.model.policies import Activity, CapPeriod
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.compile import CompiledRules
from chalicelib.areas.tiers import store as tiers
from chalicelib.areas.tiers.model import Progress, Tier, TierScheme, tier_for
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, date_of, day_starts, local_day
from chalicelib.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Wait:
    """What an earning waits for before it can be used: an instant, a number of local days, a local day, or an event."""

    until: Instant | None = None
    days: int | None = None
    event: str = ""
    on: Day | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    revision: int
    program: Program
    rules: CompiledRules
    scheme: TierScheme | None

    def credit(self, unit: str, amount: int, earned_at: Instant, wait: Wait | None = None) -> Credit:
        """A credit with the lifetime that the unit's policy gives on the day it is earned, pending as the policy or
        `wait` says. Refuses `unknown_unit`."""
        known = self.program.unit(unit)
        day = self.day(earned_at)
        policy = known.policy_on(day)
        wait = wait or Wait(days=policy.available_after or None)
        comes_at = self._comes_at(wait, day)
        is_open = bool(wait.event) and policy.expiry_counts == "available"
        lasts = lifetime(self.program, known, earned_at, comes_at)
        return Credit(
            unit,
            amount,
            None if is_open else lasts.expires_on,
            None if is_open else lasts.expires_at,
            day=day,
            releases_at=comes_at,
            event=wait.event,
            open=is_open,
            slides=isinstance(policy.expiry, Sliding) and not wait.event,
        )

    def conduct(self, unit: str, at: Instant) -> Conduct:
        """How the unit behaves by the policy in force at `at`. Refuses `unknown_unit`."""
        known = self.program.unit(unit)
        day = self.day(at)
        policy = known.policy_on(day)
        caps = policy.caps
        return Conduct(
            decimals=known.decimals,
            oldest_first=policy.consumption == "oldest_earned",
            floor=-(policy.negative_limit or 0),
            beyond=policy.return_policy,
            used=policy.cancel_used,
            fresh_refunds=policy.refund_expiry == "fresh",
            cap_transaction=caps.per_transaction,
            cap_balance=caps.balance,
            cap_period=None
            if caps.per_period is None
            else PeriodCap(period_name(caps.per_period.every, day), caps.per_period.amount),
        )

    def day(self, at: Instant) -> Day:
        return local_day(at, self.program.zone)

    def lasts(self, unit: str, earned_on: Day, available_at: Instant) -> Lasts:
        """Until when something lasts that was earned on a local day and comes only now."""
        earned_at = day_starts(earned_on, self.program.zone)
        found = lifetime(self.program, self.program.unit(unit), earned_at, available_at)
        return Lasts(found.expires_on, found.expires_at)

    def _comes_at(self, wait: Wait, day: Day) -> Instant | None:
        on = wait.on if wait.days is None else day + wait.days
        return wait.until if on is None else day_starts(on, self.program.zone)

    def tier(self, account: Account) -> Tier | None:
        return None if self.scheme is None else tier_for(self.scheme, progress(account, self.scheme))


def terms_of(rt: Runtime, tenant: str, program_id: int) -> Terms:
    """From the configuration this process holds. NotFound for an unknown program."""
    config = rt.config.load(rt.table, tenant)
    return config.derived(
        ("terms", program_id),
        lambda: Terms(
            config.revision,
            programs.program(config, program_id),
            rules.compiled(config, program_id),
            tiers.scheme(config, program_id),
        ),
    )


def period_name(every: CapPeriod, day: Day) -> str:
    """The day's own: `2026-11-22`, `2026-W47`, `2026-11`, `2026`."""
    date = date_of(day)
    if every == "week":
        year, week, _ = date.isocalendar()
        return f"{year:04}-W{week:02}"
    return date.isoformat()[: {"day": 10, "month": 7, "year": 4}[every]]


def progress(account: Account, scheme: TierScheme) -> Progress:
    wallet = account.wallet(scheme.unit or "")
    return Progress(wallet.earned - wallet.cancelled, account.spend, account.orders)


def after_activity(story: Story, terms: Terms, activity: Activity, at: Instant) -> Story:
    """What slides in the account lasts longer, where this is an activity that its policy names."""
    for unit in terms.program.units:
        if story.account.wallet(unit.code).sliding:
            story = _slid(story, terms, unit, unit.policy_on(terms.day(at)), activity, at)
    return story


def settle_tier(story: Story, terms: Terms) -> Story:
    """Let the tier follow what was reached, up and down."""
    tier = terms.tier(story.account)
    if tier is None or tier.tier_id == story.account.tier:
        return story
    return story.then(TierChanged(tier.tier_id, story.account.tier))


def _slid(story: Story, terms: Terms, unit: Unit, policy: UnitPolicy, activity: Activity, at: Instant) -> Story:
    if not isinstance(policy.expiry, Sliding) or activity not in policy.expiry.activities:
        return story
    lasts = ending_with(terms.program, terms.day(at) + policy.expiry.days)
    if lasts.expires_on is None or lasts.expires_at is None:
        return story
    return slide(story, unit.code, lasts.expires_on, lasts.expires_at)
