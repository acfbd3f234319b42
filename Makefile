# The two commands: `make run` and `make test`. `make help` lists the others.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check fix lock docs clean

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
# the first Python on this machine that is new enough
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$each && break; done)

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "interpol-bot needs Python 3.11 or newer. Install it, or say which one: make run PYTHON=/path/to/python3" >&2; exit 2; fi
	@echo "Creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "The environment could not be created. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }

$(RUNTIME): requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked packages (a minute or two the first time)"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes --no-deps --requirement requirements.lock
	@$(BIN)/pip install -qq --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "Installing the locked packages for development"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes --no-deps --requirement requirements-dev.lock
	@touch $@

setup: $(RUNTIME) ## create the environment in .venv; the program is .venv/bin/interpol-bot

setup-dev: $(DEV)

run: setup ## start the bot; with no tokens: the playground on http://127.0.0.1:8400
	@exec $(BIN)/interpol-bot serve

test: setup-dev ## run all tests
	@$(BIN)/pytest

check: setup-dev ## lint, format, types, import rules, the knowledge
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/interpol-bot check

fix: setup-dev ## repair what can be repaired
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: setup-dev ## make the generated pages anew
	@$(BIN)/interpol-bot settings --markdown > docs/settings.md
	@$(BIN)/interpol-bot settings --env > .env.example
	@$(BIN)/python -m bot.knowledge.json_schema

lock: ## resolve the newest allowed versions anew (needs uv)
	@uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade -o requirements.lock
	@uv pip compile pyproject.toml --extra build --extra dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade -o requirements-dev.lock

clean: ## remove the environment and every cache; not the database
	@rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
