"""Tests run our code as it is: nothing of it is replaced, and no test is left out without saying why."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import Source, breaches, dotted, last_name

REPLACERS = frozenset(("setattr", "delattr", "setitem", "patch"))
MOCKERS = ("mock", "unittest.mock", "pytest_mock")


def replacements(source: Source) -> Iterator[str]:
    for node in source.nodes():
        if isinstance(node, ast.Import | ast.ImportFrom) and mocking(node):
            yield source.at(node.lineno, "no mocks: build a Runtime from twins")
    for call in source.calls():
        owner, _, name = dotted(call.func).rpartition(".")
        if name in REPLACERS and owner in ("monkeypatch", "mp", "mock", "mocker", "pytest.MonkeyPatch"):
            yield source.at(call.lineno, f"{owner}.{name} replaces code: build a Runtime from twins")


def mocking(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name in MOCKERS for alias in node.names)
    return node.module in MOCKERS or any(f"{node.module}.{alias.name}" in MOCKERS for alias in node.names)


def left_out(source: Source) -> Iterator[str]:
    """pytest.skip, xfail and their marks without a reason."""
    called = {id(call.func) for call in source.calls()}
    for call in source.calls():
        if last_name(call.func) in ("skip", "skipif", "xfail") and dotted(call.func).startswith("pytest."):
            conditions = 1 if last_name(call.func) == "skipif" else 0
            if not any(word.arg == "reason" for word in call.keywords) and len(call.args) <= conditions:
                yield source.at(call.lineno, f"{dotted(call.func)} without a reason")
    for node in source.nodes():
        if dotted(node) in ("pytest.mark.skip", "pytest.mark.xfail") and id(node) not in called:
            yield source.at(getattr(node, "lineno", 1), f"{dotted(node)} without a reason")


def test_no_test_replaces_our_code() -> None:
    assert breaches(replacements, "tests") == []


def test_no_test_is_left_out_without_a_reason() -> None:
    assert breaches(left_out, "tests") == []


@pytest.mark.parametrize(
    "text",
    [
        "from unittest import mock",
        "from unittest.mock import patch",
        "import unittest.mock",
        "def test(monkeypatch):\n    monkeypatch.setattr('chalicelib.kit.clock.time', None)",
        "def test(mocker):\n    mocker.patch('chalicelib.flows.record_order')",
    ],
)
def test_a_replacement_is_found(text: str) -> None:
    assert len(list(replacements(Source("tests/test_m.py", text)))) == 1


def test_setting_the_environment_is_no_replacement() -> None:
    assert (
        list(replacements(Source("tests/test_m.py", "def test(monkeypatch):\n    monkeypatch.setenv('A', 'b')"))) == []
    )


@pytest.mark.parametrize(
    "text",
    [
        "pytest.skip()",
        "@pytest.mark.skip\ndef test(): ...",
        "@pytest.mark.skip()\ndef test(): ...",
        "@pytest.mark.skipif(windows)\ndef test(): ...",
        "@pytest.mark.xfail\ndef test(): ...",
    ],
)
def test_a_test_left_out_in_silence_is_found(text: str) -> None:
    assert len(list(left_out(Source("tests/test_m.py", text)))) == 1


@pytest.mark.parametrize("text", ["pytest.skip('no Java here')", "pytest.mark.skipif(windows, reason='forks')"])
def test_a_reason_is_enough(text: str) -> None:
    assert list(left_out(Source("tests/test_m.py", text))) == []
