"""A phone that is forgotten: first nobody pushes there any more, then its endpoint goes; whoever died in between left nothing behind
once it is asked for again."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from chalicelib.aws.errors import CloudError
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.errors import NotFound
from chalicelib.flows.register_device import DeviceView, forget_device, list_devices, register_device
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.twins import fresh, told
from tests.twins.bookshop import BookShop, keyed, open_shop
from tests.twins.killing import Killed, KillingSenders, KillingTable, Kills, When


def with_phone(senders: MemorySenders | None = None) -> tuple[BookShop, str]:
    opened = open_shop(rules=[])
    shop = replace(opened, rt=replace(opened.rt, senders=senders or MemorySenders()))
    ada = shop.member("1")
    told.phone(shop, ada)
    return shop, ada


def endpoints(shop: BookShop) -> set[str]:
    return cast(MemorySenders, shop.rt.senders).endpoints


def forget(shop: BookShop, ada: str, command: Command) -> Committed[DeviceView]:
    return forget_device(shop.rt, shop.caller, command, ada, "phone")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [0, 1])
def test_whoever_dies_on_the_way_and_asks_again_leaves_no_endpoint(number: int, when: When) -> None:
    shop, ada = with_phone()
    (before,) = list_devices(shop.rt, shop.caller, ada)
    kills = Kills(number, when)
    rt = replace(shop.rt, table=KillingTable(shop.rt.table, kills), senders=KillingSenders(shop.rt.senders, kills))
    with pytest.raises(Killed):
        forget(replace(shop, rt=rt), ada, keyed("gone"))
    assert forget(shop, ada, keyed("gone")) == Committed(before, replayed=(number, when) != (0, "before"))
    assert (endpoints(shop), list_devices(shop.rt, shop.caller, ada)) == (set(), ())


class Silent(MemorySenders):
    """Gives no answer when it is to let a phone go, until it is `heard`."""

    heard = False

    def forget(self, endpoint: str) -> None:
        if not self.heard:
            raise CloudError("no answer")
        super().forget(endpoint)


def test_without_a_key_it_is_gone_all_the_same_and_asking_again_lets_its_endpoint_go() -> None:
    senders = Silent()
    shop, ada = with_phone(senders)
    with pytest.raises(CloudError):
        forget(shop, ada, fresh())
    assert (len(endpoints(shop)), list_devices(shop.rt, shop.caller, ada)) == (1, ())
    senders.heard = True
    with pytest.raises(NotFound) as gone:
        forget(shop, ada, fresh())
    assert (gone.value.code, endpoints(shop)) == ("device_not_found", set())


@pytest.mark.parametrize("whose", ["ada", "bob"])
def test_a_phone_that_somebody_has_registered_since_stays_when_it_is_asked_again(whose: str) -> None:
    senders = Silent()
    shop, ada = with_phone(senders)
    with pytest.raises(CloudError):
        forget(shop, ada, keyed("gone"))
    owner = ada if whose == "ada" else shop.member("2")
    register_device(shop.rt, shop.caller, fresh(), owner, "tablet", "apple", told.TOKEN)
    senders.heard = True
    assert forget(shop, ada, keyed("gone")).replayed
    (tablet,) = list_devices(shop.rt, shop.caller, owner)
    assert (tablet.device_id, len(endpoints(shop))) == ("tablet", 1)


def test_a_dry_run_lets_nothing_go() -> None:
    shop, ada = with_phone()
    forget(shop, ada, replace(fresh(), dry_run=True))
    assert (len(endpoints(shop)), len(list_devices(shop.rt, shop.caller, ada))) == (1, 1)
