"""The terms of a program: everything a decision about one of its accounts rests on, at one configuration revision."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from chalicelib.areas.accounts.model import Account, Conduct, Credit, PeriodCap, Story, advance, slide
from chalicelib.areas.accounts.model import Lifetime as Lasts
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.programs import store as programs
from chalicelib.areas.programs.model import Program, Sliding, Unit, ending_with, lifetime
from chalicelib.areas.programs.model.policies import Activity
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.compile import CompiledRules
from chalicelib.areas.rules.past import Counters
from chalicelib.areas.tiers import store as tiers
from chalicelib.areas.tiers.model import Excluded, TierScheme
from chalicelib.errors import NotFound
from chalicelib.flows.past_asked import counters_in_force
from chalicelib.flows.past_points import with_points
from chalicelib.flows.standing import Ladder
from chalicelib.kit.amounts import Rounding
from chalicelib.kit.clock import Instant, passed_by
from chalicelib.kit.periods import Day, day_starts, local_day, period_of
from chalicelib.runtime import Runtime
from chalicelib.table.config import Config
from chalicelib.table.journal import Header


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
    ladder: Ladder | None
    config: Config = field(compare=False)

    @property
    def scheme(self) -> TierScheme | None:
        return None if self.ladder is None else self.ladder.scheme

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
            returns_floor=None if policy.negative_limit is None else -policy.negative_limit,
            fresh_refunds=policy.refund_expiry == "fresh",
            cap_transaction=caps.per_transaction,
            cap_balance=caps.balance,
            cap_period=None
            if caps.per_period is None
            else PeriodCap(period_of(caps.per_period.every, day), caps.per_period.amount),
        )

    def conduct_of_earning(self, unit: str, came_to: Instant, earned_at: Instant) -> Conduct:
        """How something earned at an instant comes into an account that has come to a later one: kept as it is now,
        capped as on its own day. Refuses `unknown_unit`."""
        own = self.conduct(unit, earned_at)
        if came_to == earned_at:
            return own
        return replace(
            self.conduct(unit, came_to),
            cap_transaction=own.cap_transaction,
            cap_balance=own.cap_balance,
            cap_period=own.cap_period,
        )

    def roundings(self, day: Day) -> dict[str, Rounding]:
        """How each unit rounds on a day, where a rule says nothing."""
        return {unit.code: unit.policy_on(day).rounding for unit in self.program.units}

    def uncounted(self, sale: Sale) -> tuple[int, ...]:
        """The lines of a sale that count towards no tier: they say so, or the scheme excludes them."""
        excluded = Excluded() if self.scheme is None else self.scheme.excluded
        categories = set(excluded.categories)
        return tuple(
            line.line_no
            for line in sale.lines
            if line.excluded_from_tiers
            or (excluded.delivery and line.delivery)
            or not categories.isdisjoint(line.category)
        )

    @property
    def counters(self) -> Counters:
        """What accounts count because somebody asks."""
        return counters_in_force(self.config, self.program.program_id)

    def day(self, at: Instant) -> Day:
        return local_day(at, self.program.zone)

    def with_tiers_of(self, at: Instant) -> Terms:
        """By the schemes that were known at a moment of the past."""
        versions = None if self.ladder is None else self.ladder.versions.known_at(at)
        return replace(self, ladder=None if versions is None else Ladder(versions, self.program.zone))

    def must_have_tiers(self) -> Ladder:
        if self.ladder is None:
            raise NotFound("tiers_not_found", "This program has no tiers.", param="program_id")
        return self.ladder

    def advance(self, story: Story, to: Instant) -> Story:
        """Let everything due until `to` happen, what it means for the tier included. Every flow advances by this."""
        return self.having_counted(
            advance(story if self.ladder is None else self.ladder.caught_up(story), to, self.ladder)
        )

    def having_counted(self, story: Story, at: Instant | None = None) -> Story:
        """With what somebody asks to be counted of its points, as of `at` where its value time may be long past."""
        return with_points(story, self.counters, lambda: self.day(story.account.advanced_to if at is None else at))

    def meets(self, account: Account, header: Header, *, asks_now: bool) -> Story:
        """What a document finds, a purchase or return: what was due by its own time has happened, and where it `asks_now`
        what was due until it arrived, by passed_by. So it cannot tell whether the daily job was there before."""
        passed = passed_by(header.recorded_at) if asks_now else header.effective_at
        return self.advance(Story(account), max(header.effective_at, passed))

    def changes(self, account: Account, to: Instant) -> bool:
        """Whether time alone changes anything of the account until then."""
        due = account.next_due_at
        if due is not None and due <= to:
            return True
        return self.ladder is not None and any(True for _ in self.ladder.moments(account, to))

    def tier(self, account: Account) -> str | None:
        """The tier that an account stands on which has come to now; None in a program without tiers."""
        return None if self.ladder is None else self.ladder.tier(account)

    def lasts(self, unit: str, earned_on: Day, available_at: Instant) -> Lasts:
        """Until when something lasts that was earned on a local day and comes only now."""
        earned_at = day_starts(earned_on, self.program.zone)
        found = lifetime(self.program, self.program.unit(unit), earned_at, available_at)
        return Lasts(found.expires_on, found.expires_at)

    def _comes_at(self, wait: Wait, day: Day) -> Instant | None:
        on = wait.on if wait.days is None else day + wait.days
        return wait.until if on is None else day_starts(on, self.program.zone)


def terms_of(rt: Runtime, tenant: str, program_id: int) -> Terms:
    """From the configuration this process holds. NotFound for an unknown program."""
    config = rt.config.load(rt.table, tenant)
    return config.derived(
        ("terms", program_id),
        lambda: Terms(
            config.revision,
            program := programs.program(config, program_id),
            rules.compiled(config, program_id),
            None if (versions := tiers.versions(config, program_id)) is None else Ladder(versions, program.zone),
            config,
        ),
    )


def after_activity(story: Story, terms: Terms, activity: Activity, at: Instant) -> Story:
    """What slides in the account lasts longer, where this is an activity that its policy names."""
    for unit in terms.program.units:
        if story.account.wallet(unit.code).sliding:
            story = _slid(story, terms, unit, activity, at)
    return story


def settle_tier(story: Story, terms: Terms, at: Instant | None = None) -> Story:
    """Let the tier follow what was reached, and points be counted of which somebody asks: every operation ends with this. `at` where
    its value time may be long past."""
    story = terms.having_counted(story, at)
    return story if terms.ladder is None else terms.ladder.settled(story, at)


def brought_to(account: Account, terms: Terms, at: Instant) -> Account:
    """A copy of the account as it stands at a later instant, if nothing else happens: what a read shows, and nobody writes."""
    return settle_tier(terms.advance(Story(account), at), terms).account


def _slid(story: Story, terms: Terms, unit: Unit, activity: Activity, at: Instant) -> Story:
    expiry = unit.sliding_on(terms.day(at))
    if expiry is None or activity not in expiry.activities:
        return story
    lasts = ending_with(terms.program, terms.day(at) + expiry.days)
    if lasts.expires_on is None or lasts.expires_at is None:
        return story
    return slide(story, unit.code, lasts.expires_on, lasts.expires_at)
