"""The terms of a program: everything a decision about one of its accounts rests on, at one configuration revision."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.accounts.model import Account, Credit, Story
from chalicelib.areas.accounts.model.facts import TierChanged
from chalicelib.areas.programs import store as programs
from chalicelib.areas.programs.model import Program, lifetime
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.compile import CompiledRules
from chalicelib.areas.tiers import store as tiers
from chalicelib.areas.tiers.model import Progress, Tier, TierScheme, tier_for
from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Terms:
    revision: int
    program: Program
    rules: CompiledRules
    scheme: TierScheme | None

    def credit(self, unit: str, amount: int, earned_at: Instant) -> Credit:
        """A credit with the lifetime that the unit's policy gives on the day it is earned. Refuses `unknown_unit`."""
        lasts = lifetime(self.program, self.program.unit(unit), earned_at)
        return Credit(unit, amount, lasts.expires_on, lasts.expires_at)

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


def progress(account: Account, scheme: TierScheme) -> Progress:
    wallet = account.wallet(scheme.unit or "")
    return Progress(wallet.earned - wallet.cancelled, account.spend, account.orders)


def settle_tier(story: Story, terms: Terms) -> Story:
    """Let the tier follow what was reached, up and down."""
    tier = terms.tier(story.account)
    if tier is None or tier.tier_id == story.account.tier:
        return story
    return story.then(TierChanged(tier.tier_id, story.account.tier))
