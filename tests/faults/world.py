"""A shop in which everything has happened once, behind ports that fail when told to, and copied before each try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, cast

from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.memory import MemoryTable
from tests.faults.sending_laws import Sent, Watch, sent_by
from tests.twins import StandingClock
from tests.twins.bookshop import BookShop
from tests.twins.copies import copied, copied_files, copied_outside, copied_senders
from tests.twins.faulty import FaultyTable
from tests.twins.faulty_cloud import FaultyFiles, FaultyOutside, FaultyQueues, FaultySenders, FaultyTopic
from tests.twins.streamed import Record


@dataclass(frozen=True)
class World:
    """`till` works behind the faulty ports, `calm` beside them: both see the same table, bucket, queues, topic, carriers and
    servers outside. `watch` sees what is sent.

    `names` are ids that chance gave to what there is. `records` is the table's stream. `under_way` is the event that a
    function is working on.
    """

    till: BookShop
    calm: BookShop
    memory: MemoryTable
    trouble: FaultyTable
    names: Mapping[str, str]
    watch: Watch
    records: tuple[Record, ...] = ()
    under_way: list[dict[str, Any]] = field(default_factory=list)

    @property
    def files(self) -> MemoryFiles:
        return cast(MemoryFiles, self.calm.rt.files)

    @property
    def queues(self) -> MemoryQueues:
        return cast(MemoryQueues, self.calm.rt.queues)

    @property
    def topic(self) -> MemoryTopic:
        return cast(MemoryTopic, self.calm.rt.topic)

    @property
    def senders(self) -> MemorySenders:
        return cast(MemorySenders, self.calm.rt.senders)

    @property
    def outside(self) -> MemoryOutside:
        return cast(MemoryOutside, self.calm.rt.outside)

    @property
    def sent(self) -> Counter[Sent]:
        return sent_by(self.senders, self.outside)

    def copy(self) -> World:
        """The same shop, of which nobody knows what the other does."""
        clock = StandingClock(self.calm.clock.at)
        rt = replace(
            self.calm.rt,
            table=copied(self.memory),
            files=copied_files(self.files),
            queues=deepcopy(self.queues),
            topic=MemoryTopic(),
            senders=copied_senders(self.senders),
            outside=copied_outside(self.outside),
        )
        return world_of(rt, clock, self.calm, self.names, self.records)

    def another_till(self) -> BookShop:
        """A process of its own on the same table and cloud, beside the faulty ports; it holds nothing in memory."""
        return replace(self.calm, rt=replace(self.calm.rt, config=ConfigCache(self.calm.clock)))


def world_of(
    rt: Runtime, clock: StandingClock, shop: BookShop, names: Mapping[str, str], records: tuple[Record, ...] = ()
) -> World:
    """`rt` on the plain twins. Neither till has read the configuration yet."""
    memory = rt.table
    assert isinstance(memory, MemoryTable)
    trouble, watch = FaultyTable(memory), Watch(memory, clock)
    calm = replace(rt, clock=clock, config=ConfigCache(clock))
    faulty = replace(
        calm,
        config=ConfigCache(clock),
        table=trouble,
        files=FaultyFiles(rt.files, trouble),
        queues=FaultyQueues(rt.queues, trouble),
        topic=FaultyTopic(rt.topic, trouble),
        senders=FaultySenders(rt.senders, trouble, watch.asked),
        outside=FaultyOutside(rt.outside, trouble, watch.asked),
    )
    till, beside = BookShop(faulty, clock, shop.caller), BookShop(calm, clock, shop.caller)
    return World(till, beside, memory, trouble, names, watch, records)
