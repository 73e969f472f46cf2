# `make` alone lists everything. `make demo` and `make test` install what they need into .venv first.
PYTHON ?= python3
BIN := .venv/bin
PRODUCTS ?= ../shared/data/products

.DEFAULT_GOAL := help
.PHONY: help install demo app test unit lint format types docs bench sample demo-model screenshots demo-video clean

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.all: pyproject.toml constraints.txt scripts/install.py
	@$(PYTHON) scripts/install.py all
	@touch $@

.venv/.dev: pyproject.toml constraints.txt scripts/install.py
	@$(PYTHON) scripts/install.py dev
	@touch $@ .venv/.all

install: .venv/.all  ## Install catalora into .venv

demo: .venv/.all  ## The whole path offline: data, tuning, before and after, sources
	@$(BIN)/catalora demo

app: .venv/.all  ## The browser app
	@$(BIN)/catalora app

test: .venv/.dev  ## All tests, the fast ones first
	@CATALORA_PRODUCTS=$(PRODUCTS) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile tests/unit
	@CATALORA_PRODUCTS=$(PRODUCTS) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile tests/invariants tests/cli tests/gpu
	@CATALORA_PRODUCTS=$(PRODUCTS) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --durations=20 tests/pipeline
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile tests/app tests/browser

unit: .venv/.dev  ## The fast tests alone
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile tests/unit

lint: .venv/.dev types  ## Style, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: .venv/.dev  ## Types alone
	@$(BIN)/mypy

format: .venv/.dev  ## Format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

docs: .venv/.dev  ## Write the generated pages of docs/ again
	@$(BIN)/python scripts/build_docs.py

bench: .venv/.dev  ## The benchmarks that take minutes; each file in benchmarks/ runs alone
	@$(BIN)/python benchmarks/resume_after_kill.py --kills 5
	@$(BIN)/python benchmarks/index_speed.py embedding
	@$(BIN)/python benchmarks/refresh.py

sample: .venv/.dev  ## Build the bundled catalogue again (same bytes)
	@$(BIN)/python scripts/build_sample.py

demo-model: .venv/.dev  ## Build the bundled model again (about an hour on 2 cores)
	@$(BIN)/python scripts/build_demo_model.py

screenshots: .venv/.dev  ## Every page of the app in both languages and both themes, as pictures
	@$(BIN)/python scripts/screenshots.py

demo-video: .venv/.dev  ## The walkthrough as an MP4, filmed in the real app (minutes; needs ffmpeg)
	@$(BIN)/python scripts/demo_video.py

clean:  ## Remove what the other targets made, except .venv
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
