# A machine with Python 3.11 or newer and make needs nothing else: each target first makes .venv.
PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/runtime.stamp
DEV := $(VENV)/dev.stamp
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
INSTALL := uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint constraints.txt
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
endif

.DEFAULT_GOAL := help
.PHONY: help report test ocr cluster lab check format constraints clean distclean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

report: $(RUNTIME) ## execute every notebook on the accounts in data/raw, in both languages: reports/index.html
	$(BIN)/fiscal report $(ARGS)

test: $(DEV) ## run the tests (make test ARGS="-k regions")
	$(BIN)/pytest --numprocesses auto --dist loadfile $(ARGS)

ocr: $(RUNTIME) ## install text recognition for scanned documents
	$(INSTALL) --editable ".[ocr]"

cluster: $(RUNTIME) ## install what reports on a Dask cluster need
	$(INSTALL) --editable ".[cluster]"

lab: $(RUNTIME) ## open JupyterLab on notebooks/
	$(BIN)/jupyter lab notebooks $(ARGS)

check: $(DEV) ## lint, format check and type check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(DEV) ## format the code and mend what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

constraints: $(RUNTIME) ## pin the versions anew in constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.8"
	$(BIN)/python -m uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--group dev --all-extras --output-file constraints.txt pyproject.toml

clean: ## remove reports, processed tables and caches
	rm -rf reports .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find data/processed -mindepth 1 ! -name .gitkeep -delete
	find src tests notebooks -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove .venv as well
	rm -rf $(VENV)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "fiscal-utils needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing)." >&2; \
		echo "Install one and name it: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): pyproject.toml constraints.txt | $(BIN)/python
	$(if $(UV),,$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1")
	$(INSTALL) --editable .
	@touch $@

$(DEV): $(RUNTIME)
	$(INSTALL) --group dev
	@touch $@
