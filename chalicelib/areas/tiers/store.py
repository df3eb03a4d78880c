"""Where tiers are kept: one configuration aggregate a program (table/config.py).

access pattern         | key                          | items | cost                 | by
the tiers of a program | {t}#CFG / tiers#{program:04} | 0–1   | in the configuration | scheme

item  | key                          | in index | cost
tiers | {t}#CFG / tiers#{program:04} | –        | 2 WU
"""

from __future__ import annotations

from chalicelib.areas.tiers.model import TierScheme
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change


def scheme(config: Config, program_id: int) -> TierScheme | None:
    """None for a program without tiers."""
    kept = config.get(_name(program_id))
    return None if kept is None else config.derived(_name(program_id), lambda: TierScheme.model_validate(kept.body))


def change(program_id: int, scheme: TierScheme) -> Change:
    return Change(_name(program_id), scheme.model_dump(mode="json"))


def _name(program_id: int) -> Name:
    return Name("tiers", f"{program_id:04}")
