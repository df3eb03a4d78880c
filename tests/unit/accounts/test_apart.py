"""What an account holds apart, where no operation alone would show it: positions, and proof."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.areas.accounts import store
from chalicelib.areas.accounts.model.laws import broken_laws
from chalicelib.areas.accounts.model.lots import Span, joined, remaining
from chalicelib.table.items import pack, unpack
from chalicelib.table.memory import MemoryTable
from tests.twins.bookshop import open_shop
from tests.twins.by_hand import activate, cancel, capture, day, grant, hold, promised, release

spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def positions(some: tuple[Span, ...] | list[Span]) -> list[int]:
    return [place for start, end in some for place in range(start, end)]


@given(spans, spans)
def test_what_remains_is_what_was_not_removed_in_the_same_order(there: list[Span], removed: list[Span]) -> None:
    whole, gone = joined(there), set(positions(removed))
    assert positions(remaining(whole, removed)) == [place for place in positions(whole) if place not in gone]
    assert all(start < end for start, end in remaining(whole, removed))


def test_an_account_with_holds_and_pendings_edited_behind_its_journal_is_named() -> None:
    shop = open_shop()
    ada = shop.member("1")
    grant(shop, ada, 100)
    hold(shop, ada, 60)
    promised(shop, ada, 5, event="e")
    assert shop.proof(ada).matches
    table = shop.rt.table
    assert isinstance(table, MemoryTable)
    stored = table.get(store.account_key("shop", ada, 1))
    assert stored is not None
    body = unpack(stored["body"]["B"])
    for edited, named in (
        (body | {"h": []}, "holds"),
        (body | {"n": 9}, "next_hold"),
        (body | {"p": []}, "pendings"),
    ):
        table.batch_put([{**stored, "body": {"B": pack(edited)}}])
        assert shop.proof(ada).differences == (named,)


def test_the_laws_hold_after_every_step_by_hand() -> None:
    """Parts of parts, over last days and back: what is apart is always what the wallet says is apart."""
    shop = open_shop()
    ada = shop.member("1")

    def lawful() -> None:
        account, _ = store.read(shop.rt.table, "shop", ada, 1)
        assert broken_laws(account) == ()
        assert shop.proof(ada).matches

    grant(shop, ada, 50, expires_on=day("2026-06-20"))
    shop.earn(ada, 50)
    by_day = promised(shop, ada, 30, available_after_days=3)
    by_event = promised(shop, ada, 30, event="e")
    for step in (
        lambda: hold(shop, ada, 70),
        lambda: hold(shop, ada, 10, after_seconds=3600),
        lambda: capture(shop, ada, 1, 10, keep_rest=True),
        lambda: release(shop, ada, 1, 5),
        lambda: activate(shop, ada, earning_id=by_day, amount=10),
        lambda: cancel(shop, ada, earning_id=by_day, amount=10),
        lambda: cancel(shop, ada, earning_id=by_event, amount=29),
    ):
        step()
        lawful()
    shop.clock.move_to("2026-06-21")
    for late in (lambda: release(shop, ada, 1), lambda: activate(shop, ada, event="e"), lambda: shop.spend(ada, 1)):
        late()
        lawful()
    wallet = shop.account(ada).wallets[0]
    assert (wallet.held, wallet.pending, wallet.spent, wallet.earned, wallet.granted) == (0, 0, 11, 50 + 20 + 1, 50)
    assert wallet.available + wallet.expired == 50 + 71 - 11
