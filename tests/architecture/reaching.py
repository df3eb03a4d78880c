"""Which functions a function may come to, read from the sources: what it names, and methods of whatever class it calls.

It finds too much rather than too little: a table of functions counts as a call of all of them, and a method of a name that
several classes have as a call of each.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tests.architecture.sources import Source, last_name

Place = tuple[str, str]  # module, and what is defined in it: `f`, `Class`, `Class.method`, `CONSTANT`


@dataclass(frozen=True)
class Sources:
    """`makers` are the names of what makes a failure: the codes that they are given are what is looked for."""

    judged: tuple[Source, ...]
    makers: frozenset[str]
    _defined: dict[Place, ast.stmt] = field(default_factory=dict)
    _names: dict[str, dict[str, Place]] = field(default_factory=lambda: defaultdict(dict))
    _methods: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    _properties: set[str] = field(default_factory=set)
    _looked_at: dict[Place, tuple[frozenset[str], frozenset[Place]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for source in self.judged:
            module = module_of(source)
            for node in source.tree.body:
                self._define(module, node)
            for imported in (node for node in source.nodes() if isinstance(node, ast.ImportFrom) and node.module):
                for name in imported.names:
                    self._names[module][name.asname or name.name] = (str(imported.module), name.name)

    def codes(self, start: Place) -> dict[str, Place]:
        """Every code that can be made from here on, and where."""
        found: dict[str, Place] = {}
        seen, waiting = {start}, [start]
        while waiting:
            place = waiting.pop()
            if place not in self._looked_at:
                self._looked_at[place] = frozenset(self._made(place)), frozenset(self._named(place))
            codes, named = self._looked_at[place]
            found |= dict.fromkeys(codes, place) | found
            more = named - seen
            seen |= more
            waiting += more
        return found

    @cached_property
    def modules(self) -> frozenset[str]:
        return frozenset(map(module_of, self.judged))

    def has(self, place: Place) -> bool:
        return place in self._defined

    def _define(self, module: str, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            self._defined[module, node.name] = node
        if isinstance(node, ast.ClassDef):
            for method in (one for one in node.body if isinstance(one, ast.FunctionDef)):
                place = (module, f"{node.name}.{method.name}")
                self._defined[place] = method
                self._methods[method.name].append(place)
                if any(last_name(one) in ("property", "cached_property") for one in method.decorator_list):
                    self._properties.add(method.name)
        for target in _targets(node):
            self._defined[module, target] = node

    def _made(self, place: Place) -> Iterator[str]:
        for node in _parts(self._defined[place]):
            if isinstance(node, ast.Call) and last_name(node.func) in self.makers and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value

    def _named(self, place: Place) -> set[Place]:
        found: set[Place] = set()
        parts = list(_parts(self._defined[place]))
        called = {id(node.func) for node in parts if isinstance(node, ast.Call)}
        given = {node.arg for node in parts if isinstance(node, ast.arg)}  # a parameter may have the name of a function
        for node in parts:
            if isinstance(node, ast.Name) and node.id not in given:
                found.update(self._resolved((place[0], node.id)))
            elif isinstance(node, ast.Attribute):
                of_module = self._of_module(place[0], node)
                if of_module is not None:
                    found.update(self._resolved(of_module))
                elif id(node) in called or node.attr in self._properties:
                    found.update(self._methods.get(node.attr, ()))
        return found

    def _of_module(self, module: str, node: ast.Attribute) -> Place | None:
        if not isinstance(node.value, ast.Name) or node.value.id not in self._names[module]:
            return None
        named = ".".join(self._names[module][node.value.id])
        return (named, node.attr) if named in self.modules else None

    def _resolved(self, place: Place) -> Iterator[Place]:
        """Where a name is defined that a module has of its own or of another."""
        for _ in range(5):
            if place in self._defined:
                yield place
                return
            if place[1] not in self._names[place[0]]:
                return
            place = self._names[place[0]][place[1]]


def module_of(source: Source) -> str:
    return source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _targets(node: ast.stmt) -> Iterable[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return (target.id for target in targets if isinstance(target, ast.Name))


def _parts(node: ast.stmt) -> Iterator[ast.AST]:
    """Of a class without its methods, but for those that making one calls."""
    if not isinstance(node, ast.ClassDef):
        yield from ast.walk(node)
        return
    for part in node.body:
        if not isinstance(part, ast.FunctionDef) or part.name.startswith("__"):
            yield from ast.walk(part)
