"""The package with a patch applied: unified diffs, by their words, wherever these now stand in the file.

A patch may begin with the seed that found it last: it is tried before all others. `python -m tests.simulation.patches`
looks for these anew, when moves or laws have changed and bugs take long to be found.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import NamedTuple

from tests.architecture.sources import ROOT
from tests.simulation.__main__ import main

BUGS = ROOT / "tests" / "simulation" / "bugs"
_FOUND_BY = re.compile(r"Found by seed (?P<seed>\d+) within (?P<steps>\d+) moves\.\n")
_FAILURE = re.compile(r"^seed (?P<seed>\d+): .*\na repro of (?P<steps>\d+) moves:$", re.MULTILINE)
_FILE = re.compile(r"^\+\+\+ b/(?P<path>\S+)$", re.MULTILINE)
_HUNK = re.compile(r"^@@ [^\n]*\n(?P<lines>(?:[ +-][^\n]*\n|\n)+)", re.MULTILINE)


class Lives(NamedTuple):
    """So many seeds from `first` on, of so many moves each."""

    first: int = 0
    seeds: int = 200  # as many as the round has: most bugs are found within the first few
    steps: int = 100

    @property
    def arguments(self) -> tuple[str, ...]:
        return "--first", str(self.first), "--seeds", str(self.seeds), "--steps", str(self.steps)


ALL = Lives()


class Told(NamedTuple):
    """What the simulator answered, as a process would."""

    returncode: int
    stdout: str
    stderr: str


def known_to_find(patch: str) -> Lives | None:
    found = _FOUND_BY.match(patch)
    return None if found is None else Lives(int(found["seed"]), 1, int(found["steps"]))


def lived_with(patch: str, known: Lives | None = None) -> Told:
    """The simulator on a package with the patch: the lives that are known to find it, or all if these do not."""
    found = None if known is None else _lived(patch, known)
    return found if found is not None and found.returncode else _lived(patch, ALL)


def _lived(patch: str, lives: Lives) -> Told:
    return asked(patch, "--stop", "--raw", *lives.arguments)


def asked(patch: str, *arguments: str) -> Told:
    """The simulator with the patch, in a process of its own that has all modules from the first."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.simulation.__main__"])
    with ProcessPoolExecutor(1, context) as pool:
        return pool.submit(_with_patch, patch, arguments).result()


def _with_patch(patch: str, arguments: tuple[str, ...]) -> Told:
    put_in(patch)
    stdout, stderr = StringIO(), StringIO()
    with redirect_stdout(stdout), redirect_stderr(stderr):
        return Told(main(list(arguments)), stdout.getvalue(), stderr.getvalue())


def put_in(patch: str) -> None:
    """The functions of the module that it is about do from now on what the patch makes of them: in place, for others have
    imported them. What stands outside of functions stays as it is."""
    (found,) = _FILE.finditer(patch)
    path = found["path"]
    text = patched((ROOT / path).read_text(encoding="utf-8"), patch[found.end() + 1 :])
    module = import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    codes = dict(_codes(compile(text, path, "exec", dont_inherit=True)))
    for function in _functions(module):
        function.__code__ = codes[function.__code__.co_qualname]


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner.co_qualname, inner
            yield from _codes(inner)


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """Of the module itself, and of its classes, as they are written."""
    spaces = [
        module,
        *(one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__),
    ]
    for found in [inner for space in spaces for inner in vars(space).values()]:
        function = _innermost(found)
        if isinstance(function, FunctionType) and function.__code__.co_filename == module.__file__:
            yield function


def _innermost(found: object) -> object:
    """Of a property, a class method or a function that remembers, what was written."""
    for inner in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, inner, None) or found
    return found


def patched(text: str, hunks: str) -> str:
    """Each hunk's old lines must stand in the text once."""
    for hunk in _HUNK.finditer(hunks):
        lines = hunk["lines"].splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        if text.count(old) != 1:
            raise ValueError(f"the patch no longer fits: {text.count(old)} places have\n{old}")
        text = text.replace(old, new)
    return text


def look_anew(file: Path) -> str:
    """The patch begins with the first seed that finds it, and how far that one must go."""
    patch = _FOUND_BY.sub("", file.read_text(encoding="utf-8"), count=1)
    done = lived_with(patch)
    found = _FAILURE.search(done.stdout)
    head = "" if found is None else f"Found by seed {found['seed']} within {found['steps']} moves.\n"
    file.write_text(head + patch, encoding="utf-8")
    return head or f"not found: {done.stderr[-400:]}\n"


if __name__ == "__main__":
    for one in sorted(BUGS.glob("*.patch")):
        if len(sys.argv) == 1 or one.stem in sys.argv[1:]:
            sys.stdout.write(f"{one.stem}: {look_anew(one)}")
            sys.stdout.flush()
