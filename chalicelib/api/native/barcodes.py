"""Codes as pictures that a till scans: SVG, made of one path. Imported with the first code that is drawn, never at a cold start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO

import segno
from pdf417gen import encode  # its table of patterns is why it is here: nobody computes that
from pdf417gen.rendering import modules

QUIET = 2  # modules of white around it
HEIGHT = 3  # of a row of PDF417, in modules


def qr(text: str) -> str:
    out = BytesIO()
    segno.make_qr(text, error="m").save(out, kind="svg", xmldecl=False, svgns=True, border=4, omitsize=True)
    return out.getvalue().decode().strip()


def pdf417(text: str) -> str:
    codes = encode(text, columns=3, security_level=2)
    dark = [(column, row) for column, row in modules(codes)]
    wide = max(column for column, _ in dark) + 1
    return _svg(_runs(dark), wide, len(codes) * HEIGHT)


def _runs(dark: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Neighbours in a row are one bar: column, row, width."""
    start, row, end = 0, -1, 0
    for column, line in sorted(dark, key=lambda one: (one[1], one[0])):
        if line == row and column == end:
            end += 1
            continue
        if row >= 0:
            yield start, row, end - start
        start, row, end = column, line, column + 1
    if row >= 0:
        yield start, row, end - start


def _svg(bars: Iterable[tuple[int, int, int]], wide: int, high: int) -> str:
    path = "".join(f"M{x + QUIET} {y * HEIGHT + QUIET}h{width}v{HEIGHT}h-{width}z" for x, y, width in bars)
    box = f"0 0 {wide + 2 * QUIET} {high + 2 * QUIET}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{path}"/></svg>'
