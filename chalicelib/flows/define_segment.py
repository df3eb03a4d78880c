"""Define a segment: a part of the configuration, like a rule. Members stay in it as they joined.

reads    1 Query of the configuration
writes   segment, revision, entry: 6 units; + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.segments import store as segments
from chalicelib.areas.segments.model import Segment
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Name
from chalicelib.table.config_commit import change_config


def define_segment(rt: Runtime, caller: Caller, command: Command, segment: Segment) -> Committed[Segment]:
    """Create the segment or replace it. Refuses `too_many_segments`."""
    done = change_config(rt, caller, command, "define_segment", lambda config: segments.change(config, segment))
    changed = done.answer
    return Committed(segments.segment_of(Name(changed.kind, changed.id), changed.body), done.replayed)
