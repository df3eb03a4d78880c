"""Where tiers are kept: one configuration aggregate a program (table/config.py).

access pattern         | key                          | items | cost                 | by
the tiers of a program | {t}#CFG / tiers#{program:04} | 0–1   | in the configuration | scheme

item  | key                          | in index | cost
tiers | {t}#CFG / tiers#{program:04} | –        | 2 WU
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.areas.tiers.model import MAX_VERSIONS, TierScheme, Version, Versions
from chalicelib.kit.clock import Instant
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
    gone = 0
    while len(compact_json(earlier[gone:])) > MAX_EARLIER_BYTES:
        gone += 1
    return Change(_name(program_id), newest | {"earlier": earlier[gone:]} | _first_since(known.without(gone)))


def scheme_of(program_id: int, body: Mapping[str, Any]) -> TierScheme:
    """The newest scheme of a body as it is kept."""
    told = {name: value for name, value in body.items() if name not in ("since", "earlier", "first_since")}
    return definition(TierScheme, _name(program_id), told)


def _kept(version: Version) -> dict[str, Any]:
    return version.scheme.model_dump(mode="json") | {"since": version.since}


def _first_since(known: Versions) -> dict[str, Instant]:
    """Said only where it would be taken for something else, for a release of before refuses a body that says it."""
    return {"first_since": known.since} if known.first_since is not None or len(known.all) == MAX_VERSIONS else {}


def _versions(program_id: int, body: Mapping[str, Any]) -> Versions:
    """A body from before schemes had versions says nothing of when: it has always been in force. One with as many as there
    may be that does not say since when there were any has forgotten it: they go back for ever."""
    kept = tuple(Version(one.get("since", 0), scheme_of(program_id, one)) for one in (*body.get("earlier", ()), body))
    return Versions(kept, body.get("first_since", 0 if len(kept) == MAX_VERSIONS else None))


def _name(program_id: int) -> Name:
    return Name("tiers", f"{program_id:04}")
