"""A guide read as a story: shops, requests with their answers, and tables of how an account stands then. docs/guides/ledger.md
is one, a section of docs/guides/recovery.md another.

<!-- shop -->                      a new shop without anything
```http                            a request with its time, and with headers, a line each; behind a blank line the status and what
                                   the answer says (it may say more); `{ada}` is remembered where an answer first has it, and
                                   must be the same then
<!-- wallet ada points -->         the table behind it has the wallet's totals; those that it does not name are 0
<!-- expiring ada points -->       … what is left, by last usable day
<!-- statement ada -->             … the lines of the statement, the newest first
<!-- states ada -->                … the lines that gave points, with what has become of them by then
<!-- liability points -->          … by month, once the relay has come
<!-- work -->                      the queue of long jobs is worked off
<!-- told -->                      what was recorded comes out of the topic, and what follows from it is done
<!-- tell -->                      what happened is published, what is due looked for, and the queue of notifications worked off
<!-- night 2026-03-14 -->          the daily job comes, at the beginning of a day
<!-- hour 2026-06-15 08:10 -->     the hourly job comes, at a time (UTC)
<!-- report summer -->             the table behind it has lines of the report of a job whose id is remembered
<!-- given base -->                … what the feed says that a rule has given whom, less what was taken back of it
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple, cast

from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.queues import Message
from chalicelib.events.automations import automations
from chalicelib.events.due import due, schedule_due
from chalicelib.events.notify import notify
from chalicelib.events.webhooks import schedule_webhooks
from chalicelib.kit.clock import rfc3339
from chalicelib.kit.wire import parse_rfc3339
from tests.http.client import Api
from tests.http.world import HandClock, key_for, twin_runtime
from tests.twins.streamed import StreamedTable
from tests.unit.imports.desk import Desk
from tests.unit.relay.relayed import run

_STEP = re.compile(
    r"^<!-- (?P<mark>[a-z]+)(?: (?P<of>[a-z0-9: -]+))? -->\n(?:\n?(?P<table>(?:\|[^\n]*\n)+))?|^```http\n(?P<call>.*?)^```\n",
    re.MULTILINE | re.DOTALL,
)
_NAME = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
_HEADER = re.compile(r"([A-Z][A-Za-z-]+): (.+)(?:\n|$)")
CAME = ("earned", "granted", "received", "refunded", "gained")
WENT = ("spent", "deducted", "sent", "converted", "cancelled", "expired")
MARKS = (
    *("wallet", "expiring", "statement", "states", "liability", "given", "work"),
    *("told", "tell", "night", "hour", "report"),
)
NAMED = {"tell": "tell_members"}
APART = ("available", "held", "pending", "owed")


class Step(NamedTuple):
    """`line` is where it stands in the guide."""

    line: int
    mark: str
    of: tuple[str, ...]
    text: str


class Table(NamedTuple):
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def steps_of(guide: str) -> Iterator[Step]:
    for found in _STEP.finditer(guide):
        line = guide.count("\n", 0, found.start()) + 1
        if found["call"] is not None:
            yield Step(line, "call", (), found["call"])
        else:
            yield Step(line, found["mark"], tuple((found["of"] or "").split()), found["table"] or "")


def table_of(text: str) -> Table:
    """A table of Markdown: figures may have commas between thousands."""
    lines = [tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in text.strip().splitlines()]
    return Table(lines[0], tuple(tuple(_plain(cell) for cell in row) for row in lines[2:]))


def table_behind(guide: str, mark: str) -> Table:
    [step] = [step for step in steps_of(guide) if step.mark == mark]
    return table_of(step.text)


@dataclass
class Story:
    clock: HandClock = field(default_factory=HandClock)
    table: StreamedTable = field(default_factory=StreamedTable)
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rt = twin_runtime(self.clock, self.table)
        self.api = Api(self.rt, key_for(self.rt, "ours"))

    def tell(self, step: Step) -> bool:
        """False for a step that is no part of a story."""
        if step.mark == "call":
            self.call(step.text)
        elif step.mark in MARKS:
            getattr(self, NAMED.get(step.mark, step.mark))(step.of, table_of(step.text) if step.text else Table((), ()))
        else:
            return False
        return True

    def call(self, text: str) -> None:
        asked, _, shown = text.partition("\n\n")
        first, _, body = asked.partition("\n")
        headers = {}
        while header := _HEADER.match(body):
            headers[header[1]], body = self._named(header[2]), body[header.end() :]
        time, method, path = first.split(" ")
        read = parse_rfc3339(time)
        assert read is not None, f"{time} is no time"
        assert read[0] >= self.clock.at, f"{time}: time went back"
        self.clock.at = read[0]
        self.clock.seconds += 60
        sent = json.loads(self._named(body)) if body.strip() else None
        reply = self.api.call(method, self._named(path), sent, headers=headers)
        status, _, expected = shown.strip().partition(" ")
        assert str(reply.status) == status, f"{reply.status} {reply.text}"
        if expected:
            self._compare(json.loads(expected), reply.json, "the answer")

    def wallet(self, of: tuple[str, ...], table: Table) -> None:
        name, unit = of
        there = next(
            one for one in self._get(f"/v1/members/{self.names[name]}/account")["wallets"] if one["unit"] == unit
        )
        told = dict(zip(table.columns, table.rows[0], strict=True))
        assert told == {column: str(there[column]) for column in table.columns}, f"the wallet is {there}"
        left_out = {total: there[total] for total in (*CAME, *WENT, *APART) if total not in told and there[total]}
        assert not left_out, f"the table does not say: {left_out}"
        came, went = sum(there[total] for total in CAME), sum(there[total] for total in WENT)
        assert came - went == there["available"] + there["held"]

    def expiring(self, of: tuple[str, ...], table: Table) -> None:
        name, unit = of
        wallets = self._get(f"/v1/members/{self.names[name]}/account")["wallets"]
        there = next(one for one in wallets if one["unit"] == unit)["expiring"]
        _same(table, [(one["expires_on"] or "never", str(one["amount"])) for one in there])

    def statement(self, of: tuple[str, ...], table: Table) -> None:
        entries = self._get(f"/v1/members/{self.names[of[0]]}/statement?limit=100")["items"]
        lines = [
            (line["value_day"], line["type"], str(line["amount"]), _said(line["balance"]))
            for entry in entries
            for line in entry["lines"]
            if line["type"].startswith(("points.", "promise.", "debt."))
        ]
        _same(table, lines)

    def states(self, of: tuple[str, ...], table: Table) -> None:
        entries = self._get(f"/v1/members/{self.names[of[0]]}/statement?limit=100&state=any")["items"]
        parts = ("amount", "state", "available", "held", "pending")
        lines = [
            (line["value_day"], line["type"], *(str(line["now"][part]) for part in parts))
            for entry in entries
            for line in entry["lines"]
        ]
        _same(table, lines)

    def liability(self, of: tuple[str, ...], table: Table) -> None:
        self._relay()
        unit = next(one for one in self._get("/v1/programs/1/liability")["units"] if one["unit"] == of[0])
        months = [(one["month"] or "never", str(one["liability"]), str(one["breakage"])) for one in unit["months"]]
        _same(table, months)

    def given(self, of: tuple[str, ...], table: Table) -> None:
        """As the guide has it done: by the feed, which names orders, and by orders, which name members."""
        self._relay()
        facts = [fact for event in self._get("/v1/feed?limit=100")["items"] for fact in event["facts"]]
        sums: Counter[str] = Counter()
        for fact in facts:
            if fact.get("rule") == of[0] and fact["type"] in ("points.earned", "points.cancelled"):
                member = self._get(f"/v1/orders/{fact['order']}")["member_id"]
                sums[member] += fact["amount"] * (1 if fact["type"] == "points.earned" else -1)
        told = {member: name for name, member in self.names.items()}
        _same(table, [(told[member], str(amount)) for member, amount in sums.items()])

    def work(self, _: tuple[str, ...], __: Table) -> None:
        Desk(self.rt).work()

    def told(self, _: tuple[str, ...], __: Table) -> None:
        topic, queues = cast(MemoryTopic, self.rt.topic), cast(MemoryQueues, self.rt.queues)
        self._relay()
        queues.send("automations", [Message(one.body, one.request_id) for one in topic.published])
        queues.deliver("automations", partial(automations, self.rt), size=10)
        assert not any(queues.dead.values())
        Desk(self.rt).work()

    def tell_members(self, _: tuple[str, ...], __: Table) -> None:
        self._relay()
        topic, queues = cast(MemoryTopic, self.rt.topic), cast(MemoryQueues, self.rt.queues)
        queues.send("notify", [Message(one.body, one.request_id) for one in topic.published])
        schedule_webhooks(self.rt, {"id": "every five minutes"})
        queues.deliver("notify", partial(notify, self.rt))

    def night(self, of: tuple[str, ...], __: Table) -> None:
        [day] = of
        self.hour((day, "00:10"), __)

    def hour(self, of: tuple[str, ...], __: Table) -> None:
        moment = "{}T{}:00Z".format(*of)
        read = parse_rfc3339(moment)
        assert read is not None, f"{moment} is no time"
        assert read[0] >= self.clock.at, f"{moment}: time went back"
        self.clock.at = read[0]
        schedule_due(self.rt, {"id": "night", "time": rfc3339(self.clock.at)})
        cast(MemoryQueues, self.rt.queues).deliver("due", partial(due, self.rt))

    def report(self, of: tuple[str, ...], table: Table) -> None:
        lines = csv.DictReader(io.StringIO(Desk(self.rt).report(self.names[of[0]])))
        told = [tuple(line[name] for name in table.columns) for line in lines]
        rows = [tuple(map(self._named, row)) for row in table.rows]
        missing = [row for row in rows if row not in told]
        assert not missing, f"it has no {missing}"

    def _relay(self) -> None:
        assert run(replace(self.rt, table=self.table.table), self.table.entries()) == []

    def _get(self, path: str) -> Any:
        reply = self.api.get(path)
        assert reply.status == 200, reply.text
        return reply.json

    def _named(self, text: str) -> str:
        return _NAME.sub(lambda found: self.names[found[1]], text)

    def _compare(self, shown: Any, told: Any, where: str) -> None:
        """What is shown is there, and a list is shown whole."""
        if isinstance(shown, dict):
            assert set(shown) <= set(told), f"{where} has no {sorted(set(shown) - set(told))}"
            for name, value in shown.items():
                self._compare(value, told[name], f"{where}.{name}")
        elif isinstance(shown, list):
            assert len(shown) == len(told), f"{where} is {told}"
            for at, (one, other) in enumerate(zip(shown, told, strict=True)):
                self._compare(one, other, f"{where}.{at}")
        elif isinstance(shown, str) and (name := _NAME.fullmatch(shown)):
            assert self.names.setdefault(name[1], told) == told, f"{where} is {told}"
        else:
            assert shown == told, f"{where} is {told!r}"


def play(guide: str) -> int:
    """How many steps there were. What is not true is an AssertionError that names its line of the guide."""
    story, played = Story(), 0
    for step in steps_of(guide):
        if step.mark == "shop":
            story = Story()
        try:
            played += story.tell(step)
        except AssertionError as fault:
            raise AssertionError(f"line {step.line}: {fault}") from fault
    return played


def _same(table: Table, rows: Sequence[tuple[str, ...]]) -> None:
    assert table.rows == tuple(rows), "it is\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _plain(cell: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})", "", cell.strip("`"))


def _said(balance: int | None) -> str:
    return "" if balance is None else str(balance)
