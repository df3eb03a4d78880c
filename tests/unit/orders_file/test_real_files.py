"""The two real files are read whole, with the figures that their source gives."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.areas.orders.file import Document, RejectedRow, ReturnRow, SaleRow, read_documents
from chalicelib.kit.clock import rfc3339
from tests.unit.orders_file.csv_file import NOW

DATA = Path(__file__).parents[2] / "data"


def documents_of(name: str) -> list[Document]:
    with (DATA / name).open("rb") as stream:
        return list(read_documents(stream, now=NOW))


@pytest.mark.parametrize(
    ("name", "sales", "returns", "lines", "cards"),
    [("orders-cdnow-sample.csv", 6919, 0, 6919, 2357), ("orders-retail-week.csv", 677, 28, 12755, 505)],
)
def test_every_document_of_the_file_is_read(name: str, sales: int, returns: int, lines: int, cards: int) -> None:
    documents = documents_of(name)
    assert sum(isinstance(document, SaleRow) for document in documents) == sales
    assert sum(isinstance(document, ReturnRow) for document in documents) == returns
    assert not [document for document in documents if isinstance(document, RejectedRow)]
    assert sum(document.lines for document in documents) == lines
    identities = {document.identity for document in documents if isinstance(document, SaleRow | ReturnRow)}
    assert len(identities) == cards


def test_the_values_of_the_cd_shop_are_those_of_its_file() -> None:
    sales = [document.sale for document in documents_of("orders-cdnow-sample.csv") if isinstance(document, SaleRow)]
    text = (DATA / "orders-cdnow-sample.csv").read_text().splitlines()[1:]
    cents = [Decimal(row.split(",")[14]) * 100 for row in text]
    assert [sale.gross_value for sale in sales] == cents
    assert min(cents) == 0
    assert (rfc3339(sales[0].purchased_at), rfc3339(sales[-1].purchased_at)) == (
        "1997-01-01T12:00:00Z",
        "1998-06-30T12:00:00Z",
    )


def test_the_order_whose_lines_differ_in_time_has_that_of_its_first_line() -> None:
    sales = [document.sale for document in documents_of("orders-retail-week.csv") if isinstance(document, SaleRow)]
    (sale,) = [sale for sale in sales if sale.number == "536591"]
    assert sale.purchased_at == datetime(2010, 12, 1, 16, 57, tzinfo=UTC).timestamp() * 1000
    assert max(len(sale.lines) for sale in sales) == 169
