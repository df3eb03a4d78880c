"""Reading tiers. Defining them asks the program for its units: see flows/define_tiers."""

from __future__ import annotations

from chalicelib.areas.tiers import store
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.errors import NotFound
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime
from chalicelib.table.config import read_config


def get_tiers(rt: Runtime, caller: Caller, program_id: int) -> TierScheme:
    scheme = store.scheme(read_config(rt.table, caller.tenant), program_id)
    if scheme is None:
        raise NotFound("tiers_not_found", f"Program {program_id} has no tiers.", param="program_id")
    return scheme
