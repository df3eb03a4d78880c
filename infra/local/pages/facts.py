"""docs/facts.md: every fact with its fields, who records it, who follows it, and what it will be called elsewhere."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from chalicelib.areas.accounts.model import VOCABULARY as ACCOUNT_FACTS
from chalicelib.areas.feeds.model import ANALYSED, COUNTED_BY_DAY, Told, counted
from chalicelib.areas.groups.model import VOCABULARY as GROUP_FACTS
from chalicelib.areas.members.facts import VOCABULARY as MEMBER_FACTS
from chalicelib.areas.orders.model.facts import VOCABULARY as KEPT_FACTS
from chalicelib.areas.webhooks.model.facts import VOCABULARY as WEBHOOK_FACTS
from chalicelib.kit.facts import Fact, Vocabulary
from chalicelib.table.config_commit import VOCABULARY as CONFIG_FACTS
from infra.local.pages.cells import MalformedError, rows_under
from infra.local.pages.fact_relations import RELATIONS, Relations
from infra.local.pages.markdown import code, codes, table

FIELD_HEAD = ("field", "meaning", "unit")
_SUFFIX = "Subscription"
_UNITS = {
    "Instant": "milliseconds since 1970 UTC; in the feed RFC 3339",
    "Day": "days since 1970-01-01; in the feed ISO 8601",
}
_TYPES = {
    "int": "integer",
    "str": "text",
    "bool": "true or false",
    "Instant": "instant",
    "Day": "day",
    "Mapping[str, Any]": "object",
    "tuple[str, ...]": "list of texts",
    "tuple[int, int, int]": "three integers",
    "tuple[tuple[int, int, int], ...]": "list of three integers each",
    "tuple[tuple[int, int], ...]": "list of two integers each",
    "tuple[int, int]": "two integers",
    "tuple[tuple[str, str | bool | int], ...]": "list of a name and a value each",
    "tuple[tuple[str, Day | None, str], ...]": "list of a text, a day or none, and a text each",
    "tuple[tuple[str, int], ...]": "list of a text and an integer each",
    "tuple[tuple[str, int, int, int], ...]": "list of a text and three integers each",
    "tuple[Taken, ...]": "list of three integers and a day each",
    "tuple[Brought, ...]": "list of three integers, a day and an instant each",
}
_PROGRAM = 0
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}$")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SAMPLES = {
    "tuple[Taken, ...]": [[1, 0, 1, 7]],
    "tuple[Brought, ...]": [[1, 0, 1, 7, 8]],
    "tuple[int, int, int] | None": [1, 0, 1],
    "Day | None": 7,
    "Day": 7,
}
_HEAD = """# Facts

Generated from the fact classes, `infra/local/pages/fact_relations.py` and `infra/template.yaml` by `make docs`; do not
edit. Tests record every fact by each operation that is said to, and by no other.

A fact is what a committed operation made true. It stands in a journal entry as its fields by name beside `type` and `v`,
its version; a field at its default is left out. A fact that changes its shape gets a new version, and old ones are read
for ever: `tests/golden/facts` has a file for each. Nothing in a fact names a person.

**Who follows.** Every published entry gets a number in the tenant's feed (`GET /v1/feed`) and one message on the topic,
from which a queue takes the entries with at least one fact that its filter policy names, from the day on which a function
works it off: [until then it is not subscribed](decisions/feeds-queues-fed-once-they-are-read.md). The message names the entry
and does not carry it. What a fact adds to the tenant's counts by day is under *Counts*. No job follows a fact: the daily
job asks the table for what is due, and records facts of its own (`settle_due`).

