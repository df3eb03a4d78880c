"""An identifier has one spelling, however it was typed; what cannot be one is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.areas.members.model import Identifier, IdentifierType
from chalicelib.areas.members.operations import find_member
from chalicelib.areas.members.store import owner_of
from chalicelib.errors import InvalidInput
from chalicelib.table.memory import MemoryTable
from tests.twins.bookshop import open_shop

kinds: st.SearchStrategy[IdentifierType] = st.sampled_from(["card", "email", "phone", "external_id"])


def spelled(kind: IdentifierType, value: str) -> str:
    return Identifier(type=kind, value=value).normalised().value


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("email", "Ada.Lovelace@Example.COM", "ada.lovelace@example.com"),
        ("email", "  ada@example.com\t", "ada@example.com"),
        ("email", "ａｄａ＠example.com", "ada@example.com"),
        ("email", "STRASSE@example.com", "strasse@example.com"),
        ("email", "straße@example.com", "strasse@example.com"),
        ("email", "a+b#c@mail.example.co.uk", "a+b#c@mail.example.co.uk"),
        ("phone", "+49 (30) 123-456/7", "+49301234567"),
        ("phone", "030.123.4567", "0301234567"),
        ("phone", "\u00a0+49\u00a030 12345", "+493012345"),
        ("phone", "＋４９３０１２３４５", "+493012345"),
        ("card", " 0001 ", "0001"),
        ("card", "AbC-1", "AbC-1"),
        ("card", "١٢٣", "١٢٣"),
        ("external_id", "crm:42/ä", "crm:42/ä"),
        ("external_id", "e\u0301", "\u00e9"),
    ],
)
def test_one_spelling_however_it_was_typed(kind: IdentifierType, typed: str, kept: str) -> None:
    assert spelled(kind, typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("email", "ada"),
        ("email", "@example.com"),
        ("email", "ada@example"),
        ("email", "ada@.com"),
        ("email", "ada@example..com"),
        ("email", "ada@example.com."),
        ("email", "a@b@example.com"),
        ("email", "ada lovelace@example.com"),
        ("email", "㍿" * 200 + "@example.com"),  # grows to 800 letters and more
        ("phone", "1234"),
        ("phone", "+"),
        ("phone", "++4930123456"),
        ("phone", "49+30123456"),
        ("phone", "1" * 16),
        ("phone", "0800-BOOKS"),
        ("phone", "٠١٢٣٤٥٦٧"),
        ("card", " "),
        ("card", "a\nb"),
        ("card", "a\x7fb"),
        ("card", "9" * 129),
        ("external_id", "\0"),
    ],
)
def test_what_cannot_be_one_is_refused(kind: IdentifierType, typed: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        spelled(kind, typed)
    assert (refusal.value.code, refusal.value.param) == ("invalid_identifier", "identifiers")


@given(kinds, st.one_of(st.text(min_size=1, max_size=256), st.from_regex(r"[^@\s]{1,200}@[^@\s.]{1,9}\.[a-z]{2}")))
def test_the_one_spelling_is_its_own_and_fits_a_key(kind: IdentifierType, typed: str) -> None:
    """Whoever reads an identifier from us and sends it back means the same one."""
    if len(typed) > 256:
        return
    try:
        kept = spelled(kind, typed)
    except InvalidInput:
        return
    assert spelled(kind, kept) == kept
    assert 1 <= len(kept.encode()) <= 1024
    assert owner_of(MemoryTable(), "shop", Identifier(type=kind, value=kept)) is None


def test_leading_zeros_and_letters_case_of_a_card_tell_members_apart() -> None:
    assert len({spelled("card", typed) for typed in ("0001", "1", "ab", "AB", " AB")}) == 4


def test_a_member_is_found_however_the_clerk_types() -> None:
    shop = open_shop()
    ada = shop.member("AB 0001")
    assert find_member(shop.rt, shop.caller, Identifier(type="card", value="  AB 0001 ")).member_id == ada
