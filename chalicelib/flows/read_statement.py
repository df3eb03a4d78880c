"""Read a statement: the entries of an account, newest first, each with what it changed.

reads    1 Query a page, up to 4 of a hundred entries where it is narrowed (+ 1 Get of the profile when there is nothing to show: is there such a member at all?)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY
from chalicelib.areas.programs import store as programs
from chalicelib.errors import InvalidInput
from chalicelib.flows.account_views import id_of
from chalicelib.flows.opened import must_be_owner
from chalicelib.flows.statement_lines import StatementLine, lines_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import FUTURE_TOLERANCE_MS
from chalicelib.kit.ids import MAX_SEQUENCE, owner_number
from chalicelib.kit.paging import decode_cursor, encode_cursor
from chalicelib.kit.periods import Day, day_starts, local_day
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Entry, Stream, entries_query, entry_from

PAGE, PAGES = 100, 4


class StatementEntry(Frozen):
    """`comment` is what an operator wrote to it, as long as it has not been erased."""

    entry_id: str
    sequence: int
    operation: str
    recorded_at: Time
    effective_at: Time
    comment: str | None
    lines: tuple[StatementLine, ...]


class Statement(Frozen):
    items: tuple[StatementEntry, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are shown: of one type, one unit, and days of value time where the program is, both ends included."""

    type: str | None = None
    unit: str | None = None
    first: Day | None = None
    last: Day | None = None

    @property
    def narrow(self) -> bool:
        return any(one is not None for one in (self.type, self.unit, self.first, self.last))


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
    through four pages of a hundred at most. NotFound: owner, program. InvalidInput: `invalid_cursor`."""
    owner, program_id = of
    owner_number(owner)
    program = programs.program(rt.config.load(rt.table, caller.tenant), program_id)
    scope = _scope(caller.tenant, of, wanted)
    last = MAX_SEQUENCE if cursor is None else _before(scope, cursor)
    looked = _Looked(accounts.stream(caller.tenant, *of), program.zone, wanted)
    looked.through(rt, last, limit)
    if not looked.any:
        must_be_owner(rt, caller.tenant, owner)
    return Statement(
        items=tuple(looked.shown),
        next_cursor=encode_cursor(scope, looked.at) if looked.at > 1 and not looked.over else None,
    )


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

    def through(self, rt: Runtime, last: int, limit: int) -> None:
        pages, size = (PAGES, PAGE) if self.wanted.narrow else (1, limit)
        for _ in range(pages):
            page = rt.table.query(entries_query(self.stream, 1, last, reverse=True, limit=size))
            for attrs in page.items:
                self._look(entry_from(self.stream, attrs))
                if self.over or len(self.shown) == limit:
                    return
            if len(page.items) < size:
                self.over = page.next is None
            if self.at <= 1 or self.over:
                return
            last = self.at - 1

    def _look(self, entry: Entry) -> None:
        self.any, self.at = True, entry.sequence
        day = local_day(entry.effective_at, self.zone)
        first = self.wanted.first
        if first is not None and entry.recorded_at < day_starts(first, self.zone) - FUTURE_TOLERANCE_MS:
            self.over = True
            return
        if (first is not None and day < first) or (self.wanted.last is not None and day > self.wanted.last):
            return
        entry_shown = _shown(entry, self.wanted)
        if entry_shown.lines or not self.wanted.narrow:
            self.shown.append(entry_shown)


def _scope(tenant: str, of: tuple[str, int], wanted: Wanted) -> str:
    narrowed = f"/{wanted.type}/{wanted.unit}/{wanted.first}/{wanted.last}" if wanted.narrow else ""
    return f"{tenant}/statement/{of[0]}/{of[1]}{narrowed}"


def _before(scope: str, cursor: str) -> int:
    match decode_cursor(scope, cursor):
        case int() as sequence if 1 < sequence <= MAX_SEQUENCE:
            return sequence - 1
    raise InvalidInput("invalid_cursor", "This cursor does not belong to this list.", param="cursor")


def _shown(entry: Entry, wanted: Wanted) -> StatementEntry:
    bodies = (body for body in entry.facts if wanted.type in (None, body["type"]))
    lines = (line for body in bodies for line in lines_of(VOCABULARY.decode(body)))
    return StatementEntry(
        entry_id=id_of(entry),
        sequence=entry.sequence,
        operation=entry.header["operation"],
        recorded_at=entry.recorded_at,
        effective_at=entry.effective_at,
        comment=None if entry.private is None else entry.private.get("comment"),
        lines=tuple(line for line in lines if wanted.unit in (None, line.unit)),
    )
