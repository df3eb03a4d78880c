"""Replace a program: policies by which something may have been earned stay as they are.

reads    1 Query of the configuration; where a policy in force until today would change, or one has begun in one of
         two zones only, what flows/used_units.py reads
writes   program, revision (as they were read), entry (absent): 6 units, + 2 with an Idempotency-Key
may      who may change programs
"""

from __future__ import annotations

from chalicelib.areas.programs import store
from chalicelib.areas.programs.model import (
    Program,
    ProgramDefinition,
    must_keep_policies,
    rewritten,
    succeed,
    today_of,
)
from chalicelib.flows.used_units import used_units
from chalicelib.flows.who_names import must_not_name_events
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config
from chalicelib.table.config_commit import Change, change_config


def replace_program(
    rt: Runtime, caller: Caller, command: Command, program_id: int, definition: ProgramDefinition
) -> Committed[Program]:
    """Whatever is typed of a unit that nobody has used may be corrected. Refuses `unit_in_use` (a unit left out),
    `decimals_frozen`, `policy_in_force`, `event_in_use` (an event left out that somebody goes by); NotFound for an unknown program."""

    def decide(config: Config) -> Change:
        before, after = store.program(config, program_id), store.numbered(program_id, definition)
        succeed(before, after)
        must_not_name_events(config, before, after)
        today = today_of(before, after, rt.clock.now())
        if wanted := rewritten(before, after, today):
            used = used_units(rt.table, caller.tenant, program_id, wanted)
            must_keep_policies(before, after, used, today)
        return store.change(after)

    return store.answered(change_config(rt, caller, command, "replace_program", decide))
