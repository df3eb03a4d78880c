"""A shop with everything that follows from what it commits: the relay, every queue, and a consumer for each, one of which may be down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Any, Literal, cast

from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_outside import MemoryOutside, Sent
from chalicelib.aws.memory_queues import MORE_RECEIVES, Consumer, MemoryQueues, Waiting
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.outside import Reply
from chalicelib.aws.queues import Message, QueueName
from chalicelib.events.automations import automations
from chalicelib.events.due import due, schedule_due
from chalicelib.events.imports import imports
from chalicelib.events.notify import notify
from chalicelib.events.stream import relay
from chalicelib.events.webhooks import schedule_webhooks, webhooks
from chalicelib.kit.clock import rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from tests.twins import StandingClock, at
from tests.twins.bookshop import BookShop
from tests.twins.copies import copied, copied_files
from tests.twins.killing import (
    Killed,
    KillingFiles,
    KillingOutside,
    KillingQueues,
    KillingSenders,
    KillingTable,
    KillingTopic,
    Kills,
)
from tests.twins.streamed import StreamedTable, stream_event
from tests.twins.subscriptions import hand_on
from tests.unit.orders_file.csv_file import file_of

Who = Literal["relay", "automations", "notify", "webhooks", "due", "imports"]
Work = Callable[[Runtime, dict[str, Any]], dict[str, Any]]
CONSUMERS: Mapping[QueueName, tuple[Work, int]] = {
    "automations": (automations, 10),
    "notify": (notify, 5),
    "webhooks": (webhooks, 10),
    "due": (due, 10),
    "imports": (imports, 1),
}  # each with the size of its batches, as app.py has them
FED: tuple[QueueName, ...] = ("automations", "notify", "webhooks")  # by the topic
HOSTS = ("orders.example.com", "people.example.com")
FIRES = (0, 10)  # hours; in truth every one
MINUTE, HOUR = 60_000, 3_600_000
DAY = 24 * HOUR
LEASE_OVER = 5 * MINUTE


class TimedQueues(MemoryQueues):
    """What is sent with a delay is on its way until then."""

    def __init__(self, clock: StandingClock) -> None:
        super().__init__()
        self.clock = clock
        self.later: list[tuple[int, QueueName, Waiting]] = []

    def send(self, queue: QueueName, messages: Sequence[Message]) -> None:
        super().send(queue, messages)
        known = self.waiting[queue]
        self.later += [
            (self.clock.at + one.message.delay_seconds * 1_000, queue, replace(one, message=_at_once(one.message)))
            for one in known
            if one.message.delay_seconds
        ]
        self.waiting[queue] = [one for one in known if not one.message.delay_seconds]

    def arrive(self) -> int:
        """How many have come by now."""
        came = [one for one in self.later if one[0] <= self.clock.at]
        self.later = [one for one in self.later if one[0] > self.clock.at]
        for _, queue, waiting in came:
            self.waiting[queue].append(waiting)
        return len(came)

    def copy(self, clock: StandingClock) -> TimedQueues:
        other = TimedQueues(clock)
        for name in ("sent", "waiting", "dead"):
            lists = {queue: list(some) for queue, some in getattr(self, name).items()}
            setattr(other, name, defaultdict(list, lists))
        other.later = list(self.later)
        other._numbers = count(1_000_000)
        return other


def _at_once(message: Message) -> Message:
    return Message(message.body, message.request_id)


@dataclass
class Town:
    """`names` are members by the number of their card. `twice`: every message is delivered twice, and those that wait come in any order."""

    shop: BookShop
    table: StreamedTable
    names: dict[str, str]
    down: Who | None = None
    twice: Random | None = None
    relayed: int = 0
    taken: int = 0
    calls: list[Sent] = field(default_factory=list)

    @property
    def rt(self) -> Runtime:
        return self.shop.rt

    @property
    def queues(self) -> TimedQueues:
        return cast(TimedQueues, self.rt.queues)

    @property
    def topic(self) -> MemoryTopic:
        return cast(MemoryTopic, self.rt.topic)

    @property
    def senders(self) -> MemorySenders:
        return cast(MemorySenders, self.rt.senders)

    def answer(self, call: Sent) -> Reply:
        self.calls.append(call)
        return Reply(200, "thanks")

    def copy(self) -> Town:
        clock = StandingClock(self.shop.clock.at, self.shop.clock.elapsed)
        table = StreamedTable(copied(self.table.table))
        table.records = list(self.table.records)
        topic = MemoryTopic()
        topic.published = list(self.topic.published)
        known = self.senders
        senders = MemorySenders(endpoints=set(known.endpoints), pushed=list(known.pushed), mailed=list(known.mailed))
        rt = replace(
            self.rt,
            clock=clock,
            config=ConfigCache(clock),
            table=table,
            files=copied_files(cast(MemoryFiles, self.rt.files)),
            queues=self.queues.copy(clock),
            topic=topic,
            senders=senders,
            outside=MemoryOutside(),
        )
        shop = BookShop(rt, clock, self.shop.caller)
        return replace(self, shop=shop, table=table, names=dict(self.names), calls=list(self.calls)).listening()

    def listening(self) -> Town:
        cast(MemoryOutside, self.rt.outside).servers |= dict.fromkeys(HOSTS, self.answer)
        return self

    def follow(self, who: Who | None = None, kills: Kills | None = None) -> None:
        """Until nothing follows from anything any more, for whoever is not down. `kills`: of the first process that does the work of `who`."""
        dying = Mortal(who, mortal(self, kills) if kills else self.rt)
        while self._relay(dying) + self._hand_on() + self.queues.arrive() + self._work(dying):
            pass

    def _relay(self, dying: Mortal) -> int:
        records = [] if self.down == "relay" else self.table.entries()[self.relayed :]
        for some in (records[:7], records[7:], *([records] if self.twice else [])):
            while some and not self._relayed(dying, some):
                pass
        self.relayed += len(records)
        return len(records)

    def _relayed(self, dying: Mortal, records: Sequence[Any]) -> bool:
        """One that dies leaves its batch, which comes again."""
        rt = dying.at("relay", self.rt)
        rt = replace(rt, table=_not_streamed(rt.table, self.table))
        try:
            assert relay(rt, stream_event(records, "shardId-0"))["batchItemFailures"] == []
        except Killed:
            dying.rt = self.rt
            return False
        return True

    def _hand_on(self) -> int:
        fresh_ones = self.topic.published[self.taken :]
        self.taken += len(fresh_ones)
        hand_on(self.rt, fresh_ones, FED)
        return len(fresh_ones)

    def _work(self, dying: Mortal) -> int:
        return sum(
            self.queues.deliver(queue, self._consumer(queue, dying, consumer), size=size, arrange=self._any_order)
            for queue, (consumer, size) in CONSUMERS.items()
            if queue != self.down
        )

    def _any_order(self, waiting: list[Waiting]) -> list[Waiting]:
        return self.twice.sample(waiting, len(waiting)) if self.twice else waiting

    def _consumer(self, queue: QueueName, dying: Mortal, consumer: Work) -> Consumer:
        def consume(event: dict[str, Any]) -> dict[str, Any]:
            try:
                if self.twice:
                    consumer(dying.at(queue, self.rt), event)
                return consumer(dying.at(queue, self.rt), event)
            except Killed:
                dying.rt = self.rt
                self.shop.clock.at += LEASE_OVER
                raise RuntimeError("nobody answers") from None

        return consume

    def until(self, moment: str) -> None:
        """The schedules fire at some hours; whoever is not down works."""
        ends, clock = at(moment), self.shop.clock
        while (hour := clock.at - clock.at % HOUR + HOUR + 10 * MINUTE) <= ends:
            clock.at, clock.elapsed = hour, clock.elapsed + 60
            if hour % DAY // HOUR not in FIRES:
                continue
            stamp = {"id": f"hour-{hour}", "time": rfc3339(hour)}
            schedule_due(self.rt, stamp)
            schedule_webhooks(self.rt, stamp)
            self.follow()
        clock.at, clock.elapsed = ends, clock.elapsed + 60
        self.follow()

    def break_down(self, queue: QueueName) -> None:
        """What waits is tried as often as it may be, and is dead."""

        def broken(_: dict[str, Any]) -> dict[str, Any]:
            raise RuntimeError("a release that cannot even begin")

        tries = MORE_RECEIVES.get(queue, 3)
        waiting = len(self.queues.waiting[queue])
        assert self.queues.deliver(queue, broken, size=1) == tries * waiting

    def redrive(self, queue: QueueName) -> None:
        self.queues.send(queue, self.queues.dead[queue])
        self.queues.dead[queue].clear()

    def drop(self, name: str, *lines: str) -> None:
        """A file, of which its bucket tells."""
        key = f"imports/shop/orders/{name}"
        self.rt.files.put(key, file_of(lines))
        head = self.rt.files.head(key)
        assert head is not None
        subject = {"bucket": {"name": "files"}, "object": {"key": key, "eTag": head.etag}}
        self.queues.send("imports", [Message({"Records": [{"eventName": "ObjectCreated:Put", "s3": subject}]}, "s3")])


@dataclass
class Mortal:
    """Whose place another process takes once it is dead."""

    who: str | None
    rt: Runtime

    def at(self, who: str, others: Runtime) -> Runtime:
        return self.rt if who == self.who else others


def _not_streamed(table: Any, streamed: StreamedTable) -> Any:
    """What the relay writes is no entry."""
    return replace(table, table=streamed.table) if isinstance(table, KillingTable) else streamed.table


def mortal(town: Town, kills: Kills) -> Runtime:
    rt = town.rt
    return replace(
        rt,
        table=KillingTable(rt.table, kills),
        files=KillingFiles(rt.files, kills),
        queues=KillingQueues(rt.queues, kills),
        topic=KillingTopic(rt.topic, kills),
        senders=KillingSenders(rt.senders, kills),
        outside=KillingOutside(rt.outside, kills),
    )
