# Needs Python >= 3.12 and make; everything else is fetched into .dromos/ (see deploy/local/).
PYTHON ?= python3
VENV := $(or $(DROMOS_STATE_DIR),.dromos)/venv
BOOTSTRAP := $(PYTHON) -m deploy.local.bootstrap
SUITES := check unit contract integration e2e attacks faults mutants

.DEFAULT_GOAL := help
.PHONY: help demo setup test $(SUITES) bench-e2e locks generate format clean
.NOTPARALLEL:

help: ## list these commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

demo: ## everything on this machine, couriers driving; Ctrl-C ends it (AREA=city.osm.pbf: another city)
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

locks: ## resolve the dependencies of pyproject.toml and of Kafka anew
	@$(VENV)/bin/python -m deploy.local.locks && $(VENV)/bin/python -m deploy.local.kafka_jars --lock

generate: ## write the files that are made from the contracts
	@$(VENV)/bin/python -m shared.contracts.generate

format: ## format the Python and the pages' sources
	@$(VENV)/bin/ruff format . && $(VENV)/bin/ruff check --fix . && cd services/web && npm run format

clean: ## remove everything that was fetched, built and recorded
	@$(PYTHON) -m deploy.local.clean
