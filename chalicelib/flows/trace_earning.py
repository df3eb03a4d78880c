"""Where what came in went: what later facts did to its positions, what time has done since the last of them, and what is left
of it as of now. So it adds up whether or not somebody has written down what time did.

reads    1 BatchGet of profile, account and the credit's entry, 1 Query of at most 250 entries a page; nothing is written

What came in one lot is followed in one go. What was received may lie in hundreds: a page follows some of them, for a cursor
has room for so many; those after them begin anew behind the credit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY, Account, Piece, Story
from chalicelib.areas.accounts.model.apart import pieces_sum
from chalicelib.areas.accounts.model.decisions.apart import held_of, pending_of
from chalicelib.areas.accounts.model.facts import PointsExpired, PointsPromised, PointsRefunded
from chalicelib.areas.accounts.model.lots import Span, free_within, length, meeting, spans_by_lot
from chalicelib.errors import Refused
from chalicelib.flows.account_views import id_of, numbered_bodies
from chalicelib.flows.other_side import came_from, received_as
from chalicelib.flows.terms import terms_of
from chalicelib.flows.trace_pieces import CAME_OR_WENT, SPAN, TOUCHED, Pieces, given_by
from chalicelib.flows.undo_commit import Named, Wanted, named_fact, open_entry
from chalicelib.flows.value_days import days_told, moments_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.facts import encode
from chalicelib.kit.ids import MAX_SEQUENCE
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.kit.periods import local_day
from chalicelib.kit.wire import CalendarDay, Time
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Entry, Head, Stream, entries_query, entry_from

LOTS = 40  # how many a page follows: their counts are in its cursor


class Movement(Frozen):
    """What a fact did to `amount` of it: `type` says what. `id` is the fact's, or its entry's if it has none; null of what
    time has done and nobody has written down yet, as the daily job or whatever comes next will. What was sent is
    with `peer_id` now, where it can be traced as `received_id`. `value_day` is the day on which it took effect where the
    program is, as a statement has it, and `at` the moment of it, whenever it was written down: what passes with its last day
    is gone as the day after it begins."""

    id: str | None
    type: str
    amount: int
    value_day: CalendarDay
    at: Time
    peer_id: str | None = None
    received_id: str | None = None


class EarningTrace(Frozen):
    """Now, `left` of it can be used; `held` and `pending` stand apart. What came back as new points is not of it. Received
    points came from `peer_id`, by `transfer_id`, which is traced among its spends; those that were given back say in `undoes_id`
    of what."""

    earning_id: str
    type: str
    unit: str
    amount: int
    left: int
    held: int
    pending: int
    peer_id: str | None
    transfer_id: str | None
    undoes_id: str | None
    items: tuple[Movement, ...]
    next_cursor: str | None


class _Left(NamedTuple):
    left: int
    held: int
    pending: int


@dataclass(slots=True)
class _Way:
    """How far one has come: `first` is the next entry, `there` how much is there of each of the lots that are followed, in
    their order, `group` which of them those are."""

    named: Named
    unit: str
    pieces: Pieces
    first: int
    group: int
    there: dict[int, int]

    @property
    def lots(self) -> list[int]:
        """All of them."""
        return sorted({piece[0] for piece in self.pieces})

    @property
    def spans(self) -> Mapping[int, list[Span]]:
        return spans_by_lot([piece for piece in self.pieces if piece[0] in self.there])

    def begin(self, group: int) -> bool:
        """With these lots; not where there are no more."""
        lots = self.lots[group * LOTS : (group + 1) * LOTS]
        at_once = not isinstance(self.named.fact, PointsPromised)
        self.first, self.group = self.named.entry.sequence, group
        self.there = {lot: pieces_sum([piece for piece in self.pieces if piece[0] == lot]) * at_once for lot in lots}
        return bool(lots)

    def go_on(self, first: int, group: int, counts: list[int]) -> None:
        """From where a cursor says."""
        if not self.begin(group) or len(counts) != len(self.there):
            raise another_list()
        self.first, self.there = first, dict(zip(self.there, counts, strict=True))


def trace_earning(rt: Runtime, caller: Caller, owner: str, earning_id: str, cursor: str | None = None) -> EarningTrace:
    """Of whatever gave points: an earning, a grant, a conversion, what was received or given back. The oldest movement first,
    of so many lots at a time; a page may be empty and not the last. NotFound: owner, entry. Refuses `not_an_earning`.
    InvalidInput `invalid_cursor`."""
    what = Wanted(owner, earning_id, "earning_id")
    scope = f"{caller.tenant}/earning/{earning_id}"
    opened, own = open_entry(rt, caller.tenant, what)
    named = named_fact(what, own)
    way = _begun(named, scope, cursor)
    terms = terms_of(rt, caller.tenant, what.ref.program)
    stream = accounts.stream(caller.tenant, what.ref.owner, what.ref.program)
    page = rt.table.query(entries_query(stream, way.first, opened.head.version, limit=SPAN))
    items: list[Movement] = []
    for attrs in page.items:
        entry = entry_from(stream, attrs)
        way.first = entry.sequence + 1
        items += _moved(entry, way, terms.program.zone)
    story = terms.advance(Story(opened.account), rt.clock.now())
    if way.first > opened.head.version:
        due = _to_be_written(stream, opened.head, story, terms.program.zone)
        items += (moved.model_copy(update={"id": None}) for moved in _moved(due, way, terms.program.zone))
    return EarningTrace(
        earning_id=earning_id,
        type=named.fact.type,
        unit=way.unit,
        amount=pieces_sum(way.pieces),
        **_left_now(story.account, way.unit, way.pieces)._asdict(),
        **came_from(own, named.number, named.fact),
        items=tuple(items),
        next_cursor=_next(scope, way, opened.head.version),
    )


def _to_be_written(stream: Stream, head: Head, story: Story, zone: str) -> Entry:
    """What time has done, as the entry that would tell of it now."""
    at = story.account.advanced_to
    header = {"effective_at": at, "day": local_day(at, zone), "days": days_told(story.facts, zone)}
    return Entry(stream, head.version + 1, header, tuple(encode(fact) for fact in story.facts), None, "")


def _begun(named: Named, scope: str, cursor: str | None) -> _Way:
    given = _given(named.fact)
    if given is None:
        raise Refused("not_an_earning", "This is no earning, nor anything else that gave points.", param="earning_id")
    way = _Way(named, *given, first=0, group=0, there={})
    if cursor is None:
        way.begin(0)
    else:
        way.go_on(*_place(scope, cursor))
    return way


def _given(fact: Any) -> tuple[str, Pieces] | None:
    """What was given back is followed into the lots that it had come from as well."""
    if isinstance(fact, PointsRefunded):
        pieces = (*fact.pieces, *(() if fact.fresh is None else (fact.fresh,)))
        return (fact.unit, pieces) if pieces else None
    return given_by(fact)


def _next(scope: str, way: _Way, last: int) -> str | None:
    if way.first > last and not way.begin(way.group + 1):
        return None
    return encode_cursor(scope, [way.first, way.group, list(way.there.values())])


def _moved(entry: Entry, way: _Way, zone: str) -> Iterator[Movement]:
    """What the entry did to these positions, if it is the credit's own: after it."""
    spans, earlier = way.spans, entry.sequence == way.named.entry.sequence
    for (number, body), (day, at) in zip(numbered_bodies(entry), moments_of(entry, zone), strict=True):
        if earlier:
            earlier = number != way.named.number
            continue
        cls = VOCABULARY.classes.get(body["type"])
        if cls is None or cls not in TOUCHED:
            continue
        fact = VOCABULARY.decode(body)
        parts = _parts(fact, way, spans)
        for lot, amount in parts.items():
            way.there[lot] += CAME_OR_WENT[cls] * amount
        if amount := sum(parts.values()):
            name, other = id_of(entry, number), received_as(entry, fact)
            yield Movement(id=name, type=fact.type, amount=amount, value_day=day, at=at, **other)


