"""`make soak SEEDS=… STEPS=…`: the simulator for as long as you like; or one seed again, or some steps of it."""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.run import Report, drawn, lived, simulate


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--steps", type=int, default=100, help="of each")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--only", help="of that seed only these steps: 3,17,20")
    parser.add_argument("--stop", action="store_true", help="at the first failure")
    parser.add_argument("--raw", action="store_true", help="tell a failure as it is, not in as few moves as it takes")
    asked = parser.parse_args(arguments)
    if asked.only is not None and asked.seed is not None:
        numbers = {int(number) for number in asked.only.split(",")}
        steps = [step for step in drawn(asked.seed, max(numbers) + 1) if step.number in numbers]
        _, failure = lived(asked.seed, steps)
        sys.stdout.write(f"{failure or 'all laws hold'}\n")
        return 0 if failure is None else 1
    seeds = range(asked.first, asked.first + asked.seeds) if asked.seed is None else [asked.seed]
    started = time.process_time()
    report = simulate(seeds, asked.steps, stop=asked.stop, raw=asked.raw)
    sys.stdout.write(summary(report, time.process_time() - started))
    return 1 if report.failures else 0


def summary(report: Report, seconds: float) -> str:
    lines = [f"{count:7}  {what}" for what, count in sorted(report.seen.items())]
    lines += [str(failure) for failure in report.failures]
    lines.append(f"{report.steps} steps, {len(report.failures)} failures, {seconds:.1f} s of CPU")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
