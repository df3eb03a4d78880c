"""An area is a page, a model, a store and operations; one without an `Operations` heading in its page is pure decisions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

import pytest

from tests.architecture.sources import Function, Source, sources

Area = Mapping[str, Source]  # by the path within the area: model.py, store/sale.py …

HEADING = re.compile(r"^Operations\b", re.MULTILINE)


def areas() -> dict[str, dict[str, Source]]:
    found: dict[str, dict[str, Source]] = {}
    for source in sources("chalicelib/areas"):
        _, _, name, *rest = source.path.split("/")
        if rest:
            found.setdefault(name, {})["/".join(rest)] = source
    return found


def page_of(area: Area) -> str:
    return (ast.get_docstring(area["__init__.py"].tree) or "") if "__init__.py" in area else ""


def part(area: Area, name: str) -> list[Source]:
    """The module of this name, or all modules of the package of this name."""
    return [source for path, source in area.items() if path == f"{name}.py" or path.startswith(f"{name}/")]


def misshapen(area: Area) -> Iterator[str]:
    page = page_of(area)
    if not page:
        yield "no page: the docstring of __init__.py says words, laws, operations and facts"
    if not part(area, "model"):
        yield "no model"
    operates = bool(part(area, "operations"))
    if operates and not part(area, "store"):
        yield "operations without a store"
    if operates != bool(HEADING.search(page)):
        yield "the page's Operations and the module operations are there together or not at all"


def operations_of(area: Area) -> list[Function]:
    """The public functions of a Runtime and a Caller; what takes less is a part of a flow's commit."""
    public = [
        node
        for source in part(area, "operations")
        for node in source.tree.body
        if isinstance(node, Function) and not node.name.startswith("_")
    ]
    return [function for function in public if [arg.arg for arg in function.args.args[:2]] == ["rt", "caller"]]


def unlisted(area: Area) -> Iterator[str]:
    words = set(re.findall(r"\w+", page_of(area)))
    for function in operations_of(area):
        if function.name not in words:
            yield f"{function.name} is an operation, but not on the page"


def sample(page: str, **modules: str) -> dict[str, Source]:
    texts = {"__init__.py": f'"""{page}"""'} | {f"{name}.py": text for name, text in modules.items()}
    return {path: Source(path, text) for path, text in texts.items()}


def test_every_area_has_its_shape() -> None:
    found = areas()
    assert found
    assert {name: breaches for name, area in found.items() if (breaches := list(misshapen(area)))} == {}


def test_every_operation_is_on_its_areas_page() -> None:
    assert {name: breaches for name, area in areas().items() if (breaches := list(unlisted(area)))} == {}


@pytest.mark.parametrize(
    ("area", "breach"),
    [
        (sample("", model="", store=""), "no page"),
        (sample("Orders.", store=""), "no model"),
        (sample("Orders.\n\nOperations  get_order", model="", operations=""), "operations without a store"),
        (sample("Orders.\n\nOperations  get_order", model="", store=""), "together or not at all"),
        (sample("Orders.", model="", store="", operations=""), "together or not at all"),
    ],
)
def test_a_misshapen_area_is_found(area: Area, breach: str) -> None:
    (found,) = misshapen(area)
    assert breach in found


def test_pure_decisions_and_packages_are_well_shaped() -> None:
    assert list(misshapen(sample("Tiers: from what was earned to a level.", model=""))) == []
    package = sample("Orders.\n\nOperations  get_order", model="") | {
        "store/sale.py": Source("store/sale.py", ""),
        "operations/get.py": Source("operations/get.py", "def get_order(rt, caller): ..."),
    }
    assert list(misshapen(package)) == []
    assert list(unlisted(package)) == []


def test_an_operation_missing_from_the_page_is_found() -> None:
    text = "def get_order(rt, caller): ...\ndef list_orders(rt, caller): ...\ndef _own(rt, caller): ...\ndef part_of_a_flow(rt, header): ..."
    area = sample("Operations  get_order", model="", store="", operations=text)
    assert list(unlisted(area)) == ["list_orders is an operation, but not on the page"]
