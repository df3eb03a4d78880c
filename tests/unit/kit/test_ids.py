"""Ids: they sort by time, go to numbers and back, and what is none is not found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import NotFound
from chalicelib.kit.ids import (
    MAX_FACT,
    MAX_PROGRAM,
    MAX_SEQUENCE,
    EntryRef,
    Kind,
    RandomIds,
    entity_id,
    entry_id,
    entry_ref,
    number_of,
    order_id,
    shown,
)
from tests.twins import at

numbers = st.integers(0, 2**53 - 1)
kinds: st.SearchStrategy[Kind] = st.sampled_from(["member", "order"])
refs = st.builds(
    EntryRef,
    numbers.map(lambda number: shown("member", number)),
    st.integers(0, MAX_PROGRAM),
    st.integers(0, MAX_SEQUENCE),
    st.integers(0, MAX_FACT),
)


@given(kinds, numbers)
def test_an_id_is_purely_its_number_in_other_digits(kind: Kind, number: int) -> None:
    assert number_of(kind, shown(kind, number)) == number


@given(numbers, numbers)
def test_ids_sort_as_their_numbers_do(one: int, other: int) -> None:
    assert (shown("member", one) < shown("member", other)) == (one < other)


@given(
    st.integers(at("2024-01-01T00:00:00Z"), at("2110-01-01")),
    st.integers(10, 10**9),
    st.integers(0, 2**15 - 1),
    st.integers(0, 2**15 - 1),
)
def test_who_came_later_sorts_later(first: int, later: int, one: int, other: int) -> None:
    """Within the same hundredth of a second chance decides."""
    assert entity_id("member", first, one) < entity_id("member", first + later, other)


def test_a_fresh_id_is_of_its_kind_and_of_its_time() -> None:
    now = at("2026-06-15")
    drawn = {RandomIds().entity("member", now) for _ in range(50)}
    assert len(drawn) > 45
    assert {number_of("member", one) >> 15 for one in drawn} == {(now - at("2024-01-01T00:00:00Z")) // 10}
    assert all(one.startswith("mem_") and len(one) == 15 for one in drawn)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mem_",
        "ord_00000000001",
        "mem00000000001",
        "mem_0000000001",
        "mem_000000000001",
        "mem_0000000000l",
        "mem_0000000000O",
        "MEM_00000000001",
        "mem_0000000000A",
        "mem_0000000000 ",
        "mem_-0000000001",
        "mem_٠٠٠٠٠٠٠٠٠٠١",
        "mem_80000000000",  # 2^53
        "mem_zzzzzzzzzzz",
        "x" * 10_000,
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_member_id_names_no_member(text: str) -> None:
    with pytest.raises(NotFound) as refusal:
        number_of("member", text)
    assert (refusal.value.code, refusal.value.param) == ("member_not_found", "member_id")
    assert len(refusal.value.message) < 100


def test_the_largest_number_is_an_id_and_the_next_is_none() -> None:
    assert number_of("member", "mem_7zzzzzzzzzz") == 2**53 - 1
    with pytest.raises(NotFound):
        number_of("member", shown("member", 2**53))


def test_an_order_keeps_its_id_for_ever() -> None:
    """Orders are found by these: should one of them change, every order would be lost."""
    assert order_id("shop", "-", "A1", 0) == "ord_0y6rz96qmmf"
    assert order_id("shop", "-", "A2", 0) == "ord_0gqdmfpdz63"


@given(
    st.tuples(*[st.text(max_size=4)] * 3, st.integers(0, 3)), st.tuples(*[st.text(max_size=4)] * 3, st.integers(0, 3))
)
def test_orders_of_other_tenants_scopes_numbers_or_probes_have_other_ids(
    one: tuple[str, str, str, int], other: tuple[str, str, str, int]
) -> None:
    assert (order_id(*one) == order_id(*other)) == (one == other)
    assert 0 <= number_of("order", order_id(*one)) < 2**53


def test_letters_that_change_places_between_scope_and_number_make_another_order() -> None:
    assert len({order_id("shop", "-", "AB", 0), order_id("shop", "-A", "B", 0), order_id("sho", "p-", "AB", 0)}) == 3


# --- entries -------------------------------------------------------------------------------------------------------------


@given(refs)
def test_an_entry_is_found_from_its_id_alone(ref: EntryRef) -> None:
    assert entry_ref(entry_id(ref)) == ref


@pytest.mark.parametrize("owner", [0, 1, 2**53 - 1])
@pytest.mark.parametrize("program", [0, MAX_PROGRAM])
@pytest.mark.parametrize("sequence", [0, MAX_SEQUENCE])
@pytest.mark.parametrize("fact", [0, MAX_FACT])
def test_every_part_has_all_its_room(owner: int, program: int, sequence: int, fact: int) -> None:
    ref = EntryRef(shown("member", owner), program, sequence, fact)
    assert entry_ref(entry_id(ref)) == ref


@given(refs, refs)
def test_two_entries_never_share_an_id_and_those_of_one_account_sort_as_they_happened(
    one: EntryRef, other: EntryRef
) -> None:
    assert (entry_id(one) < entry_id(other)) == (one < other)


@pytest.mark.parametrize(
    "beyond",
    [
        {"program": MAX_PROGRAM + 1},
        {"sequence": MAX_SEQUENCE + 1},
        {"fact": MAX_FACT + 1},
        {"program": -1},
        {"sequence": -1},
        {"fact": -1},
    ],
)
def test_what_has_no_room_in_an_id_never_becomes_the_id_of_something_else(beyond: dict[str, int]) -> None:
    ref = EntryRef(shown("member", 5), 1, 1, 1)._replace(**beyond)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no entry id has room"):
        entry_id(ref)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ent_",
        "mem_00000000001",
        "ent_0000000000000000001",
        "ent_" + "0" * 21,
        "ent_" + "u" * 20,
        "ent_2" + "0" * 19,
    ],
)
def test_what_is_no_entry_id_names_no_entry(text: str) -> None:
    with pytest.raises(NotFound, match="entry_not_found"):
        entry_ref(text)


def test_an_entry_says_whether_a_member_or_a_group_owns_it() -> None:
    ref = EntryRef("grp_7zzzzzzzzzz", 3, 5, 1)
    assert entry_ref(entry_id(ref)) == ref
    assert entry_ref(entry_id(ref._replace(owner="mem_7zzzzzzzzzz"))).owner == "mem_7zzzzzzzzzz"
