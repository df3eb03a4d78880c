"""API keys: issued once, kept as a hash, looked up rarely, gone when revoked."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from itertools import chain, count
from threading import Thread
from typing import Any

import pytest

from chalicelib.api.routes import ROUTES
from chalicelib.areas.access.cache import FRESH_SECONDS, KEYS_KEPT, KeyCache
from chalicelib.areas.access.model import RESOURCES
from chalicelib.areas.access.operations import authenticate, issue_api_key, revoke_api_key
from chalicelib.areas.access.store import key_of
from chalicelib.errors import Busy, Forbidden, InvalidInput, NotFound, StampbookError, Unauthenticated
from chalicelib.kit.caller import EVERY_RESOURCE, Caller, Grant
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Meter
from tests.http import shop
from tests.http.world import EVERYTHING, SYSTEM, HandClock, key_for, twin_runtime

MANAGER = replace(SYSTEM, kind="api_key", tenant="ours", grants=(Grant("keys", "modify"), Grant("orders", "modify")))


def split(credential: str) -> tuple[str, str]:
    key_id, _, secret = credential.partition(".")
    return key_id, secret


def test_a_key_stands_for_its_tenant_and_grants(rt: Runtime) -> None:
    key_id, secret = split(key_for(rt, "ours", Grant("orders", "view")))
    caller = authenticate(rt, key_id, secret)
    assert (caller.kind, caller.id, caller.org, caller.tenant) == ("api_key", key_id, "acme", "ours")
    assert caller.grants == (Grant("orders", "view"),)


def test_the_secret_is_not_kept(rt: Runtime) -> None:
    key_id, secret = split(key_for(rt, "ours"))
    assert len(secret) >= 43
    assert secret not in repr(rt.table.get(key_of(key_id)))


def test_two_keys_are_never_the_same(rt: Runtime) -> None:
    assert len({part for _ in range(20) for part in split(key_for(rt, "ours"))}) == 40


def test_modify_includes_view_and_a_star_is_everything() -> None:
    def may(grant: Grant) -> list[bool]:
        caller = replace(SYSTEM, kind="api_key", grants=(grant,))
        return [caller.may("orders", "view"), caller.may("orders", "modify"), caller.may("rules", "view")]

    assert may(Grant("orders", "view")) == [True, False, False]
    assert may(Grant("orders", "modify")) == [True, True, False]
    assert may(Grant("*", "view")) == [True, False, True]
    assert may(Grant("*", "modify")) == [True, True, True]


def test_a_busy_key_costs_one_read_in_five_seconds() -> None:
    meter, clock = Meter(), HandClock()
    rt = replace(twin_runtime(clock), table=MemoryTable(meter=meter))
    key_id, secret = split(key_for(rt, "ours"))
    before = meter.cost.requests
    for _ in range(3):
        authenticate(rt, key_id, secret)
        clock.pass_by(FRESH_SECONDS / 3)
    assert meter.cost.requests - before == 1
    authenticate(rt, key_id, secret)
    assert meter.cost.requests - before == 2


def test_a_key_revoked_elsewhere_is_refused_after_five_seconds() -> None:
    clock = HandClock()
    rt = twin_runtime(clock)
    key_id, secret = split(key_for(rt, "ours"))
    authenticate(rt, key_id, secret)
    item = dict(rt.table.get(key_of(key_id)) or {})
    rt.table.batch_put([item | {"state": {"S": "revoked"}}])
    authenticate(rt, key_id, secret)
    clock.pass_by(FRESH_SECONDS)
    with pytest.raises(Unauthenticated):
        authenticate(rt, key_id, secret)


def test_a_key_of_one_table_opens_no_other(rt: Runtime) -> None:
    key_id, secret = split(key_for(rt, "ours"))
    authenticate(rt, key_id, secret)
    with pytest.raises(Unauthenticated):
        authenticate(twin_runtime(), key_id, secret)


def test_the_cache_forgets_the_oldest_when_it_is_full() -> None:
    cache, table = KeyCache(), MemoryTable()
    for number in range(KEYS_KEPT + 5):
        cache.keep(table, replace(shop.KEY, id=f"key_{number}"), now=0.0)
    assert len(cache) == KEYS_KEPT
    assert cache.find(table, "key_4", 0.0) is None
    assert cache.find(table, "key_5", 0.0) is not None


def test_another_thread_may_forget_a_key_while_it_is_kept() -> None:
    threads: list[Thread] = []

    class Meddled(OrderedDict[str, Any]):
        """Whenever a key is put here, another thread comes between and forgets it, if it is let."""

        def __setitem__(self, key_id: str, seen: Any) -> None:
            super().__setitem__(key_id, seen)
            threads.append(Thread(target=cache.forget, args=(key_id,)))
            threads[-1].start()
            threads[-1].join(0.2)

    cache, table = KeyCache(Meddled()), MemoryTable()
    cache.keep(table, shop.KEY, now=0.0)
    threads[0].join()
    assert cache.find(table, shop.KEY.id, 0.0) is None


def test_a_revoked_key_is_refused_at_once_and_revoking_again_is_fine(rt: Runtime) -> None:
    key_id, secret = split(key_for(rt, "ours"))
    authenticate(rt, key_id, secret)
    revoke_api_key(rt, SYSTEM, key_id)
    revoke_api_key(rt, SYSTEM, key_id)
    with pytest.raises(Unauthenticated):
        authenticate(rt, key_id, secret)


def issue(rt: Runtime, caller: Caller, **change: object) -> None:
    given = {"org": "acme", "tenant": "ours", "name": "till", "grants": (Grant("orders", "view"),)} | change
    issue_api_key(rt, caller, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("caller", "change", "refusal", "code"),
    [
        (replace(MANAGER, grants=(Grant("keys", "view"),)), {}, Forbidden, "missing_grant"),
        (MANAGER, {"tenant": "theirs"}, NotFound, "tenant_not_found"),
        (MANAGER, {"org": "other"}, NotFound, "tenant_not_found"),
        (MANAGER, {"grants": (Grant("rules", "view"),)}, Forbidden, "grant_not_held"),
        (MANAGER, {"grants": EVERYTHING}, Forbidden, "grant_not_held"),
        (MANAGER, {"name": ""}, InvalidInput, "invalid_key_name"),
        (MANAGER, {"name": "n" * 101}, InvalidInput, "invalid_key_name"),
        (MANAGER, {"grants": ()}, InvalidInput, "invalid_grants"),
        (SYSTEM, {"grants": [Grant("orders", "view"), Grant("order", "view")]}, InvalidInput, "invalid_grants"),
        (SYSTEM, {"tenant": ""}, InvalidInput, "invalid_tenant"),
        (SYSTEM, {"tenant": "s"}, InvalidInput, "invalid_tenant"),
        (SYSTEM, {"tenant": "Shop"}, InvalidInput, "invalid_tenant"),
        (SYSTEM, {"tenant": "shop#M"}, InvalidInput, "invalid_tenant"),
        (SYSTEM, {"tenant": "7shop"}, InvalidInput, "invalid_tenant"),
        (SYSTEM, {"tenant": "shop\n"}, InvalidInput, "invalid_tenant"),
        (SYSTEM, {"tenant": "s" * 33}, InvalidInput, "invalid_tenant"),
    ],
)
def test_nobody_issues_more_than_they_may(
    rt: Runtime, caller: Caller, change: dict[str, object], refusal: type[StampbookError], code: str
) -> None:
    with pytest.raises(refusal, match=code):
        issue(rt, caller, **change)


def test_grants_speak_of_the_resources_that_routes_have() -> None:
    """And of keys, whose operations have no route yet, and of everything."""
    assert {route.resource for route in ROUTES if route.access != "open"} | {"keys", EVERY_RESOURCE} == RESOURCES


def test_who_holds_a_grant_may_pass_it_on(rt: Runtime) -> None:
    issued = issue_api_key(
        rt,
        MANAGER,
        org="acme",
        tenant="ours",
        name="till",
        grants=[Grant("orders", "modify"), Grant("orders", "modify")],
    )
    assert authenticate(rt, issued.id, issued.secret).grants == (Grant("orders", "modify"),)


@pytest.mark.parametrize("key_of_whom", ["theirs", None])
def test_only_keys_of_one_s_own_tenant_can_be_revoked(rt: Runtime, key_of_whom: str | None) -> None:
    key_id = split(key_for(rt, key_of_whom))[0] if key_of_whom else "key_none"
    with pytest.raises(NotFound, match="key_not_found"):
        revoke_api_key(rt, MANAGER, key_id)
    with pytest.raises(Forbidden, match="missing_grant"):
        revoke_api_key(rt, replace(MANAGER, grants=()), key_id)


def test_two_who_issue_the_same_id_do_not_share_it(rt: Runtime) -> None:
    drawn = chain(["same", "first token", "same"], map(str, count()))

    class Drawn:
        def entity(self, _kind: object, _at: int) -> str:
            return "mem_0"

        def command(self) -> str:
            return next(drawn)

        def salt(self) -> str:
            return "salt"

    stuck = replace(rt, ids=Drawn())
    issue(stuck, SYSTEM)
    with pytest.raises(Busy):
        issue(stuck, SYSTEM)
