"""Define a perk: its unit must be one of its program, its tier one of the ladder, and what a full card gives another perk."""

from __future__ import annotations

from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import Level, Perk, PseudoCurrency, StampCard
from chalicelib.areas.programs import store as programs
from chalicelib.areas.tiers import store as tiers
from chalicelib.errors import Refused
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config


def define_perk(rt: Runtime, caller: Caller, command: Command, program_id: int, perk: Perk) -> Committed[Perk]:
    """Create the perk or replace it; awards stay as they were given. Refuses `unknown_unit`, `unknown_tier`, `unknown_perk`,
    `nothing_to_limit`, `too_many_perks`; NotFound: the program."""

    def decide(config: Config) -> Change:
        program = programs.program(config, program_id)
        if perk.counted_in is not None:
            program.unit(perk.counted_in, "what.unit")
        if perk.maximum_value is not None and not isinstance(perk.what, PseudoCurrency):
            text = "Only points that are money are redeemed for a value: leave `maximum_value` out."
            raise Refused("nothing_to_limit", text, param="maximum_value")
        _must_have_tier(config, program_id, perk)
        _must_give_another(config, program_id, perk)
        return perks.change(config, program_id, perk)

    done = change_config(rt, caller, command, "define_perk", decide)
    changed = done.answer
    return Committed(perks.perk_of(Name(changed.kind, changed.id), changed.body), done.replayed)


def _must_have_tier(config: Config, program_id: int, perk: Perk) -> None:
    if not isinstance(perk.what, Level):
        return
    scheme = tiers.scheme(config, program_id)
    if scheme is None or scheme.place(perk.what.tier) is None:
        raise Refused("unknown_tier", f"The program has no tier {perk.what.tier}.", param="what.tier")


def _must_give_another(config: Config, program_id: int, perk: Perk) -> None:
    """One that members can be granted: neither itself nor what comes with a tier."""
    if not isinstance(perk.what, StampCard) or perk.what.gives is None:
        return
    gives = perk.what.gives
    known = perks.has_perk(config, program_id, gives) and gives != perk.perk_id
    if not known or isinstance(perks.perk(config, program_id, gives).what, Level):
        text = f"The program has no other perk {gives} that a full card could give."
        raise Refused("unknown_perk", text, param="what.gives")
