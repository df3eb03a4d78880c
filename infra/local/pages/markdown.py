"""Tables as the generated pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def code(text: str) -> str:
    return f"`{text}`"


def codes(texts: Iterable[str], nothing: str = "–") -> str:
    return ", ".join(map(code, texts)) or nothing
