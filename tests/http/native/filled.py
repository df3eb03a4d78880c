"""The same shop as its own till sees it, to fill it faster than over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.runtime import Runtime
from chalicelib.table.config import Config, Name, config_writes
from chalicelib.table.journal import Head, Header, Stream, new_entry
from chalicelib.table.protocol import Put
from tests.http.world import HandClock
from tests.twins import StandingClock, caller_of
from tests.twins.bookshop import BookShop


def at_the_counter(rt: Runtime, clock: HandClock) -> BookShop:
    return BookShop(rt, StandingClock(clock.now()), caller_of("ours"))


def put_there(rt: Runtime, kind: str, bodies: Mapping[str, Mapping[str, Any]], program_id: int = 1) -> None:
    """Pieces of configuration of the program by their ids, put there behind the API's back."""
    header = Header("import", "import", caller_of("ours"), 0, 0, 1)
    entry = new_entry(Stream("ours", f"ours#CFG#{kind}"), Head(), header, [])
    for name, body in bodies.items():
        put, _ = config_writes(Config("ours", 0, {}), Name(kind, f"{program_id:04}#{name}"), body, entry)
        assert isinstance(put, Put)
        rt.table.batch_put([put.item])


def numbered(known: Mapping[str, Any], field: str, numbers: Iterable[int]) -> dict[str, Mapping[str, Any]]:
    """What is known once more for each number: the `field` is its id."""
    return {name: {**known, field: name} for name in (f"r{number:04}" for number in numbers)}
