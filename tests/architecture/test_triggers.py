"""app.py is the table of contents: every trigger is there, each a stub of two lines, and nothing is decided.

A trigger in a Blueprint would deploy without app.py's middleware while the test client runs it, so tests would lie.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from chalice import Chalice

from tests.architecture.sources import Function, Source, breaches, last_name

EVENTS = frozenset(
    (
        "on_cw_event",
        "on_dynamodb_record",
        "on_kinesis_record",
        "on_s3_event",
        "on_sns_message",
        "on_sqs_message",
        "on_ws_connect",
        "on_ws_disconnect",
        "on_ws_message",
        "lambda_function",
    )
)
TRIGGERS = EVENTS | {"route", "schedule", "authorizer", "middleware"}
STUB_LINES = 2


def trigger_names(function: Function) -> list[str]:
    decorators = (node.func if isinstance(node, ast.Call) else node for node in function.decorator_list)
    return [name for node in decorators if (name := last_name(node)) in TRIGGERS]


def triggers_elsewhere(source: Source) -> Iterator[str]:
    """Trigger decorators, and calls that register a function as a trigger. Mounting HTTP routes by a call is not one:
    every route is served by the one function that app.py deploys."""
    for function in source.functions():
        for name in trigger_names(function):
            yield source.at(function.lineno, f"@{name} belongs in app.py")
    decorators = {id(node) for function in source.functions() for node in function.decorator_list}
    for call in source.calls():
        if last_name(call.func) in EVENTS and id(call) not in decorators:
            yield source.at(call.lineno, f"{last_name(call.func)} belongs in app.py")


def blueprints(source: Source) -> Iterator[str]:
    for node in source.nodes():
        named = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else [last_name(node)]
        if "Blueprint" in named or "register_blueprint" in named:
            yield source.at(getattr(node, "lineno", 1), "no Blueprint: its triggers would skip the middleware")


def body_lines(source: Source, function: Function) -> int:
    """Those that are empty do not count: the formatter puts one after an import."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    lines = source.text.splitlines()[body[0].lineno - 1 : body[-1].end_lineno]
    return sum(1 for line in lines if line.strip())


def stubs_too_long(source: Source) -> Iterator[str]:
    for function in source.functions():
        if (lines := body_lines(source, function)) > STUB_LINES:
            yield source.at(function.lineno, f"{function.name} has {lines} lines, at most {STUB_LINES}")


def decisions(source: Source) -> Iterator[str]:
    logic = (ast.If, ast.IfExp, ast.For, ast.While, ast.Try, ast.With, ast.Match, ast.ClassDef, ast.BoolOp, ast.Compare)
    for node in source.nodes():
        if isinstance(node, logic):
            yield source.at(node.lineno, f"{type(node).__name__} in app.py: no logic here")


def test_triggers_are_in_app_py_only() -> None:
    assert breaches(triggers_elsewhere, "chalicelib") == []


def test_there_is_no_blueprint() -> None:
    assert breaches(blueprints, "app.py", "chalicelib") == []


def test_every_stub_is_two_lines() -> None:
    assert breaches(stubs_too_long, "app.py") == []


def test_app_py_decides_nothing() -> None:
    assert breaches(decisions, "app.py") == []


@pytest.mark.parametrize(
    "text",
    [
        "@app.route('/v1/members')\ndef f(): ...",
        "@app.on_sqs_message(queue='q')\ndef f(event): ...",
        "@app.schedule('rate(1 day)')\nasync def f(event): ...",
        "@app.lambda_function\ndef f(event, context): ...",
        "app.on_s3_event(bucket='b')(f)",
    ],
)
def test_a_trigger_elsewhere_is_found(text: str) -> None:
    assert len(list(triggers_elsewhere(Source("chalicelib/events/files.py", text)))) == 1


def test_a_plain_function_and_a_mount_are_no_triggers() -> None:
    text = "@cache\ndef schedule(): ...\n\ndef mount(app):\n    app.route('/v1')(handler)\n"
    assert list(triggers_elsewhere(Source("chalicelib/api/mounts.py", text))) == []


@pytest.mark.parametrize("text", ["from chalice import Blueprint", "b = chalice.Blueprint(__name__)"])
def test_a_blueprint_is_found(text: str) -> None:
    assert len(list(blueprints(Source("chalicelib/api/a.py", text)))) == 1


def test_a_stub_of_three_lines_is_found() -> None:
    stub = '@app.route("/")\ndef f():\n    """Says what it is for."""\n    a = 1\n\n    b = 2\n'
    assert list(stubs_too_long(Source("app.py", stub))) == []
    assert len(list(stubs_too_long(Source("app.py", stub + "    return a + b\n")))) == 1


@pytest.mark.parametrize("text", ["for r in ROUTES:\n    mount(r)", "x = 1 if y else 2", "x = a or b"])
def test_a_decision_in_app_py_is_found(text: str) -> None:
    assert len(list(decisions(Source("app.py", text)))) == 1


def test_every_trigger_of_chalice_is_known_here() -> None:
    assert {name for name in dir(Chalice) if name.startswith("on_")} <= EVENTS
