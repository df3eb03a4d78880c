"""What is said of the figures: what each means, and what limits it. Why a budget is not met: causes.py."""

from __future__ import annotations

from collections.abc import Mapping

QUIET = 0.2  # processors


def others(busy: float | None, *, counted: bool = False) -> str:
    """What everybody else did on the machine meanwhile."""
    if busy is None:
        return "How busy others kept the machine is not known."
    kept = f"Others kept {busy:g} processors busy meanwhile"
    if busy < QUIET:
        return f"{kept}."
    return f"{kept}, which changes no count." if counted else f"{kept}: ratios are rough, milliseconds too long."


def idle(busy: float | None) -> bool:
    return busy is not None and busy < QUIET


def while_others(busy: float | None) -> str:
    """The same, in few words."""
    if busy is None:
        return "beside nobody knows what"
    return "on an idle machine" if busy < QUIET else f"beside others' work on {busy:g} processors: rough"


UNITS = """Judged is by DESIGN's own numbers, with nothing added to them: what is above says **no** here and in the table of all rows, and has its reason below, and its plan or that it is accepted. The
budgets hold for items of up to 1 KB, which 37 lots fit into. At 366 lots an account is no longer below that, so what writes it takes two units more,
and what writes more that grows with it four; of such rows the requests are judged. By identifier the Get of the identifier comes on top where DESIGN has it, in recording,
and a key's two units where it has those, in earning, spending, holding and releasing. What DESIGN does not name is judged by what it is a kind of: grants, deductions, conversions and what
activates a promise as earning; refunds, and what calls off an earning or a promise, as undoing; a route as the operation that it is, on groups as on members. What
DESIGN has no budget for is held to its figure by the tests.
"""
TIMES = """Met or not is by what DESIGN asks for. Where something stands beside it, `make bench CHECK=1` lets pass as much, for what is asked of the table
says less there how much is to be done; it stays above its budget as long as DESIGN asks for less, and has its reason and plan below.
"""

