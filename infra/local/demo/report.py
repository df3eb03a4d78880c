"""The outcome in words for people, and as one line of JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from chalicelib.areas.orders.file.faults import printable
from chalicelib.kit.periods import iso_day
from infra.local.demo.course import Outcome
from infra.local.demo.tally import Row, Tally

_SENTENCE = 300  # characters of a refusal's sentence that are shown
_NUMBER = 64


def json_line(outcome: Outcome) -> str:
    tally, standing = outcome.tally, outcome.standing
    points = standing.points
    figures = {
        "members": standing.members,
        "orders": tally.orders,
        "returns": tally.returns,
        "refused": tally.refused,
        "points": {
            "earned": points.earned,
            "cancelled": points.cancelled,
            "expired": points.expired,
            "available": points.available,
        },
        "tiers": dict(standing.tiers),
    }
    return json.dumps(figures, separators=(",", ":"))


def report(file: str, outcome: Outcome) -> str:
    return "\n".join(_lines(file, outcome)) + "\n"


def _lines(file: str, outcome: Outcome) -> Iterator[str]:
    tally, standing, points = outcome.tally, outcome.standing, outcome.standing.points
    yield f"Stampbook demo: {file}"
    yield ""
    yield _figure("Members enrolled", standing.members)
    yield _figure("Orders recorded", tally.orders)
    yield _figure("Returns recorded", tally.returns)
    yield _figure("Refused", tally.refused)
    yield from _refusals(tally)
    if tally.repeated:
        yield _figure("Repeated", tally.repeated) + "  (recorded before, word for word: nothing changed)"
    yield ""
    yield f"Points as of {'no day: nothing was bought' if outcome.as_of is None else iso_day(outcome.as_of)}"
    yield _figure("  earned", points.earned)
    yield _figure("  cancelled", points.cancelled)
    yield _figure("  expired", points.expired)
    yield _figure("  available", points.available)
    yield ""
    yield "Members per tier"
    yield from (_figure(f"  {tier}", count) for tier, count in standing.tiers.items())
    yield ""
    speed = tally.rows / outcome.seconds if outcome.seconds else 0.0
    yield f"{tally.rows:,} rows in {outcome.seconds:,.1f} s: {speed:,.0f} rows per second"
    accounts = "account" if outcome.settled == 1 else "accounts"
    yield f"{outcome.settled:,} {accounts} had something due at the end"


def _refusals(tally: Tally) -> Iterator[str]:
    """Most frequent reason first, then by name."""
    for code, refusals in sorted(tally.refusals.items(), key=lambda each: (-each[1].count, each[0])):
        yield _figure(f"  {code}", refusals.count)
        yield from (f"    {_example(row)}" for row in refusals.first)
        if refusals.count > len(refusals.first):
            yield f"    … and {refusals.count - len(refusals.first):,} more"


def _example(row: Row) -> str:
    """Whatever a file holds, the report stays on its lines."""
    number = f", document {printable(row['document'], _NUMBER)}" if row["document"] else ""
    return f"line {int(row['line']):,}{number}: {printable(row['message'], _SENTENCE)}"


def _figure(label: str, value: int) -> str:
    return f"{label:<24}{value:>14,}"
