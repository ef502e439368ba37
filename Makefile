# make demo: set up, train on a sample, show everything. make test: set up, check and test all.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# tests run a process a core: threads of numeric libraries would only wait for each other
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses=4 --dist worksteal
# what is promised to the bit is tested on programs compiled as users' are; see tests/conftest.py
TO_THE_BIT := $(patsubst %,tests/engine/test_%.py,checkpoints packing step stream train whole) \
	tests/layers/test_drawing.py src/fondo/layers/drawing.py

.PHONY: demo demo-funds test lint types bench docs snapshots pictures lock clean help

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/'

$(VENV)/base.stamp: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fondo needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/dev.stamp: $(VENV)/base.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

$(VENV)/images.stamp: $(VENV)/base.stamp
	$(BIN)/python -m pip install --quiet --editable '.[images]'
	touch $@

demo: $(VENV)/images.stamp  ## train on pictures of digits, live, with a report that shows them
	$(BIN)/fondo train sample:digit_pictures --set kind=plain --set filters=16,32 --set flatten=true --set epochs=12

lint: $(VENV)/dev.stamp  ## format, lint, types, import rules
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

demo-funds: $(VENV)/base.stamp  ## rank invented funds, with skill and without
	$(BIN)/fondo funds backtest sample:skill --model logistic
	$(BIN)/fondo funds backtest sample:luck --model logistic

test: lint  ## everything that must hold
	$(ONE_THREAD) FONDO_AS_USERS=1 $(PYTEST) $(TO_THE_BIT)
	$(ONE_THREAD) $(PYTEST) $(TO_THE_BIT:%=--ignore=%)

$(VENV)/bench.stamp: $(VENV)/dev.stamp
	$(BIN)/python -m pip install --quiet --group bench
	touch $@

bench: $(VENV)/bench.stamp  ## speed and quality against peers, real sizes
	$(BIN)/python -m benchmarks

snapshots: $(VENV)/dev.stamp  ## rewrite the stored help texts; read the diff
	FONDO_SNAPSHOTS=1 $(BIN)/python -m pytest tests/cli -q

pictures: $(VENV)/dev.stamp  ## redraw the pictures of the glass box; look at the diff
	$(BIN)/python tests/docs/make_pictures.py

lock: $(VENV)/dev.stamp  ## write down the versions that are installed
	$(BIN)/python -m pip freeze --exclude-editable | sed "1i \# What make test ran with; written by make lock." > requirements.lock

clean:  ## remove what make made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
