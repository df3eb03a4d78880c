"""Answer a beat: the relay has come so far in the table's stream.

writes   the mark: 2 units

A batch that comes again answers its beat again: for as long as until the next beat the relay then seems to be behind.
"""

from __future__ import annotations

from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.pulse import mark_put


def answer_beat(rt: Runtime, beat: Instant) -> None:
    """`beat` is when it was written. Raises Busy."""
    settle(rt, lambda: (None, [mark_put("RELAYED", beat)]))
