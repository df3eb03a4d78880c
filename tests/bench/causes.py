"""Why a budget of DESIGN may not be met, by what it is the budget of, and what is planned. How many are not, and which, is said from the figures.

A cause is what a profile showed (tests/bench/profiled.py). It is said in words: how large its share is nobody measures, so that
a share of it would be a figure without a command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.bench import cold, cpu, verdicts
from tests.bench.figures import Section


@dataclass(frozen=True)
class Cause:
    """`of` are operations and routes, as the tables name them. `accepted`: what is above stays so, and DESIGN's row is what
    should change (proposals.py); of the rest a plan is said."""

    of: tuple[str, ...]
    said: str
    accepted: bool = False


_DAY_MOVES = """Whatever falls due is listed by day in an index. What is promised for a day, held until one, and what lots end, makes the account move to
another day of that list, and DynamoDB bills a changed key of an index as two writes. Accepted, for a list by anything coarser than
days would be of accounts that are mostly not due, each read for nothing ([why](decisions/bench-what-a-budget-is-of.md))."""
_ON_MEMBERS, _ON_GROUPS = "POST /v1/members/{member_id}", "POST /v1/groups/{group_id}"
UNITS = (
    Cause(
        ("evaluate by identifier", "evaluate a cart by identifier"),
        """DESIGN has the Get of the identifier for recording and none for evaluating; whose snapshot is to be read is known by that Get alone.
