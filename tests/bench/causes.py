"""Why a budget may not be met, by what it is the budget of. How many are not, and which, is said from the figures.

A cause is said in words: how large its share is nobody measures, so that a share of it would be a figure without a command.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.bench import verdicts
from tests.bench.figures import Section


@dataclass(frozen=True)
class Cause:
    """`of` are operations, as the tables name them."""

    of: tuple[str, ...]
    said: str


UNITS = (
    Cause(
        ("one due account",),
        """The budget is for an account that leaves the list of what is due: an entry in gsi2, an item taken out of gsi3. One
with another lot moves to a later day of that list instead, and DynamoDB bills a changed key of an index as two writes, one that
deletes and one that puts. It cannot be had for less as long as the list is by day: a coarser list would be one of accounts that
are mostly not due, each read for nothing.""",
    ),
)
COLD = (
    Cause(
        ("import of api_handler",),
        """What is our own is dataclasses above all: each frozen one with slots has its methods written as text and compiled.
Patterns compiled at import come next, pydantic's models far behind, since their building is deferred. The plan: leave out methods that nobody calls (`repr=False`, `eq=False`) where the table's protocol and the route
tables are declared, and load the clients of queue, topic and bucket with the first event that needs them.""",
    ),
)
CPU = (
    Cause(
        ("simulate an order by id", "simulate an order by identifier"),
        """One request of the table, two by identifier, and as much to decide as recording has, which asks one more: what is
beside the request is spread thin: reading and checking the body, the log line, the entry that is made only to be shown,
Chalice, decision and answer. At the limit of lots reading them comes on top. The plan, if it is ever worth it: answer from the facts without making an entry, and read lots only when a decision touches
them.""",
    ),
    Cause(
        (
            "record an order by id",
            "record an order by identifier",
            "record a first order, enrolling",
            "return",
            "earn",
            "spend",
            "one due account",
        ),
        """A decision, its facts, the entry that holds and hashes them, and sums of lots that are checked with every write. All lots
are read and written whichever a decision touches, so that the ratio grows with them. The plan: read lots only when they are.""",
    ),
    Cause(
        (
            "balance",
            "statement page",
            "member's orders",
            "order",
            "member",
            "find a member",
            "feed page",
            "directory page",
        ),
        """Little is asked of the table, and what a request costs besides is the same however little that is: Chalice, the credential,
the log line, the answer's model. A balance of many lots has a line for each of them in its answer.""",
    ),
    Cause(
        ("enrol", "config change", "rules of a program"),
        """Small items against the same cost of Chalice, credential, log line and answer; what is written is checked by a model first,
and has an entry that is hashed. A change of the configuration reads, checks and keeps all of it, and so does whoever asks next.""",
    ),
    Cause(
        ("relay 100 entries",),
        """Three requests for a hundred entries, each of which is unpacked, referred to and told of by itself: the ratio says how much
work a request is spread over, and the budget is not made for it. JSON is part of it, and so is the topic's twin, which reads every
message back.""",
    ),
    Cause(
        ("import chunk of 50 documents",),
        """Between the requests of a document its lines are read and checked, a sale is decided, and a line of the result written, for
which there is no request of the table.""",
    ),
    Cause(
        ("schedule the due job", "take the pulse"),
        """Two requests of small items; the messages of the schedule, sixteen a tenant, go to a twin and count as ours, and so do the
log line and its metrics.""",
    ),
)
_LED_TO = """Profiles of all handlers led to this: items are made, read and written by what their class declares, without PynamoDB's
model machinery; lots have the fields that are stored and stand in the order in which they expire, so that only the first ones
are asked what is due; our clients have a name of their own, where botocore puts one together for every request; a log
line is put together in one go; an answer decodes only the facts that it shows, and checks no value of ours a
second time where there are hundreds. None of it changed what is stored, and every sum of lots is still checked with every write.
"""


def above(section: Section) -> dict[str, float]:
    """Gates that are not met, with what was measured."""
    gates = section.gates.items()
    return {name: gate.value for name, gate in gates if gate.limit is not None and gate.value > gate.limit}


def cold_above(section: Section) -> Iterator[str]:
    yield from _told("Cold import above its budget", {name: [name] for name in above(section)}, COLD)


def cpu_above(section: Section) -> Iterator[str]:
    """How many of the handlers, then each cause with those that it is the cause of."""
    found = above(section)
    if not found:
        return
    limited = sum(gate.limit is not None for gate in section.gates.values())
    yield f"**{len(found)} of {limited} handlers are above their budget.** {_LED_TO}"
    if (busy := section.made.get("others")) is None or busy >= verdicts.QUIET:
        yield "The machine was not idle when they were measured, so some of them may be within it: `make bench ONLY=cpu`.\n"
    by_operation: dict[str, list[str]] = {}
    for name, value in found.items():
        operation, lots = name.rsplit(", ", 1)
        by_operation.setdefault(operation, []).append(f"{value:g} at {lots}")
    yield from _told("Above", {name: [f"{name} ({', '.join(at)})"] for name, at in by_operation.items()}, CPU)


def units_above(operations: Sequence[str]) -> Iterator[str]:
    """`operations` are those whose requests or units are above their budget."""
    yield from _told("Above its budget", {name: [name] for name in operations}, UNITS)


def _told(how: str, found: Mapping[str, Sequence[str]], causes: Sequence[Cause]) -> Iterator[str]:
    for cause in causes:
        if named := [one for name in cause.of for one in found.get(name, ())]:
            yield f"**{how}: {', '.join(named)}.** {cause.said}\n"
