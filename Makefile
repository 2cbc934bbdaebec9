# `make` or `make help` lists what can be said here.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run setup test test-all lint types bench screenshots lock clean

help: ## list these targets
	@echo "make TARGET [VARIABLE=value]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' Makefile
	@echo
	@awk -F ' ## ' '/^#: / { sub(/^#: /, "", $$1); printf "  %-29s %s\n", $$1, $$2 }' Makefile

#: BIND=127.0.0.1:8000 ## where `make run` listens
#: INSTANCE=instance ## where it keeps its data, its key and its config.py
#: PYTHON=python3 ## what makes .venv; 3.11 or newer
#: ARGS="-k upload -x" ## more words for pytest, or for the benchmark; which `make screenshots` takes
#: SCREENSHOTS=build/screenshots ## where those go

# Only what is said here overrides instance/config.py and PASTEBIN_* of the environment.
ifdef BIND
run: export PASTEBIN_BIND := $(BIND)
endif
ifdef INSTANCE
run: export PASTEBIN_INSTANCE := $(INSTANCE)
endif

run: setup ## set everything up and serve; stop with Ctrl-C
	@echo "An account for you: $(if $(INSTANCE),PASTEBIN_INSTANCE=$(INSTANCE) )$(BIN)/pastebin user add NAME"
	@echo "Stop with Ctrl-C. The address stands at \"Listening at\":"
	@exec $(BIN)/gunicorn -c python:pastebin.server.settings wsgi:app

setup: $(VENV)/.ready-to-run $(VENV)/.compiled ## set everything up, or up to date, and serve nothing

# axe, html-validate and Lighthouse; npm writes this file last. Without npm the tests that need them say so.
TOOLS := requirements/pages/node_modules/.package-lock.json

IN_TWO := $(BIN)/pytest --numprocesses=2 --dist=loadgroup

test: $(VENV)/.ready-to-test ## the fast tests, a few minutes at most
	$(IN_TWO) -m "not slow and not browser" $(ARGS)

# Of what ARGS chooses there may be none among those that run alone, or none but those (status 5).
test-all: $(VENV)/.ready-to-test $(TOOLS) ## every test: slow ones and those with a browser too
	$(IN_TWO) -m "not alone" $(ARGS)$(if $(ARGS), || [ $$? -eq 5 ])
	$(BIN)/pytest -m alone $(ARGS)$(if $(ARGS), || [ $$? -eq 5 ])

lint: $(VENV)/.ready-to-test ## ruff, and who may import whom
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache --no-logo

types: $(VENV)/.ready-to-test ## mypy --strict
	$(BIN)/mypy

bench: $(VENV)/.ready-to-test $(VENV)/.compiled ## measure, beside other servers and bare loops in the same run
	$(BIN)/python -m tests.bench $(ARGS)

SCREENSHOTS ?= build/screenshots

screenshots: $(VENV)/.ready-to-test ## photograph all pages: 1280 and 320 px, light and dark
	$(BIN)/python -m tests.screens $(SCREENSHOTS) $(ARGS)

# The tool that resolves is thrown away; what it writes installs with pip alone. Versions stay as
# they are where they still fit; `make lock UPGRADE=--upgrade` takes the newest.
LOCK := pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(UPGRADE)
SOURCES := setup.cfg requirements/build.in

lock: ## write requirements/*.txt anew from setup.cfg and *.in
	@tool=$$(mktemp -d) && trap 'rm -rf "$$tool"' EXIT \
	&& $(PYTHON) -m venv "$$tool" && "$$tool/bin/pip" install --quiet uv \
	&& "$$tool/bin/uv" $(LOCK) $(SOURCES) --output-file requirements/run.txt > /dev/null \
	&& "$$tool/bin/uv" $(LOCK) $(SOURCES) --constraints requirements/run.txt --extra test \
		--output-file requirements/test.txt > /dev/null \
	&& "$$tool/bin/uv" $(LOCK) requirements/peers.in --constraints requirements/run.txt \
		--output-file requirements/peers.txt > /dev/null
	@echo "requirements/run.txt, test.txt and peers.txt are written."

clean: ## remove .venv and what the tools left; never the instance
	rm -rf $(VENV) requirements/pages/node_modules build dist pastebin.egg-info htmlcov .coverage .coverage.* \
		.hypothesis .mypy_cache .pytest_cache .ruff_cache
	find pastebin tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Below: the environment. A marker in it is as new as what was installed from, so
# that a second `make run` starts at once.

PIP_INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
		echo "pastebin needs Python 3.11 or newer, and \"$(PYTHON)\" is none." \
			"Say which to use: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { \
		echo "\"$(PYTHON)\" cannot make virtual environments: its modules venv and ensurepip are missing" \
			"(on Debian: apt install python3-venv)." >&2; exit 1; }
	@echo "Making $(VENV) and installing into it; this is done once."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready-to-run: requirements/run.txt setup.cfg pyproject.toml | $(VENV)/bin/python
	@$(PIP_INSTALL) --require-hashes --requirement requirements/run.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# Where the server may not write beside its code, or is told not to (PYTHONDONTWRITEBYTECODE), each start, and each
# process that renders, would compile all of it anew.
$(VENV)/.compiled: wsgi.py $(shell find pastebin -name '*.py') $(VENV)/.ready-to-run
	@$(BIN)/python -m compileall -qq wsgi.py pastebin && touch $@ 2>/dev/null || true

$(VENV)/.ready-to-test: requirements/test.txt $(VENV)/.ready-to-run
	@$(PIP_INSTALL) --require-hashes --requirement requirements/test.txt
	@touch $@

$(TOOLS): requirements/pages/package-lock.json
	@if command -v npm > /dev/null; then \
		npm ci --prefix requirements/pages --ignore-scripts --no-audit --no-fund --silent && touch $@; fi