SECTIONS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "units": (
        "Requests and units of each operation",
        """What one operation asks of the table, its configuration and credential already known to the process (one Get more
each every five seconds). Write units are the table's own, index units come on top. These are what AWS bills; they follow
from DynamoDB's published rules, because the engines for development count wrongly. The limit: sizes of numbers are
approximate in those rules, by a byte or two. A route is asked what its documentation shows, by a tenant with one member and
one order; steps are what queue, stream and schedule set off, a chunk's and a batch's whole. What DESIGN asks for are requests, write units, and
write units with those of indexes; a dash asks for nothing, and a row whose units are above that at 366 lots alone is one of an item that has outgrown its KB.""",
        {
            "operation": "Operation",
            "lots": "Lots",
            "requests": "Requests",
            "write_units": "Write units",
            "index_units": "Index units",
            "read_units": "Read units",
            "asked": "DESIGN asks for",
            "met": "Met",
        },
    ),
    "cpu": (
        "Handler CPU against bare botocore",
        """CPU of one process that handles a request, from the event as Lambda hands it over to the answer, Chalice and one log line
included, divided by the CPU of a bare boto3 client that sends the very same bytes and reads the very same answers. The
first ratio is against the client as boto3 makes it, its validation of parameters on; beside it the ratio with validation off,
as our own clients have it. Steps of queue and stream are called as the trigger's stub calls them; topic and
queues take what they send and do nothing with it, for a twin's work is none of ours, and the bucket is a dict. What a till asks now and then is
measured in fewer rounds. The limit: what is cheap against a request (a Get of one small item) has the largest ratio, because Chalice, the
credential, the log line and the answer's model cost the same however little is asked of the table.""",
        {
            "operation": "Operation",
            "lots": "Lots",
            "requests": "Requests",
            "handler_ms": "Handler, ms",
            "bare_ms": "Bare, ms",
            "ratio": "Ratio",
            "spread": "Spread",
            "bare_unchecked_ms": "Bare without validation, ms",
            "ratio_unchecked": "Ratio",
        },
    ),
    "cold": (
        "Cold start of each function",
        """CPU of a new process, over that of bare Python: `import app`, and up to the end of the first event. What runs is the package
as it is deployed, unzipped, with the bytecode that it brings, and no library of this machine. Bare is a process that
imports the same third-party modules of that package in the same order and, for the event, makes a boto3 client for each
service asked and sends the same requests. The row without bytecode is what a package of sources alone would take, both sides
compiling everything. Of our own part dataclasses come first, whose methods are compiled when they are defined. The limit: a
container's own start and the download of the package are AWS's and not in it.""",
        {
            "function": "Function",
            "bytecode": "Bytecode",
            "import_ms": "Import, ms",
            "import_bare_ms": "Bare, ms",
            "import_ratio": "Ratio",
            "import_spread": "Spread",
            "event_ms": "First event, ms",
            "event_bare_ms": "Bare, ms",
            "event_ratio": "Ratio",
            "event_spread": "Spread",
        },
    ),
    "crowds": (
        "record_order among many members and many lots",
        """The whole call of `record_order`, in turn at each size; the ratio is to the smallest size of the same engine. That of members
must stay at one: nothing that a purchase reads or writes grows with them. Lots are one account's own, and are read,
folded and written with it. The limit: DynamoDB Local keeps all in the memory of this machine, so its times say nothing
of AWS's.""",
        {
            "engine": "Engine",
            "by": "By",
            "size": "Size",
            "ms": "Time, ms",
            "cpu_ms": "of it our CPU, ms",
            "ratio": "Ratio",
            "spread": "Spread",
        },
    ),
    "imports": (
        "Files of purchases",
        """One consumer, from the bucket's notice to the report, in a process of its own with the code of the function: every line a
document of its own, four purchases a customer, each twentieth a return. Memory is the most the process had at any
time, and what it had before the file. It must not grow with the file; some tens of thousands of lines fill caches first.
The limit of rows a second is the wait for transactions, one after the other: sixteen consumers work at once in AWS.""",
        {
            "lines": "Lines",
            "rows_per_second": "Rows a second",
            "seconds": "Seconds",
            "cpu_ms": "CPU a row, ms",
            "memory_mib": "Memory at most, MiB",
            "memory_before_mib": "before, MiB",
        },
    ),
    "packaged": (
        "Through the packaged app",
        """The zip and template that go to AWS, on the local cloud, asked over HTTP by one client that keeps its connection. `evaluate`
is POST /v1/orders/simulate, `record` is POST /v1/orders, by card; `health` reaches no table and is the price of gateway and
function. The lag is how long after the answer to an order GET /v1/feed shows it. Nobody is timed before all that follows the first orders
has come to rest: for every batch under way the local cloud unpacks the zip and starts an instance, dozens of them, and while it does that even `health` waits, at times for a second. Of AWS's
cold starts it says nothing ([those](#cold-start-of-each-function) are measured by themselves). The limit: gateway, engine, functions and
client share two cores, and the local cloud polls its streams at its own pace, without the second for which the mapping
gathers a batch in AWS; p99 is of few requests.""",
        {
            "operation": "Operation",
            "count": "Requests",
            "p50_ms": "p50, ms",
            "p95_ms": "p95, ms",
            "p99_ms": "p99, ms",
        },
    ),
    "feed": (
        "From journal to feed",
        """Between journal and feed two work in turn. The reader asks the table's stream for a hundred records at a time, of
which a third are entries here, and keeps those: in AWS the event source mapping does that, and is neither ours nor paid for. The
relay is ours: entries a second, CPU and requests an entry are of its batches of up to a hundred entries. The lag is of single
orders, from the answer of their transaction to the feed's commit, both together and the relay's part of it. Units are those of
head, pages and counts for full batches: DESIGN section 6 asks for 0.11. The limit is one relay per shard: a tenant's feed has
one head, so relays of several shards take turns on it. On top of the lag comes what AWS adds:
it polls a stream four times a second, and the mapping gathers a batch for up to a second, which a quiet shop's entry waits out.""",
        {
            "entries": "Entries",
            "read_per_second": "Reader, entries a second",
            "relayed_per_second": "Relay, entries a second",
            "cpu_ms": "Relay's CPU an entry, ms",
            "requests_per_entry": "Requests an entry",
            "units_per_entry": "Write units an entry",
            "lag_p50_ms": "Lag p50, ms",
            "lag_p95_ms": "Lag p95, ms",
            "lag_relay_p50_ms": "of it the relay's, p50, ms",
        },
    ),
    "rules": (
        "Rules on one cart",
        """CPU of judging one cart of 20 lines by 200 rules that all give something, with what each line gets of each credit; the same beside
2,000 rules that are paused, or for others in any way in which a rule can be; and the conditions of the same 200 rules, without anything that they give, in two
libraries for expressions. The ratio is to our 200 rules alone: 2 ms are allowed for them, and 1.2 times as much beside the 2,000 others. The limit: rules are
compiled once for each version of the configuration, which is not in it.""",
        {"rules": "Judged", "ms": "CPU a cart, ms", "ratio": "Ratio", "spread": "Spread"},
    ),
    "roll": (
        "The daily job among many memberships",
        """Stays in a segment that are over, settled page by page by one worker, among others that are over later. What one takes must not
grow with the others: it is found by day in an index of sixteen shards, and nobody else is touched. Units are the table's and the indexes', of the
twin. The limit of stays a second is the wait for transactions, one after the other, on this machine; in AWS each page is a message, and several
workers take them.""",
        {
            "memberships": "Memberships",
            "due": "of them over",
            "seconds": "Seconds",
            "per_second": "Stays a second",
            "cpu_ms": "CPU each, ms",
            "requests_each": "Requests each",
            "units_each": "Write units each",
        },
    ),
    "push": (
        "A push to everybody",
        """One worker, from the start of the notification to its report, in a process of its own with the code of the function; every member has
a phone. Requests are those of the table; each phone is one of SNS besides. Memory is the most the process had at any time, and what it had before:
it must not grow with the members. The limit: here SNS answers at once, so that what we do ourselves is measured. Where it takes ten
milliseconds, one worker pushes to fewer than a hundred phones a second, and the eight parts of a notification to eight times as many.""",
        {
            "members": "Members",
            "seconds": "Seconds",
            "per_second": "Messages a second",
            "cpu_ms": "CPU each, ms",
            "requests_each": "Requests each",
            "memory_mib": "Memory at most, MiB",
            "memory_before_mib": "before, MiB",
        },
    ),
    "follow": (
        "Orders through relay and consumers",
        """Facts a second that the relay and each consumer of its messages works off, in a shop with a segment by criteria, that welcomes who has joined
it, and whose server wants every order. All consumers get facts of the same entries, as their subscriptions have it, and look at what is in the table then.
In AWS each is a function of its own, with as many workers as there are batches: the slowest sets the pace of one worker. Here they take turns, which the
column of all together tells, and is the highest rate that this machine holds with one. The lag is from the answer to one order until nothing follows from it any more. The
limit: topic, queues and the shop's server are twins that answer at once.""",
        {
            "orders": "Orders",
            "facts": "Facts",
            "relay_per_second": "Relay, facts a second",
            "automations_per_second": "Automations",
            "notify_per_second": "Notify",
            "webhooks_per_second": "Webhooks",
            "per_second": "All in turn",
            "lag_p50_ms": "Lag p50, ms",
            "lag_p95_ms": "Lag p95, ms",
        },
    ),
}
