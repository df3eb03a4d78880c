"""Read a statement: the entries of an account, newest first, each with what it changed and on which day.

reads    1 Query a page, up to 4 of a hundred entries where it is narrowed; where states are wanted, 1 BatchGet of profile and
         account before them (else 1 Get of the profile when there is nothing to show: is there such a member at all?)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY, Story
from chalicelib.areas.orders.model import CURRENCY
from chalicelib.areas.programs import store as programs
from chalicelib.areas.programs.model import Program
from chalicelib.errors import InvalidInput
from chalicelib.flows.account_views import id_of, numbered_bodies
from chalicelib.flows.lost_account import open_to_read
from chalicelib.flows.occasion_told import with_rules
from chalicelib.flows.opened import must_be_owner
from chalicelib.flows.statement_lines import StatementLine, lines_of
from chalicelib.flows.statement_states import ANY, Now, Whereabouts, whereabouts
from chalicelib.flows.terms import terms_of
from chalicelib.flows.value_days import days_of, recorded_since
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import MAX_SEQUENCE, owner_number
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.kit.periods import Day
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Entry, Stream, entries_query, entry_from

PAGE, PAGES = 100, 4


class StatementActor(Frozen):
    """Who asked for it: `kind` is `api_key`, or `system` for what a job does by itself; `name` what the key is called."""

    kind: str
    id: str
    name: str


class StatementEntry(Frozen):
    """`comment` is what an operator wrote to it, as long as it has not been erased."""

    entry_id: str
    sequence: int
    operation: str
    actor: StatementActor
    recorded_at: Time
    effective_at: Time
    comment: str | None
    lines: tuple[StatementLine, ...]


class Statement(Frozen):
    """`looked_back_to`: when the last entry was recorded that was looked at, so that a page that shows nothing and still goes
    on says how far it came. Null when there was none."""

    looked_back_to: Time | None
    items: tuple[StatementEntry, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are shown: of one type, one unit, points in one state (or any), and those that took effect from the first
    to the last of these days where the program is, whenever they were written down."""

    type: str | None = None
    unit: str | None = None
    first: Day | None = None
    last: Day | None = None
    state: str | None = None

    @property
    def narrow(self) -> bool:
        return any(one is not None for one in (self.type, self.unit, self.first, self.last, self.state))

    def has(self, day: Day) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


EVERYTHING = Wanted()


def read_statement(
    rt: Runtime,
    caller: Caller,
    of: tuple[str, int],
    limit: int,
    cursor: str | None,
    wanted: Wanted = EVERYTHING,
) -> Statement:
    """`of` is owner, a member or a group, and program. A narrow one may answer fewer than `limit`, even none, and still go on: it looks
    through four pages of a hundred at most. NotFound: owner, program. Refuses `unknown_unit` (neither a unit of the program nor
    written as a currency); InvalidInput: `invalid_span` (ends before it begins), `invalid_cursor`."""
    owner, program_id = of
    owner_number(owner)
    program = programs.program(rt.config.load(rt.table, caller.tenant), program_id)
    _must_be_askable(program, wanted)
    scope = _scope(caller.tenant, of, wanted)
    last = MAX_SEQUENCE if cursor is None else _before(scope, cursor)
    looked = _Looked(accounts.stream(caller.tenant, *of), program.zone, wanted)
    if wanted.state is None:
        looked.through(rt, last, limit)
    else:
        opened = open_to_read(rt, caller.tenant, *of)
        terms = terms_of(rt, caller.tenant, program_id)
        looked.places = whereabouts(terms.advance(Story(opened.account), rt.clock.now()).account)
        if looked.goes_on() and opened.head.version:
            looked.through(rt, min(last, opened.head.version), limit)
    if not looked.any and wanted.state is None:
        must_be_owner(rt, caller.tenant, owner)
    return Statement(
        looked_back_to=looked.back_to,
        items=tuple(looked.shown),
        next_cursor=encode_cursor(scope, looked.at) if looked.at > 1 and not looked.over else None,
    )