def _parts(fact: Any, way: _Way, spans: Mapping[int, list[Span]]) -> dict[int, int]:
    """How much of each lot the fact is about. A lot that passes takes all that is there, without naming positions."""
    if isinstance(fact, PointsExpired) and not fact.pieces:
        return {lot: there for lot, there in way.there.items() if (fact.unit, fact.lot) == (way.unit, lot)}
    parts: Counter[int] = Counter()
    for piece in TOUCHED[type(fact)](fact, way.unit):
        parts[piece[0]] += meeting(spans, (piece,))
    return {lot: amount for lot, amount in parts.items() if amount}


def _left_now(account: Account, unit: str, pieces: Pieces) -> _Left:
    wallet, left, pending = account.wallet(unit), 0, 0
    for lot_number, start, end, *_ in pieces:
        lot = wallet.lot(lot_number)
        left += 0 if lot is None else length(free_within(lot, start, end))
        pending += pieces_sum(pending_of(account, unit, Piece(lot_number, start, end)))
    return _Left(left, held_of(account, unit, pieces), pending)


def _place(scope: str, cursor: str) -> tuple[int, int, list[int]]:
    match decode_cursor(scope, cursor):
        case [int() as first, int() as group, [*counts]] if 0 < first <= MAX_SEQUENCE and group >= 0:
            if all(isinstance(count, int) and count >= 0 for count in counts):
                return first, group, counts
    raise another_list()
