# Two commands do everything: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: run test test-slow lint audit eval bench clean

run: $(VENV)/.installed
	$(BIN)/letan serve --host $(HOST) --port $(PORT)

# As `letan serve` does: threads of the matrix library wait for each other on busy cores, and a
# linked question then takes 30 instead of 9 ms of processor.
test test-slow eval: export OPENBLAS_NUM_THREADS = 1

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto -m "not slow"

# A journey that a browser or a busy machine spoilt is walked once more, and named.
test-slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m slow --reruns 1 -rR

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

audit: $(VENV)/.installed-dev
	$(BIN)/python docs/audit.py

eval: $(VENV)/.installed
	$(BIN)/letan eval

bench: $(VENV)/.installed-dev
	$(BIN)/letan bench

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Lễ Tân needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps -d $(VENV)/speech vieneu==3.8.3
	touch $@
