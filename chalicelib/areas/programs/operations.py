"""Operations on tenants and programs. Each change is one transaction of aggregate, revision and journal entry.

Reading asks the table, never what the process holds: whoever has just changed something must see it, wherever they ask.
"""

from __future__ import annotations

from chalicelib.areas.programs import store
from chalicelib.areas.programs.model import Program, ProgramDefinition, TenantSettings
from chalicelib.errors import Refused
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import MAX_PROGRAM
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, read_config
from chalicelib.table.config_commit import Change, change_config


def get_tenant(rt: Runtime, caller: Caller) -> TenantSettings:
    return store.settings(read_config(rt.table, caller.tenant))


def put_tenant(rt: Runtime, caller: Caller, command: Command, settings: TenantSettings) -> Committed[TenantSettings]:
    """Replace the tenant's settings. A custom field that members carry may be dropped: they keep the value unseen. Refuses
    `unknown_variable`."""
    settings.referrals.must_be_sayable()

    def decide(config: Config) -> Change:
        store.settings(config)  # those of a newer version are not replaced unread
        return Change(store.SETTINGS, settings.model_dump(mode="json"))

    done = change_config(rt, caller, command, "put_tenant", decide)
    return Committed(store.settings_of(done.answer.body), done.replayed)


def list_programs(rt: Runtime, caller: Caller) -> tuple[Program, ...]:
    return store.programs(read_config(rt.table, caller.tenant))


def get_program(rt: Runtime, caller: Caller, program_id: int) -> Program:
    return store.program(read_config(rt.table, caller.tenant), program_id)


def create_program(rt: Runtime, caller: Caller, command: Command, definition: ProgramDefinition) -> Committed[Program]:
    """Under the next free number. Refuses `too_many_programs` past 1,023."""

    def decide(config: Config) -> Change:
        numbers = [int(name.id) for name in config.of_kind("program")]
        number = max(numbers, default=0) + 1
        if number > MAX_PROGRAM:
            raise Refused("too_many_programs", f"A tenant has at most {MAX_PROGRAM} programs.")
        return store.change(store.numbered(number, definition))

    return store.answered(change_config(rt, caller, command, "create_program", decide))