Accepted, because a till that evaluates and then records has the member's id in the first answer, and needs the Get once.""",
        accepted=True,
    ),
    Cause(
        ("evaluate, without an account",),
        """An account that is lost must not pass for one that there never was. Recording meets the entry that is there already; evaluating meets
nothing, so that it asks for the first entry of whoever has no account. Accepted, because nobody who has one pays it, and nobody who is unknown
([why](decisions/feeds-damaged-items.md)).""",
        accepted=True,
    ),
    Cause(
        ("record a first order, enrolling",),
        """DESIGN's row is of an order by somebody who is known. Whoever is not is enrolled by the same transaction: profile, identifier and a journal of
their own on top, and the lists that they come onto. Accepted, because an enrolment of its own would write as much, and enrol whoever's
order is refused ([why](decisions/orders-enrolment-in-the-same-commit.md)).""",
        accepted=True,
    ),
    Cause(
        ("assign an order", "POST /v1/orders/{order_id}/assign"),
        """It is listed where the member's orders are and no longer among those of nobody, and two journals tell of it: that of the account, and the order's own,
which would else have no end. Accepted, because each order is assigned once ([why](decisions/orders-of-nobody.md)).""",
        accepted=True,
    ),
    Cause(
        (
            "evaluate, in a group",
            "evaluate a cart, in a group",
            "record an order, in a group",
            "earn, in a group",
            "spend, in a group",
            f"{_ON_GROUPS}/earnings",
            f"{_ON_GROUPS}/spends",
            f"{_ON_GROUPS}/holds",
        ),
        """Who is in a group acts for it. Which one, the member's profile says, so the group's profile and account are asked for after it: one request more for whoever
is in one, and for nobody else. (A hold that lapses moves its account's day as well: see *activate an earning*.) Accepted, because an item that led to both at once would cost a key more in every operation of every
member ([why](decisions/groups-one-request-more.md)).""",
        accepted=True,
    ),
    Cause(
        ("refund with a key", "transfer with a key"),
        """The row of earning and spending has the guard of a key, these have not; yet every write takes one. It is an item of its own in the transaction, so it
has the same price here. Accepted, because without the guard a repeat could not be told from a second refund or transfer.""",
        accepted=True,
    ),
    Cause(
        (f"{_ON_MEMBERS}/transfers", f"{_ON_GROUPS}/transfers"),
        """Whoever has never had points is on no list of what falls due, and comes onto it with the first ones: the index has an item more. Who has had some
is on it already, as *transfer* has it. Accepted, because an account that is not on the list would be settled by nobody.""",
        accepted=True,
    ),
    Cause(
        (
            "undo a transfer",
            f"{_ON_MEMBERS}/transfers/{{transfer_id}}/undo",
            f"{_ON_GROUPS}/transfers/{{transfer_id}}/undo",
        ),
        """A budget for undoing is one account's, and here two are undone: two accounts, two entries, and both old entries, which are marked. Which
account is the other one, the sender's old entry says alone: it is read first, and then all the rest by one BatchGet. Accepted, for each journal tells by
itself what of it was undone, and the id of an entry has room for one account.""",
        accepted=True,
    ),
    Cause(
        ("activate an earning", "cancel a promise", f"{_ON_MEMBERS}/holds", "one due account"),
        _DAY_MOVES,
        accepted=True,
    ),
    Cause(
        ("statement page by state",),
        """What has become of points is seen from where they are now, which the account says and no entry does; so the account is read before the
page. Whoever does not ask for states pays the page alone. Accepted, for entries that said it would have to be written anew with every spend.""",
        accepted=True,
    ),
    Cause(
        ("redeem a reward with code and stock",),
        """A code is a coupon that a till can use: the coupon, the look-up of its code, and what is counted of its series and of the member are written with the
redemption. DESIGN's row is of a code that nobody reads. Accepted, because giving the coupon by a second transaction could leave points spent and no code
([why](decisions/rewards-codes-are-coupons.md)).""",
        accepted=True,
    ),
    Cause(
        (
            "join a segment by hand",
            "join a segment by hand, 100 members",
            "join a segment by a file, 100 members",
            "join a segment by criteria",
            "POST /v1/segments/{segment_id}/members",
        ),
        """DESIGN's row is of a membership that is put down by itself. Here a stay is a fact: entry, profile (which has the entry's number), membership and a slice of the count are one
transaction, in which DynamoDB bills every unit twice, after a BatchGet that says who is in it already; by criteria the account is looked at as well, a file and whoever repeats safely have a key for every transaction, a file what any chunk asks, and a stay that ends is listed by its day. For less one of these would have to go: the count, if the relay summed
it up and it lagged behind; the transaction, and a stay could be there that no entry tells; entry and profile, and with them what audit log, feeds, webhooks, perks on joining and `make verify`
know of it. Accepted, because the ledger's law is an entry for each member to whom something happens ([why](decisions/segments-told-where-they-come-about.md)).""",
        accepted=True,
    ),
    Cause(
        ("join a segment by a rule, recording an order",),
        """It asks no request beside the order's, and its facts stand in the order's entry: what comes on top is the membership and a slice of the count, each billed twice, for they are written by the order's transaction. Accepted,
because a stay that was put down after the order could get lost between the two, and one before it outlive an order that is refused ([why](decisions/segments-told-where-they-come-about.md)).""",
        accepted=True,
    ),
    Cause(
        ("push to 100 members",),
        """DESIGN's row has the batches of receipts alone, and these are what is written: a unit each. Before each batch one BatchGet reads profiles and phones, for neither consent nor phone may be older than what is sent. Accepted, because a
part that was cut with them in it would still push to whoever has withdrawn since ([why](decisions/notifications-sent-then-written-down.md)).""",
        accepted=True,
    ),
)
COLD = (
    Cause(
        ("import of api_handler",),
        """What is our own is dataclasses above all: each frozen one with slots has its methods written as text and compiled. What is no value has no
more of them than are called, and bucket, queues and topic are loaded by who asks something of them ([why](decisions/house-what-a-cold-start-loads.md)). Patterns compiled at import come next, pydantic's models far behind, since their building is deferred; the garbage collector does not look while modules load. The plan: read accounts, orders and members
without the parts of their models that only writing needs.""",
    ),
)
_DECIDES = (
    "record an order by id",
    "record an order by identifier",
    "record a first order, enrolling",
    "record an order, in a group",
    "assign an order",
    "return",
    "earn",
    "spend",
    "hold",
    "capture",
    "release",
    "transfer",
    "undo a transfer",
    "refund",
    "undo an earning",
    "grant",
    "deduct",
    "activate by event",
    "cancel a promise",
    "convert",
    "pin a tier for good",
    "unpin a tier",
    "recalculate a tier",
    "one due account",
)
CPU = (
    Cause(
        ("simulate an order by id", "simulate an order by identifier"),
        """As much is decided as for an order that is recorded, in one request less, so that there is less to divide by; [what is allowed
here](decisions/bench-what-a-budget-is-of.md) is as much beside the requests as for recording. What it is by the profile: what every request costs beside the table (Chalice, body, credential, log line), then rules, then
the tier, which is judged three times; the entry that is only shown is the least of it. At the limit of lots reading them comes first. The plan:
judge the tier once where nothing has changed between, and leave lots as they are stored until a decision touches them.""",
    ),
    Cause(
        _DECIDES,
        """By the profile: each item that is written is JSON of its own, and whoever is enrolled has two more and a second entry; the tier is judged
three times; then decision, facts, and sums of lots that are checked with every write. All lots are read and written whichever a
decision touches, so that the ratio grows with them. The plan: judge the tier once where nothing has changed between, and leave
lots as they are stored until a decision touches them.""",
    ),
    Cause(
        ("balance", "expiries"),
        """One item is read, and by the profile most of what is ours is what every request costs: Chalice, credential, log line, answer. The tier is judged
for what is shown of it. At many lots reading them comes first, then their days, each a line of the answer. The plan: judge the tier once, and
sum up days from lots as they are stored, without making one of each.""",
    ),
    Cause(
        (
            "member's orders",
            "order",
            "member",
            "group",
            "find a member",
            "feed page",
            "directory page",
            "histogram of a member",
            "histogram of a program",
        ),
        """Little is asked of the table, and what a request costs besides is the same however little that is: Chalice, the credential,
the log line, the answer's model. The plan: an answer of plain values, which no model checks again, as a balance's days are.""",
    ),
    Cause(
        ("statement page", "proof of an account", "trace of a spend"),
        """One request for many entries, for which [more is allowed here](decisions/bench-what-a-budget-is-of.md) by the entry. By the profile each is unpacked, its shape
looked at, its facts decoded; then a statement makes a line of each fact, and a proof folds them, which makes account and wallet anew for every
one, and hashes the entry again. The plan: lines that no model checks, and a fold that makes account and wallet anew once an entry.""",
    ),
    Cause(
        ("enrol", "change a member", "create a group", "join a group", "config change", "rules of a program"),
        """Small items against the same cost of Chalice, credential, log line and answer; what is written is checked by a model first,
and has an entry that is hashed. A change of the configuration reads, checks and keeps all of it, and so does whoever asks next. The plan:
read no configuration anew that the process itself has just written.""",
    ),
    Cause(
        ("relay 100 entries",),
        """Three requests for a hundred entries, for which [more is allowed here](decisions/bench-what-a-budget-is-of.md) by the entry. By the profile most of it is
reading: each is unpacked, looked at and counted to see whether it can be; then it is counted once more with the others, and referred to. The plan:
keep what the first count gave, and add that up.""",
    ),
    Cause(
        ("import chunk of 50 documents",),
        """Between the requests of a document its lines are read and checked, a sale is decided, and a line of the result written, for
which there is no request of the table. The plan: that of an order which is recorded, for most of it is one.""",
    ),
    Cause(
        ("schedule the due job", "take the pulse"),
        """Two requests of small items against one log line with its metrics; by the profile nothing else of ours is to be seen. The plan:
to look again, with a profile, if that is no longer so.""",
    ),
)
_LED_TO = """Profiles (`python -m tests.bench.profiled balance`) led to this: items are made, read and written by what their class declares, without PynamoDB's
model machinery; lots have the fields that are stored and stand in the order in which they expire, so that only the first ones
are asked what is due; our clients have a name of their own, where botocore puts one together for every request; a log
line is put together in one go; an answer decodes only the facts that it shows, and checks no value of ours a
second time where there are hundreds. None of it changed what is stored, and every sum of lots is still checked with every write.
"""


