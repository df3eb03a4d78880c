"""The sources under judgement, parsed once. A rule is a function from a Source to its breaches, each a readable line."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEPLOYED = ("app.py", "chalicelib")
HOUSE = (*DEPLOYED, "infra")
EVERYTHING = (*HOUSE, "tests")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """`path` is relative to the root, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def _nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    def nodes(self) -> Iterator[ast.AST]:
        return iter(self._nodes)

    def functions(self) -> Iterator[Function]:
        return (node for node in self.nodes() if isinstance(node, Function))

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in self.nodes() if isinstance(node, ast.Call))

    def comments(self) -> Iterator[tuple[int, str]]:
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string

    def docstrings(self) -> Iterator[tuple[int, str]]:
        for node in self.nodes():
            if isinstance(node, ast.Module | ast.ClassDef | Function) and (page := ast.get_docstring(node)):
                yield node.body[0].lineno, page

    def at(self, line: int, what: str) -> str:
        return f"{self.path}:{line}: {what}"


Rule = Callable[[Source], Iterable[str]]


def sources(*places: str) -> list[Source]:
    """Every Python file at or below these places of the root."""
    return [_source(file) for place in places for file in _python_files(ROOT / place)]


@cache
def _source(file: Path) -> Source:
    return Source(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))


def _python_files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def breaches(rule: Rule, *places: str) -> list[str]:
    """All breaches of the rule; a place with nothing to judge would make the test mean nothing, so it is one as well."""
    judged = sources(*places)
    empty = [f"{place}: no source here" for place in places if not any(s.path.startswith(place) for s in judged)]
    return empty + [breach for source in judged for breach in rule(source)]


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or attribute chain; the last name alone behind anything else (`f().c` is `c`)."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else node.attr
    return ""


def last_name(node: ast.AST) -> str:
    return dotted(node).rpartition(".")[2]
