"""Define a reward: what it costs must be units of its program, whom it is for tiers of it or segments, and its codes coupons of it.

reads    1 Query of the configuration; of the stock and each limit for all that has changed 1 Query of its slices
writes   reward, revision, entry: 6 units; of each such limit up to 16 slices; + 2 with an Idempotency-Key
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from chalicelib.areas.coupons.model.series import CouponWorth
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.programs import store as programs
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import Reward, RewardType, RewardWorth
from chalicelib.areas.segments import store as segments
from chalicelib.areas.tiers import store as tiers
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.reward_quotas import changed_totals
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config


def define_reward(rt: Runtime, caller: Caller, command: Command, program_id: int, reward: Reward) -> Committed[Reward]:
    """Create the reward or replace it. Refuses `unknown_unit`, `unknown_tier`, `unknown_segment`, `unknown_coupon_series`, `code_is_shared`,
    `worth_differs`, `too_many_rewards`; NotFound: the program."""

    def decide(config: Config) -> Change:
        program = programs.program(config, program_id)
        for unit, param in reward.units_named():
            program.unit(unit, param)
        scheme = tiers.scheme(config, program_id)
        known = {tier.tier_id for tier in scheme.tiers} if scheme else set()
        for tier in reward.tiers:
            if tier not in known:
                raise Refused("unknown_tier", f"The program has no tier {tier}.", param="tiers")
        for segment in reward.segments:
            if not segments.has_segment(config, segment):
                raise Refused("unknown_segment", f"There is no segment {segment}.", param="segments")
        _must_have_codes(config, program_id, reward)
        changed, before = rewards.change(config, program_id, reward), rewards.known(config, program_id, reward)
        if before is None:
            return changed
        today = local_day(rt.clock.now(), program.zone)
        also = changed_totals(rt.table, caller.tenant, program_id, today, before, reward)
        return replace(changed, also=also)

    done = change_config(rt, caller, command, "define_reward", decide)
    changed = done.answer
    return Committed(rewards.reward_of(Name(changed.kind, changed.id), changed.body), done.replayed)


def _must_have_codes(config: Config, program_id: int, reward: Reward) -> None:
    if reward.coupon_series is None:
        return
    try:
        series = all_series.series(config, program_id, reward.coupon_series)
    except NotFound as missing:
        raise Refused("unknown_coupon_series", missing.message, param="coupon_series") from None
    series.must_be_handed_out("coupon_series")
    if not _is_worth(reward, series.worth):
        text = f"The coupons of {series.name} are worth something else than the reward says."
        raise Refused("worth_differs", text, param="worth")


def _is_worth(reward: Reward, of: CouponWorth) -> bool:
    """A series that says nothing, or says it in words, is worth what the reward says."""
    if of.kind in ("none", "text"):
        return True
    kind = _WORTH.get(reward.type, of.kind)
    said = reward.worth or RewardWorth()
    share = None if said.percent is None else Fraction(said.percent) / 100
    same_amount = said.amount is None or (said.amount, said.currency or of.currency) == (of.amount, of.currency)
    return kind == of.kind and same_amount and share in (None, of.share)


_WORTH: Mapping[RewardType, str] = {
    "value_code": "amount",
    "percentage_code": "percent",
    "free_delivery": "free_delivery",
}
