# The verbs of this project; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
LOCALE := newsletter/locale

.DEFAULT_GOAL := help
.PHONY: help setup run test check fix golden words bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(READY) ## a virtual environment in .venv with the locked versions and the newsletter command

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 setup")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: $(READY) ## one pass over dumps/ with config.yaml; leaves site, feeds and mail in out/
	@$(BIN)/newsletter run

test: $(READY) ## all tests
	@$(BIN)/python -m pytest

check: $(READY) ## ruff, the formatter and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: $(READY) ## let ruff mend and format what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(READY) ## write the golden files anew; then read the diff as a subscriber would
	$(BIN)/python -m pytest --update-golden

words: $(READY) ## the catalogue of words anew: what is said goes into each language's .po, and those into .mo
	$(BIN)/pybabel --quiet extract --mapping pyproject.toml --no-default-keywords \
		--keyword 'gettext say phrase phrases:1,2 counted:1,2' --omit-header --add-location file --sort-by-file --no-wrap \
		--output $(LOCALE)/newsletter.pot newsletter templates
	$(BIN)/pybabel --quiet update --domain newsletter --input-file $(LOCALE)/newsletter.pot --output-dir $(LOCALE) \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	$(BIN)/pybabel compile --domain newsletter --directory $(LOCALE) --statistics

bench: $(READY) ## the benchmarks: ratios, measured in one run
	@for script in benchmarks/bench_*.py; do $(BIN)/python $$script || exit 1; done

clean: ## remove what make run, test and setup made (state/ and out/ too)
	rm -rf .venv out state .pytest_cache .mypy_cache .ruff_cache .hypothesis
