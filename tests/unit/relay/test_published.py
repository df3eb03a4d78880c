"""What was published, as JSON lines by day in the bucket: every entry once, in order, whoever is killed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.queues import Message
from chalicelib.events.due import due
from chalicelib.flows.keep_published import Kept, keep_published
from chalicelib.kit.periods import Day, parse_day
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Key, Write
from tests.twins.bookshop import card, sale
from tests.unit.relay.relayed import feed_of, on_plain_table, opened, run


def day(text: str) -> Day:
    found = parse_day(text)
    assert found is not None
    return found


class Fed:
    """A shop whose every entry is relayed at once."""

    def __init__(self) -> None:
        self.shop, self.table = opened()
        self.rt = on_plain_table(self.shop, self.table)

    @property
    def files(self) -> dict[str, bytes]:
        assert isinstance(self.rt.files, MemoryFiles)
        return self.rt.files.objects

    def bought(self, number: str, on: str, times: int = 1) -> Fed:
        self.shop.clock.move_to(on)
        for one in range(times):
            self.shop.buy(card("1"), sale(f"{number}-{one}", on=on))
        assert run(self.rt, self.table.entries()) == []
        return self

    def keep(self, before: str, rt: Runtime | None = None, **how: int) -> Kept:
        return keep_published(rt or self.rt, self.shop.caller.tenant, day(before), **how)

    def lines(self) -> list[dict[str, Any]]:
        """Of all files, in the order of their names."""
        return [json.loads(line) for name in sorted(self.files) for line in self.files[name].decode().splitlines()]

    def whole(self) -> list[dict[str, Any]]:
        return [event.model_dump(mode="json") for event in feed_of(self.rt, self.shop.caller)]


@pytest.fixture
def fed() -> Fed:
    """The first enrolled them as well."""
    return Fed().bought("A", "2026-07-01", 2).bought("B", "2026-07-02")


def names(fed: Fed) -> list[str]:
    return sorted(name.removeprefix("published/shop/") for name in fed.files)


def test_a_day_that_is_over_is_a_file_of_what_the_feed_tells(fed: Fed) -> None:
    assert fed.keep("2026-07-02") == Kept(len(fed.whole()) - 1, more=False)
    assert names(fed) == ["2026-07-01/000000000001-000000000003.jsonl"]
    assert fed.lines() == fed.whole()[:3]
    assert fed.keep("2026-07-02") == Kept(0, more=False)


def test_days_that_were_missed_are_caught_up(fed: Fed) -> None:
    fed.bought("C", "2026-07-09")
    assert fed.keep("2026-07-10") == Kept(5, more=False)
    assert [name.partition("/")[0] for name in names(fed)] == ["2026-07-01", "2026-07-02", "2026-07-09"]
    assert fed.lines() == fed.whole()


def test_what_was_relayed_late_has_a_file_of_its_own_among_those_of_its_day(fed: Fed) -> None:
    fed.shop.clock.move_to("2026-07-03")
    fed.shop.buy(card("1"), sale("late", on="2026-07-03"))
    late = fed.table.entries()[-1]
    fed.shop.clock.move_to("2026-07-04")
    fed.shop.buy(card("1"), sale("D", on="2026-07-04"))
    *told, last = fed.table.entries()
    assert told[-1] == late
    assert run(fed.rt, [last]) == run(fed.rt, [late], "another shard") == []
    fed.bought("E", "2026-07-04")
    fed.keep("2026-07-05")
    assert [name.partition("/")[0] for name in names(fed)] == [
        *("2026-07-01", "2026-07-02", "2026-07-03", "2026-07-04", "2026-07-04"),
    ]
    assert sorted(line["number"] for line in fed.lines()) == [event["number"] for event in fed.whole()]


def test_a_big_day_is_cut_and_goes_on_by_a_message() -> None:
    fed = Fed().bought("A", "2026-07-01", 23)
    assert fed.keep("2026-07-02", files=2, entries=10) == Kept(20, more=True)
    queues = fed.rt.queues
    assert isinstance(queues, MemoryQueues)
    queues.send("due", [Message({"tenant": "shop", "facts_before": "2026-07-02"}, "night")])
    queues.deliver("due", partial(due, fed.rt))
    assert fed.lines() == fed.whole()
    assert len(fed.files) == 3


def test_quiet_entries_are_in_no_file(fed: Fed) -> None:
    fed.shop.clock.move_to("2026-07-05")
    fed.shop.quietly().buy(card("1"), sale("quiet", on="2026-07-05"))
    assert run(fed.rt, fed.table.entries()) == []
    fed.keep("2026-07-06")
    assert fed.lines() == fed.whole()
    assert len(fed.files) == 2


@pytest.mark.parametrize("at", range(9))
def test_a_pass_that_is_killed_anywhere_is_made_good_by_the_next(fed: Fed, at: int) -> None:
    """Between mark and file, in the file, between file and mark: and much more has happened when it comes again."""

    class Killed(BaseException):
        pass

    class Dying(MemoryTable):
        """Nothing is done any more from some call on, of the table's or of the bucket's."""

        left = at

        def live(self) -> None:
            self.left -= 1
            if self.left < 0:
                raise Killed

        def get(self, key: Key) -> Attrs | None:
            self.live()
            return fed.rt.table.get(key)

        def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
            self.live()
            return fed.rt.table.batch_get(keys)

        def transact(self, writes: Sequence[Write], token: str) -> None:
            self.live()
            fed.rt.table.transact(writes, token)

    table = Dying()

    class Files(MemoryFiles):
        def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
            table.live()
            fed.rt.files.put(key, data, content_type)

    with pytest.raises(Killed):
        fed.keep("2026-07-03", replace(fed.rt, table=table, files=Files()))
    fed.bought("C", "2026-07-02").bought("D", "2026-07-03")
    fed.keep("2026-07-04")
    assert fed.lines() == fed.whole()
    assert sum(len(data.splitlines()) for data in fed.files.values()) == len(fed.whole())


def test_two_at_once_write_the_same_file(fed: Fed) -> None:
    """The slower one stops between its file and its mark, and the faster one goes on over several days."""

    class Slow(MemoryFiles):
        busy = True

        def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
            fed.rt.files.put(key, data, content_type)
            if self.busy:
                self.busy = False
                fed.bought("C", "2026-07-03")
                fed.keep("2026-07-04")

    fed.keep("2026-07-04", replace(fed.rt, files=Slow()))
    assert fed.lines() == fed.whole()
    assert len(fed.files) == 3
