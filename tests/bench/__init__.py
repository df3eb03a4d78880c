"""`make bench`: what Stampbook costs, measured. Each section is a module with `measure`, run in a process of its own.

command     tests/bench/__main__.py     sections in turn, each one's figures kept as soon as they are there
figures     tests/bench/figures.py      what docs/performance/bench.json holds
page        tests/bench/page.py         docs/performance.md and its plots, from the figures and nothing else
profiled    tests/bench/profiled.py     where the CPU of one case goes
gate        tests/bench/gate.py         ratios against those kept, for `make bench CHECK=1`
"""