def above(section: Section, asked_for: Callable[[str], float | None]) -> dict[str, float]:
    """Figures above what DESIGN asks for, whatever the gate lets through, with what was measured."""
    asked = {name: asked_for(name) for name in section.gates}
    return {
        name: section.gates[name].value for name, most in asked.items() if most and section.gates[name].value > most
    }


def cold_above(section: Section) -> Iterator[str]:
    yield from _told("Cold import above its budget", {name: [name] for name in above(section, cold.asked_for)}, COLD)


def cpu_above(section: Section) -> Iterator[str]:
    """How many of the handlers, by either column, then each cause with those that it is the cause of."""
    found, unchecked = above(section, cpu.asked_for), above_unchecked(section)
    if not found and not unchecked:
        return
    judged = sum(cpu.asked_for(name) is not None for name in section.gates)
    yield f"""**{len(found)} of {judged} handlers are above their budget**, if it is of bare botocore as boto3 makes it, its validation of parameters on.
**Like for like, {len(unchecked)} of {judged} are**: against a bare client without that validation, as our own have none{_listed(unchecked)}.
"""
    yield _LED_TO
    if not verdicts.idle(section.made.get("others")):
        yield "The machine was not idle when they were measured, so some of them may be within it: `make bench ONLY=cpu`.\n"
    by_operation: dict[str, list[str]] = {}
    for name, value in found.items():
        operation, lots = name.rsplit(", ", 1)
        by_operation.setdefault(operation, []).append(f"{value:g} at {lots}")
    yield from _told("Above", {name: [f"{name} ({', '.join(at)})"] for name, at in by_operation.items()}, CPU)


def above_unchecked(section: Section) -> dict[str, float]:
    """Handlers above as much of a bare client that validates no more than ours does."""
    ratios = {f"{row['operation']}, {row['lots']} lots": row["ratio_unchecked"] for row in section.rows}
    asked = {name: cpu.asked_for(name) for name in ratios}
    return {name: ratio for name, ratio in ratios.items() if (most := asked[name]) and ratio > most}


def _listed(ratios: Mapping[str, float]) -> str:
    told = "; ".join(f"{' at '.join(name.rsplit(', ', 1))} ({ratio:g})" for name, ratio in ratios.items())
    return f", namely {told}" if told else ""


def units_above(operations: Sequence[str]) -> Iterator[str]:
    """`operations` are those, and the routes, whose requests or units are above their budget."""
    yield from _told("Above its budget", {name: [name] for name in operations}, UNITS)


def _told(how: str, found: Mapping[str, Sequence[str]], causes: Sequence[Cause]) -> Iterator[str]:
    for cause in causes:
        if named := [one for name in cause.of for one in found.get(name, ())]:
            yield f"**{how}: {'; '.join(named)}.** {cause.said}\n"
