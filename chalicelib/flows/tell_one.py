"""Tell one member something: now, or when its time has come, or when quiet hours are over.

reads    the tenant's configuration, at most every five seconds; 1 BatchGet of profile, devices and what was written down before; of
         what waited 1 Get before it
writes   what became of it: 1 unit; of what waits, when it is put off and when it is told, 2 units + 1

What waits is an item in the list of what is due (wake_notices), by its own time. Told twice at once one of the two writes it down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.areas.notifications.model import Notice, NoticeKind
from chalicelib.areas.notifications.store import notices, templates
from chalicelib.areas.notifications.store.notices import DueNotice
from chalicelib.flows.quiet_hours import quiet_now
from chalicelib.flows.tell_members import Telling, tell_members, told_to
from chalicelib.kit.clock import Instant
from chalicelib.kit.wording import Words
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.config import Config
from chalicelib.table.protocol import Write

EARLY_MS = 2_000  # clocks of two machines differ by as much


@dataclass(frozen=True, slots=True)
class Wanted:
    """A template for one member, by what happened at `since`, from `due_at` on. `source` names it: the same is told once."""

    member_id: str
    source: str
    since: Instant
    due_at: Instant
    template_id: str
    kind: NoticeKind
    values: Mapping[str, str]
    follow_up: str = ""


def tell_one(rt: Runtime, tenant: str, wanted: Wanted) -> Notice | None:
    """What became of it; None where its template is gone. CloudError, Busy."""
    config, now = read_patiently(rt, lambda: rt.config.load(rt.table, tenant)), rt.clock.now()
    template = templates.find(config, wanted.template_id)
    if template is None:
        return None
    telling = _telling(config, tenant, wanted.template_id, wanted.kind, wanted.source, wanted.since, wanted.values)
    begins = max(now, wanted.due_at)
    begins = quiet_now(config, wanted.kind, template.channel, begins) or begins
    if begins <= now + EARLY_MS:
        return tell_members(rt, telling, [wanted.member_id])[0]
    about: dict[str, Any] = {
        "template": wanted.template_id,
        "source": wanted.source,
        "since": wanted.since,
        "values": wanted.values,
    }
    about |= {"follow_up": wanted.follow_up} if wanted.follow_up else {}
    waiting = replace(telling.notice(wanted.member_id, now), state="waiting", due_at=begins, about=about)
    return _put_off(rt, tenant, waiting)


def tell_waiting(rt: Runtime, due: DueNotice) -> Notice | None:
    """What became of it; None where there is nothing to do: it was told or cancelled, or its time has not come. CloudError, Busy."""
    tenant, key = due.tenant, notices.notice_keys(due.tenant, due.member_id, due.notice_id)[1]
    attrs = read_patiently(rt, lambda: rt.table.get(key))
    known = None if attrs is None else notices.notice_from(attrs)
    now = rt.clock.now()
    if known is None or known.state != "waiting" or (known.due_at or 0) > now + EARLY_MS:
        return None
    config = read_patiently(rt, lambda: rt.config.load(rt.table, tenant))
    until = quiet_now(config, known.kind, known.channel, now)
    if templates.is_paused(config, known.about.get("follow_up", "")):
        after = known.called_off(now)
    elif until is not None:
        after = replace(known, due_at=until)
    else:
        said: Any = known.about
        telling = _telling(config, tenant, said["template"], known.kind, said["source"], said["since"], said["values"])
        came = told_to(rt, replace(telling, channel=known.channel), known.member_id)
        after = replace(came, version=known.version)
    return _written(rt, tenant, known, after)


def _telling(
    config: Config,
    tenant: str,
    template_id: str,
    kind: NoticeKind,
    source: str,
    since: Instant,
    values: Mapping[str, str],
) -> Telling:
    template = templates.find(config, template_id)

    def words(locale: str) -> Words | None:
        return None if template is None else template.said_in(locale)

    channel = "in_app" if template is None else template.channel
    return Telling(tenant, channel, kind, source, since, words, values, again=True)


def _put_off(rt: Runtime, tenant: str, waiting: Notice) -> Notice:
    keys = notices.notice_keys(tenant, waiting.member_id, waiting.notice_id)

    def decide() -> tuple[Notice, tuple[Write, ...]]:
        found = rt.table.batch_get(keys)
        known = next((notices.notice_from(found[key]) for key in keys if key in found), None)
        return (waiting, (notices.notice_put(tenant, waiting),)) if known is None else (known, ())

    return settle(rt, decide)


def _written(rt: Runtime, tenant: str, known: Notice, after: Notice) -> Notice:
    """Unless somebody else, or this very call, has written it down."""
    keys = notices.notice_keys(tenant, known.member_id, known.notice_id)
    in_inbox = notices.notice_key(tenant, after) == keys[0]

    def decide() -> tuple[Notice, tuple[Write, ...]]:
        attrs = rt.table.get(keys[1])
        if attrs is None or notices.notice_from(attrs).version != known.version:
            return after, ()
        if not in_inbox:
            return after, (notices.notice_put(tenant, after),)
        return after, (
            notices.notice_put(tenant, replace(after, version=0)),
            notices.waiting_delete(tenant, known),
        )

    return settle(rt, decide)
