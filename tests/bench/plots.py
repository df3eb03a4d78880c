"""Plots as SVG, drawn by hand: bars, and lines over a logarithmic axis. No background: they read on light and on dark."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from math import floor, log10

WIDTH = 760
TEXT, GRID, LIMIT = "#808080", "#80808040", "#d9534f"
COLOURS = ("#4c8bf5", "#e69138", "#3aa76d", "#9b6dd6")
_LABELS, _VALUES, _ROW, _TOP, _BOTTOM = 250, 70, 22, 44, 46
_UNDER_CAPTION = 60  # where the highest tick of a line plot is written
_LETTERS = 14  # from one name to the next below it
_FOOT = 20
_HEIGHT = re.compile(r'height="(\d+)" viewBox')


def bars(title: str, unit: str, values: Mapping[str, float], limits: Mapping[str, float] | None = None) -> str:
    """One bar a value, from zero; a red mark where its limit is. Values stand in a column, clear of bars, grid and marks."""
    limits = limits or {}
    ticks = nice_ticks(max([*values.values(), *limits.values()]))
    wide, height = WIDTH - _LABELS - _VALUES, _TOP + _ROW * len(values) + _BOTTOM
    scale = wide / ticks[-1]
    foot = height - _BOTTOM
    parts = [_text(10, 20, title, weight="bold")]
    for tick in ticks:
        x = _LABELS + tick * scale
        parts += [_line(x, _TOP - 6, x, foot, GRID), _text(x, foot + 16, f"{tick:g}", anchor="middle")]
    parts.append(_text(_LABELS + wide / 2, foot + 36, unit, anchor="middle"))
    for place, (name, value) in enumerate(values.items()):
        y = _TOP + place * _ROW
        parts.append(_text(_LABELS - 8, y + 13, name, anchor="end"))
        parts.append(f'<rect x="{_LABELS}" y="{y + 3}" width="{value * scale:.1f}" height="13" fill="{COLOURS[0]}"/>')
        parts.append(_text(WIDTH - 8, y + 14, f"{value:g}", anchor="end"))
        if name in limits:
            x = _LABELS + limits[name] * scale
            parts.append(_line(x, y, x, y + _ROW - 3, LIMIT, width=2))
    return _svg(height, parts)


def lines(title: str, across: str, up: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Values from zero upwards, over a logarithmic axis of sizes."""
    height, left, right = 320, 70, WIDTH - 170
    foot = height - _BOTTOM - 6
    sizes = sorted({x for points in series.values() for x, _ in points})
    ticks = nice_ticks(max(y for points in series.values() for _, y in points))
    first, last = log10(sizes[0]), log10(sizes[-1])

    def at(x: float, y: float) -> tuple[float, float]:
        share = (log10(x) - first) / ((last - first) or 1)
        return left + share * (right - left), foot - y / ticks[-1] * (foot - _UNDER_CAPTION)

    parts = [_text(10, 20, title, weight="bold"), _text(10, 38, up)]
    for tick in ticks:
        y = at(sizes[0], tick)[1]
        parts += [_line(left, y, right, y, GRID), _text(left - 8, y + 4, f"{tick:g}", anchor="end")]
    parts += [_text(at(size, 0)[0], foot + 18, f"{size:,.0f}", anchor="middle") for size in sizes]
    parts.append(_text((left + right) / 2, foot + 38, across, anchor="middle"))
    for points, colour in zip(series.values(), COLOURS, strict=False):
        placed = [at(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in placed]
    ends = apart({name: at(*points[-1])[1] for name, points in series.items()})
    for (name, y), colour in zip(ends.items(), COLOURS, strict=False):
        parts.append(_text(right + 8, y + 4, name, colour=colour))
    return _svg(height, parts)


def apart(ends: Mapping[str, float]) -> dict[str, float]:
    """Heights at which names can be read that end as near to each other as these: the lower ones are moved down."""
    found, free = {}, float("-inf")
    for name in sorted(ends, key=lambda name: ends[name]):
        found[name] = max(ends[name], free)
        free = found[name] + _LETTERS
    return {name: found[name] for name in ends}


def nice_ticks(most: float) -> list[float]:
    """From zero to at least `most`, four to ten steps of 1, 2 or 5 times a power of ten."""
    if most <= 0:
        return [0.0, 1.0]
    power = 10.0 ** floor(log10(most))
    step = next(step for step in (power / 5, power / 2, power, power * 2) if most / step <= 8)
    count = -(-most // step)
    return [round(step * number, 6) for number in range(int(count) + 1)]


def with_foot(drawn: str, *said: str) -> str:
    """The same plot, with lines below everything: its engine and run, for it may be looked at without its page."""
    height = int(_HEIGHT.findall(drawn)[0])
    inner = drawn.partition(">\n")[2].removesuffix("\n</svg>\n")
    below = [_text(10, height + _FOOT * place - 8, line) for place, line in enumerate(said, 1)]
    return _svg(height + _FOOT * len(said), [inner, *below])


def _svg(height: int, parts: Sequence[str]) -> str:
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    inner = "\n".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">\n{inner}\n</svg>\n'


def _text(x: float, y: float, said: str, *, anchor: str = "start", weight: str = "normal", colour: str = TEXT) -> str:
    how = f'text-anchor="{anchor}" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {how}>{escape(said)}</text>'


def _line(x: float, y: float, x2: float, y2: float, colour: str, width: int = 1) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'
