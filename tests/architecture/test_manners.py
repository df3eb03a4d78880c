"""How code here is written: no scan, one reader of the environment, names that say it, no error swallowed, nothing left undone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import DEPLOYED, EVERYTHING, HOUSE, Source, breaches, dotted, last_name

NAMELESS = frozenset(("utils", "util", "helpers", "helper", "misc", "common", "shared", "stuff", "base_utils"))
UNDONE = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")


def scans(source: Source) -> Iterator[str]:
    """A call of `scan`, or one that names DynamoDB's operation."""
    for call in source.calls():
        named = [node.value for node in call.args if isinstance(node, ast.Constant)]
        if last_name(call.func) == "scan" or "scan" in named or "Scan" in named:
            yield source.at(call.lineno, "no scan: an access pattern has a key or an index")


def environment_readers(source: Source) -> Iterator[str]:
    if source.path == "chalicelib/config.py":
        return
    for node in source.nodes():
        imported = isinstance(node, ast.ImportFrom) and node.module == "os" and {a.name for a in node.names} & ENVIRON
        if imported or (isinstance(node, ast.Attribute) and dotted(node) in {f"os.{name}" for name in ENVIRON}):
            yield source.at(getattr(node, "lineno", 1), "the environment is read in chalicelib/config.py")


ENVIRON = frozenset(("environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"))


def nameless(source: Source) -> Iterator[str]:
    for part in source.path.removesuffix(".py").split("/"):
        if part in NAMELESS or part.rpartition("_")[2] in NAMELESS:
            yield source.at(1, f"{part} does not say what is in it")


def swallowed_errors(source: Source) -> Iterator[str]:
    for node in source.nodes():
        if not isinstance(node, ast.ExceptHandler):
            continue
        broad = node.type is not None and last_name(node.type) in ("Exception", "BaseException")
        silent = all(isinstance(statement, ast.Pass | ast.Continue) or is_text(statement) for statement in node.body)
        if node.type is None or (broad and silent):
            yield source.at(node.lineno, "an error is swallowed")


def is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def undone(source: Source) -> Iterator[str]:
    for line, text in [*source.comments(), *source.docstrings()]:
        if UNDONE.search(text):
            yield source.at(line, "something is left undone")
    for node in source.nodes():
        if isinstance(node, ast.Name) and node.id == "NotImplementedError":
            yield source.at(node.lineno, "something is not implemented")


def test_nothing_scans() -> None:
    assert breaches(scans, *HOUSE) == []


def test_only_config_reads_the_environment() -> None:
    assert breaches(environment_readers, *DEPLOYED) == []


def test_names_say_what_is_in_a_file() -> None:
    assert breaches(nameless, *EVERYTHING) == []


def test_no_error_is_swallowed() -> None:
    assert breaches(swallowed_errors, *EVERYTHING) == []


def test_nothing_is_left_undone() -> None:
    assert breaches(undone, *EVERYTHING) == []


@pytest.mark.parametrize(
    "text", ["client.scan(TableName=t)", "Member.scan()", "c.get_paginator('scan')", "c._make_api_call('Scan', {})"]
)
def test_a_scan_is_found(text: str) -> None:
    assert len(list(scans(Source("m.py", text)))) == 1


@pytest.mark.parametrize("text", ["os.environ['A']", "os.getenv('A')", "from os import environ"])
def test_a_reader_of_the_environment_is_found(text: str) -> None:
    assert len(list(environment_readers(Source("chalicelib/kit/clock.py", text)))) == 1
    assert list(environment_readers(Source("chalicelib/config.py", text))) == []


@pytest.mark.parametrize("path", ["chalicelib/utils.py", "chalicelib/common/a.py", "chalicelib/kit/date_helpers.py"])
def test_a_name_that_says_nothing_is_found(path: str) -> None:
    assert len(list(nameless(Source(path, "")))) == 1


@pytest.mark.parametrize(
    "handler",
    ["except:\n    raise", "except Exception:\n    pass", "except BaseException as e:\n    'never mind'"],
)
def test_a_swallowed_error_is_found(handler: str) -> None:
    assert len(list(swallowed_errors(Source("m.py", f"try:\n    f()\n{handler}")))) == 1


def test_a_narrow_or_answered_error_is_not_swallowed() -> None:
    text = "try:\n    f()\nexcept KeyError:\n    pass\nexcept Exception:\n    log()\n    raise"
    assert list(swallowed_errors(Source("m.py", text))) == []


@pytest.mark.parametrize(
    "text", ["# TO" + "DO later", '"""FIX' + 'ME"""', "raise NotImplementedError", "x = 1  # XX" + "X"]
)
def test_something_left_undone_is_found(text: str) -> None:
    assert len(list(undone(Source("m.py", text)))) == 1
