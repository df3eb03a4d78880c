"""The shop, and two members of it, where a file of tests says no other."""

from __future__ import annotations

import pytest

from tests.twins.bookshop import BookShop, open_shop


@pytest.fixture
def shop() -> BookShop:
    return open_shop()


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("ada")


@pytest.fixture
def bob(shop: BookShop) -> str:
    return shop.member("bob")
