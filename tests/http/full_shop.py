"""A tenant that has one of everything. It is made once, by the API itself; each test has a copy."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import cast

from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.kit.ids import RandomIds
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Table
from tests.http.client import Api
from tests.http.registry import NATIVE, Names
from tests.http.world import HandClock, key_for, twin_runtime
from tests.twins.copies import copied, copied_files


@dataclass(frozen=True)
class FullShop:
    """`names` has the id of everything. `memory` is the table, whatever the API has before it."""

    api: Api
    names: Names
    clock: HandClock
    memory: MemoryTable


def full_shop(door: Callable[[MemoryTable], Table] = lambda memory: memory) -> FullShop:
    """`door`: what stands before the table."""
    first = _first()
    clock = HandClock(first.clock.at, first.clock.seconds)
    memory = copied(first.memory)
    was = first.api.rt
    files, queues = copied_files(cast(MemoryFiles, was.files)), deepcopy(cast(MemoryQueues, was.queues))
    senders = deepcopy(cast(MemorySenders, was.senders))
    rt = Runtime(
        clock, RandomIds(), door(memory), ConfigCache(clock), files, queues, MemoryTopic(), MemoryOutside(), senders
    )
    api = Api(rt, first.api.key)
    return FullShop(api, Names(api, NATIVE, dict(first.names.made)), clock, memory)


@cache
def _first() -> FullShop:
    clock, memory = HandClock(), MemoryTable()
    rt = twin_runtime(clock, memory)
    api = Api(rt, key_for(rt, "ours"))
    names = Names(api, NATIVE)
    names.make_all()
    return FullShop(api, names, clock, memory)
