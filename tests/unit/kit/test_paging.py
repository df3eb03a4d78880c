"""Cursors: opaque, good for the list that gave them, and nothing but a refusal when they were made up."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import InvalidInput
from chalicelib.kit.paging import decode_cursor, encode_cursor

places = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)), lambda inner: st.lists(inner, max_size=3)
)


@given(st.text(max_size=30), places)
def test_a_cursor_leads_back_to_its_place(scope: str, place: Any) -> None:
    cursor = encode_cursor(scope, place)
    assert decode_cursor(scope, cursor) == place
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(max_size=10), st.text(max_size=10), places)
def test_a_cursor_is_no_use_in_another_list(scope: str, other: str, place: Any) -> None:
    if scope == other:
        return
    with pytest.raises(InvalidInput, match="This cursor does not belong to this list"):
        decode_cursor(other, encode_cursor(scope, place))


def made_up(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "a",
        "!!!!",
        "ÿ",
        "\ud800",
        "\0",
        made_up(b"not JSON"),
        made_up(b"\xff\xfe"),
        made_up(b"null"),
        made_up(b"7"),
        made_up(b"[]"),
        made_up(b'["mark"]'),
        made_up(b'["mark", 1]'),
        made_up(b'["mark", 1, 2]'),
        made_up(b'{"a": 1, "b": 2}'),
        made_up(b'"ab"'),
        made_up(b"[[], 1]"),
        made_up(b"[" * 100_000),
        made_up(b"9" * 5_000),
        encode_cursor("list", 1)[:-2],
    ],
    ids=lambda cursor: ascii(cursor)[:24],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        decode_cursor("list", cursor)
    assert (refusal.value.code, refusal.value.param) == ("invalid_cursor", "cursor")


@given(st.text(max_size=60))
def test_no_text_does_worse_than_be_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        decode_cursor("list", cursor)


def test_a_cursor_says_nothing_of_its_list() -> None:
    padded = encode_cursor("shop/members/secret", 5) + "=="
    mark, _ = json.loads(urlsafe_b64decode(padded))
    assert "secret" not in mark
