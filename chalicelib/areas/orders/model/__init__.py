"""Orders as values: documents (what a shop sends) and order (what is kept of a sale, and the plan of a return)."""

from chalicelib.areas.orders.model.documents import (
    MAX_LINES,
    Currency,
    DocumentNumber,
    Line,
    Payment,
    Return,
    ReturnLine,
    Sale,
    Sku,
    Text,
)
from chalicelib.areas.orders.model.order import (
    Back,
    Basis,
    Credited,
    Due,
    Order,
    OrderCard,
    RecordedReturn,
    ReturnPlan,
    plan_return,
)

__all__ = [
    "MAX_LINES",
    "Back",
    "Basis",
    "Credited",
    "Currency",
    "DocumentNumber",
    "Due",
    "Line",
    "Order",
    "OrderCard",
    "Payment",
    "RecordedReturn",
    "Return",
    "ReturnLine",
    "ReturnPlan",
    "Sale",
    "Sku",
    "Text",
    "plan_return",
]
