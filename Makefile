# make install   .venv with greenroom and its model weights
# make test      everything the tests need, and the tests, in TEST_PROCESSES (2) processes
# make check     format, lint, types and the quick tests
# make demo      a video of a presenter who says a text: PRESENTER=anna TEXT="Hello..." VOICE=kokoro-af_heart
# make demo FOOTAGE=clip.mp4 TEXT="Hello..."   a video of the person in the footage saying the text
# make demo RECORDINGS=folder TEXT="Hello..."  the same presenter with the voice of the person in the recordings

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
FOOTAGE ?=
TEXT ?=
VOICE ?=
PRESENTER ?=
RECORDINGS ?=
export FOOTAGE TEXT VOICE PRESENTER RECORDINGS
TEST_PROCESSES ?= 2
SHIPPED := $(wildcard src/greenroom/cast/*/avatar.zip)

.PHONY: help install install-train install-dev test check format demo clean

help:
	@sed -n 's/^# //p' Makefile

# In this order: the larger installation spares the smaller one.
.NOTPARALLEL:
install: $(VENV)/.stamp-base $(VENV)/.stamp-weights
install-train: $(VENV)/.stamp-train $(VENV)/.stamp-weights
install-dev: $(VENV)/.stamp-dev $(VENV)/.stamp-weights

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed: install Python 3.11, or say PYTHON=path"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-base: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e .
	touch $@

$(VENV)/.stamp-train: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e '.[train]'
	touch $(VENV)/.stamp-base $@

$(VENV)/.stamp-dev: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e '.[train,dev]'
	touch $(VENV)/.stamp-base $(VENV)/.stamp-train $@

# Asks again when the declared hashes change; what is already there is not fetched twice.
$(VENV)/.stamp-weights: $(VENV)/.stamp-base src/greenroom/engines/weights.json
	$(BIN)/python -m greenroom.engines.weights fetch
	touch $@

# A file's tests share servers and models, so a file stays in one process.
test: install-dev
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder --durations=40

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not contract and not media and not crash and not slow"

format: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

ifneq ($(FOOTAGE),)
demo:
	@test -f "$$FOOTAGE" || { echo "FOOTAGE=$$FOOTAGE is not a file: give the path of a video"; exit 2; }
	@$(MAKE) --no-print-directory install-train
	@$(BIN)/greenroom demo --footage "$$FOOTAGE" $${TEXT:+--text "$$TEXT"} $${VOICE:+--voice "$$VOICE"} \
	  $${RECORDINGS:+--recordings "$$RECORDINGS"}
else ifneq ($(SHIPPED),)
demo:
	@$(MAKE) --no-print-directory $(if $(RECORDINGS),install-train,install)
	@$(BIN)/greenroom demo $${PRESENTER:+--presenter "$$PRESENTER"} $${TEXT:+--text "$$TEXT"} $${VOICE:+--voice "$$VOICE"} \
	  $${RECORDINGS:+--recordings "$$RECORDINGS"}
else
demo:
	@echo "make demo needs a video of the person: make demo FOOTAGE=clip.mp4 TEXT=\"Hello...\""; exit 2
endif

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
