"""Say which places a member favours: who wants to tell those something names the place (start_notification).

reads    1 BatchGet of profile and favourites; with an Idempotency-Key 1 Get
writes   the favourites: 2 units; of each place that comes or goes 2 + 1; + 2 with an Idempotency-Key. Where nothing changes nothing
may      who may change members. No entry: it is a wish of theirs, has no history, and can be erased
"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.areas.members import store as members
from chalicelib.areas.notifications.store import favourites as store
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, settle
from chalicelib.table.guards import place_puts, recall_place
from chalicelib.table.protocol import Write


def list_favourites(rt: Runtime, caller: Caller, member_id: str) -> tuple[str, ...]:
    """In the member's own order: 1 BatchGet. NotFound: member."""
    number_of("member", member_id)
    keys = (members.profile_key(caller.tenant, member_id), store.favourites_key(caller.tenant, member_id))
    found = rt.table.batch_get(keys)
    members.member_from(found.get(keys[0]), member_id)
    return store.favourites_from(found.get(keys[1])).places


def favour_places(
    rt: Runtime, caller: Caller, command: Command, member_id: str, places: Iterable[str]
) -> Committed[tuple[str, ...]]:
    """These and no others from now on. NotFound: member."""
    number_of("member", member_id)
    tenant, wanted, tried = caller.tenant, tuple(places), list[int]()
    keys = (members.profile_key(tenant, member_id), store.favourites_key(tenant, member_id))

    def decide() -> tuple[Committed[tuple[str, ...]], tuple[Write, ...]]:
        came_before = recall_place(rt.table, tenant, command) is not None
        found = rt.table.batch_get(keys)
        members.member_from(found.get(keys[0]), member_id)
        before = store.favourites_from(found.get(keys[1]))
        after = before.replaced(wanted)
        if came_before or command.dry_run:
            return Committed(after.places, replayed=came_before and not tried), ()
        tried.append(before.version)
        changes = () if after == before else tuple(store.favourites_writes(tenant, member_id, before, after))
        return Committed(after.places), (*changes, *place_puts(tenant, command, keys[1].pk, rt.clock.now()))

    return settle(rt, decide)
