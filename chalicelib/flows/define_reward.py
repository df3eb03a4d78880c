"""Define a reward: what it costs must be units of its program, and whom it is for tiers of it."""

from __future__ import annotations

from chalicelib.areas.programs import store as programs
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import Reward
from chalicelib.areas.tiers import store as tiers
from chalicelib.errors import Refused
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config


def define_reward(rt: Runtime, caller: Caller, command: Command, program_id: int, reward: Reward) -> Committed[Reward]:
    """Create the reward or replace it. Refuses `unknown_unit`, `unknown_tier`, `too_many_rewards`; NotFound: the program."""

    def decide(config: Config) -> Change:
        program = programs.program(config, program_id)
        for unit in reward.units:
            program.unit(unit)
        scheme = tiers.scheme(config, program_id)
        known = {tier.tier_id for tier in scheme.tiers} if scheme else set()
        for tier in reward.tiers:
            if tier not in known:
                raise Refused("unknown_tier", f"The program has no tier {tier}.", param="tiers")
        return rewards.change(config, program_id, reward)

    done = change_config(rt, caller, command, "define_reward", decide)
    changed = done.answer
    return Committed(rewards.reward_of(Name(changed.kind, changed.id), changed.body), done.replayed)
