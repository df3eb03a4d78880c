"""What sets a rule off."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.kit.base import Frozen


class OnOrder(Frozen):
    """A purchase of a member is recorded, or shown at a checkout."""

    on: Literal["order"] = "order"


class OnCart(Frozen):
    """A cart is at a checkout: the only trigger of discounts."""

    on: Literal["cart"]


Trigger = Annotated[OnOrder | OnCart, Field(discriminator="on")]
