# Every target prepares .venv by itself, with the python3 that is there: `make PYTHON=python3.13 test` takes another one.
# Nothing is fetched again until pyproject.toml or the lock in requirements/ changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --no-input --disable-pip-version-check
SOURCES := src tests hatch_build.py $(wildcard bench)

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test coverage check dashboard fix bench lock changelog clean

# What the command answers where there are no logs yet: to a newcomer that is no failure.
NO_LOGS := 3

help:
	@echo 'make run        read the Codex logs, print the usage report and open the dashboard'
	@echo '                (make run ARGS="summary --json" runs another command)'
	@echo 'make test       run all checks and all tests'
	@echo 'make coverage   run them, and tell which lines no test runs'
	@echo 'make check      run the static checks alone: ruff, mypy, import-linter'
	@echo 'make dashboard  build the dashboard, check and test it'
	@echo 'make fix        mend what ruff can mend, and format'
	@echo 'make bench      measure speed on a generated history'
	@echo 'make lock       pin the dependencies anew (LOCK=--upgrade takes newer versions)'
	@echo 'make changelog  move the changelog fragments into CHANGELOG.md'
	@echo 'make clean      remove .venv and all that can be made again'

# Without a command: the report (where there are no logs yet, that is no failure), then the dashboard until Ctrl-C.
run: $(VENV)/run.stamp
ifdef ARGS
	@$(BIN)/codex-usage-tracker $(ARGS)
else
	@$(BIN)/codex-usage-tracker report || [ $$? -eq $(NO_LOGS) ]
	@$(BIN)/codex-usage-tracker serve-dashboard --open
endif

test: check dashboard $(VENV)/prices.stamp
	@$(BIN)/pytest --quiet --numprocesses=auto --dist=worksteal -rR $(TESTED)

# Tracing every line makes them take more than half as long again.
coverage: TESTED := --cov --cov-report=term
coverage: test

check: $(VENV)/dev.stamp
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet --output-format=concise || { echo 'make fix formats them'; exit 1; }
	@$(BIN)/mypy --no-error-summary $(SOURCES)
	@report=$$($(BIN)/lint-imports --no-logo) || { echo "$$report"; exit 1; }

# The dashboard is built where its sources have changed, then checked and tested.
dashboard: $(VENV)/dev.stamp
	@$(BIN)/python hatch_build.py

fix: $(VENV)/dev.stamp
	@$(BIN)/ruff check --fix --quiet; status=$$?; $(BIN)/ruff format --quiet && exit $$status

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m bench $(ARGS)

changelog: $(VENV)/dev.stamp
	@$(BIN)/towncrier build --yes

# dev.txt holds everything, run.txt the part of it that `make run` needs, at the same versions; prices.txt holds data
# to check prices against, packages of which nothing is imported and no dependency installed.
# The resolver runs from a place of its own: it is no part of the project.
LOCK ?=
UV_VERSION := 0.13.9
lock:
	@tool=$$(mktemp -d) && trap 'rm -rf "$$tool"' EXIT && \
	$(PYTHON) -m venv "$$tool" && \
	"$$tool/bin/python" -m pip --quiet --disable-pip-version-check install uv==$(UV_VERSION) && \
	compile() { "$$tool/bin/uv" --quiet pip compile pyproject.toml --universal --generate-hashes \
	  --no-emit-index-url --custom-compile-command 'make lock' "$$@" >/dev/null; } && \
	compile --group dev --output-file requirements/dev.txt $(LOCK) && \
	compile --group build --constraints requirements/dev.txt --output-file requirements/run.txt $(LOCK) && \
	"$$tool/bin/uv" --quiet pip compile --group prices --no-deps --universal --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' --output-file requirements/prices.txt $(LOCK) >/dev/null

clean:
	@rm -rf frontend/node_modules src/codex_usage_tracker/web/assets src/codex_usage_tracker/static/assets
	@rm -rf $(VENV) build dist .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find src tests $(wildcard bench) -name __pycache__ -type d -prune -exec rm -rf {} +

# The installed metadata repeat the version, so that file counts too.
$(VENV)/%.stamp: requirements/%.txt pyproject.toml src/codex_usage_tracker/__init__.py | $(BIN)/python
	@echo 'Installing requirements/$*.txt into $(VENV) ...' >&2
	@$(PIP) install --require-hashes --requirement requirements/$*.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/prices.stamp: requirements/prices.txt $(VENV)/dev.stamp
	@echo 'Installing requirements/prices.txt into $(VENV) ...' >&2
	@$(PIP) install --require-hashes --no-deps --no-compile --only-binary :all: --requirement requirements/prices.txt && \
	  touch $@ || echo 'They cannot be had here; the tests that compare prices with them are skipped.' >&2

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo 'Python 3.11 or newer is needed, as $(PYTHON) on PATH.' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed; $(PYTHON) is older. Name another: make PYTHON=python3.13' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo '$(PYTHON) cannot make a virtual environment. On Debian: apt-get install python3-venv' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
