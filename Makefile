# make run     set up and run the headline case
# make test    everything that must hold before a change lands; needs neither Node nor a browser
# make bench   measure speed, by hand; results go to benchmarks/README.md
# make lock    resolve the lock files again

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CASE ?= eastern-flank-2022
TESTS ?=

.PHONY: run test bench lock format clean

run: $(VENV)/run-ready
	@$(BIN)/vallum compare $(CASE)

test: $(VENV)/test-ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

bench: $(VENV)/test-ready
	$(BIN)/python -m benchmarks

format: $(VENV)/test-ready
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

lock: $(VENV)/test-ready
	$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml --group dev -o requirements-dev.lock

clean:
	rm -rf $(VENV) results

$(VENV)/python-ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Vallum needs Python 3.11 or newer; name one with: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing; on Debian or Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run-ready: $(VENV)/python-ready requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/test-ready: $(VENV)/run-ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
