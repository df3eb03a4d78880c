"""How whatever the daily job settles is committed: once, and not at all where nothing is due any more.

The same is asked again until it is no longer due, so nothing need be recalled of a run before.
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.errors import Refused
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan, commit


class NothingDue(Refused):
    """Leaves the commit without writing."""


def settled(rt: Runtime, command: Command, plan: Callable[[], Plan]) -> bool:
    """Whether there was something to settle, and this run did it. `plan` raises NothingDue where there is not."""
    try:
        commit(rt, command, plan, lambda entry: entry, lambda: None)
    except NothingDue:
        return False
    return True
