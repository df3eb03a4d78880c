"""The page names what has no figure yet, and the command that makes it; with the figure the sentence is gone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chalicelib.api.routes import ROUTES
from chalicelib.table.memory import MemoryTable
from tests.architecture.functions import LOGICAL
from tests.bench import cold
from tests.bench.__main__ import too_long
from tests.bench.api_cases import AT_LOTS, CASES, left_out
from tests.bench.cases import PLANNED as CPU_CASES
from tests.bench.cases import asked
from tests.bench.figures import FULL, WITHIN_SECONDS, Bench, load
from tests.bench.page import page
from tests.bench.planned import NAMES, PLANNED, not_measured, planned
from tests.bench.routes_priced import KEYED, name_of, priced_routes
from tests.bench.run_section import SECTIONS
from tests.bench.till import open_till

MISSING = "Not measured yet: "


def without(bench: Bench, section: str, what: str) -> Bench:
    """The same figures, but for this row."""
    there = bench[section]
    rows = [row for row in there.rows if NAMES[section](row) != what]
    assert len(rows) == len(there.rows) - 1, what
    return {**bench, section: replace(there, rows=rows)}


def test_every_section_says_what_it_measures() -> None:
    assert set(SECTIONS) == set(NAMES) == {name.removesuffix(FULL) for name in PLANNED}
    assert [name for name in PLANNED if not planned(name)] == []


def test_all_that_is_missing_is_on_the_page_with_its_command_and_nothing_else() -> None:
    bench = load()
    told = []
    for name in PLANNED:
        if missing := not_measured(bench, name):
            plain, full = name.removesuffix(FULL), "-full" if name.endswith(FULL) else ""
            named = "; ".join(missing) if full or name in bench else "nothing of it"
            told.append(f"{MISSING}{named}. `make bench{full} ONLY={plain}`")
    shown = [line for line in page(bench).splitlines() if line.startswith(MISSING)]
    assert sorted(shown) == sorted(told)


@pytest.mark.parametrize(
    ("section", "what", "command"),
    [
        ("cold", "api_handler", "make bench ONLY=cold"),
        ("cpu", "earn, 37 lots", "make bench ONLY=cpu"),
        ("units", "GET /v1/feed, 1 lots", "make bench ONLY=units"),
        ("crowds", "twin, 100,000 members", "make bench ONLY=crowds"),
    ],
)
def test_a_row_that_is_gone_is_named(section: str, what: str, command: str) -> None:
    bench = load()
    before, after = page(bench), page(without(bench, section, what))
    told = next(line for line in after.splitlines() if line not in before.splitlines() and line.startswith(MISSING))
    assert what in told
    assert told.endswith(f"`{command}`")


def test_a_section_that_was_not_measured_says_how_to() -> None:
    assert page({}).count("Not measured yet: nothing of it. `make bench ONLY=") == len(SECTIONS)


def test_the_largest_file_is_bench_fulls_and_is_named_until_it_was_imported() -> None:
    bench = {name: section for name, section in load().items() if not name.endswith(FULL)}
    told = "Not measured yet: 100,000 lines. `make bench-full ONLY=imports`"
    assert told in page(bench)
    rows = [*bench["imports"].rows, bench["imports"].rows[-1] | {"lines": 100_000}]
    assert told not in page({**bench, "imports" + FULL: replace(bench["imports"], rows=rows)})


def test_every_function_has_a_cold_start_and_every_step_its_cpu() -> None:
    assert set(cold.FIRST_EVENTS) == set(LOGICAL)
    assert {"relay 100 entries", "schedule the due job", "take the pulse"} <= {name for name, _ in CPU_CASES}


def test_every_route_behind_a_key_has_its_requests_and_units_on_the_page() -> None:
    """A new one? `make bench ONLY=units`, which takes seconds."""
    assert not_measured(load(), "units") == []
    shown = page(load())
    assert [name_of(route) for route in KEYED if f"\n| {name_of(route)} | 1 |" not in shown] == []


def test_every_route_can_be_priced_by_what_the_tenant_matrix_asks() -> None:
    assert [row["operation"] for row in priced_routes()] == [name_of(route) for route in KEYED]


def test_every_route_has_its_cpu_measured_or_is_named_with_the_reason_why_not() -> None:
    measured = {case.operation for case in CASES.values()}
    named = [name for one in left_out() for name in one.operations]
    assert sorted([*measured, *named]) == sorted(route.operation for route in ROUTES)
    told = page(load()).partition("## Handler CPU against bare botocore")[2].partition("\n## ")[0]
    assert f"Of {len(ROUTES)} routes {len(measured)} are measured" in told
    for one in left_out():
        assert f"- {one.because}: {', '.join(f'`{name}`' for name in one.operations)}\n" in told


def test_what_a_route_is_left_out_for_is_measured() -> None:
    alike = {name for one in left_out() for name in re.findall(r"\*([^*]+)\*", one.because)}
    assert alike
    assert alike <= set(CASES)
    assert set(AT_LOTS) <= set(CASES)


def test_every_case_asks_its_route() -> None:
    """On the twin: once each, in the order of the bench, so that none needs what another has left behind or taken away."""
    for stamps in (False, True):
        at = open_till(MemoryTable(), "till", 1, stamps=stamps)
        for name, case in CASES.items():
            if case.stamps is stamps:
                asked(at, name)()


def test_the_page_says_how_long_all_of_it_took_and_whether_that_was_too_long() -> None:
    bench = load()
    for seconds, said in ((10, "within the limit"), (400, "**above** the limit")):
        timed = {name: replace(bench[name], made=bench[name].made | {"seconds": seconds}) for name in SECTIONS}
        assert f"took {len(SECTIONS) * seconds:,} s together, each in its own last run (" in page(timed)
        assert said in page(timed)


def test_a_run_that_took_too_long_says_so() -> None:
    assert too_long(WITHIN_SECONDS) is None
    assert "901 s, more than the 900" in str(too_long(901))
