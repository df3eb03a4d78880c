"""A draw, as the twin reckons it and as DynamoDB is told it: one condition, one update, the same outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chalicelib.table.attributes import as_attribute
from chalicelib.table.protocol import CLOSED, LEFT, TAKEN, Attrs, Draw, Key, Write

_KEYS = ("pk", "sk")


def together(writes: Iterable[Write]) -> tuple[Write, ...]:
    """For one transaction, which names no key twice: draws of one item are one draw. All else is as it was."""
    first: dict[Key, int] = {}
    found: list[Write] = []
    for write in writes:
        at = first.get(write.key) if isinstance(write, Draw) else None
        known = None if at is None else found[at]
        if at is not None and isinstance(write, Draw) and isinstance(known, Draw):
            found[at] = replace(known, left=known.left + write.left, taken=known.taken + write.taken)
            continue
        if isinstance(write, Draw):
            first[write.key] = len(found)
        found.append(write)
    return tuple(found)


def apart(some: Iterable[Write], others: Iterable[Write]) -> bool:
    """Whether one transaction can write both: they share no key, but for draws of the same item."""
    drawn = {write.key: isinstance(write, Draw) for write in some}
    return all(write.key not in drawn or (drawn[write.key] and isinstance(write, Draw)) for write in others)


def may_draw(draw: Draw, stored: Attrs | None) -> bool:
    """Whether there is as much as is drawn, and nobody has closed it."""
    if stored is None and draw.fresh is None:
        return False
    if draw.taken >= 0 and stored is not None and CLOSED in stored:
        return False
    item = {**(draw.fresh or {}), **(stored or {})}
    return all(by >= 0 or _number(item, name) + by >= 0 for name, by in _moves(draw))


def drawn(draw: Draw, stored: Attrs | None) -> Attrs:
    """The item afterwards."""
    item = {**(draw.fresh or {}), **(stored or {})}
    return {**item, **{name: as_attribute(_number(item, name) + by) for name, by in _moves(draw)}}


def drawn_in_place(draw: Draw) -> dict[str, Any]:
    """The same as an update: what is there already stays, and the numbers move from where they stand."""
    fresh = draw.fresh or {}
    kept = [name for name in fresh if name not in (*_KEYS, LEFT, TAKEN)]
    names = {f"#k{at}": name for at, name in enumerate(kept)} | {"#l": LEFT, "#t": TAKEN}
    values = {f":k{at}": fresh[name] for at, name in enumerate(kept)}
    sets = [f"#k{at} = if_not_exists(#k{at}, :k{at})" for at in range(len(kept))]
    for short, (name, by) in zip(("l", "t"), _moves(draw), strict=True):
        sets.append(f"#{short} = if_not_exists(#{short}, :{short}0) + :{short}")
        values |= {f":{short}": as_attribute(by), f":{short}0": as_attribute(_number(fresh, name))}
    asked = [one for one in (_open(draw, names), *_enough(draw, values)) if one]
    condition = {"ConditionExpression": " AND ".join(asked)} if asked else {}
    return {
        "UpdateExpression": f"SET {', '.join(sets)}",
        **condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }


def _open(draw: Draw, names: dict[str, str]) -> str:
    there = "" if draw.fresh is not None else "attribute_exists(pk)"
    if draw.taken < 0:
        return there
    names["#c"] = CLOSED
    return " AND ".join(filter(None, (there, "attribute_not_exists(#c)")))


def _enough(draw: Draw, values: dict[str, Any]) -> list[str]:
    asked = []
    for short, (name, by) in zip(("l", "t"), _moves(draw), strict=True):
        if by < 0:
            values[f":{short}m"] = as_attribute(-by)
            fresh = draw.fresh is not None and _number(draw.fresh, name) + by >= 0
            enough = f"#{short} >= :{short}m"
            asked.append(f"(attribute_not_exists(#{short}) OR {enough})" if fresh else enough)
    return asked


def _moves(draw: Draw) -> tuple[tuple[str, int], tuple[str, int]]:
    return (LEFT, draw.left), (TAKEN, draw.taken)


def _number(item: Attrs, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0
