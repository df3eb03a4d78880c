"""Follow an entry: whoever may meet criteria of segments since it, or no longer meet them, or has come to a threshold of a metric, is looked
at afresh.

    of a member     what has to do with criteria: flows/settle_criteria; with metrics: flows/settle_metrics
    of a group      a message for each of its members: they all have its account
    of a segment    where it has other criteria: a message that has everybody judged, sent so late that every process knows of it

reads    the tenant's configuration, at most every five seconds: nothing where no segment has criteria, or none asks for such facts; of a
         group its members, 1 Query a page; of a segment its last two entries, 1 BatchGet
repeats  whoever is where they belong is left alone; a run is named by what set it off
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from chalicelib.areas.groups import store as groups
from chalicelib.areas.segments import store as segments
from chalicelib.aws.queues import Message, QueueName
from chalicelib.errors import NotFound
from chalicelib.flows.criteria import Judged, judged_segments
from chalicelib.flows.settle_criteria import Reason, settle_criteria
from chalicelib.flows.settle_metrics import settle_metrics
from chalicelib.flows.thresholds import Judged as JudgedMetric
from chalicelib.flows.thresholds import with_thresholds
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.config import FRESH_SECONDS, ConfigChanged, config_pk, stream_of
from chalicelib.table.config_commit import VOCABULARY
from chalicelib.table.journal import entry_from
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable

QUEUE: QueueName = "automations"
MEMBERS_A_PAGE = 200
KNOWN_SECONDS = round(2 * FRESH_SECONDS)  # by then no process goes by what was before
OF_MEMBER, OF_GROUP, _CONFIG = "M#", "G#", f"{config_pk('')[1:]}#{segments.SEGMENTS.kind}#"
_ACTS = ("order.recorded", "event.recorded")  # by which a member renews a rolling stay
_UNBLOCKED = ("member.unblocked", "group.unblocked")  # nobody who is blocked reaches anything
_ALWAYS = ("member.enrolled", "member.updated", "member.joined_group", "member.left_group")


class Told(NamedTuple):
    """Of an entry, as the topic tells it."""

    owner: str
    program: int
    sequence: int
    types: Sequence[str]
    effective_at: Instant
    recorded_at: Instant


def follow_entry(rt: Runtime, tenant: str, told: Told, request_id: str) -> int:
    """How many have moved, or are to be looked at."""
    if told.owner.startswith(_CONFIG):
        return _follow_segment(rt, tenant, told, request_id)
    config = read_patiently(rt, lambda: rt.config.load(rt.table, tenant))
    if not _may_matter(judged_segments(config), with_thresholds(config), told.types):
        return 0
    acted = any(one in _ACTS for one in told.types)
    acted_at = min(told.effective_at, told.recorded_at) if acted else None
    owner = told.owner[len(OF_MEMBER) :]
    if told.owner.startswith(OF_MEMBER):
        return look_again(rt, tenant, owner, acted_at, request_id)
    if not told.owner.startswith(OF_GROUP):
        return 0
    theirs = every_item(PatientTable(rt), groups.memberships_query(tenant, owner, MEMBERS_A_PAGE, None))
    some = [look_of(tenant, groups.membership_from(attrs).member_id, acted_at) for attrs in theirs]
    rt.queues.send(QUEUE, [Message(one, request_id) for one in some])
    return len(some)


def look_again(rt: Runtime, tenant: str, member_id: str, acted_at: Instant | None, request_id: str) -> int:
    """In how many segments they have moved, and how many thresholds they have crossed: nobody whom somebody has erased."""
    caller = Caller("", tenant, "system", "criteria", "criteria", (), request_id, "job")
    try:
        crossed = settle_metrics(rt, caller, member_id)
        return crossed + len(settle_criteria(rt, caller, member_id, Reason(acted_at)))
    except NotFound:
        return 0


def look_of(tenant: str, member_id: str, acted_at: Instant | None) -> dict[str, Any]:
    return {"do": "look", "tenant": tenant, "member_id": member_id, "acted_at": acted_at}


def _may_matter(by: Sequence[Judged], metrics: Sequence[JudgedMetric], types: Sequence[str]) -> bool:
    if not by and not metrics:
        return False
    themes = {theme for one in by for theme in one.criteria.themes} | {
        theme for one in metrics for theme in one.measure.themes
    }
    renews = _ACTS if any(one.segment.type == "rolling" for one in by) else ()
    asked = (*_ALWAYS, *themes, *renews, *(_UNBLOCKED if metrics else ()))
    return any(one.startswith(asked) for one in types)


def _follow_segment(rt: Runtime, tenant: str, told: Told, request_id: str) -> int:
    segment_id = told.owner.removeprefix(_CONFIG).split("#", 1)[1]
    stream = stream_of(tenant, segments.SEGMENTS.name(segments.TENANT, segment_id))
    keys = [stream.key(sequence) for sequence in (told.sequence - 1, told.sequence) if sequence]
    found = read_patiently(rt, lambda: rt.table.batch_get(keys))
    bodies = [_body(VOCABULARY.decode(entry_from(stream, found[key]).facts[0])) for key in keys if key in found]
    if not bodies or bodies[-1]["criteria"] is None or bodies[-1]["state"] != "active":
        return 0
    if len(bodies) > 1 and bodies[0] == bodies[1]:
        return 0
    body = {"do": "judge", "tenant": tenant, "segment_id": segment_id, "sequence": told.sequence}
    rt.queues.send(QUEUE, [Message(body, request_id, KNOWN_SECONDS)])
    return 1


def _body(fact: object) -> dict[str, Any]:
    """What of a segment says who is in it."""
    body = fact.body if isinstance(fact, ConfigChanged) else {}
    return {name: body.get(name) for name in ("criteria", "state", "type", "horizon_days")}
