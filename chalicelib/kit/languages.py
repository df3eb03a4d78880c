"""Which languages somebody wants to read, of those that they name: the header Accept-Language, RFC 9110 section 12.5.4."""

from __future__ import annotations

import re

_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?"
)
MAX_RANGES = 32


def wanted(header: str) -> tuple[str, ...]:
    """The best first; of equal weight as they are written. What has the weight 0 is not wanted, `*` asks for nothing that is
    not had anyhow, and what is no language range is passed over."""
    found: list[tuple[float, str]] = []
    for part in header.split(",")[:MAX_RANGES]:
        match = _RANGE.fullmatch(part)
        if match is not None and match[1] != "*":
            found.append((1.0 if match[2] is None else float(match[2]), written(match[1])))
    return tuple(tag for weight, tag in sorted(found, key=lambda one: -one[0]) if weight > 0)


def written(tag: str) -> str:
    """As locales are written here: `de`, `de-AT`."""
    language, *rest = tag.split("-")
    return "-".join((language.lower(), *(part.upper() if len(part) == 2 else part for part in rest)))
