# One line each: every target calls a Python module. On a bare checkout each first installs what it needs, once.
# PYTHON is the system's (3.11 or newer), and its own before others; FILE and AS_OF are for `make demo FILE=orders.csv AS_OF=2011-12-31`.

PYTHON ?= $(shell sh infra/local/which_python.sh)
PY := .venv/bin/python
DEV := .venv/.installed
CLOUD := .local/cloud/.installed
PLACE = $(if $(STAGE),--stage "$(STAGE)") $(if $(REGION),--region "$(REGION)") $(if $(ENDPOINT),--endpoint "$(ENDPOINT)") $(if $(STATE),--state "$(STATE)")
MAKEFLAGS += --no-print-directory
# Bytecode is kept, whatever the person's environment says: else each of a thousand processes would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.SILENT:
.NOTPARALLEL:
.PHONY: help install check test soak engine package e2e bench bench-full fetch-engine docs times demo run redrive repair verify refold logs api-key doctor clean

help: ## this list
	$(PYTHON) -m infra.local.targets

install: $(DEV) $(CLOUD) ## both virtual environments

check: $(DEV) ## formatting, lint, types, imports, templates, architecture
	$(PY) -m infra.local.check

test: $(DEV) ## all tests but the engine's and those of `make check`, on every core
	$(PY) -m pytest --ignore tests/architecture --numprocesses auto --dist loadscope --no-loadscope-reorder

soak: $(DEV) ## the simulator for as long as you like: [SEEDS=2000] [STEPS=200] [FIRST=0]
	$(PY) -m tests.simulation $(if $(SEEDS),--seeds "$(SEEDS)",--seeds 2000) $(if $(STEPS),--steps "$(STEPS)",--steps 200) $(if $(FIRST),--first "$(FIRST)")

engine: fetch-engine ## contract, concurrency and idempotency on DynamoDB Local
	$(PY) -m pytest -m engine tests/engine tests/store --numprocesses auto --dist loadscope --no-loadscope-reorder

package: $(DEV) ## build/<stage>/: template and zip, as they are deployed
	$(PY) -m infra.package $(STAGE)

e2e: $(DEV) $(CLOUD) ## the packaged app on the local cloud, end to end
	$(PY) -m pytest -m e2e tests/e2e --numprocesses auto --dist loadscope --no-loadscope-reorder

bench: $(DEV) $(CLOUD) fetch-engine ## what it costs, measured: docs/performance.md; [ONLY=cpu,cold] [CHECK=1: the gate, nothing kept] [ACCEPT=1: its new baseline]
	$(PY) -m tests.bench $(if $(ONLY),--only "$(ONLY)") $(if $(CHECK),--check) $(if $(ACCEPT),--accept)

bench-full: $(DEV) $(CLOUD) fetch-engine ## the same with more rounds, a file of 100,000 lines, 50,000 phones and 300,000 memberships
	$(PY) -m tests.bench --full $(if $(ONLY),--only "$(ONLY)") $(if $(CHECK),--check)

fetch-engine: $(DEV) ## DynamoDB Local, once
	$(PY) -m infra.local.fetch_engine

docs: $(DEV) ## the generated pages: OpenAPI and what is built beside it
	$(PY) -m infra.local.docs

times: $(DEV) ## what the last passes of .ci/run took, into README.md and CONTRIBUTING.md: [RECORD=../other/.local/ci.json]
	$(PY) -m infra.local.times $(if $(RECORD),--record "$(RECORD)")

demo: $(DEV) $(CLOUD) ## purchases from a file become points
	$(PY) -m infra.local.demo $(if $(FILE),--file "$(FILE)") $(if $(AS_OF),--as-of "$(AS_OF)")

run: $(DEV) $(CLOUD) ## the local cloud and the API over HTTP: [PORT=8000] [STATE=where it is kept]
	$(PY) -m infra.local.run $(if $(PORT),--port "$(PORT)") $(if $(STATE),--state "$(STATE)")

redrive: $(DEV) ## what was given up is tried again: QUEUE=due, imports, relay …
	$(PY) -m infra.local.redrive $(if $(QUEUE),"$(QUEUE)") $(PLACE)

repair: $(DEV) ## entries that were never relayed come into the feed: TENANT=…|all FROM=2026-11-20 [TO=…] [RECOUNT=1] [STAGE=dev REGION=…]
	$(PY) -m infra.local.repair --tenant "$(TENANT)" $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)") $(if $(RECOUNT),--recount) $(PLACE)

verify: $(DEV) ## everything a tenant has follows from its journal: TENANT=…|all [STAGE=dev REGION=…] [ANEW=1]
	$(PY) -m infra.local.verify --tenant "$(TENANT)" $(if $(ANEW),--anew) $(PLACE)

refold: $(DEV) ## an account is made what its journal says: TENANT=… OWNER=mem_…|grp_… [PROGRAM=1] [APPLY=1: written, not only said] [STAGE=dev REGION=…]
	$(PY) -m infra.local.refold --tenant "$(TENANT)" --owner "$(OWNER)" $(if $(PROGRAM),--program "$(PROGRAM)") $(if $(APPLY),--apply) $(PLACE)

logs: $(DEV) ## every line that a request caused: ID=… [STAGE=dev REGION=…] [STATE=…] [SINCE=24h] [ALSO=file]
	$(PY) -m infra.local.logs $(PLACE) $(if $(SINCE),--since "$(SINCE)") $(if $(ALSO),--also "$(ALSO)") -- "$(ID)"

api-key: $(DEV) ## a key of a tenant on the table that the environment names: TENANT=shop NAME=till [GRANTS="members:view …"]
	$(PY) -m infra.local.api_key issue --tenant "$(TENANT)" --name "$(NAME)" $(foreach grant,$(GRANTS),--grant "$(grant)")

doctor: ## what this machine lacks
	$(PYTHON) -m infra.local.doctor

clean: ## remove all that make made
	$(PYTHON) -m infra.local.clean

$(DEV): requirements.txt requirements-dev.txt
	$(PYTHON) -m infra.local.install .venv requirements-dev.txt

$(CLOUD): requirements-cloud.txt
	$(PYTHON) -m infra.local.install .local/cloud requirements-cloud.txt
