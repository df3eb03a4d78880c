"""Whatever is asked for with an Idempotency-Key is done once: whoever asks again is told that it had been done, and the key of it is
good for nothing else. Some of it would come to the same without its key: that the key is kept is seen here."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from chalicelib.errors import Conflict
from tests.faults.test_every_call import CASES
from tests.faults.writes import Asked, commanded
from tests.twins.bookshop import keyed

REFUSED = "spend_points, by a wrong PIN, with a key"  # nothing is done, so no key is kept
NO_GUARD = "cancel_operation, with a key"  # the operation itself says which command ended it
KEYED: dict[str, Asked] = {
    name: case.act.args[0]
    for name, case in CASES.items()
    if isinstance(case.act, partial) and case.act.func is commanded and name.endswith("with a key") and name != REFUSED
}


def test_whatever_has_a_key_is_among_them() -> None:
    assert sorted(name for name in CASES if name.endswith("with a key")) == sorted([*KEYED, REFUSED])


@pytest.mark.parametrize("name", KEYED)
def test_with_its_key_it_is_done_once(name: str) -> None:
    world = CASES[name].world().copy()
    act, key = KEYED[name], keyed("k")
    assert not act(world, world.calm, key).replayed
    assert act(world, world.another_till(), key).replayed


@pytest.mark.parametrize("name", [name for name in KEYED if name != NO_GUARD])
def test_its_key_is_good_for_nothing_else(name: str) -> None:
    world = CASES[name].world().copy()
    act, key = KEYED[name], keyed("k")
    act(world, world.calm, key)
    with pytest.raises(Conflict) as refused:
        act(world, world.another_till(), replace(key, fingerprint="another"))
    assert refused.value.code == "idempotency_key_reused"
