"""The ladder of tiers in a shop's words: bronze, silver, gold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.areas.tiers.model import Progress, TierScheme, Version, Versions, next_tier, tier_for
from chalicelib.areas.tiers.model.versions import MAX_VERSIONS


def scheme(
    basis: str = "points_earned", thresholds: tuple[int | str, ...] = (0, 200, 1000), **fields: Any
) -> TierScheme:
    names = ("bronze", "silver", "gold")
    tiers = [
        {"tier_id": names[at] if at < len(names) else f"tier-{at}", "name": f"Tier {at}", "threshold": threshold}
        for at, threshold in enumerate(thresholds)
    ]
    unit = {"unit": "points"} if basis == "points_earned" else {}
    return TierScheme.model_validate({"basis": basis, "tiers": tiers} | unit | fields)


BY_SPEND = scheme("spend", ("0.00", "200.00", "1000.005"))


@pytest.mark.parametrize(
    ("points", "tier", "above"),
    [
        (0, "bronze", ("silver", 200)),
        (199, "bronze", ("silver", 1)),
        (200, "silver", ("gold", 800)),
        (999, "silver", ("gold", 1)),
        (1000, "gold", None),
        (10**9, "gold", None),
        (-50, "bronze", ("silver", 250)),  # more taken back than was earned
    ],
)
def test_tiers_by_points(points: int, tier: str, above: tuple[str, int] | None) -> None:
    progress = Progress(points_earned_net=points, spend={"EUR": 10**9}, orders=10**9)
    assert tier_for(scheme(), progress).tier_id == tier
    step = next_tier(scheme(), progress)
    assert (step and (step.tier.tier_id, step.missing)) == above


@pytest.mark.parametrize(
    ("spend", "tier", "above"),
    [
        ({}, "bronze", ("silver", "200")),
        ({"EUR": 199_99}, "bronze", ("silver", "0.01")),
        ({"EUR": 187_50}, "bronze", ("silver", "12.50")),
        ({"EUR": 200_00}, "silver", ("gold", "800.005")),
        ({"EUR": 100_00, "JPY": 99, "KWD": 999}, "bronze", ("silver", "0.001")),
        ({"EUR": 100_00, "JPY": 99, "KWD": 1_000}, "silver", ("gold", "800.005")),
        ({"CLF": 1_000_0050}, "gold", None),
        ({"EUR": 1_000_00}, "silver", ("gold", "0.005")),
        ({"EUR": -1_50}, "bronze", ("silver", "201.50")),
    ],
)
def test_tiers_by_spend_at_face_value(spend: dict[str, int], tier: str, above: tuple[str, str] | None) -> None:
    progress = Progress(points_earned_net=10**9, spend=spend, orders=10**9)
    assert tier_for(BY_SPEND, progress).tier_id == tier
    step = next_tier(BY_SPEND, progress)
    assert (step and (step.tier.tier_id, step.missing)) == above


@pytest.mark.parametrize(("orders", "tier"), [(0, "bronze"), (4, "bronze"), (5, "silver"), (50, "gold")])
def test_tiers_by_number_of_orders(orders: int, tier: str) -> None:
    ladder = scheme("orders", (0, 5, 50))
    assert tier_for(ladder, Progress(points_earned_net=999, orders=orders)).tier_id == tier


def test_a_ladder_of_one_step_has_nothing_above() -> None:
    assert tier_for(scheme(thresholds=(0,)), Progress()).tier_id == "bronze"
    assert next_tier(scheme(thresholds=(0,)), Progress()) is None


@pytest.mark.parametrize(
    ("basis", "thresholds", "fields", "sentence"),
    [
        ("points_earned", (1, 200), {}, "the first tier must have threshold 0"),
        ("spend", ("0.01", "200"), {}, "the first tier must have threshold 0"),
        ("points_earned", (0, 200, 200), {}, "each threshold must be above the one before"),
        ("spend", ("0", "20", "20.00"), {}, "each threshold must be above the one before"),
        ("orders", (0, 9, 5), {}, "each threshold must be above the one before"),
        ("spend", (0, 200), {}, "thresholds of spend are decimals in quotes"),
        ("orders", (0, "5"), {}, "all others are integers"),
        ("spend", ("0", "1.00001"), {}, "at most 4 decimals"),
        ("spend", ("0", "lots"), {}, "must be a plain decimal"),
        ("spend", ("0", "1000000000000.01"), {}, "must be a plain decimal"),
        ("orders", (0, True), {}, "valid integer"),
        ("points_earned", (-1, 200), {}, "greater than or equal to 0"),
        ("points_earned", (0,), {"unit": None}, "a unit is named when tiers count points"),
        ("orders", (0,), {"unit": "points"}, "a unit is named when tiers count points"),
        ("points_earned", (), {}, "at least 1 item"),
        ("points_earned", tuple(range(51)), {}, "at most 50 items"),
        ("luck", (0,), {}, "'points_earned', 'points_active', 'spend' or 'orders'"),
    ],
)
def test_what_is_no_ladder_is_refused_in_a_sentence(
    basis: str, thresholds: tuple[int | str, ...], fields: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        scheme(basis, thresholds, **fields)
    assert [error for error in refused.value.errors() if sentence in error["msg"]], str(refused.value)


def test_two_tiers_of_one_id_and_an_id_that_is_no_slug_are_refused() -> None:
    bronze = {"tier_id": "bronze", "name": "Bronze", "threshold": 0}
    with pytest.raises(ValidationError, match="tier ids must be unique"):
        scheme(tiers=[bronze, bronze | {"threshold": 5}])
    with pytest.raises(ValidationError, match="should match pattern"):
        scheme(tiers=[bronze | {"tier_id": "Bronze!"}])


@pytest.mark.parametrize("ladder", [scheme(), BY_SPEND, scheme("orders", tuple(range(50)))])
def test_a_scheme_goes_to_json_and_back(ladder: TierScheme) -> None:
    assert TierScheme.model_validate(ladder.model_dump(mode="json")) == ladder


ladders = st.lists(st.integers(1, 10**6), unique=True, max_size=49).map(lambda steps: (0, *sorted(steps)))


def progress_of(points: int, cents: int, orders: int) -> Progress:
    return Progress(points_earned_net=points, spend={"USD": cents}, orders=orders)


@given(ladders, st.sampled_from(["points_earned", "spend", "orders"]), *[st.integers(-10, 10**8)] * 2)
def test_more_progress_never_means_a_lower_tier(steps: tuple[int, ...], basis: str, some: int, more: int) -> None:
    ladder = scheme(basis, tuple(str(step) for step in steps) if basis == "spend" else steps)
    less, greater = sorted((some, more))
    lower = tier_for(ladder, progress_of(less, less, less))
    upper = tier_for(ladder, progress_of(greater, greater, greater))
    assert ladder.tiers.index(lower) <= ladder.tiers.index(upper)


@given(ladders, st.integers(-10, 10**6 + 10))
def test_what_is_missing_is_exactly_what_lifts_a_member(steps: tuple[int, ...], points: int) -> None:
    ladder = scheme(thresholds=steps)
    step = next_tier(ladder, Progress(points_earned_net=points))
    if step is None:
        assert points >= steps[-1]
        return
    missing = step.missing
    assert isinstance(missing, int)
    assert tier_for(ladder, Progress(points_earned_net=points + missing)) == step.tier
    assert tier_for(ladder, Progress(points_earned_net=points + missing - 1)) != step.tier


def test_schemes_are_known_from_when_they_were_defined_and_the_oldest_kept_stands_for_the_forgotten() -> None:
    schemes = [scheme("orders", (0, number)) for number in range(1, MAX_VERSIONS + 2)]
    versions = Versions((Version(10, schemes[0]),))
    assert versions.known_at(9) is None
    assert versions.known_at(10) == versions
    for number, another in enumerate(schemes[1:MAX_VERSIONS], start=1):
        versions = versions.followed_by(another, 10 + number)
    known = [versions.known_at(at) for at in (10, 12)]
    assert [None if one is None else one.newest for one in known] == [schemes[0], schemes[2]]
    assert versions.known_at(9) is None
    after = versions.followed_by(schemes[-1], 100)
    assert after.known_at(9) is None
    assert (stands := after.known_at(10)) is not None
    assert stands.all == (Version(11, schemes[1]),)


def test_periods_begin_anew_with_another_window_or_way_down_and_with_nothing_else() -> None:
    yearly, monthly = ({"type": "period_end", "every": every} for every in ("year", "month"))
    schemes = (
        scheme(downgrade=yearly),
        scheme(downgrade=monthly),
        scheme(thresholds=(0, 100, 500), downgrade=monthly),
        scheme(downgrade=monthly, window={"type": "rolling", "months": 3}),
    )
    versions = Versions(tuple(Version(10 * number, one) for number, one in enumerate(schemes, 1)))
    assert [versions.periods_begin(5, to) for to in (15, 20, 29, 39, 40, 90)] == [5, 20, 20, 20, 40, 40]
    assert [versions.periods_begin(since, 35) for since in (19, 20, 25, 33)] == [20, 20, 25, 33]
    assert versions.periods_begin(45, 50) == 45
