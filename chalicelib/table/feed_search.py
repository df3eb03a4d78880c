"""Whether an entry has been dealt with: looked up in the feed's pages, numbered and quiet ones, from their end.

access pattern         | key                                     | items | cost               | by
references, last first | {t}#FEED / P#{page:010}…{next_page:010} | 0–n   | 1 Query a MB, 1 RU | pages_query, pages_since, references_since
quiet ones, last first | {t}#FEED / Q#{page:010}…{next_page:010} | 0–n   | 1 Query a MB, 1 RU | pages_query, found_among

A page says when it was opened, and whatever stands in the pages before it was there by then. So a walk that looks for
entries recorded since some time ends at the first page opened before it. References are not in the order of their time:
what a repair added stands where the feed ended on that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from chalicelib.kit.clock import Instant
from chalicelib.table.feed import (
    LANES,
    PAGE_SIZE,
    FeedHead,
    Lane,
    Place,
    Reference,
    opened_at_of,
    page_key,
    references_from,
)
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs, Between, Query, Table

CLOCKS_APART_MS = 3_600_000  # whose clock recorded an entry and whose opened a page may differ by so much
MOST_REFERENCES = 10**10 * PAGE_SIZE  # as many as pages can be named for
_EMPTY = FeedHead()


def found_among(
    table: Table, tenant: str, head: FeedHead, wanted: Set[Place], since: Instant, known: FeedHead = _EMPTY
) -> dict[Place, Reference]:
    """Which of the wanted entries, all recorded at `since` or later, the feed has; `known`: what it had up to there is
    known already. What joins it after `head` was read may be among them."""
    return {
        reference.place: reference
        for lane in LANES
        for reference in references_since(table, tenant, lane, head, since, known)
        if reference.place in wanted
    }


def pages_query(tenant: str, lane: Lane, first: int, last: int) -> Query:
    """From the page of one number to that of another, the last of them first."""
    pages = Between(page_key(tenant, first, lane).sk, page_key(tenant, last, lane).sk)
    return Query(page_key(tenant, 1).pk, pages, reverse=True)


def references_since(
    table: Table, tenant: str, lane: Lane, head: FeedHead, since: Instant, known: FeedHead = _EMPTY
) -> Iterator[Reference]:
    """At least those that were added at `since` or later, page by page from the end."""
    for page in pages_since(table, tenant, lane, head, since, known):
        yield from references_from(page)


def pages_since(
    table: Table, tenant: str, lane: Lane, head: FeedHead, since: Instant, known: FeedHead = _EMPTY
) -> Iterator[Attrs]:
    """The pages that hold them. 1 Query a MB of pages."""
    first, last = known.next_of(lane), head.next_of(lane)
    if first == last:
        return
    for page in every_item(table, pages_query(tenant, lane, first, last)):
        yield page
        if ended_before(page, since):
            return


def ended_before(page: Attrs, since: Instant) -> bool:
    """Whether what stands in the pages before this one was there by then."""
    opened_at = opened_at_of(page)
    return opened_at is not None and opened_at < since - CLOCKS_APART_MS