def _must_be_askable(program: Program, wanted: Wanted) -> None:
    """What can be in no statement is a mistake, not an empty page."""
    if wanted.unit is not None and not CURRENCY.fullmatch(wanted.unit):
        program.unit(wanted.unit)
    if wanted.first is not None and wanted.last is not None and wanted.last < wanted.first:
        raise InvalidInput("invalid_span", "A span must not end before it begins.", param="until")


@dataclass(slots=True)
class _Looked:
    """A way through the entries, newest first: `at` is the last that was looked at, `over` that no other can matter."""

    stream: Stream
    zone: str
    wanted: Wanted
    shown: list[StatementEntry] = field(default_factory=list)
    any: bool = False
    at: int = 0
    over: bool = False
    back_to: Instant | None = None
    places: Whereabouts | None = None
    since: Instant = field(init=False)

    def __post_init__(self) -> None:
        first = self.wanted.first
        self.since = 0 if first is None else recorded_since(first, self.zone)

    def through(self, rt: Runtime, last: int, limit: int) -> None:
        pages, size = (PAGES, PAGE) if self.wanted.narrow else (1, limit)
        for _ in range(pages):
            page = rt.table.query(entries_query(self.stream, 1, last, reverse=True, limit=size))
            for attrs in page.items:
                self._look(entry_from(self.stream, attrs))
                if not self.goes_on() or len(self.shown) == limit:
                    return
            if len(page.items) < size:
                self.over = page.next is None
            if self.at <= 1 or self.over:
                return
            last = self.at - 1

    def goes_on(self) -> bool:
        """Not where nothing that was given before can be in the state that is wanted."""
        wanted = self.wanted
        if not self.over and self.places is not None and wanted.state is not None:
            self.over = not self.places.may_be_older(wanted.state, wanted.unit)
        return not self.over

    def _look(self, entry: Entry) -> None:
        self.any, self.at, self.back_to = True, entry.sequence, entry.recorded_at
        if self.places is not None:
            self.places.look(entry)
        if entry.recorded_at < self.since:
            self.over = True
            return
        entry_shown = _shown(entry, self.zone, self.wanted, self.places)
        if entry_shown.lines or not self.wanted.narrow:
            self.shown.append(entry_shown)


def _scope(tenant: str, of: tuple[str, int], wanted: Wanted) -> str:
    narrowed = f"/{wanted.type}/{wanted.unit}/{wanted.first}/{wanted.last}/{wanted.state}" if wanted.narrow else ""
    return f"{tenant}/statement/{of[0]}/{of[1]}{narrowed}"


def _before(scope: str, cursor: str) -> int:
    match decode_cursor(scope, cursor):
        case int() as sequence if 1 < sequence <= MAX_SEQUENCE:
            return sequence - 1
    raise another_list()


def _shown(entry: Entry, zone: str, wanted: Wanted, places: Whereabouts | None) -> StatementEntry:
    lines: list[StatementLine] = []
    for (number, body), day in zip(numbered_bodies(entry, with_rules(entry)), days_of(entry, zone), strict=True):
        if wanted.type in (None, body["type"]) and wanted.has(day):
            fact = VOCABULARY.decode(body)
            now = None if places is None else places.now(fact, entry.undone.get(number, 0))
            made = lines_of(entry, number, fact, day)
            lines += (_with(line, now) for line in made if wanted.unit in (None, line.unit))
    kind, actor_id, name = entry.header["actor"]
    return StatementEntry(
        entry_id=id_of(entry),
        sequence=entry.sequence,
        operation=entry.header["operation"],
        actor=StatementActor(kind=kind, id=actor_id, name=name),
        recorded_at=entry.recorded_at,
        effective_at=entry.effective_at,
        comment=None if entry.private is None else entry.private.get("comment"),
        lines=tuple(line for line in lines if _is_in(line, wanted.state)),
    )


def _with(line: StatementLine, now: tuple[str, Now] | None) -> StatementLine:
    """What left a unit for another gave nothing in its own."""
    gave = now is not None and now[0] == line.unit and (line.amount or 0) >= 0
    return line.model_copy(update={"now": now[1]}) if gave and now is not None else line


def _is_in(line: StatementLine, state: str | None) -> bool:
    return state is None or (line.now is not None and state in (ANY, line.now.state))