**Elsewhere** are the names under which dialects will show the fact: Open Loyalty's events (each is
`OpenLoyalty.Domain.<Area>.Event.<Name>`) and Pepper's actions. [Why these](decisions/feeds-facts-by-foreign-names.md).
"""


@dataclass(frozen=True, slots=True)
class Stream:
    title: str
    where: str
    facts: Vocabulary


STREAMS = (
    Stream(
        "Of accounts",
        "`{tenant}#M#{member}` or `{tenant}#G#{group}` / `J#{program:04}#{seq:08}`, one a program",
        ACCOUNT_FACTS,
    ),
    Stream("Of members", "`{tenant}#M#{member}` / `J#0000#{seq:08}`", MEMBER_FACTS),
    Stream("Of groups", "`{tenant}#G#{group}` / `J#0000#{seq:08}`", GROUP_FACTS),
    Stream("Of orders that no member has", "`{tenant}#O#{order}` / `J#{program:04}#{seq:08}`", KEPT_FACTS),
    Stream("Of the configuration", "`{tenant}#CFG#{kind}#{id}` / `J#0000#{seq:08}`, one an aggregate", CONFIG_FACTS),
    Stream("Of webhooks, beside that", "`{tenant}#CFG#webhook#0000#{webhook}` / `J#0000#{seq:08}`", WEBHOOK_FACTS),
)


def facts_page(template: Mapping[str, Any], relations: Mapping[type[Fact], Relations] = RELATIONS) -> str:
    """MalformedError for a fact that does not say what each of its fields is, or has no relations."""
    queues = filters(template)
    parts = [_HEAD, f"## All of them\n\n{_overview(relations)}\n"]
    for stream in STREAMS:
        parts.append(f"## {stream.title}\n\nStream: {stream.where}.\n")
        parts += [_section(cls, _related(relations, cls), queues) for cls in stream.facts.classes.values()]
    return "\n".join(parts)


def filters(template: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """What each queue of the topic takes, by its name: the conditions on `types` of its filter policy."""
    return {
        name.removesuffix(_SUFFIX).lower(): resource["Properties"]["FilterPolicy"]["types"]
        for name, resource in template["Resources"].items()
        if resource.get("Type") == "AWS::SNS::Subscription" and resource["Properties"]["Protocol"] == "sqs"
    }


def taken_by(fact: str, queues: Mapping[str, Sequence[Any]]) -> list[str]:
    return [name for name, conditions in queues.items() if any(_takes(one, fact) for one in conditions)]


def told_fields(cls: type[Fact]) -> list[tuple[str, str, str, str]]:
    """Name, type, meaning and unit of each field, as the class declares it and its docstring tells."""
    where = f"{cls.__module__}.{cls.__name__}"
    told = {name: (meaning, unit) for name, meaning, unit in rows_under(where, cls.__doc__ or "", FIELD_HEAD)}
    declared = {one.name: one for one in fields(cls)}
    if list(told) != list(declared):
        raise MalformedError(f"{where}: its docstring tells of {list(told)}, its fields are {list(declared)}")
    return [(name, _type(one), told[name][0], _unit(where, one, told[name][1])) for name, one in declared.items()]


def summary(cls: type[Fact]) -> str:
    """The docstring up to its first empty line."""
    return " ".join(inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].splitlines())


def counts_of(cls: type[Fact]) -> list[str]:
    """What one fact of the type moves, found by counting one: units and currencies as the names of their fields."""
    sample = {
        one.name: _SAMPLES.get(str(one.type), f"{{{one.name}}}" if one.type == "str" else 1) for one in fields(cls)
    }
    moved = counted([Told(_PROGRAM, [{"type": cls.type, **sample, "was_on": 70}], [7])])
    shown = {_MONTH.sub("{month}", _DAY.sub("{day}", name.replace(f"/{_PROGRAM}/", "/{program}/"))) for name in moved}
    return sorted(shown - {"entries", ANALYSED, COUNTED_BY_DAY})


def _related(relations: Mapping[type[Fact], Relations], cls: type[Fact]) -> Relations:
    if cls not in relations:
        raise MalformedError(
            f"{cls.type}: which operations record it is not said in infra/local/pages/fact_relations.py"
        )
    return relations[cls]


def _section(cls: type[Fact], relations: Relations, queues: Mapping[str, Sequence[Any]]) -> str:
    rows = [(code(name), kind, meaning, unit) for name, kind, meaning, unit in told_fields(cls)]
    lines = [
        f"- Recorded by: {codes(relations.operations, 'nothing yet')}",
        f"- Queues: {codes(taken_by(cls.type, queues), 'none')}",
        f"- Counts: {codes(counts_of(cls), 'none of its own')}",
        f"- Open Loyalty: {codes(relations.open_loyalty)}",
        f"- Pepper: {codes(relations.pepper)}",
    ]
    parts = [f"### {cls.type}", f"{summary(cls)} Version {cls.v}."]
    if rows:
        parts.append(table(("Field", "Type", "Meaning", "Unit"), rows))
    return "\n\n".join([*parts, "\n".join(lines)]) + "\n"


def _overview(relations: Mapping[type[Fact], Relations]) -> str:
    rows = [
        (f"[{cls.type}](#{cls.type.replace('.', '')})", str(cls.v), *_elsewhere(_related(relations, cls)))
        for stream in STREAMS
        for cls in stream.facts.classes.values()
    ]
    return table(("Fact", "v", "Recorded by", "Open Loyalty", "Pepper"), rows)


def _elsewhere(relations: Relations) -> Iterator[str]:
    yield ", ".join(relations.operations) or "nothing yet"
    yield ", ".join(name.partition(".")[2] for name in relations.open_loyalty) or "–"
    yield ", ".join(relations.pepper) or "–"


def _takes(condition: Any, fact: str) -> bool:
    """As SNS judges one condition on a value that is there."""
    match condition:
        case str(name):
            return name == fact
        case {"prefix": str(start)}:
            return fact.startswith(start)
        case {"exists": bool(there)}:
            return there
    raise MalformedError(f"infra/template.yaml: a filter policy says {condition!r}, which this page cannot judge")


def _type(declared: Field[Any]) -> str:
    """What a reader of JSON finds, and whether it may find nothing."""
    kind = str(declared.type)
    missing = kind.endswith(" | None") or declared.default is not MISSING
    return f"{_TYPES[kind.removesuffix(' | None')]}{', may be missing' if missing else ''}"


def _unit(where: str, declared: Field[Any], told: str) -> str:
    """A day and an instant have the unit of their type; any other number must say its own."""
    kind = str(declared.type).removesuffix(" | None")
    if kind in _UNITS:
        return _UNITS[kind]
    if told == "–" and "int" in kind:
        raise MalformedError(f"{where}.{declared.name}: a number without a unit")
    return told
