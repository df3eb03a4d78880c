"""Functions of at most 40 lines, modules of at most 300: what is longer is split by what it does."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.sources import HOUSE, Source, breaches

MODULE_LINES = 300
FUNCTION_LINES = 40


def long_module(source: Source) -> Iterator[str]:
    lines = len(source.text.splitlines())
    if lines > MODULE_LINES:
        yield source.at(1, f"{lines} lines, at most {MODULE_LINES}")


def long_functions(source: Source) -> Iterator[str]:
    for function in source.functions():
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_LINES:
            yield source.at(function.lineno, f"{function.name} has {lines} lines, at most {FUNCTION_LINES}")


def test_no_module_is_too_long() -> None:
    assert breaches(long_module, *HOUSE) == []


def test_no_function_is_too_long() -> None:
    assert breaches(long_functions, *HOUSE) == []


def test_a_module_of_301_lines_is_found() -> None:
    assert list(long_module(Source("m.py", "x = 1\n" * 300))) == []
    assert list(long_module(Source("m.py", "x = 1\n" * 301))) == ["m.py:1: 301 lines, at most 300"]


def test_a_function_of_41_lines_is_found_wherever_it_stands() -> None:
    def method(lines: int) -> Source:
        return Source("m.py", "class C:\n    @final\n    async def f(self):\n" + "        x = 1\n" * (lines - 1))

    assert list(long_functions(method(40))) == []
    assert list(long_functions(method(41))) == ["m.py:3: f has 41 lines, at most 40"]
