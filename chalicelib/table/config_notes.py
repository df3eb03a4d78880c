"""What is noted as used up, beside the revision of a tenant's configuration: a hint that every process has within five seconds.

Whoever finds that too little is left of something limited notes how much there is; whoever then wants more than that knows
it without asking, for three minutes, and after that asks anew. So a note that is wrong does no lasting harm: it may be
lost, it may come too late, and a change of the configuration forgets all of them. Why it has no journal entry:
docs/decisions/quotas-noted-beside-the-revision.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chalicelib.kit.clock import Instant
from chalicelib.table.config import Config, Note, Notes, noted_put, notes_from, read_revision
from chalicelib.table.config_commit import ConfigMeans
from chalicelib.table.protocol import OutcomeUnknown, Throttled, TransactionCancelled

NOTED_MS: Instant = 3 * 60 * 1000
MAX_NOTES = 64  # the revision stays one read unit


def noted_left(config: Config, name: str, now: Instant) -> int | None:
    """How much was left of it at most, as far as anybody has found out lately."""
    note = config.notes.get(name)
    return None if note is None or now - note.at >= NOTED_MS else note.left


def note_left(means: ConfigMeans, tenant: str, name: str, left: int) -> None:
    """1 Get, and 1 transaction of 1 item unless the same was noted just now."""
    now = means.clock.now()

    def noted(notes: Notes) -> Notes:
        known = notes.get(name)
        if known is not None and known.left == left and now - known.at < NOTED_MS // 2:
            return notes
        valid = {other: note for other, note in notes.items() if other != name and now - note.at < NOTED_MS}
        newest = sorted(valid, key=lambda other: valid[other].at, reverse=True)[: MAX_NOTES - 1]
        return {other: valid[other] for other in newest} | {name: Note(left, now)}

    _rewrite(means, tenant, noted)


def forget_notes(means: ConfigMeans, tenant: str, names: Iterable[str]) -> None:
    """Some of it has come back. 1 Get, and 1 transaction of 1 item if it was noted."""
    gone = set(names)
    _rewrite(means, tenant, lambda notes: {name: note for name, note in notes.items() if name not in gone})


def _rewrite(means: ConfigMeans, tenant: str, change: Callable[[Notes], Notes]) -> None:
    """Once: somebody else who notes at the same time will do, and so will nobody."""
    try:
        attrs = read_revision(means.table, tenant)
        if attrs is None:
            return
        before = notes_from(attrs)
        after = change(before)
        if after != before:
            means.table.transact([noted_put(attrs, after)], means.ids.command())
        means.config.noted(tenant, after)
    except (Throttled, OutcomeUnknown, TransactionCancelled):
        return
