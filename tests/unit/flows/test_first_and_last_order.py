"""How many days ago somebody first and last bought, as rules ask it."""

from __future__ import annotations

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.members.operations import get_member
from chalicelib.areas.rules.answers import reader
from chalicelib.flows.judged import context_of
from chalicelib.flows.terms import terms_of
from chalicelib.table.items import pack, unpack
from tests.twins import kept
from tests.twins.bookshop import BookShop, card, goods_back, line, member, open_shop, sale


def asked(shop: BookShop, member_id: str, which: str = "last") -> int | None:
    account, _ = accounts.read(shop.rt.table, "shop", member_id, 1)
    profile = get_member(shop.rt, shop.caller, member_id)
    context = context_of(terms_of(shop.rt, "shop", 1), account, profile, shop.clock.now())
    found: int | None = reader(f"account.days_since_{which}_order")(None, context)  # type: ignore[arg-type]
    return found


def forgets(shop: BookShop, member_id: str, name: str) -> None:
    """As an older release would have written the account."""
    key = accounts.account_key("shop", member_id, 1)
    item = dict(shop.rt.table.get(key) or {})
    body = {each: value for each, value in unpack(item["body"]["B"]).items() if each != name}
    shop.rt.table.batch_put([item | {"body": {"B": pack(body)}}])


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
    forgets(shop, ada, "l")
    assert asked(shop, ada) == 51  # since the end of June
    assert shop.proof(ada).matches
    shop.buy(member(ada), sale("A2", on="2026-05-02"))  # the older of the two is the one that it learns of
    assert asked(shop, ada) == 51


def test_days_since_the_first_order_are_counted_from_the_earliest_day_of_purchase() -> None:
    shop = open_shop()
    ada = shop.member("1")
    assert asked(shop, ada, "first") is None
    shop.buy(member(ada), sale("A1", on="2026-06-10"))
    assert asked(shop, ada, "first") == 5
    shop.buy(member(ada), sale("A2"))
    assert asked(shop, ada, "first") == 5
    shop.buy(member(ada), sale("A3", on="2026-06-01"))  # told late, and bought before
    assert asked(shop, ada, "first") == 14
    assert shop.proof(ada).matches


def test_the_first_day_stays_as_long_as_any_order_counts_and_the_next_one_begins_anew() -> None:
    shop = open_shop()
    ada = shop.member("1")
    shop.buy(member(ada), sale("A1", on="2026-06-01"))
    shop.buy(member(ada), sale("A2", line(1, 100_00, "book-1", "2"), on="2026-06-10"))
    shop.bring_back(shop.order_id("A1"), goods_back("R1", 100_00))
    assert asked(shop, ada, "first") == 14  # they are a customer since
    shop.bring_back(shop.order_id("A2"), goods_back("R2", 50_00))
    assert asked(shop, ada, "first") == 14  # part of it came back: it counts
    shop.bring_back(shop.order_id("A2"), goods_back("R3", 50_00))
    assert asked(shop, ada, "first") is None
    shop.buy(member(ada), sale("A3", on="2026-06-12"))
    assert asked(shop, ada, "first") == 3
    assert shop.proof(ada).matches


def test_an_order_assigned_later_counts_from_its_day_of_purchase() -> None:
    shop = kept.keeping(open_shop())
    ada = shop.member("1")
    order_id = kept.kept(shop, sale("A1", on="2026-06-05"))
    shop.buy(member(ada), sale("A2"))
    kept.assign(shop, order_id, ada)
    assert asked(shop, ada, "first") == 10
    assert shop.proof(ada).matches


def test_of_who_bought_with_an_older_release_nobody_says_when_it_was_first_until_they_begin_anew() -> None:
    shop = open_shop()
    ada = shop.member("1")
    shop.buy(member(ada), sale("A1", on="2026-06-01"))
    forgets(shop, ada, "e")
    shop.buy(member(ada), sale("A2"))
    assert asked(shop, ada, "first") is None  # A2 was not their first
    assert shop.proof(ada).matches
    shop.bring_back(shop.order_id("A1"), goods_back("R1", 100_00))
    shop.bring_back(shop.order_id("A2"), goods_back("R2", 100_00))
    shop.buy(member(ada), sale("A3"))
    assert asked(shop, ada, "first") == 0
    assert shop.proof(ada).matches
