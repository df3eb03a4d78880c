"""Tables in docstrings: rows of `cell | cell`, under a head that says which table it is, up to the next empty line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


class MalformedError(ValueError):
    """A table in a docstring is not as its page needs it. The message names the place and what is wrong."""


def rows_under(where: str, docstring: str, head: Sequence[str]) -> list[list[str]]:
    """The rows of the table with this head; none when there is no such table."""
    return list(_rows(where, docstring, list(head)))


def _rows(where: str, docstring: str, head: list[str]) -> Iterator[list[str]]:
    within = False
    for line in docstring.splitlines():
        cells = [cell.strip() for cell in line.split(" | ")]
        if not within:
            within = cells == head
        elif not line.strip():
            return
        elif len(cells) != len(head) or not all(cells):
            raise MalformedError(f"{where}: `{line.strip()}` has not the cells {', '.join(head)}")
        else:
            yield cells
