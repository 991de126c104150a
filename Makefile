# Needs Python >= 3.12 and make; everything else is fetched into .dromos/ (see deploy/local/).
PYTHON ?= python3
VENV := $(or $(DROMOS_STATE_DIR),.dromos)/venv
BOOTSTRAP := $(PYTHON) -m deploy.local.bootstrap
SUITES := check unit contract integration e2e attacks faults mutants

# HOST=address on make's own command line only: some shells set HOST to the machine's name for everything.
ifeq ($(origin HOST),command line)
export DROMOS_HOST := $(HOST)
endif

.DEFAULT_GOAL := help
.PHONY: help demo setup test $(SUITES) bench-e2e bench-lists bench-promise locks generate format clean
.NOTPARALLEL:

help: ## list these commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

demo: ## everything on this machine, couriers driving; Ctrl-C ends it (AREA=city.osm.pbf: another city; HOST=address: phones may come)
	@exec $(BOOTSTRAP) demo $(ARGS)

setup: ## only fetch and build what the demo needs
	@exec $(BOOTSTRAP) setup

test: ## set up, then check, unit, contract, integration, faults, attacks and e2e
	@exec $(BOOTSTRAP) test

check: ## format, lint, types, import rules, generated files, pages
unit: ## tests without I/O, and the pages' own
contract: ## topics, views and generated files against their contracts
integration: ## against a real Kafka and Valkey
e2e: ## the whole system in a real browser
attacks: ## what an observer of a recipient's page can find out
faults: ## workers killed and frozen while events flow
mutants: ## shows that the properties catch the faults they are meant for
$(SUITES):
	@exec $(BOOTSTRAP) test $@

bench-e2e: ## POST-to-socket times at 200 and 2,000 fixes a second
	@$(BOOTSTRAP) setup && exec $(VENV)/bin/python -m tests.bench.e2e $(ARGS)

bench-lists: ## the desk's queries at 10,000 and 200,000 shipments
	@$(BOOTSTRAP) setup && exec $(VENV)/bin/python -m tests.bench.bench_lists $(ARGS)

bench-promise: ## how often windows as shown hold, on simulated days (ARGS="--buses FILE.csv" adds bus trips)
	@$(BOOTSTRAP) setup && exec $(VENV)/bin/python -m tests.bench.promise $(ARGS)

locks: ## resolve the dependencies of pyproject.toml and of Kafka anew
	@$(VENV)/bin/python -m deploy.local.locks && $(VENV)/bin/python -m deploy.local.kafka_jars --lock

generate: ## write the files that are made from the contracts
	@$(VENV)/bin/python -m shared.contracts.generate

format: ## format the Python and the pages' sources
	@$(VENV)/bin/ruff format . && $(VENV)/bin/ruff check --fix . && cd services/web && npm run format

clean: ## remove everything that was fetched, built and recorded
	@$(PYTHON) -m deploy.local.clean
