"""Random lives of several members over the flows: journals tell accounts, and nobody can tell when the job ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.accounts import store
from chalicelib.areas.orders.operations import get_order
from chalicelib.errors import Refused
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.periods import local_day
from chalicelib.table.journal import entry_from
from tests.twins import at
from tests.twins.bookshop import goods_back, line, member, sale
from tests.unit.accounts.both import DAY
from tests.unit.accounts.stamp_shop import shop_with


class Life:
    """What several members do, and what all of it must sum up to."""

    def __init__(self) -> None:
        self.shop, self.members = shop_with(3)
        self.sold: list[tuple[str, str, int]] = []  # order id, sku, cents
        self.earned: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()  # what returns asked back, whether it was still there or not
        self.returns = count(1)
        self.refusals: list[str] = []

    def buy(self, who: int, cents: int, days_ago: int) -> None:
        document = sale(f"A{len(self.sold)}", line(1, cents, "pen", "2"))
        document = document.model_copy(update={"purchased_at": self.shop.clock.at - days_ago * DAY})
        done = self.shop.buy(member(self.members[who]), document).answer
        self.sold.append((done.order_id, "pen", cents))
        for earning in done.earned:
            self.earned[earning.unit] += earning.amount

    def bring_back(self, which: int, part: int) -> None:
        if not self.sold:
            return
        order_id, sku, cents = self.sold[which % len(self.sold)]
        document = goods_back(f"R{next(self.returns)}", cents // part, sku, "1" if part == 2 else "2")
        document = document.model_copy(update={"purchased_at": self.shop.clock.at})
        try:
            done = self.shop.bring_back(order_id, document).answer
        except Refused as refusal:
            self.refusals.append(refusal.code)
        else:
            for taken in done.cancelled:
                self.asked[taken.unit] += taken.amount + taken.short

    def earn(self, who: int, amount: int, unit: str) -> None:
        self.shop.earn(self.members[who], amount, unit=unit)
        self.earned[unit] += amount

    def spend(self, who: int, amount: int, unit: str) -> None:
        try:
            self.shop.spend(self.members[who], amount, unit=unit)
        except Refused as refusal:
            self.refusals.append(refusal.code)

    def days_pass(self, days: int) -> None:
        self.shop.clock.at += days * DAY

    def job_runs(self) -> None:
        settle_due(self.shop.rt, self.shop.caller, local_day(self.shop.clock.now(), "UTC"))

    def check(self) -> None:
        earned: Counter[str] = Counter()
        for member_id in self.members:
            account, head = store.read(self.shop.rt.table, "shop", member_id, 1)
            for unit, wallet in account.wallets.items():
                assert wallet.balanced()
                earned[unit] += wallet.earned
            if head.version:
                proof = self.shop.proof(member_id)
                assert (proof.matches, proof.entries, proof.version) == (True, head.version, head.version), proof
        assert earned == self.earned
        assert set(self.refusals) <= {"returned_more_than_bought", "insufficient_balance"}
        asked = Counter[str]()
        for order_id, _, _ in self.sold:
            asked.update(
                {credit.unit: credit.due for credit in get_order(self.shop.rt, self.shop.caller, order_id).credits}
            )
        assert asked == self.asked


whos = st.integers(0, 2)
units = st.sampled_from(["points", "stamps"])
deeds: st.SearchStrategy[Callable[[Life], None]] = st.one_of(
    st.builds(
        lambda who, cents, ago: lambda life: life.buy(who, cents, ago),
        whos,
        st.integers(0, 30_000),
        st.sampled_from([0, 0, 10, 60]),
    ),
    st.builds(lambda which, part: lambda life: life.bring_back(which, part), st.integers(0, 9), st.integers(1, 2)),
    st.builds(lambda who, amount, unit: lambda life: life.earn(who, amount, unit), whos, st.integers(1, 300), units),
    st.builds(lambda who, amount, unit: lambda life: life.spend(who, amount, unit), whos, st.integers(1, 300), units),
    st.builds(lambda days: lambda life: life.days_pass(days), st.integers(1, 30)),
    st.just(Life.job_runs),
)


@settings(max_examples=60)
@given(st.lists(deeds, min_size=5, max_size=25))
def test_whatever_members_do_their_journals_tell_their_accounts(done: list[Callable[[Life], None]]) -> None:
    life = Life()
    for deed in done:
        deed(life)
    life.check()


# --- when the job ran ----------------------------------------------------------------------------------------------------

LATE = st.tuples(st.integers(0, 70), st.integers(0, 20_000), st.integers(0, 150), st.booleans())


@settings(max_examples=40)
@given(st.lists(LATE, min_size=1, max_size=8))
def test_members_cannot_tell_whether_the_job_ran(weeks: list[tuple[int, int, int, bool]]) -> None:
    """Every week a purchase arrives up to seventy days late and something is spent; in one shop the job runs before."""
    shops = [shop_with(1), shop_with(1)]
    for number, (late, cents, spent, job_runs) in enumerate(weeks):
        for (shop, (member_id,)), runs in zip(shops, (job_runs, False), strict=True):
            shop.clock.at += 7 * DAY
            if runs:
                settle_due(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"))
            document = sale(f"A{number}", cents).model_copy(update={"purchased_at": shop.clock.at - late * DAY})
            shop.buy(member(member_id), document)
            if amount := min(spent, shop.balance(member_id)):
                shop.spend(member_id, amount)
    (one, other) = (shop.account(member_id) for shop, (member_id,) in shops)
    unseen = {"member_id": "", "version": 0}
    assert one.model_copy(update=unseen) == other.model_copy(update=unseen)


def test_a_late_purchase_is_earned_and_expired_in_one_entry() -> None:
    shop, (member_id, _) = shop_with(2)
    shop.clock.move_to("2026-06-01")
    shop.earn(member_id, 1)
    done = shop.buy(member(member_id), sale("A1", 80_00, on="2026-03-01")).answer
    assert [(earning.unit, earning.amount) for earning in done.earned] == [("points", 80), ("stamps", 1)]
    assert [(gone.unit, gone.amount) for gone in done.expired] == [("points", 80)]
    stored = shop.rt.table.get(store.stream("shop", member_id, 1).key(2))
    assert stored is not None
    types = [body["type"] for body in entry_from(store.stream("shop", member_id, 1), stored).facts]
    assert types == ["order.recorded", "points.earned", "points.expired", "points.earned"]
    assert store.read(shop.rt.table, "shop", member_id, 1)[0].advanced_to == at("2026-06-01")
