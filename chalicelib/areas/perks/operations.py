"""Reading perks. Defining one asks the program for its units: see flows/define_perk."""

from __future__ import annotations

from chalicelib.areas.perks import store
from chalicelib.areas.perks.model import Perk
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime
from chalicelib.table.config import read_config


def list_perks(rt: Runtime, caller: Caller, program_id: int) -> tuple[Perk, ...]:
    """Every perk of the program, by id."""
    return store.perks(read_config(rt.table, caller.tenant), program_id)


def get_perk(rt: Runtime, caller: Caller, program_id: int, perk_id: str) -> Perk:
    return store.perk(read_config(rt.table, caller.tenant), program_id, perk_id)
