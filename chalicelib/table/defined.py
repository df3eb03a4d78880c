"""What programs have many of, as data: rules, rewards, perks, coupon series. Their stores find, list and change them by this.

Each is a configuration aggregate (table/config.py) under its program, and is made a value once per revision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from chalicelib.errors import NotFound, Refused
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.definitions import definition

ModelT = TypeVar("ModelT", bound=BaseModel)
Body = Mapping[str, Any]


def _as_it_is(body: Body) -> Body:
    return body


@dataclass(frozen=True, slots=True)
class Defined(Generic[ModelT]):
    """Those of one kind, at most so many in a program. `of_today` makes bodies of earlier releases such as are written now."""

    kind: str
    model: type[ModelT]
    most: int
    of_today: Callable[[Body], Body] = _as_it_is

    def read(self, name: Name, body: Body) -> ModelT:
        return definition(self.model, name, self.of_today(body))

    def every(self, config: Config, program_id: int) -> tuple[ModelT, ...]:
        """By id."""
        kept = config.of_kind(self.kind, _prefix(program_id))
        return config.derived(
            (self.kind, program_id), lambda: tuple(self.read(name, kept[name].body) for name in sorted(kept))
        )

    def find(self, config: Config, program_id: int, of: str) -> ModelT | None:
        name = self.name(program_id, of)
        kept = config.get(name)
        return None if kept is None else config.derived(name, lambda: self.read(name, kept.body))

    def known(self, config: Config, program_id: int, of: str, missing: NotFound) -> ModelT:
        """Raises `missing` where there is none."""
        found = self.find(config, program_id, of)
        if found is None:
            raise missing
        return found

    def has(self, config: Config, program_id: int, of: str) -> bool:
        return config.get(self.name(program_id, of)) is not None

    def change(self, config: Config, program_id: int, of: str, after: ModelT, too_many: Refused) -> Change:
        """A new one, or another in its place; that of a newer version is not replaced unread. Refuses by `too_many`."""
        is_new = self.find(config, program_id, of) is None
        if is_new and len(config.of_kind(self.kind, _prefix(program_id))) >= self.most:
            raise too_many
        return Change(self.name(program_id, of), after.model_dump(mode="json"))

    def name(self, program_id: int, of: str) -> Name:
        return Name(self.kind, f"{_prefix(program_id)}{of}")


def _prefix(program_id: int) -> str:
    return f"{program_id:04}#"
