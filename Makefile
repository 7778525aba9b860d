# make run · make test · make bench · make soak · make demo · make help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
TEXTS := $(wildcard app/texts/*/LC_MESSAGES/messages.po)

.DEFAULT_GOAL := help
.PHONY: help run test bench soak demo texts screenshots lock clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/run.done ## Set up and serve on HOST:PORT (127.0.0.1:8000), with the demo if the database is empty
	@$(BIN)/snarvei serve

test: $(VENV)/test.done ## Set up and run every check and test, on both stores and in a real browser
	@$(BIN)/python -m tests.machine
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

bench: $(VENV)/bench.done ## Measure ourselves against the peers; writes benchmarks/results/latest.json
	@$(BIN)/python -m tests.machine
	@$(BIN)/python -m benchmarks

soak: $(VENV)/test.done ## A thousand drawings on each store while everything goes wrong; ends with stored, lost, doubled
	@$(BIN)/python -m tests.machine
	@$(BIN)/python -m tests.soak

demo: $(VENV)/run.done ## Add the labelled demo processes to the database: the small one and Borgen
	@$(BIN)/snarvei migrate
	@$(BIN)/snarvei demo --if-missing
	@$(BIN)/snarvei demo --borgen --if-missing

texts: $(VENV)/test.done ## Collect the texts of the code into the catalogues, for translation
	@$(BIN)/python -m tests.texts

screenshots: $(VENV)/test.done ## Make the README's pictures anew, with the browser tests
	@SCREENSHOTS=1 $(BIN)/python -m pytest tests/maps

lock: ## Write the versions that are installed to constraints.txt
	@$(BIN)/python -m pip freeze --exclude-editable | grep -v ' @ ' > constraints.txt

clean: ## Remove what was set up
	rm -rf $(VENV)

$(VENV)/run.done: setup.cfg constraints.txt $(TEXTS)
	@$(PYTHON) -c 'import sys; sys.exit("Snarvei needs Python 3.11 or newer; this is %s. Say make PYTHON=python3.11" % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Install Python's venv module (Debian: python3-venv)"; exit 1; }
	@echo "Installing …"
	@$(INSTALL) --editable .
	@$(BIN)/pybabel --quiet compile --directory app/texts
	@echo "Compiling …"
	@$(BIN)/snarvei compile > /dev/null
	@touch $@

$(VENV)/test.done: $(VENV)/run.done
	@$(INSTALL) --editable '.[test,scale]'
	@touch $@

$(VENV)/bench.done: $(VENV)/test.done
	@$(INSTALL) --editable '.[test,scale,bench]'
	@touch $@
