"""Take the pulse of a stage: how far the relay is behind, and since when nothing was enqueued as due. Then the next beat.

reads    1 Query of the beat and the marks
writes   the next beat; on a stage's first days the marks that nobody has made yet, as if they were made now: 2 to 6 units

What nobody does any more is found by asking who did it last, not by waiting for what somebody would say of it: a relay
whose event source mapping is disabled or lost reports nothing at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.pulse import MARKS, Pulse, beat_put, mark_put, read_pulse


@dataclass(frozen=True, slots=True)
class Delays:
    """`relay_behind_ms` is 0 when the relay has seen the last beat, else the time since the last one that it saw: nothing
    recorded before is missing, and what waits is no older. `due_since_ms` is since the daily job last enqueued."""

    relay_behind_ms: int
    due_since_ms: int


def take_pulse(rt: Runtime) -> Delays:
    """Twice at once is as good as once. Raises Busy."""
    pulse, now = read_patiently(rt, partial(read_pulse, rt.table)), rt.clock.now()
    marks = [mark_put(name, now) for name in MARKS if name not in pulse.marks]
    settle(rt, lambda: (None, [beat_put(now), *marks]))
    return _delays(pulse, now)


def _delays(pulse: Pulse, now: Instant) -> Delays:
    relayed, due = (pulse.marks.get(name, now) for name in MARKS)
    seen = pulse.beat is None or relayed >= pulse.beat
    return Delays(0 if seen else now - relayed, now - due)
