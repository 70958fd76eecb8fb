# The front door. `make` lists what it can do; every recipe is one line that names its tool.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PORT ?= 8000
DEMO_HOME := $(or $(MEDEXPRO_HOME),$(CURDIR)/var/demo)
MEDEXPRO := .venv/bin/medexpro
export PORT

.PHONY: help demo fresh-demo run test check format journeys manual bench docs lock clean port env env-dev

help: ## Show this list
	@echo "MedExPRO. PORT=8000 unless you say otherwise: make demo PORT=8080"; echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: export MEDEXPRO_HOME = $(DEMO_HOME)
demo: export MEDEXPRO_DEMO = 1
demo: port env ## Serve a practice with made-up people, to look around in
	@$(MEDEXPRO) prepare
	@$(MEDEXPRO) load-demo
	@exec $(MEDEXPRO) serve

fresh-demo: ## Begin the demo practice anew, dated from today
	@rm -rf "$(CURDIR)/var/demo"
	@exec $(MAKE) demo

run: port env ## Serve your own practice; the first visit sets it up
	@$(MEDEXPRO) prepare
	@exec $(MEDEXPRO) serve

test: env-dev ## Check and test everything, on SQLite and on PostgreSQL, with browser journeys
	@tools/test

check: env-dev ## Format, lint, types, contracts, migrations, templates, generated docs
	@tools/check

format: env-dev ## Put the code into our format
	@.venv/bin/ruff format --quiet . && .venv/bin/ruff check --quiet --fix .

journeys: env-dev ## Only the stories told in a real browser
	@tools/pytest tests/journeys

manual: env-dev ## Write docs/using: the journeys, with pictures
	@tools/with-browser .venv/bin/python tools/manual.py

bench: env-dev ## Measure a practice of ten years
	@tools/with-browser .venv/bin/python benchmarks/run.py
	@.venv/bin/python benchmarks/writers.py

docs: env-dev ## Write the pages that are made from the code
	@.venv/bin/python tools/generated_docs.py --write

lock: env-dev ## Pin the dependencies of pyproject.toml anew
	@tools/lock

clean: ## Remove the environment and caches; your data in var/ stay
	@rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find medexpro tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

port:
	@tools/port "$(PORT)"

env:
	@tools/environment run

env-dev:
	@tools/environment dev
