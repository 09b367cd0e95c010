# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test check install clean

demo: $(VENV)/installed  ## install and make English, French and Russian videos from a sample
	$(BIN)/pitchgen make samples/socks.mp4 --langs en,fr,ru --out out

test: $(VENV)/installed-tests  ## install what tests need and run them all; fonts only where root can
	-scripts/install-system
	scripts/check
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: $(VENV)/installed-tests  ## style, types, layers
	scripts/check

install: $(VENV)/installed  ## the environment alone

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

$(VENV)/installed-tests: $(VENV)/installed
	$(PIP) --editable ".[check,models,separate,serve,test]"
	touch $@

clean:
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache .hypothesis
