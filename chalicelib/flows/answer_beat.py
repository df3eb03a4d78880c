"""Answer a beat: the relay has come so far in the table's stream.

reads    1 Get of the mark
writes   the mark: 2 units

A batch that comes again answers a beat that may be older than the last one answered: the mark never moves back.
"""

from __future__ import annotations

from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.protocol import Put
from chalicelib.table.pulse import mark_moved, read_mark


def answer_beat(rt: Runtime, beat: Instant) -> None:
    """`beat` is when it was written. Raises Busy."""

    def decide() -> tuple[None, list[Put]]:
        answered = read_mark(rt.table, "RELAYED")
        return None, [] if answered is not None and answered >= beat else [mark_moved("RELAYED", answered, beat)]

    settle(rt, decide)
