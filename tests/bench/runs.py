"""Which run each figure of docs/performance.md is of, and what else the machine did meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import verdicts
from tests.bench.figures import FULL, WITHIN_SECONDS, Bench, Section

COUNTED = "units"  # the same figures whatever else the machine does


def told(bench: Bench) -> str:
    """Of each section, and of what bench-full has measured of it; then how long all of `make bench` took."""
    lines = [
        "| Section | Made by | Day | Machine | Commit | Others, processors | Seconds | |",
        "|---|---|---|---|---|--:|--:|---|",
    ]
    for name, (title, _, _) in verdicts.SECTIONS.items():
        lines += [_row(title, bench[one]) for one in (name, name + FULL) if one in bench]
    return "\n".join((*lines, "", *_time_taken(bench), ""))


def _row(title: str, section: Section) -> str:
    made = section.made
    others = "–" if made["others"] is None else f"{made['others']:g}"
    cells = (
        title,
        f"`{made['command']}`",
        made["day"],
        made["machine"],
        _commit(section),
        others,
        f"{made['seconds']:,}",
        _meanwhile(section),
    )
    return f"| {' | '.join(cells)} |"


def _commit(section: Section) -> str:
    """Sections that were measured before it was kept have none."""
    return section.made.get("commit") or "–"


def _time_taken(bench: Bench) -> Iterator[str]:
    """What the sections of the plain run took in the last run of each: never that of one run, unless all were measured in it."""
    taken = {name: bench[name].made["seconds"] for name in verdicts.SECTIONS if name in bench}
    seconds = sum(taken.values())
    each = ", ".join(f"{name} {one:,}" for name, one in taken.items())
    told = f"The sections of `make bench` took {seconds:,} s together, each in its own last run ({each})"
    if missing := [name for name in verdicts.SECTIONS if name not in bench]:
        yield f"{told}; not measured yet: {', '.join(missing)}."
    else:
        said = "within" if seconds <= WITHIN_SECONDS else "**above**"
        yield f"{told}, of {WITHIN_SECONDS:,} s: {said} the limit."


def made(section: Section) -> str:
    told = section.made
    others = verdicts.others(told["others"], counted=COUNTED in told["command"])
    return f"Engine: {told['engine']}. `{told['command']}`, {told['seconds']} s on {told['machine']}, {told['day']}. {others}\n"


def best_of(bench: Bench, name: str) -> Section | None:
    """What is plotted and told in short: of the two that may have been measured the one of an idle machine. Of two such, or of two
    others, the one with more in it, or else the plain one."""
    there = [bench[one] for one in (name, name + FULL) if one in bench]
    return max(there, key=lambda one: (verdicts.idle(one.made["others"]), len(one.rows)), default=None)


def stale(bench: Bench) -> Iterator[str]:
    """Handlers that asked for more or less when they were measured than is counted now: both sections name their requests."""
    if "units" not in bench or "cpu" not in bench:
        return
    counted = {(row["operation"], row["lots"]): row["requests"] for row in bench["units"].rows}
    for row in bench["cpu"].rows:
        now = counted.get((row["operation"], row["lots"]), row["requests"])
        if now != row["requests"]:
            what = f"{row['operation']}, {row['lots']} lots"
            yield f"**Stale: {what}.** Measured with {row['requests']} requests, and {now} are counted now.\n"


def in_short(section: Section) -> str:
    told = section.made
    return f"`{told['command']}`, {told['day']}, {_meanwhile(section)}"


def _meanwhile(section: Section) -> str:
    counted = COUNTED in section.made["command"]
    return "counted: others change nothing" if counted else verdicts.while_others(section.made["others"])
