"""Purchases moved in time: nothing else about them changes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from chalicelib.areas.orders.file import SaleRow, read_documents
from chalicelib.kit.periods import Day, iso_day, local_day, parse_day
from infra.local.sample import PURCHASES, NoPurchasesError, redated
from tests.twins import at
from tests.unit.demo.shop_file import COLUMNS, back, sale


def the_day(text: str) -> Day:
    day = parse_day(text)
    assert day is not None
    return day


def test_the_last_purchase_of_the_sample_is_on_the_day_asked_for_and_the_rest_as_long_before() -> None:
    old, new = (
        [one for one in read_documents(io.BytesIO(content), now=at("2026-11-21")) if isinstance(one, SaleRow)]
        for content in (PURCHASES.read_bytes(), redated(PURCHASES, the_day("2026-11-20")).content)
    )
    days = [local_day(one.sale.purchased_at, "UTC") for one in new]
    assert (len(new), iso_day(min(days)), iso_day(max(days))) == (6919, "2025-05-24", "2026-11-20")
    moved = {after.sale.purchased_at - before.sale.purchased_at for before, after in zip(old, new, strict=True)}
    assert len(moved) == 1
    assert [one.sale.model_dump(exclude={"purchased_at"}) for one in old] == [
        one.sale.model_dump(exclude={"purchased_at"}) for one in new
    ]


def test_returns_move_along_and_what_cannot_be_read_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    lines = (COLUMNS, sale("1", "1.00"), back("R", "1", "1.00"), sale("2", "1.00", day="soonT"), "")
    file.write_text("\n".join(lines), encoding="utf-8")
    told = redated(file, the_day("2026-01-31")).content.decode().splitlines()
    assert [line.split(",")[3] for line in told[1:]] == ["2026-01-21T12:00:00Z", "2026-01-31T12:00:00Z", "soonT"]


def test_the_last_purchase_is_named_wherever_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    lines = (COLUMNS, sale("late", "1.00", day="2020-03-01"), sale("early", "1.00", day="2020-01-01"), "")
    file.write_text("\n".join(lines), encoding="utf-8")
    assert redated(file, the_day("2026-01-31")).number == "late"


def test_a_file_without_any_purchase_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(f"{COLUMNS}\n", encoding="utf-8")
    with pytest.raises(NoPurchasesError):
        redated(file, 0)
