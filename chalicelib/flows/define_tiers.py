"""Define a program's tiers: what they count must be a unit of the program, and none may go that somebody goes by."""

from __future__ import annotations

from chalicelib.areas.programs import store as programs
from chalicelib.areas.tiers import store as tiers
from chalicelib.areas.tiers.model import TierScheme, Version, Versions
from chalicelib.flows.who_names import must_not_name_tiers
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config
from chalicelib.table.config_commit import Change, change_config


def define_tiers(
    rt: Runtime, caller: Caller, command: Command, program_id: int, scheme: TierScheme
) -> Committed[TierScheme]:
    """Replace the tiers from now on: members stand where the new ones put them as of this instant, which is seen when they
    are next looked at. Refuses `unknown_unit`, `tier_in_use` (a tier left out that somebody goes by); NotFound: the program."""

    def decide(config: Config) -> Change:
        program = programs.program(config, program_id)
        if scheme.unit is not None:
            program.unit(scheme.unit)
        known, now = tiers.versions(config, program_id), rt.clock.now()
        if known is not None:
            left = {tier.tier_id for tier in scheme.tiers}
            must_not_name_tiers(config, program_id, {tier.tier_id for tier in known.all[-1].scheme.tiers} - left)
        first = Versions((Version(now, scheme),))
        return tiers.change(program_id, first if known is None else known.followed_by(scheme, now))

    done = change_config(rt, caller, command, "define_tiers", decide)
    return Committed(tiers.scheme_of(program_id, done.answer.body), done.replayed)
