"""Imports go one way, lazily made ones included. import-linter judges chains; this judges each statement, app.py's as well."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest

from tests.architecture.sources import DEPLOYED, Source, breaches

# What a layer may import of chalicelib besides itself. Whoever is not named here may import nothing.
BELOW: dict[str, tuple[str, ...]] = {
    "kit": ("errors", "config"),
    "errors": ("kit", "config"),
    "config": ("kit", "errors"),
}
BELOW["table"] = BELOW["aws"] = ("kit", "errors", "config")
BELOW["runtime"] = ("table", "aws", *BELOW["table"])
BELOW["areas"] = ("runtime", *BELOW["runtime"])
BELOW["flows"] = ("areas", *BELOW["areas"])
BELOW["bootstrap"] = ("flows", *BELOW["flows"])
BELOW["api"] = BELOW["events"] = ("bootstrap", *BELOW["bootstrap"])
BELOW["app"] = ("api", "events", *BELOW["api"])
BELOW["__init__"] = ()

CHALICE = ("app.py", "chalicelib/api/*", "chalicelib/events/*")
PYNAMODB = ("chalicelib/table/*", "chalicelib/areas/*/store.py", "chalicelib/areas/*/store/*")
BOTO = ("chalicelib/table/*", "chalicelib/aws/*")
ONLY_IN: dict[str, tuple[str, ...]] = {"chalice": CHALICE, "pynamodb": PYNAMODB, "boto3": BOTO, "botocore": BOTO}
NEVER_DEPLOYED = ("infra", "tests", "moto", "pytest", "hypothesis", "yaml")


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Every module the source imports, in functions, under TYPE_CHECKING and by importlib with a literal name as well."""
    for node in source.nodes():
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in LOADERS:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield node.lineno, name.value


LOADERS = ("importlib.import_module", "import_module", "__import__")


def layer_of(path: str) -> str:
    parts = path.removesuffix(".py").split("/")
    return parts[1] if parts[0] == "chalicelib" else parts[0]


def upward_imports(source: Source) -> Iterator[str]:
    own = layer_of(source.path)
    allowed = {own, *BELOW.get(own, ())}
    for line, module in imports(source):
        parts = module.split(".")
        if (parts[0] == "chalicelib" and parts[1] not in allowed) or parts[0] == "app":
            yield source.at(line, f"{own} may not import {module}")


def strangers(source: Source) -> Iterator[str]:
    """Libraries outside their layers, and what is not deployed."""
    for line, module in imports(source):
        library = module.partition(".")[0]
        places = ONLY_IN.get(library)
        if library in NEVER_DEPLOYED or (places and not any(fnmatch(source.path, place) for place in places)):
            yield source.at(line, f"{library} may not be imported here")


def neighbours(source: Source) -> Iterator[str]:
    """An area that imports another."""
    parts = source.path.split("/")
    if parts[:2] != ["chalicelib", "areas"]:
        return
    own = parts[2].removesuffix(".py")
    for line, module in imports(source):
        names = module.split(".")
        if names[:2] == ["chalicelib", "areas"] and names[2] != own:
            yield source.at(line, f"area {own} may not import area {names[2]}: what needs two is a flow")


def test_imports_go_one_way() -> None:
    assert breaches(upward_imports, *DEPLOYED) == []


def test_libraries_stay_in_their_layers() -> None:
    assert breaches(strangers, *DEPLOYED) == []


def test_areas_never_import_each_other() -> None:
    assert breaches(neighbours, *DEPLOYED) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("chalicelib/areas/orders/model.py", "from chalicelib.flows import record_order"),
        ("chalicelib/kit/ids.py", "def f():\n    from chalicelib.table.protocol import Table"),
        ("chalicelib/table/keys.py", "import importlib\nimportlib.import_module('chalicelib.areas.orders')"),
        ("chalicelib/table/keys.py", "from chalicelib import runtime"),
        ("chalicelib/table/keys.py", "from chalicelib.aws import files"),
        ("chalicelib/api/rim.py", "from chalicelib.events import stream"),
        ("chalicelib/api/rim.py", "import app"),
        ("chalicelib/stray.py", "from chalicelib.kit import ids"),
    ],
)
def test_an_import_upward_or_sideways_is_found(path: str, text: str) -> None:
    assert len(list(upward_imports(Source(path, text)))) == 1


def test_an_import_downward_is_none() -> None:
    assert list(upward_imports(Source("app.py", "from chalicelib.api.mounts import mount"))) == []
    assert list(upward_imports(Source("chalicelib/flows/a.py", "from chalicelib.areas.orders.model import Sale"))) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("chalicelib/flows/a.py", "def f():\n    import chalice"),
        ("chalicelib/flows/a.py", "from pynamodb.models import Model"),
        ("chalicelib/areas/orders/operations.py", "import pynamodb.models"),
        ("chalicelib/areas/orders/store.py", "from botocore.exceptions import ClientError"),
        ("chalicelib/api/rim.py", "import boto3"),
        ("app.py", "from tests.twins import Table"),
    ],
)
def test_a_library_outside_its_layers_is_found(path: str, text: str) -> None:
    assert len(list(strangers(Source(path, text)))) == 1


def test_a_library_in_its_layer_is_welcome() -> None:
    assert list(strangers(Source("chalicelib/areas/orders/store.py", "import pynamodb.models"))) == []
    assert list(strangers(Source("chalicelib/areas/orders/store/sale.py", "import pynamodb.models"))) == []
    assert list(strangers(Source("chalicelib/table/dynamodb.py", "import boto3, botocore.config"))) == []


def test_an_area_that_imports_another_is_found() -> None:
    text = "from chalicelib.areas.orders.model import Sale\nfrom chalicelib.areas import tiers"
    assert len(list(neighbours(Source("chalicelib/areas/rules/model/rule.py", text)))) == 2
    assert list(neighbours(Source("chalicelib/areas/orders/store.py", text.splitlines()[0]))) == []
    assert list(neighbours(Source("chalicelib/flows/record_order.py", text))) == []
