"""Define a program's tiers: what they count must be a unit of the program."""

from __future__ import annotations

from chalicelib.areas.programs import store as programs
from chalicelib.areas.tiers import store as tiers
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config
from chalicelib.table.config_commit import Change, change_config


def define_tiers(
    rt: Runtime, caller: Caller, command: Command, program_id: int, scheme: TierScheme
) -> Committed[TierScheme]:
    """Replace the tiers. Members move at their next operation. Refuses `unknown_unit`; NotFound: the program."""

    def decide(config: Config) -> Change:
        program = programs.program(config, program_id)
        if scheme.unit is not None:
            program.unit(scheme.unit)
        return tiers.change(program_id, scheme)

    done = change_config(rt, caller, command, "define_tiers", decide)
    return Committed(TierScheme.model_validate(done.answer.body), done.replayed)
