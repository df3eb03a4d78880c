"""What the tenant matrix needs to call an operation: an id for every placeholder, a body and a query where it takes one.

A new placeholder or operation with a body gets its entry here; until then the matrix fails and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.http.client import Api


@dataclass
class Names:
    """The ids of one tenant's things, made when first asked for. `used` are those asked for since the last `forget`."""

    api: Api
    registry: Registry
    made: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def __getitem__(self, placeholder: str) -> str:
        if placeholder not in self.made:
            self.made[placeholder] = self.registry.ids[placeholder](self)
        self.used.add(placeholder)
        return self.made[placeholder]

    def make_all(self) -> None:
        for placeholder in self.registry.ids:
            self[placeholder]

    def forget(self) -> None:
        self.used.clear()


@dataclass(frozen=True)
class Registry:
    """`ids` by placeholder, `bodies` and `queries` by operation. Whatever takes an id of the tenant asks Names for it,
    so the matrix knows that a stranger must not find it."""

    ids: Mapping[str, Callable[[Names], str]] = field(default_factory=dict)
    bodies: Mapping[str, Callable[[Names], dict[str, Any]]] = field(default_factory=dict)
    queries: Mapping[str, Callable[[Names], dict[str, str]]] = field(default_factory=dict)


NATIVE = Registry()
