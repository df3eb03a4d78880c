"""Where tiers are kept: one configuration aggregate a program (table/config.py).

access pattern         | key                          | items | cost                 | by
the tiers of a program | {t}#CFG / tiers#{program:04} | 0–1   | in the configuration | scheme

item  | key                          | in index | cost
tiers | {t}#CFG / tiers#{program:04} | –        | 2 WU
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.areas.tiers.model import TierScheme, Version, Versions
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.definitions import definition
from chalicelib.table.items import compact_json

MAX_EARLIER_BYTES = 60_000


def scheme(config: Config, program_id: int) -> TierScheme | None:
    """None for a program without tiers."""
    known = versions(config, program_id)
    return None if known is None else known.newest


def versions(config: Config, program_id: int) -> Versions | None:
    """Every scheme that still judges somebody, each since when."""
    kept = config.get(_name(program_id))
    return None if kept is None else config.derived(_name(program_id), lambda: _versions(program_id, kept.body))


def change(program_id: int, known: Versions) -> Change:
    """The oldest schemes go where all of them would take up too much of the configuration."""
    *earlier, newest = map(_kept, known.all)
    while len(compact_json(earlier)) > MAX_EARLIER_BYTES:
        del earlier[0]
    return Change(_name(program_id), newest | {"earlier": earlier})


def scheme_of(program_id: int, body: Mapping[str, Any]) -> TierScheme:
    """The newest scheme of a body as it is kept."""
    told = {name: value for name, value in body.items() if name not in ("since", "earlier")}
    return definition(TierScheme, _name(program_id), told)


def _kept(version: Version) -> dict[str, Any]:
    return version.scheme.model_dump(mode="json") | {"since": version.since}


def _versions(program_id: int, body: Mapping[str, Any]) -> Versions:
    """A body from before schemes had versions says nothing of when: it has always been in force."""
    kept = (*body.get("earlier", ()), body)
    return Versions(tuple(Version(one.get("since", 0), scheme_of(program_id, one)) for one in kept))


def _name(program_id: int) -> Name:
    return Name("tiers", f"{program_id:04}")
