"""What must be true of checkouts: each that is somebody's is in their list once, where its last version has it."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.areas.checkouts import store
from chalicelib.table.protocol import Attrs, Key


def judge_checkouts(kinds: Mapping[str, Mapping[Key, Attrs]]) -> None:
    last = {key.pk: attrs for key, attrs in sorted(kinds["checkout"].items())}
    there = {}
    for pk, attrs in last.items():
        tenant, checkout_id = pk.split("#CHK#")
        version = store.version_from(store.versions(tenant, checkout_id), attrs)
        checkout = store.checkout_of(version)
        if checkout.member_id is not None:
            there[store.list_key(tenant, checkout.member_id, checkout)] = checkout.listed(0)
    told = {key: store.listed_from(attrs, 0)[0] for key, attrs in kinds["member_checkout"].items()}
    assert told == there, "a checkout is not in the list of its member, or twice, or another one"
