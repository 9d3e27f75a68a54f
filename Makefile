# SPDX-License-Identifier: Apache-2.0
# Developer commands; CI calls only these.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUILD := build/interfaces
KERNELS := suwon_fleet/kernel.py $(wildcard $(addprefix suwon_fleet/,dispatch/*.py traffic/*.py traffic/window/*.py sim/*.py))
INTERFACES := $(wildcard msg/*.msg srv/*.srv action/*.action)
# A virtual environment cannot be moved: naming its stamps after its place makes a copied tree start anew.
STAMPS := $(VENV)/stamps/$(subst /,-,$(CURDIR))

# A ROS or another environment set up in the calling shell must not mix with the one built here.
unexport AMENT_PREFIX_PATH CMAKE_PREFIX_PATH LD_LIBRARY_PATH PYTHONHOME PYTHONPATH VIRTUAL_ENV
unexport _ROS_WHEELS_BOOTSTRAP_COMPLETE
# Bytecode that is not kept is made anew by every process: three seconds more for each start of a node.
unexport PYTHONDONTWRITEBYTECODE

# $(call step,text): say what is done, and how long it took; beside what a target prints, such as figures.
step = echo "setup: $(1)" >&2; trap 'echo "setup:   $$SECONDS s" >&2' EXIT
pip = $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile

# Install the pinned packages of the first prerequisite, and say so by the stamp that is the target.
define install
	$(call step,installing $$(grep -c == $<) pinned packages)
	options="--quiet --require-hashes --no-build-isolation --requirement $<"
	$(BIN)/uv pip install --python $(BIN)/python $$options || {
		echo "setup:   uv cannot fetch them with its own settings, so pip does (a minute or two)" >&2
		$(pip) $$options
	}
	touch $@
endef

.PHONY: help setup demo bench test test-long test-longest coverage check format docs worlds msgs lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-12s %s\n", $$1, $$2}' Makefile

setup: $(STAMPS)/interfaces $(STAMPS)/kernels ## make .venv: pinned packages, our interfaces, our sources (editable), compiled kernels

demo: setup ## the belt scenario through the real nodes
	@$(BIN)/suwon-fleet demo

bench: setup $(STAMPS)/peers ## all benchmarks, with peers, as one JSON object per line (ARGS="scale --quick" for less)
	@$(BIN)/suwon-fleet bench --json $(if $(ARGS),$(ARGS),traffic dispatch scale city)

test: setup ## the quick tests
	@$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not long" --hypothesis-profile=same $(ARGS)

test-long: setup ## the tests that take longer (eight minutes of two cores)
	@$(BIN)/python -m pytest -q -n auto --dist worksteal -m "long and not longest" --hypothesis-profile=same $(ARGS)

test-longest: setup ## the rest of all seeds, kills and cases, and what is judged by the clock (an hour)
	@$(BIN)/python -m pytest -q -n auto --dist worksteal -m longest $(ARGS)

coverage: setup ## the quick tests, with the lines they miss
	@$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not long" --cov --cov-report=term $(ARGS)

check: setup ## format, lint, types, import layers, spelling
	@$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

format: setup ## let ruff format and mend the sources
	@$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: setup ## write the generated pages of docs/ anew
	@$(BIN)/python -m suwon_fleet.core.robots.describe > build/states.md
	$(BIN)/python -m suwon_fleet.core.texts.describe > build/reasons.md
	$(BIN)/python -m suwon_fleet.sim.scenario.schema > build/scenario.schema.json
	mv build/states.md build/reasons.md docs/
	mv build/scenario.schema.json sim/

worlds: setup ## write sim/models and sim/worlds anew, from the map of the belt and the robot kinds
	@belt() { $(BIN)/suwon-fleet map world belt --name $$1 --output sim/worlds/$$1.sdf "$${@:2}"; }
	$(BIN)/suwon-fleet map models --output sim/models
	belt suseo_campus --zones 'suseo.*' --robots delivery_outdoor:4 delivery_indoor:2 humanoid:2 --pedestrians 4
	belt setec_halls --zones 'setec.*' --robots delivery_outdoor:4 delivery_indoor:3 humanoid:2 --pedestrians 4
	belt hanriver_path --zones 'hanriver.*' --robots delivery_outdoor:6 humanoid:1 --pedestrians 6
	belt belt --scenario belt_morning --pedestrians 12

msgs: $(STAMPS)/interfaces ## build msg/ srv/ action/ into .venv

lock: $(STAMPS)/packages ## resolve pyproject.toml into requirements/*.txt (ARGS=--upgrade for newer versions)
	@export UV_CUSTOM_COMPILE_COMMAND="make lock"
	lock() { $(BIN)/uv pip compile --quiet --no-progress --generate-hashes --python-version 3.11 \
		--python-platform x86_64-manylinux_2_28 "$$@" > /dev/null; }
	all=requirements/dev.txt
	lock --extra report --extra ros --extra zenoh --extra postgres --group bootstrap --group interfaces --group dev pyproject.toml -o $$all $(ARGS)
	lock -c $$all pyproject.toml -o requirements/runtime.txt
	lock -c $$all --extra report --extra ros --extra zenoh --extra postgres pyproject.toml -o requirements/ros.txt
	lock -c $$all --extra bench pyproject.toml -o requirements/bench.txt
	lock -c $$all --group interfaces -o requirements/interfaces.txt
	lock -c $$all --group bootstrap -o requirements/bootstrap.txt

clean: ## remove all that was built, .venv too
	rm -rf $(VENV) build dist install log *.egg-info .coverage* .*_cache .hypothesis

$(STAMPS)/venv: requirements/bootstrap.txt
	@need() { $(PYTHON) -c "$$1" 2> /dev/null || { echo "setup: $$2" >&2; exit 1; }; }
	need "import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13)" \
		"Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"
	need "import ensurepip, venv" "python3-venv is missing (Debian: apt install python3-venv)"
	need "import os, sysconfig as s; os.stat(s.get_path('include') + '/Python.h')" \
		"Python's headers are missing (Debian: apt install python3-dev)"
	need "import shutil; assert shutil.which('c++')" "a C++ compiler is missing (Debian: apt install g++)"
	$(call step,making $(VENV) with $$($(PYTHON) --version))
	if [ ! -d $(STAMPS) ]; then
		rm -rf $(BUILD)
		$(PYTHON) -m venv --clear $(VENV)
	fi
	$(pip) --require-hashes -r $<
	mkdir -p $(STAMPS) && touch $@

$(STAMPS)/packages: requirements/dev.txt $(STAMPS)/venv
	@$(install)

$(STAMPS)/peers: requirements/bench.txt $(STAMPS)/packages
	@$(install)

$(STAMPS)/interfaces: $(INTERFACES) CMakeLists.txt package.xml $(STAMPS)/packages
	@$(call step,building $(words $(INTERFACES)) ROS interfaces with $$(nproc) cores (about a minute))
	mkdir -p $(BUILD)
	export PATH="$(CURDIR)/$(BIN):$$PATH" AMENT_PREFIX_PATH=$(CURDIR)/$(VENV) CMAKE_PREFIX_PATH=$(CURDIR)/$(VENV)
	{
		cmake -S . -B $(BUILD) -G Ninja -DCMAKE_INSTALL_PREFIX=$(CURDIR)/$(VENV) \
			-DPython3_EXECUTABLE=$(CURDIR)/$(BIN)/python -DBUILD_TESTING=OFF -DSUWON_FLEET_INTERFACES_ONLY=ON
		cmake --build $(BUILD)
		cmake --install $(BUILD)
	} > $(BUILD)/log.txt 2>&1 || { tail -n 40 $(BUILD)/log.txt >&2; exit 1; }
	touch $@

$(STAMPS)/sources: pyproject.toml setup.py $(STAMPS)/packages
	@$(call step,linking the sources)
	$(pip) --no-deps --no-build-isolation --editable .
	touch $@

$(STAMPS)/kernels: $(KERNELS) $(STAMPS)/sources
	@$(call step,compiling the traffic planner and the simulator (a minute or two))
	$(BIN)/python -c "from suwon_fleet.cli.simulate import warm_up; warm_up(print)" >&2
	touch $@
