# Two commands do everything: `make demo` and `make test`. Each sets up what it needs first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
# The first Python on the PATH that is new enough; `make PYTHON=… setup` names another.
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$each; break; }; done)
# Node and npm come from there too.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Without bytecode on disk each of the many commands of a run compiles all that it imports: 4.3 s instead of
# 2.7 s for one synth.
unexport PYTHONDONTWRITEBYTECODE
# How many tests run side by side: more than there are cores, since those with Terraform mostly wait.
JOBS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-26s %s\n", $$1, $$2 }'

.PHONY: setup
setup: $(VENV)/.ready imports/.ready ## make .venv with the tierkeep command, node_modules and the bindings

$(VENV)/.packages: requirements.lock
	@test -n "$(PYTHON)" || { echo "tierkeep: Python 3.11 or newer is not on the PATH: install it, or name it: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setup: Python packages into $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@touch $@

$(VENV)/.ready: $(VENV)/.packages pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.ready: package-lock.json $(VENV)/.packages
	@echo "setup: the cdktf command line into node_modules"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

imports/.ready: cdktf.json node_modules/.ready $(wildcard schema/*)
	@echo "setup: bindings into imports"
	@CDKTF_EXPERIMENTAL_PROVIDER_SCHEMA_CACHE_PATH="$(CURDIR)/schema" CHECKPOINT_DISABLE=1 \
		node_modules/.bin/cdktf get --language python --force \
		> .get.log 2>&1 || { cat .get.log >&2; exit 1; }
	@rm -f .get.log
	@touch $@

.PHONY: toolchain
toolchain: setup
	@$(BIN)/python scripts/toolchain.py

.PHONY: demo
demo: toolchain ## the main job on the embedded emulator: deploy, validate, drill, evidence
	@$(BIN)/python scripts/demo.py

.PHONY: check
check: setup ## lint, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: test
test: toolchain check ## the whole test-suite, with lint, types, contracts and the real Terraform
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

.PHONY: second-opinions
second-opinions: setup ## ask another emulator, and moto's own tests, about ours
	@$(MAKE) --no-print-directory --keep-going second-opinion-ministack second-opinion-moto

.PHONY: second-opinion-ministack
second-opinion-ministack: setup ## the same calls of ministack and of our emulator: what differs is explained
	$(BIN)/python -m scripts.second_opinions.ministack

.PHONY: second-opinion-moto
second-opinion-moto: setup ## moto's own tests with our emulator installed: what fails is explained
	$(BIN)/python -m scripts.second_opinions.moto_tests $(JOBS)

.PHONY: checkov
checkov: setup ## a policy scanner over the stacks: what fails is waived with a reason
	$(BIN)/python -m scripts.checkov

.PHONY: newest-provider
newest-provider: setup ## take down what the newest AWS provider takes of the types that are used
	$(BIN)/python -m scripts.provider_versions.newest
	$(BIN)/python -m scripts.provider_versions.page > docs/provider-versions.md

.PHONY: schema
schema: setup ## regenerate catalog.schema.json from the models
	$(BIN)/python -m tierkeep.catalog.schema > catalog.schema.json

.PHONY: goldens
goldens: setup ## accept what the stacks synthesize to now
	TIERKEEP_UPDATE_GOLDENS=1 $(BIN)/python -m pytest -q tests/stacks/test_goldens.py -k to_the_goldens

.PHONY: properties
properties: toolchain ## a long run of the property that whatever passes lint can be deployed
	TIERKEEP_EXAMPLES=40 $(BIN)/python -m pytest -q tests/deploy/test_any_catalog.py

.PHONY: look
look: setup ## screenshots of the pages of `tierkeep report`, and what axe-core says of them; needs Chromium
	@rm -rf .build/look && mkdir -p .build/look
	@$(BIN)/python -m tests.report.pages.case .build/look
	$(BIN)/python -m scripts.look .build/look/site .build/look/screenshots

.PHONY: month
month: setup ## `tierkeep validate` at every hour of a month of the shipped catalog in the emulator: no false alarm
	$(BIN)/python -m benchmarks.month

.PHONY: kills
kills: setup ## kill a thousand drills at random moments, and sweep: nothing is left, nothing foreign is touched
	$(BIN)/python -m benchmarks.kills

.PHONY: lock
lock: ## resolve pyproject.toml into requirements.lock
	$(BIN)/python scripts/lock.py

.PHONY: clean
clean: ## remove all that the targets have made
	rm -rf $(VENV) node_modules imports cdktf.out .build evidence
