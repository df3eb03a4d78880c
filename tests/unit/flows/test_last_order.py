"""How many days ago somebody last bought, as rules ask it."""

from __future__ import annotations

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.members.operations import get_member
from chalicelib.areas.rules.answers import reader
from chalicelib.flows.judged import context_of
from chalicelib.flows.terms import terms_of
from chalicelib.table.items import pack, unpack
from tests.twins.bookshop import BookShop, card, goods_back, member, open_shop, sale


def asked(shop: BookShop, member_id: str) -> int | None:
    account, _ = accounts.read(shop.rt.table, "shop", member_id, 1)
    profile = get_member(shop.rt, shop.caller, member_id)
    context = context_of(terms_of(shop.rt, "shop", 1), account, profile, shop.clock.now())
    found: int | None = reader("account.days_since_last_order")(None, context)  # type: ignore[arg-type]
    return found


def test_days_since_the_last_order_are_counted_from_the_latest_day_of_purchase() -> None:
    shop = open_shop()
    ada = shop.member("1")
    assert asked(shop, ada) is None
    shop.buy(member(ada), sale("A1", on="2026-06-10"))
    shop.buy(member(ada), sale("A2", on="2026-06-01"))  # told late, and no later
    assert asked(shop, ada) == 5
    shop.bring_back(shop.order_id("A1"), goods_back("R1", 100_00))
    assert asked(shop, ada) == 5  # whoever brings something back has been there
    assert shop.proof(ada).matches


def test_an_account_of_an_older_release_never_says_that_somebody_stayed_away_longer_than_they_did() -> None:
    shop = open_shop()
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    shop.clock.move_to("2026-08-20")
    assert asked(shop, ada) == 66
    key = accounts.account_key("shop", ada, 1)
    kept = dict(shop.rt.table.get(key) or {})
    body = {name: value for name, value in unpack(kept["body"]["B"]).items() if name != "l"}
    shop.rt.table.batch_put([kept | {"body": {"B": pack(body)}}])
    assert asked(shop, ada) == 51  # since the end of June
    assert shop.proof(ada).matches
    shop.buy(member(ada), sale("A2", on="2026-05-02"))  # the older of the two is the one that it learns of
    assert asked(shop, ada) == 51
