"""Where tenants and programs are kept: configuration aggregates (table/config.py).

access pattern           | key                            | items   | cost                 | by
the settings of a tenant | {t}#CFG / tenant#settings      | 0–1     | in the configuration | settings
a program, or all        | {t}#CFG / program#{program:04} | 0–1,023 | in the configuration | program, programs

item    | key                            | in index | cost
tenant  | {t}#CFG / tenant#settings      | –        | 2 WU
program | {t}#CFG / program#{program:04} | –        | 2 WU
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.areas.programs.model import Program, ProgramDefinition, TenantSettings
from chalicelib.errors import NotFound, Refused
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, ConfigChanged, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.definitions import definition

SETTINGS = Name("tenant", "settings")


def program_name(program_id: int) -> Name:
    return Name("program", f"{program_id:04}")


def must_declare(config: Config, field: str, param: str) -> None:
    """Refuses `unknown_member_field`, of what the tenant's settings declare."""
    if field not in settings(config).member_fields:
        sentence = f"Members have no field {field[:64]}: the tenant declares none."
        raise Refused("unknown_member_field", sentence, param=param)


def settings(config: Config) -> TenantSettings:
    def build() -> TenantSettings:
        kept = config.get(SETTINGS)
        return TenantSettings(name=config.tenant) if kept is None else settings_of(kept.body)

    return config.derived(SETTINGS, build)


def program(config: Config, program_id: int) -> Program:
    """NotFound for a program that this tenant does not have."""
    name = program_name(program_id)
    kept = config.get(name)
    if kept is None:
        raise NotFound("program_not_found", f"There is no program {program_id}.", param="program_id")
    return config.derived(name, lambda: program_of(name, kept.body))


def calendar(config: Config) -> str:
    """The zone of the tenant's first program: members are the tenant's, and so are their days."""

    def found() -> str:
        known = config.of_kind("program")
        first = min(known, default=None)
        return "UTC" if first is None else program_of(first, known[first].body).zone

    return config.derived("calendar", found)


def settings_of(body: Mapping[str, Any]) -> TenantSettings:
    return definition(TenantSettings, SETTINGS, body)


def program_of(name: Name, body: Mapping[str, Any]) -> Program:
    return definition(Program, name, body)


def numbered(number: int, definition: ProgramDefinition) -> Program:
    return Program(program_id=number, **dict(definition))


def change(program: Program) -> Change:
    return Change(program_name(program.program_id), program.model_dump(mode="json"))


def answered(done: Committed[ConfigChanged]) -> Committed[Program]:
    """The program as it was changed."""
    changed = done.answer
    return Committed(program_of(Name(changed.kind, changed.id), changed.body), done.replayed)


def programs(config: Config) -> tuple[Program, ...]:
    """By number."""
    return tuple(program(config, int(name.id)) for name in sorted(config.of_kind("program")))
